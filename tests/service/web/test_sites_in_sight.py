"""Whoever moderates several sites works on all of theirs, or on one, and never on another's."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from service.core import bulk
from service.core.errors import NotFound
from service.core.store import people, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)
from tests.service.web.test_bulk import confirm, search
from tests.service.web.test_queue import shown

NAMES = ("blog", "paper", "zine", "other")
MINE = NAMES[:3]


@pytest.fixture
def comments(store: Store, scorer: Scorer, clock: FrozenClock) -> dict[str, list[UUID]]:
    """Nine held comments of Ada's on each of four sites, by the site's name."""
    made: dict[str, list[UUID]] = {name: [] for name in NAMES}
    with store.writing() as session:
        for name in NAMES:
            sites.add(session, name, f"https://{name}.example", clock())
    for number in range(9):
        for name in NAMES:
            address = f"https://{name}.example/page"
            body = f"unsure about {name} {number}, see https://{name}-links.example/"
            made[name].append(add_comment(store, clock, body, article_url=address))
    judge_all(store, scorer, clock)
    return made


@pytest.fixture
def ann(app: Flask, store: Store, clock: FrozenClock, comments: dict[str, list[UUID]]) -> Moderator:
    """A moderator of three of the sites, logged in."""
    number = add_moderator(store, clock, "ann@paper.example", Role.MODERATOR)
    with store.writing() as session:
        mine = {sites.by_name(session, name).id for name in MINE}
        people.set_reach(session, people.by_number(session, number), mine)
    ann = Moderator(app)
    ann.log_in("ann@paper.example")
    return ann


def mine(comments: dict[str, list[UUID]]) -> set[UUID]:
    return {one for name in MINE for one in comments[name]}


def outcomes(store: Store, ids: list[UUID] | set[UUID]) -> set[str]:
    return {comment_row(store, one).outcome for one in ids}


@pytest.mark.parametrize("order", ["newest", "urgent"])
def test_all_my_sites_are_one_queue_in_pages(
    ann: Moderator, comments: dict[str, list[UUID]], order: str
) -> None:
    seen = shown(ann.get(f"/queue?order={order}").text)
    assert "27" in ann.page
    assert "All my sites" in ann.page
    assert ">other" not in ann.page
    following = f"/queue?order={order}&after={seen[-1]}"
    rest = shown(ann.get(following).text)
    assert (len(seen), len(rest)) == (25, 2)
    assert set(seen) | set(rest) == mine(comments)
    if order == "newest":
        assert seen + rest == sorted(mine(comments), reverse=True)


def test_one_of_my_sites_is_chosen_and_no_others(
    ann: Moderator, comments: dict[str, list[UUID]]
) -> None:
    assert set(shown(ann.get("/queue?site=paper").text)) == set(comments["paper"])
    assert set(shown(ann.get("/queue?site=other").text)) <= mine(comments)
    assert ann.get("/queue?q=site:other").status_code == 400


@pytest.mark.parametrize("query", ["links", "author:Ada unsure", "is:linked", "domain:example"])
def test_a_search_finds_nothing_elsewhere(
    ann: Moderator, comments: dict[str, list[UUID]], query: str
) -> None:
    assert set(search(ann, query)) <= mine(comments)
    assert ">other" not in ann.page
    assert search(ann, "other-links") == []
    assert set(search(ann, "site:zine unsure")) == set(comments["zine"])


def test_all_that_match_are_those_of_my_sites_and_one_undo_takes_them_back(
    ann: Moderator, store: Store, comments: dict[str, list[UUID]]
) -> None:
    ann.get("/queue")
    ann.press("/queue/bulk", scope="all", decision="spam")
    assert "27 comments" in ann.page
    ann.follow(confirm(ann, "spam"))
    assert outcomes(store, mine(comments)) == {"spam"}
    assert outcomes(store, comments["other"]) == {"held"}
    ann.get("/queue/bulk?site=blog")
    assert "Put back: 27 comments" in ann.follow(ann.press("/undo"))
    assert outcomes(store, mine(comments)) == {"held"}


def test_a_bulk_over_all_my_sites_is_not_undone_by_who_sees_but_one(
    app: Flask, ann: Moderator, store: Store, clock: FrozenClock, comments: dict[str, list[UUID]]
) -> None:
    ann.get("/queue")
    ann.press("/queue/bulk", scope="all", decision="spam")
    ann.follow(confirm(ann, "spam"))
    with store.reading() as session:
        paper = sites.by_name(session, "paper").id
    add_moderator(store, clock, "bea@paper.example", Role.MODERATOR, paper)
    bea = Moderator(app)
    bea.log_in("bea@paper.example")
    assert "/undo" not in bea.get("/queue/bulk").text
    for sites_of_theirs in (paper, frozenset({paper})):
        with pytest.raises(NotFound), store.writing() as session:
            bulk.undo_many(session, 1, "moderator:9", clock(), site_id=sites_of_theirs)
    assert outcomes(store, mine(comments)) == {"spam"}


def test_the_news_and_the_statistics_are_of_my_sites(
    ann: Moderator, comments: dict[str, list[UUID]]
) -> None:
    assert ann.get("/queue/news").json["counts"]["review"] == "27"  # type: ignore[index]
    assert ann.get("/queue/news?site=paper").json["counts"]["review"] == "9"  # type: ignore[index]
    page = ann.get("/queue/statistics").text
    assert "paper-links.example" in page
    assert "other-links.example" not in page
