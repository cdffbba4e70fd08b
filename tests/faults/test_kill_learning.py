"""No kill loses or doubles a lesson: workers die while decisions and undos pour in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from bench.instance import Instance
from models import SpamModel
from service.clock import utc_now
from service.core import moderation
from service.core.moderation import Arrival, Caller
from service.core.store import comments, examples
from service.core.store.lesson_tables import LessonRow
from service.core.store.session import Store
from service.core.submission import Submission, checked
from service.core.verdict import Decision
from tests import servers
from tests.faults.test_kill import processes_of
from tests.service.learning.village import PRAISE, TOOLS, Process

pytestmark = [pytest.mark.journey, pytest.mark.redis]

COMMENTS = 240
ROUNDS = 4  # in each, a part of the comments is decided or undone, and every worker is killed
WHO = "moderator:1"


@pytest.fixture
def store(hamlet: Instance) -> Iterator[Store]:
    opened = Store.open(
        hamlet.environ.get("HAMLET_DATABASE_URL", f"sqlite:///{hamlet.folder}/hamlet.sqlite3")
    )
    yield opened
    opened.close()


def submit(store: Store) -> list[UUID]:
    now = utc_now()
    arrivals = [
        Arrival(
            checked(
                Submission(
                    article_url=f"https://site-{number % 3}.example/story",
                    body=f"{PRAISE.format(TOOLS[number % len(TOOLS)])} {number}",
                ),
                now,
            ),
            Caller("reader"),
        )
        for number in range(COMMENTS)
    ]
    results = store.write(lambda session: moderation.submit_many(session, arrivals, now, "secret"))
    return [result.comment_id for result in results]  # type: ignore[union-attr]


def all_judged(store: Store) -> bool:
    with store.reading() as session:
        return comments.oldest_pending(session) is None


def decide(store: Store, comment_id: UUID, number: int) -> None:
    """Spam, a good comment, or taken back: each comment is said something about again and again."""

    def say(session: object) -> None:
        row = comments.by_id(session, comment_id)  # type: ignore[arg-type]
        arguments = (session, comment_id), (row.revision, WHO, utc_now())
        session.expunge_all()  # type: ignore[attr-defined]
        if number % 3 == 2 and row.decision is not None:
            moderation.undo(*arguments[0], *arguments[1])  # type: ignore[arg-type]
        else:
            decision = (Decision.SPAM, Decision.APPROVE)[number % 2]
            moderation.decide(*arguments[0], decision, *arguments[1])  # type: ignore[arg-type]

    store.write(say)


def check_what_was_learned(store: Store) -> None:
    with store.reading() as session:
        said = {
            row.comment_id: row.label
            for row in session.scalars(select(examples.ExampleRow))
            if row.label is not None
        }
        failures = examples.count_failed(session)
        lessons = session.execute(select(LessonRow.comment_id, LessonRow.label)).all()
    assert failures == 0
    assert len(lessons) == len(said)
    assert {row.comment_id: row.label for row in lessons} == said


def learned_again(store: Store, model: SpamModel) -> tuple[bytes, bytes]:
    """What the log adds up to, and what the lessons that stand do from the beginning."""
    from service.learning.relearning import relearn

    process = Process(store, model, utc_now)  # type: ignore[arg-type]
    before = process.state()[1]
    assert relearn(store, model, utc_now, lambda: True)
    return before, process.state()[1]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")
def test_no_kill_loses_or_doubles_a_lesson(
    hamlet: Instance, store: Store, shipped: SpamModel
) -> None:
    ids = submit(store)
    servers.wait_until(lambda: all_judged(store), "every comment to be judged", 60)
    for number in range(ROUNDS):
        for count, comment_id in enumerate(ids[number::3]):
            decide(store, comment_id, number + count)
            if count % 40 == 20:
                for pid in processes_of(hamlet, "worker"):
                    os.kill(pid, signal.SIGKILL)

    def nothing_due() -> bool:
        with store.reading() as session:
            return examples.oldest_due(session) is None

    servers.wait_until(nothing_due, "every decision to be learned", 90)
    check_what_was_learned(store)
    before, after = learned_again(store, shipped)
    assert before == after
