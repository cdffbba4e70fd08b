"""The pages of campaigns, with plain forms."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.core.store.moderators import Role
from service.core.store.session import Store
from service.scoring import Scorer
from service.web.campaign_view import sample
from tests.fakes import FrozenClock, QuietBell
from tests.service.web.conftest import Site
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)

SPUN = (
    "I am unsure how to thank you for this {} article. Our shop sells kettles and mixers for less "
    "than half of what you {} elsewhere."
)
WORDS = [("great", "pay"), ("fine", "spend"), ("lovely", "give")]


@pytest.fixture
def wave(site: Site, store: Store, scorer: Scorer, clock: FrozenClock) -> list[UUID]:
    """Three comments of one campaign, and a stranger."""
    ids = [
        add_comment(store, clock, SPUN.format(*words), author_name=f"Seller {i}")
        for i, words in enumerate(WORDS)
    ]
    ids.append(add_comment(store, clock, "I am unsure whether rye would rise. <b>?</b>"))
    judge_all(store, scorer, clock)
    clock.move(seconds=1)
    return ids


def campaign_path(page: str) -> str:
    return re.findall(r'href="(/queue/campaigns/\d+)"', page)[0]


def outcomes(store: Store, ids: list[UUID]) -> list[str]:
    return [comment_row(store, one).outcome for one in ids]


def test_the_list_tells_what_a_campaign_is(owner: Moderator, wave: list[UUID]) -> None:
    page = owner.get("/queue/campaigns").text
    assert page.count('class="campaign"') == 1
    assert "3 of 3 that came" in page
    assert "Seller 0" in page
    assert re.search(r"<mark>\s*lovely\s*</mark>", page)


def test_a_card_of_the_queue_leads_to_its_campaign(owner: Moderator, wave: list[UUID]) -> None:
    page = owner.get("/queue?campaigns=apart").text
    assert page.count("and 2 more like it") == 3
    assert owner.get(campaign_path(page)).status_code == 200


def test_one_click_decides_all_and_another_undoes_it(
    owner: Moderator, wave: list[UUID], store: Store, bell: QuietBell
) -> None:
    path = campaign_path(owner.get("/queue/campaigns").text)
    owner.get(path)
    page = owner.follow(owner.press(f"{path}/decision", decision="spam"))
    assert "Marked as spam: 3 comments. Their sites learn from 3 of them." in page
    assert outcomes(store, wave) == ["spam", "spam", "spam", "held"]
    assert bell.lessons == 1
    assert "Undone, with all it taught: 3 comments." in owner.follow(owner.press(f"{path}/undo"))
    assert outcomes(store, wave) == ["held"] * 4


def test_late_ones_are_listed_and_undone_with_it(
    owner: Moderator, wave: list[UUID], store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    path = campaign_path(owner.get("/queue/campaigns").text)
    owner.get(path)
    owner.press(f"{path}/decision", decision="remove")
    late = add_comment(store, clock, SPUN.format("superb", "lose"), author_name="Late")
    judge_all(store, scorer, clock)
    assert outcomes(store, [late]) == ["removed"]
    assert "Late" in owner.get(f"{path}?show=late").text
    assert "1 came later and shared it" in owner.page
    owner.press(f"{path}/undo", late="yes")
    assert outcomes(store, [late]) == ["held"]


def test_who_was_too_slow_is_told(owner: Moderator, wave: list[UUID], app: Flask) -> None:
    path = campaign_path(owner.get("/queue/campaigns").text)
    owner.get(path)
    other = Moderator(app)
    other.log_in()
    other.get(path)
    other.press(f"{path}/decision", decision="spam")
    answer = owner.press(f"{path}/decision", decision="approve")
    assert (answer.status_code, "somebody was quicker" in owner.page) == (409, True)


def test_a_comment_can_be_taken_out(owner: Moderator, wave: list[UUID], store: Store) -> None:
    path = campaign_path(owner.get("/queue/campaigns").text)
    owner.get(path)
    owner.follow(owner.press(f"{path}/out/{wave[1]}"))
    owner.press(f"{path}/decision", decision="spam")
    assert outcomes(store, wave) == ["spam", "held", "spam", "held"]
    assert str(wave[1]) in owner.get(f"{path}?show=out").text


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"decision": "burn", "loaded_at": "2026-11-22T12:00:00+00:00"}, "decision"),
        ({"decision": "spam", "loaded_at": "yesterday"}, "loaded_at"),
        ({"decision": "spam", "loaded_at": "2026-11-22T12:00:00"}, "loaded_at"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    owner: Moderator, wave: list[UUID], sent: dict[str, str], named: str
) -> None:
    path = campaign_path(owner.get("/queue/campaigns").text)
    owner.get(path)
    answer = owner.press(f"{path}/decision", **sent)
    assert (answer.status_code, named in owner.page) == (400, True)


def test_a_moderator_of_another_site_sees_nothing_of_it(
    app: Flask, wave: list[UUID], owner: Moderator, store: Store, clock: FrozenClock,
    scorer: Scorer,
) -> None:  # fmt: skip
    path = campaign_path(owner.get("/queue/campaigns").text)
    elsewhere = add_comment(store, clock, "Hello.", article_url="https://other.example/a")
    site_id = comment_row(store, elsewhere).site_id
    add_moderator(store, clock, "eve@other.example", Role.MODERATOR, site_id)
    stranger = Moderator(app)
    stranger.log_in("eve@other.example")
    assert "No campaign waits" in stranger.get("/queue/campaigns").text
    assert stranger.get(path).status_code == 404


def test_a_viewer_looks_only(
    app: Flask, wave: list[UUID], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "vic@paper.example", Role.VIEWER)
    viewer = Moderator(app)
    viewer.log_in("vic@paper.example")
    path = campaign_path(viewer.get("/queue/campaigns").text)
    assert "<form" not in viewer.get(path).text.partition("<main")[2]


def test_the_sample_marks_what_others_say_otherwise() -> None:
    found = sample(["buy my cheap tea now", "buy my good tea now", "buy my cheap tea today"])
    told = [("".join(piece.text for piece in one.pieces), one.differs) for one in found]
    assert told == [("buy my", False), ("cheap", True), ("tea", False), ("now", True)]
    assert sample([]) == []


def folded_form(page: str) -> str:
    return re.findall(r'action="(/queue/campaigns/\d+/decision)"', page)[0]


def press_folded(owner: Moderator, decision: str, ticked: list[UUID]) -> TestResponse:
    """Press a button of the first campaign's card in the queue, with these members ticked."""
    path = folded_form(owner.page)
    form = owner.page.partition(f'action="{path}"')[2].partition("</form>")[0]
    sent = MultiDict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    sent["decision"] = decision
    for one in ticked:
        sent.add("member", str(one))
    return owner.post(path, sent)  # type: ignore[arg-type]  # Werkzeug takes both


def test_in_the_queue_a_campaign_is_one_card(owner: Moderator, wave: list[UUID]) -> None:
    page = owner.get("/queue?order=newest").text
    assert page.count("<article") == 2
    assert "3 similar</h2>" in page
    assert "on 1 site, 3 authors" in page
    assert re.search(r"<mark>\s*lovely\s*</mark>", page)
    listed = re.findall(r'name="member" value="([^"]+)"[^>]* checked', page)
    assert listed == [str(one) for one in wave[2::-1]]
    assert "all 1 on this page, no campaigns" in page
    assert owner.get("/queue?campaigns=apart").text.count("<article") == 4
    assert "3 similar</h2>" not in owner.get("/queue?q=unsure").text


def test_the_card_decides_about_those_ticked_and_undo_takes_it_back(
    owner: Moderator, wave: list[UUID], store: Store
) -> None:
    owner.get("/queue?order=newest")
    response = press_folded(owner, "spam", [wave[0], wave[2]])
    assert response.headers["Location"] == "/queue?order=newest#main"  # it was the last card
    page = owner.follow(response)
    assert "Marked as spam: 2 comments." in page
    assert outcomes(store, wave) == ["spam", "held", "spam", "held"]
    assert "similar</h2>" not in page  # the one left is a comment like others
    assert "Undone, with all it taught: 2 comments." in owner.follow(owner.press("/undo"))
    assert outcomes(store, wave) == ["held"] * 4


def test_with_all_ticked_late_ones_share_the_decision(
    owner: Moderator, wave: list[UUID], store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    owner.get("/queue")
    press_folded(owner, "spam", wave[:3])
    late = add_comment(store, clock, SPUN.format("superb", "lose"), author_name="Late")
    judge_all(store, scorer, clock)
    assert outcomes(store, [late]) == ["spam"]


def test_nothing_ticked_is_told(owner: Moderator, wave: list[UUID], store: Store) -> None:
    owner.get("/queue")
    assert press_folded(owner, "spam", []).status_code == 400
    assert "nothing is ticked, so nothing was changed" in owner.page
    assert outcomes(store, wave) == ["held"] * 4


def test_on_one_site_only_its_members_are_decided(
    owner: Moderator, wave: list[UUID], store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    there = [
        add_comment(store, clock, SPUN.format(one, "pay"), article_url="https://other.example/a")
        for one in ("dear", "kind")
    ]
    judge_all(store, scorer, clock)
    owner.get("/queue?site=other-example")
    assert "2 similar</h2>" in owner.page
    press_folded(owner, "remove", there)
    assert outcomes(store, [*wave, *there]) == ["held"] * 4 + ["removed"] * 2


def test_the_script_gets_the_undo_and_then_the_card(
    owner: Moderator, wave: list[UUID], store: Store
) -> None:
    path = folded_form(owner.get("/queue").text)
    form = dict(re.findall(r'name="(csrf_token|loaded_at)" value="([^"]*)"', owner.page))
    wants = {"headers": {"Accept": "application/json"}}
    told = owner.client.post(path, data=form | {"decision": "spam"}, **wants).get_json()
    assert told["said"].startswith("Marked as spam: 3 comments.")
    again = owner.client.post(path, data=form | {"decision": "spam"}, **wants)
    assert (again.status_code, again.get_json()["code"]) == (409, "nothing_waits")
    undo = path.replace("/decision", "/undo")
    back = owner.client.post(undo, data=form | {"deed": told["undo"]}, **wants).get_json()
    assert "3 similar</h2>" in back["card"]
    assert outcomes(store, wave) == ["held"] * 4


def test_a_viewer_sees_the_members_and_has_nothing_to_tick(
    app: Flask, wave: list[UUID], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "vic@paper.example", Role.VIEWER)
    viewer = Moderator(app)
    viewer.log_in("vic@paper.example")
    page = viewer.get("/queue").text
    assert "Seller 1" in page
    assert 'name="member"' not in page
    assert "/decision" not in page
