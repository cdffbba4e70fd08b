"""The statistics page: who may see it, which sites, and that its figures are the counted ones."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from service.core.shares import Share
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.statistics import Sampled
from service.core.verdict import Verdict
from service.web.statistics_view import (
    domains_of,
    lasting,
    percent_of,
    quality_of,
    ranked,
    reason_names,
)
from tests.fakes import FrozenClock
from tests.service.core.history import Lived, Said, make_sites, write
from tests.service.web.moderating import Moderator, add_moderator

REASON = {"code": "word", "text": "the word “casino”", "weight": 2.5, "places": []}


@pytest.fixture
def site_ids(store: Store, clock: FrozenClock) -> list[int]:
    """A blog with some history of the last days, and a paper with one comment 20 days old."""
    ids = make_sites(store, clock())
    add_moderator(store, clock)
    lives = [
        lived(clock, ids[0], 1, Verdict.SPAM, "spam", hours=30, score=0.97),
        lived(clock, ids[0], 2, Verdict.SPAM, "approve", hours=30, score=0.95),
        lived(clock, ids[0], 3, Verdict.UNSURE, "approve", hours=30, score=0.5),
        lived(clock, ids[0], 4, Verdict.HAM, None, hours=1, score=0.01),
        lived(clock, ids[0], 5, Verdict.SPAM, None, hours=1, score=0.99),
        lived(clock, ids[1], 6, Verdict.HAM, None, hours=20 * 24, score=0.02),
    ]
    write(store, lives, body="see https://www.casino.example.org/x", reasons=[REASON])
    return ids


def lived(
    clock: FrozenClock,
    site_id: int,
    number: int,
    verdict: Verdict,
    decision: str | None,
    *,
    hours: int,
    score: float,
) -> Lived:
    """Decided, if at all, two and a half hours after it came, by the first moderator."""
    at = clock() - timedelta(hours=hours)
    said = [Said("moderator:1", decision, at + timedelta(hours=2.5))] if decision else []
    return Lived(UUID(int=number), site_id, at, score, verdict, said, decision)


def logged_in(app: Flask, email: str = "owner@paper.example") -> Moderator:
    moderator = Moderator(app)
    moderator.log_in(email)
    return moderator


def test_the_page_tells_each_figure(app: Flask, site_ids: list[int]) -> None:
    page = logged_in(app).get("/queue/statistics?days=7&site=blog").text
    for told in (
        "In all: Passed 1, Held 1, Filed as spam 3.",
        "<b>50 %</b>",  # one of two filed was spam
        "1 of 2 looked at",
        "0 of 0 looked at",
        "<b>2 h 30 min</b>",
        "of 1 held comment decided",
        "the word “casino”",
        "<bdi>example.org</bdi>",
        "owner@paper.example",
        "Day (UTC)",
    ):
        assert told in page, told


def test_the_address_says_which_site_and_how_far_back(app: Flask, site_ids: list[int]) -> None:
    owner = logged_in(app)
    assert "In all: Passed 2, Held 1, Filed as spam 3." in owner.get("/queue/statistics").text
    assert "Nothing came in these 7 days" in owner.get("/queue/statistics?site=paper&days=7").text
    assert "Passed 1, Held 0" in owner.get("/queue/statistics?site=paper&days=90").text
    nonsense = owner.get("/queue/statistics?site=%00nowhere&days=1e9")
    assert nonsense.status_code == 200
    assert '<option value="blog">' in nonsense.text
    assert "30 days</a>" in nonsense.text


def test_who_moderates_one_site_sees_no_other(
    app: Flask, site_ids: list[int], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "local@paper.example", Role.MODERATOR, site_ids[1])
    page = logged_in(app, "local@paper.example").get("/queue/statistics?site=blog").text
    assert "In all: Passed 1, Held 0, Filed as spam 0." in page
    assert "blog" not in page.replace("/queue/statistics?site=blog", "")  # the address, as asked
    assert "owner@paper.example" not in page


def test_viewers_may_look(
    app: Flask, site_ids: list[int], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "viewer@paper.example", Role.VIEWER)
    assert logged_in(app, "viewer@paper.example").get("/queue/statistics").status_code == 200


def test_nobody_looks_without_a_login(app: Flask, site_ids: list[int]) -> None:
    response = Moderator(app).get("/queue/statistics?days=7")
    assert response.status_code == 302
    assert "/login" in response.headers["Location"]


def test_an_installation_without_sites_has_a_page_too(
    app: Flask, store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock)
    assert "Nothing came" in logged_in(app).get("/queue/statistics").text


def test_quality_leaves_out_what_nobody_called_good_or_spam() -> None:
    counts = {("spam", "spam"): 8, ("spam", "approve"): 2, ("ham", "approve"): 5, (None, "spam"): 9}
    quality = quality_of(counts)
    assert quality.filed == Share(8, 10)
    assert quality.missed == Share(0, 5)


def test_reasons_that_tell_numbers_are_counted_together() -> None:
    fast = {"code": "filled_in_fast", "text": "written and sent in 1.2 s", "weight": 1.0}
    good = {"code": "word", "text": "the word “crust”", "weight": -1.0}
    names = reason_names(Sampled([REASON, REASON, fast, good], "", ""))
    assert names == {"the word “casino”", "written and sent faster than people type"}


def test_links_are_counted_by_the_domain_somebody_registered() -> None:
    text = "http://a.buy.example.org/x www.Example.org <a href='https://shop.example.co.uk'>"
    assert domains_of(Sampled([], text, "https://x.example.net/me")) == {
        "example.org",
        "example.co.uk",
        "example.net",
    }


def test_a_list_ends_after_ten() -> None:
    found = ranked(
        [name for number in range(12) for name in ["abcdefghijkl"[number]] * (12 - number)]
    )
    assert [(entry.name, entry.count) for entry in found[:2]] == [("a", 12), ("b", 11)]
    assert len(found) == 10
    assert [found[0].bar, found[5].bar] == [100, 58]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_time_is_told_in_two_units(seconds: float, told: str) -> None:
    assert lasting(seconds) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.1234, "12.3 %"),
        (0.5, "50 %"),
        (0.9996, "over 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_never_claims_more_than_it_is(value: float | None, told: str) -> None:
    assert percent_of(value) == told
