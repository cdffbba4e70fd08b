"""Trusted and banned authors at the door: the same policy as the worker's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from service.config import Settings
from service.core import authors
from service.core.store.session import Store
from service.core.verdict import Stand
from service.web.akismet.context import Context, write_kept
from tests.fakes import FrozenClock
from tests.service.web.akismet.conftest import Door
from tests.service.web.akismet.test_away import Failing

TIP = "X-akismet-pro-tip"
Say = Callable[[TestResponse, Stand], None]


@pytest.fixture
def say(store: Store, clock: FrozenClock, door: Door) -> Say:
    """Give the author of an answer's comment a standing for a week."""

    def say(answer: TestResponse, stand: Stand) -> None:
        week = timedelta(days=7)
        with store.writing() as session:
            comment_id = door.comment(answer).id
            authors.stand(session, comment_id, stand, week, 0, "moderator:1", clock())

    return say


@pytest.mark.parametrize("text", ["lovely", "unsure", "spam", "blatant"])
def test_a_banned_authors_comment_is_removed_and_never_to_discard(
    door: Door, say: Say, text: str
) -> None:
    say(door.check("before"), Stand.BANNED)
    answer = door.check(text)
    assert answer.data == b"true"
    assert TIP not in answer.headers
    row = door.comment(answer)
    assert (row.outcome, row.decision, row.revision, row.attempts) == ("removed", "remove", 3, 1)
    assert [kind for kind, _ in door.events(row)] == ["submitted", "judged", "decided"]
    assert door.events(row)[-1][1] == "author ban"


def test_a_ban_ends_by_itself(door: Door, say: Say, clock: FrozenClock) -> None:
    say(door.check("before"), Stand.BANNED)
    clock.move(days=7)
    assert door.check("lovely").data == b"false"


def test_a_banned_administrator_is_banned(door: Door, say: Say) -> None:
    say(door.check("before"), Stand.BANNED)
    answer = door.check("lovely", user_role="administrator")
    assert (answer.data, door.comment(answer).outcome) == (b"true", "removed")


def test_a_trusted_authors_unclear_comment_is_ham_and_spam_waits(door: Door, say: Say) -> None:
    say(door.check("before"), Stand.TRUSTED)
    assert door.check("unsure").data == b"false"
    answer = door.check("blatant")
    assert (answer.data, door.comment(answer).outcome) == (b"true", "held")
    assert TIP not in answer.headers


def test_whom_one_wants_to_be_asked_about_waits(door: Door, say: Say) -> None:
    say(door.check("before"), Stand.PREMODERATED)
    assert door.comment(door.check("lovely")).outcome == "held"


def test_other_authors_and_those_without_an_address_are_not_touched(door: Door, say: Say) -> None:
    say(door.check("before"), Stand.BANNED)
    assert door.check("lovely", comment_author_email="").data == b"false"
    assert door.check("lovely", comment_author_email="bea@reader.example").data == b"false"


def test_what_was_kept_while_the_database_was_away_is_banned_too(
    door: Door, say: Say, own: Context, store: Store, settings: Settings
) -> None:
    say(door.check("before"), Stand.BANNED)
    database = Failing(store, settings.data_dir)
    database.leave()
    answer = door.check("lovely", user_role="administrator")
    database.come_back()
    own.spool.replay(lambda entry: write_kept(store, entry, settings.secret_key))
    row = door.comment(answer)
    assert (row.outcome, row.decision) == ("removed", "remove")


def test_the_standing_costs_a_check_no_statement(door: Door, say: Say, store: Store) -> None:
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def counted(text: str) -> int:
        asked.clear()
        door.check(text)
        return len([one for one in asked if not one.startswith("PRAGMA")])

    first = door.check("before")
    plain = counted("one more")
    say(first, Stand.TRUSTED)
    assert counted("one less") == plain
    assert sum("author_standings" in one for one in asked) == 1
