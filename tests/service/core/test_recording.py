"""Checks, reports and callbacks in the core, on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from service.core import moderation, retention, waiting
from service.core.checking import Standing, look
from service.core.errors import WrongSite
from service.core.places import Places
from service.core.recording import Judged
from service.core.store import callbacks, comments, sites, usage
from service.core.store.check_tables import CallbackRow
from service.core.store.session import Store
from service.core.verdict import Decision, Outcome, UnsureAnswer, Verdict
from tests.fakes import FrozenClock
from tests.service.core.asking import Asker
from tests.service.core.conftest import SECRET, World

HOOK = "https://blog.example/hook"


@pytest.fixture
def asker(any_store: Store, clock: FrozenClock) -> Asker:
    return Asker(any_store, clock)


class TestRecord:
    def test_a_recorded_check_is_what_a_worker_would_have_left(
        self, asker: Asker, world: World
    ) -> None:
        asked = world.get(asker.record(asker.check("same"), 0.5).comment_id)
        [submitted] = world.submit_all(["same"])
        world.judge_all(0.5)
        judged = world.get(submitted)
        for name in ("outcome", "verdict", "score", "urgency", "reasons", "model", "judged_at",
                     "revision", "attempts", "claim", "claimed_until", "spam_since", "discard",
                     "article_id", "site_id"):  # fmt: skip
            assert getattr(asked, name) == getattr(judged, name), name
        assert world.kinds(asked.id) == world.kinds(judged.id) == ["submitted", "judged"]

    def test_what_is_looked_at_is_what_a_worker_would_read(self, asker: Asker) -> None:
        """Also in a process that has just started: nothing is remembered from before."""
        said = {"author_email": "ann@example.org", "ip": "192.0.2.7"}
        asker.record(asker.check("first", **said))
        check = asker.check("second", filled_in_ms=9_000, honeypot=" x", **said)
        with asker.store.reading() as session:
            seen = look(session, check, Places(), asker.clock(), SECRET).waiting
        asker.record(check, None)
        with asker.store.reading() as session:
            [read] = waiting.read(session, [check.guid])
        assert seen == read
        assert read.author_known

    def test_one_without_a_ruling_waits_for_a_worker(self, asker: Asker, world: World) -> None:
        standing = asker.record(asker.check(), None)
        assert (standing.outcome, standing.is_spam) == (Outcome.PENDING, True)
        assert world.judge_all(0.02) == 1
        assert world.get(standing.comment_id).outcome == "published"

    def test_two_alike_at_once_are_one_comment(self, asker: Asker) -> None:
        """Each in a process of its own, as it were: another connection, another transaction."""
        asker.record(asker.check("first"))
        calls = [asker.check("twice") for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(asker.record, calls))
        assert len({standing.comment_id for standing in found}) == 1

    def test_two_alike_in_one_transaction_are_one_comment(self, asker: Asker) -> None:
        checks = [asker.check("twice"), asker.check("twice"), asker.check("other")]
        items = [Judged(check=check, ruling=None) for check in checks]
        ids = [standing.comment_id for standing in asker.record_all(items)]
        assert ids == [checks[0].guid, checks[0].guid, checks[2].guid]

    def test_many_at_once_on_many_new_sites_are_all_stored(self, asker: Asker) -> None:
        def ask(number: int) -> Standing:
            check = asker.check(f"text {number}", ip=str(number))
            return asker.record(check, 0.97 if number % 2 else 0.02)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, range(40)))
        assert len({standing.comment_id for standing in found}) == 40
        with asker.store.reading() as session:
            today = asker.clock().date()
            [counts] = usage.by_key(session, today).values()
        assert (counts.calls, counts.spam, counts.ham) == (40, 20, 20)

    def test_a_site_that_changes_its_settings_is_heard_soon(
        self, asker: Asker, clock: FrozenClock
    ) -> None:
        assert asker.record(asker.check("one"), 0.5).is_spam
        with asker.store.writing() as session:
            site = sites.by_origin(session, "https://blog.example")
            assert site is not None
            sites.change(session, site.id, {"unsure_answer": UnsureAnswer.LET_THROUGH})
        clock.move(seconds=3)
        assert not asker.record(asker.check("two"), 0.5).is_spam

    def test_a_check_of_a_key_that_opens_another_site_is_refused(self, asker: Asker) -> None:
        asker.record(asker.check())
        asker.opener = asker.opener._replace(site_id=99)
        [told] = asker.record_all([Judged(check=asker.check("other"), ruling=None)])
        assert isinstance(told, WrongSite)


class TestReports:
    def test_it_is_decided_and_taught_through_the_core(self, asker: Asker, world: World) -> None:
        standing = asker.record(asker.check())
        assert asker.report(asker.check(), is_spam=True) == standing.comment_id
        row = world.get(standing.comment_id)
        assert (row.decision, row.outcome) == (Decision.SPAM, Outcome.SPAM)
        assert world.kinds(row.id) == ["submitted", "judged", "decided"]

    def test_it_can_be_undone_in_the_queue(self, asker: Asker, world: World) -> None:
        comment_id = asker.record(asker.check()).comment_id
        asker.report(asker.check(), is_spam=True)
        row = world.change(moderation.undo, comment_id)
        assert (row.decision, row.outcome) == (None, Outcome.PUBLISHED)

    def test_one_about_an_unknown_comment_is_stored_without_a_verdict(
        self, asker: Asker, world: World
    ) -> None:
        row = world.get(asker.report(asker.check("new"), is_spam=True))
        assert (row.verdict, row.outcome) == (None, Outcome.SPAM)
        assert world.judge_all() == 0


class TestPrints:
    def test_they_are_wiped_after_sixty_days(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = asker.record(asker.check()).comment_id
        clock.move(days=59)
        assert asker.report(asker.check(), is_spam=True) == comment_id
        clock.move(days=2)
        with asker.store.writing() as session:
            assert retention.purge(session, clock()) == 2  # who wrote it, and the prints
        assert asker.report(asker.check(), is_spam=True) != comment_id
        assert world.get(comment_id).outcome == "spam"


class TestCallbacks:
    def asked(self, asker: Asker, score: float = 0.02) -> UUID:
        return asker.record(asker.check(callback=HOOK), score).comment_id

    def test_a_moderators_later_decision_is_owed(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker)
        assert asker.due() == []
        world.change(moderation.decide, comment_id, Decision.SPAM)
        clock.move(seconds=3)
        assert asker.due() == [(comment_id, True)]
        assert asker.due() == []  # it is on its way

    def test_what_the_client_knows_is_not_owed(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker, 0.97)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        world.change(moderation.decide, comment_id, Decision.REMOVE)
        clock.move(seconds=3)
        assert asker.due() == []

    def test_what_was_undone_in_time_is_not_owed(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        world.change(moderation.undo, comment_id)
        clock.move(seconds=3)
        assert asker.due() == []

    def test_what_the_client_said_itself_is_not_owed(
        self, asker: Asker, clock: FrozenClock
    ) -> None:
        self.asked(asker)
        asker.report(asker.check(), is_spam=True)
        clock.move(seconds=3)
        assert asker.due() == []

    def test_it_is_tried_again_after_pauses_that_grow_and_then_given_up(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        clock.move(seconds=3)
        for pause in callbacks.PAUSES:
            with asker.store.writing() as session:
                [owed] = callbacks.claim_due(session, clock())
                assert callbacks.failed(session, owed, clock())
            clock.move(seconds=pause.total_seconds() - 1)
            assert asker.due() == []
            clock.move(seconds=1)
        assert list(callbacks.PAUSES) == sorted(callbacks.PAUSES)
        with asker.store.writing() as session:
            [owed] = callbacks.claim_due(session, clock())
            assert not callbacks.failed(session, owed, clock())
        clock.move(days=10)
        assert asker.due() == []

    def test_what_changes_while_it_is_sent_stays_owed(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        clock.move(seconds=3)
        with asker.store.writing() as session:
            [owed] = callbacks.claim_due(session, clock())
        world.change(moderation.decide, comment_id, Decision.APPROVE)
        with asker.store.writing() as session:
            callbacks.delivered(session, owed, clock())
        clock.move(seconds=3)
        assert asker.due() == [(comment_id, False)]

    def test_one_that_died_while_sending_is_followed_by_another(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = self.asked(asker)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        clock.move(seconds=3)
        assert asker.due()
        clock.move(seconds=callbacks.LEASE.total_seconds() + 1)
        assert asker.due() == [(comment_id, True)]

    def test_two_senders_never_take_the_same(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        ids = [asker.record(asker.check(f"{n}", callback=HOOK)).comment_id for n in range(12)]
        for comment_id in ids:
            world.change(moderation.decide, comment_id, Decision.SPAM)
        clock.move(seconds=3)
        with ThreadPoolExecutor(4) as pool:
            rounds = list(pool.map(lambda _: asker.due(), range(4)))
        taken = [comment_id for round in rounds for comment_id, _ in round]
        assert sorted(taken) == sorted(ids)

    def test_a_promise_is_kept_by_the_verdict(
        self, asker: Asker, world: World, clock: FrozenClock
    ) -> None:
        comment_id = asker.record(asker.check(callback=HOOK), None, promised=True).comment_id
        world.judge_all(0.02)
        clock.move(seconds=3)
        assert asker.due() == [(comment_id, False)]

    def test_old_ones_are_forgotten(self, asker: Asker, clock: FrozenClock) -> None:
        comment_id = self.asked(asker)
        clock.move(days=31)
        with asker.store.writing() as session:
            callbacks.forget_old(session, clock())
        with asker.store.reading() as session:
            assert session.get(CallbackRow, comment_id) is None
            assert comments.by_id(session, comment_id).verdict == Verdict.HAM
