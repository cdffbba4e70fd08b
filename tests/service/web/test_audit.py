"""The audit log: filtered, page by page, and as files that are safe to open."""

from __future__ import annotations

import csv
import json

import pytest
from flask import Flask

from service.core.store import moderators
from service.core.store.session import Store
from service.web.audit import BATCH
from service.web.audit_file import inert
from service.web.audit_words import ACTIONS
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_moderator


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
    add_moderator(store, clock)
    owner = Moderator(app)
    owner.log_in()
    return owner


def write(store: Store, clock: FrozenClock, times: int, **detail: object) -> None:
    with store.writing() as session:
        for number in range(times):
            moderators.audit(session, "command line", "key_added", clock(), detail | {"n": number})


def test_it_tells_who_did_what_in_words(owner: Moderator, store: Store, clock: FrozenClock) -> None:
    with store.writing() as session:
        detail = {"moderator": 1, "changes": {"role": ["viewer", "owner"], "sites": [[1], "every"]}}
        moderators.audit(session, "command line", "moderator_changed", clock(), detail)
    page = owner.get("/queue/audit").text
    told = ("Logged in", "Changed a person", "role: viewer → owner", "sites: blog → every")
    assert all(words in page for words in told)


def test_it_is_filtered_by_person_kind_and_day(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    write(store, clock, 1, name="alpha")
    clock.move(days=2)
    write(store, clock, 1, name="omega")
    owner.log_in()
    asked = {
        "": (True, True),
        "?person=moderator:1": (False, False),
        "?person=command+line": (True, True),
        "?action=logged_in": (False, False),
        "?action=nonsense&from=nonsense&person=%00": (True, True),
        "?from=2026-11-23": (False, True),
        "?to=2026-11-22": (True, False),
        "?from=2026-11-22&to=2026-11-24&action=key_added": (True, True),
        "?to=9999-12-31": (True, True),
    }
    for query, found in asked.items():
        page = owner.get(f"/queue/audit{query}").text
        assert tuple(name in page for name in ("alpha", "omega")) == found, query


def test_older_pages_keep_the_filter_and_skip_nothing(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    write(store, clock, 60)
    page = owner.get("/queue/audit?action=key_added").text
    assert ("n: 10<" in page, "n: 9<" in page) == (True, False)
    assert "/queue/audit?action=key_added&amp;after=" in page
    [link] = [line for line in page.splitlines() if ">Older<" in line]
    older = owner.get(link.split('href="')[-1].split('"')[0].replace("&amp;", "&")).text
    assert ("n: 10<" in older, "n: 9<" in older, "n: 0<" in older) == (False, True, True)


def test_the_files_hold_all_that_is_asked_for(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    write(store, clock, BATCH + 1)
    filtered = "?action=key_added"
    sheet = owner.get(f"/queue/audit/hamlet-audit.csv{filtered}")
    heading, *rows = csv.reader(sheet.text.splitlines())
    assert heading == ["number", "time", "by", "action", "details"]
    assert [row[4] for row in rows] == [f"n: {n}" for n in reversed(range(BATCH + 1))]
    assert "attachment" in sheet.headers["Content-Disposition"]
    assert sheet.headers["Cache-Control"] == "no-store"
    found = json.loads(owner.get(f"/queue/audit/hamlet-audit.json{filtered}").text)
    assert [row["detail"]["n"] for row in found] == list(reversed(range(BATCH + 1)))
    exported = json.loads(owner.get("/queue/audit/hamlet-audit.json?action=audit_exported").text)
    assert [row["detail"]["file"] for row in exported][1:] == [
        "hamlet-audit.json",
        "hamlet-audit.csv",
    ]


def test_nothing_found_is_a_file_too(owner: Moderator) -> None:
    assert owner.get("/queue/audit/hamlet-audit.json?from=2030-01-01").json == []
    assert owner.get("/queue/audit/hamlet-audit.csv?from=2030-01-01").text.count("\n") == 1


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


def test_what_somebody_chose_as_an_address_is_no_formula_either(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "=cmd|'/c calc'!a0@paper.example")
    other = Moderator(app)
    other.log_in("=cmd|'/c calc'!a0@paper.example")
    rows = list(csv.reader(owner.get("/queue/audit/hamlet-audit.csv").text.splitlines()))
    assert [row[2][0] for row in rows if "cmd" in row[2]] == ["'"]


def test_hostile_details_are_shown_inertly(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    write(store, clock, 1, name="<script>alert(1)</script>")
    page = owner.get("/queue/audit").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_action_has_words() -> None:
    assert all(words and len(action) <= 40 for action, words in ACTIONS.items())
