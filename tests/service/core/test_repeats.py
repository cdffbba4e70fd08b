"""A comment sent twice is stored once."""

from __future__ import annotations

from threading import Thread
from uuid import UUID

import pytest

from service.core import moderation
from service.core.moderation import Arrival
from service.core.store import repeats, sites
from service.core.store.repeats import WITHIN
from service.core.store.session import Store
from service.core.submission import Submission
from tests.fakes import FrozenClock
from tests.service.core.conftest import READER, SECRET, World

URL = "https://blog.example"
COMMENT = Submission(
    article_url=f"{URL}/bread",
    body="Lovely crust!",
    author_name="Nadia",
    author_email="nadia@example.org",
    ip="192.0.2.7",
)


@pytest.fixture
def site_id(any_store: Store, clock: FrozenClock) -> int:
    with any_store.writing() as session:
        return sites.add(session, "blog", URL, clock()).id


def earlier(world: World, site_id: int, submission: Submission = COMMENT) -> UUID | None:
    with world.store.writing() as session:
        return repeats.earlier(session, site_id, submission, world.clock(), SECRET)


def send(world: World, site_id: int, submission: Submission = COMMENT) -> UUID:
    """Store the comment unless it repeats one, as the door does."""
    with world.store.writing() as session:
        found = repeats.earlier(session, site_id, submission, world.clock(), SECRET)
        if found:
            return found
        accepted = moderation.submit(session, Arrival(submission, READER), world.clock(), SECRET)
        return accepted.comment_id


def test_nothing_repeats_the_first_comment(world: World, site_id: int) -> None:
    assert earlier(world, site_id) is None


def test_the_same_comment_is_found_whatever_became_of_it(world: World, site_id: int) -> None:
    first = send(world, site_id)
    assert send(world, site_id) == first
    world.judge_all(0.97)
    assert send(world, site_id) == first


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Lovely crumb!"},
        {"author_name": "Ada"},
        {"author_email": ""},
        {"author_url": "https://example.org"},
        {"ip": "192.0.2.8"},
        {"article_url": f"{URL}/tram"},
    ],
)
def test_another_comment_is_no_repeat(world: World, site_id: int, change: dict[str, str]) -> None:
    send(world, site_id)
    values = {name: getattr(COMMENT, name) for name in COMMENT.__slots__}
    assert earlier(world, site_id, Submission(**values | change)) is None


def test_the_same_words_in_reply_to_somebody_are_no_repeat(world: World, site_id: int) -> None:
    first = send(world, site_id)
    values = {name: getattr(COMMENT, name) for name in COMMENT.__slots__}
    assert earlier(world, site_id, Submission(**values | {"parent_id": first})) is None


def test_the_same_words_later_are_another_comment(world: World, site_id: int) -> None:
    send(world, site_id)
    world.clock.now += WITHIN
    assert earlier(world, site_id) is not None
    world.clock.move(seconds=1)
    assert earlier(world, site_id) is None


def test_of_several_sent_at_once_one_is_stored(world: World, site_id: int) -> None:
    sent: list[UUID] = []
    threads = [Thread(target=lambda: sent.append(send(world, site_id))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 6
    assert len(set(sent)) == 1
