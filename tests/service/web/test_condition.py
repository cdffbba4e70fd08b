"""The bar above every page: how Hamlet stands, in words, and the page that explains it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from service.core.store import leases
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_comment, add_moderator, judge_all


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock) -> Moderator:
    add_moderator(store, clock)
    with store.writing() as session:
        assert leases.take(session, "sweeper", "a worker", clock(), timedelta(minutes=1))
    moderator = Moderator(app)
    moderator.log_in()
    return moderator


def word(moderator: Moderator, path: str = "/queue") -> tuple[str, str]:
    """The colour's name and the word in the bar."""
    [found] = re.findall(
        r'<a class="health (\w+)".*How Hamlet stands: </span><span class="cut">([^<]+)</span></a>',
        moderator.get(path).text,
    )
    return found


def test_all_is_well(owner: Moderator) -> None:
    assert word(owner) == ("good", "All well")
    page = owner.get("/queue/condition").text
    assert "plain-1, of 2026-11-01" in page
    assert "Nothing waits" in page


def test_without_a_worker_it_says_so_and_what_to_do(owner: Moderator, clock: FrozenClock) -> None:
    clock.move(minutes=2)
    assert word(owner, "/queue/statistics") == ("bad", "No worker")
    assert "hamlet worker" in owner.get("/queue/condition").text


def test_comments_that_nobody_checks_are_told(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    add_comment(store, clock, "Just in.")
    assert word(owner) == ("good", "All well")
    clock.move(seconds=40)
    assert word(owner) == ("bad", "Checking is slow")
    assert "The oldest waits under a minute" in owner.get("/queue/condition").text


def test_readers_who_wait_long_are_told_by_site(
    app: Flask, owner: Moderator, store: Store, scorer: Scorer, clock: FrozenClock, site: Site
) -> None:
    add_comment(store, clock, "unsure", article_url="https://other.example/x")
    judge_all(store, scorer, clock)
    add_moderator(store, clock, "local@paper.example", Role.MODERATOR, site.id)
    clock.move(hours=25)
    with store.writing() as session:
        leases.take(session, "sweeper", "a worker", clock(), timedelta(minutes=1))
    for email, expected in (("owner", ("warn", "Readers wait")), ("local", ("good", "All well"))):
        moderator = Moderator(app)
        moderator.log_in(f"{email}@paper.example")
        assert word(moderator) == expected


def test_the_sites_to_switch_to_are_those_one_sees(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, site: Site
) -> None:
    assert 'aria-label="Site"' not in owner.get("/queue").text
    add_comment(store, clock, "Hello.", article_url="https://other.example/x")
    page = owner.get("/queue?tab=spam&q=tea").text
    assert 'href="/queue?tab=spam&amp;site=other-example&amp;q=tea"' in page
    add_moderator(store, clock, "local@paper.example", Role.MODERATOR, site.id)
    local = Moderator(app)
    local.log_in("local@paper.example")
    assert "other-example" not in local.get("/queue").text


def test_the_queues_other_pages_are_of_the_queue(owner: Moderator) -> None:
    for path in ("/queue", "/queue/bulk", "/queue/campaigns"):
        assert re.search(r'href="/queue" aria-current="page">Queue', owner.get(path).text), path
