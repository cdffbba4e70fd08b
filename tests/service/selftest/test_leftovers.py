"""What a self-test leaves is taken away, and nothing else is; on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from service.core import moderation
from service.core.store import comments, keys, sites
from service.core.store.keys import NewKey
from service.core.store.session import Store
from service.core.store.tables import KeyRow
from service.core.verdict import Decision
from service.selftest import leftovers
from tests.fakes import FrozenClock
from tests.service.core.asking import Asker
from tests.service.core.conftest import SECRET


@pytest.fixture
def asker(any_store: Store, clock: FrozenClock) -> Iterator[Asker]:
    made = Asker(any_store, clock)
    made.record(made.check("from a reader"))
    yield made
    assert "from a reader" in bodies(made)


def bodies(asker: Asker) -> set[str]:
    """Every stored comment's text."""
    with asker.store.reading() as session:
        return {row.body for row in comments.page(session)}


def record_test(asker: Asker, body: str, score: float | None = 0.5, callback: str = "") -> UUID:
    check = replace(asker.check(body, callback), is_test=True)
    return asker.record(check, score).comment_id


def test_test_comments_go_with_all_that_belongs_to_them(asker: Asker, clock: FrozenClock) -> None:
    record_test(asker, "one", callback="https://blog.example/hook")
    test = record_test(asker, "two")
    asker.report(replace(asker.check("two"), is_test=True), is_spam=True)
    assert leftovers.clear(asker.store, asker.opener.id, clock()) == 2
    assert bodies(asker) == {"from a reader"}
    with asker.store.reading() as session:
        assert comments.events_of(session, test) == []


def test_tests_of_another_key_or_another_day_stay(asker: Asker, clock: FrozenClock) -> None:
    record_test(asker, "yesterday's")
    clock.move(days=1)
    other = Asker(asker.store, clock)
    record_test(other, "another's")
    assert leftovers.clear(asker.store, asker.opener.id, clock()) == 0
    assert bodies(asker) == {"from a reader", "yesterday's", "another's"}


def test_what_a_worker_is_at_or_a_person_taught_stays(asker: Asker, clock: FrozenClock) -> None:
    record_test(asker, "waits", None)
    taught = record_test(asker, "taught")
    with asker.store.writing() as session:
        moderation.decide(session, taught, Decision.SPAM, 2, "moderator:1", clock())
    assert leftovers.clear(asker.store, asker.opener.id, clock()) == 0
    assert bodies(asker) == {"from a reader", "waits", "taught"}


class TestLentKeys:
    def lend(self, asker: Asker, clock: FrozenClock) -> NewKey:
        with asker.store.reading() as session:
            [site] = sites.all_sites(session)
        return leftovers.lend_key(asker.store, site.id, SECRET, clock())

    def row(self, asker: Asker, lent: NewKey) -> KeyRow | None:
        with asker.store.reading() as session:
            return keys.by_key_hash(session, keys.hash_key(lent.key, SECRET))

    def test_a_lent_key_leaves_no_trace(self, asker: Asker, clock: FrozenClock) -> None:
        lent = self.lend(asker, clock)
        asker.opener = asker.opener._replace(id=lent.id)
        record_test(asker, "by it")
        leftovers.take_back(asker.store, lent.id, clock())
        assert bodies(asker) == {"from a reader"}
        assert self.row(asker, lent) is None

    def test_one_that_something_still_names_is_ended(
        self, asker: Asker, clock: FrozenClock
    ) -> None:
        lent = self.lend(asker, clock)
        asker.opener = asker.opener._replace(id=lent.id)
        record_test(asker, "waits", None)
        leftovers.take_back(asker.store, lent.id, clock())
        row = self.row(asker, lent)
        assert row is not None
        assert row.revoked_at == clock()

    def test_one_left_by_a_process_that_died_ends_with_the_next_test(
        self, asker: Asker, clock: FrozenClock
    ) -> None:
        forgotten = self.lend(asker, clock)
        clock.move(minutes=6)
        assert self.row(asker, self.lend(asker, clock)) is not None
        assert self.row(asker, forgotten) is None
