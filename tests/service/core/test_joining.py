"""Checks join their campaigns after the answer, but for those that may inherit a decision."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from service.core import campaigns, moderation
from service.core.campaigns import Who
from service.core.checking import Standing
from service.core.store.campaign_tables import MemberRow
from service.core.store.session import Store
from service.core.verdict import Decision
from service.joins import Joins
from tests.fakes import FrozenClock
from tests.servers import wait_until
from tests.service.core.asking import Asker
from tests.service.core.conftest import ANN, World

TEXT = (
    "What a {} article this is, I have shown it to everybody at work. Our shop sells kettles and "
    "mixers for less than half of what you would pay elsewhere."
)
HOOK = "https://blog.example/hook"
HELD, HAM = 0.5, 0.02


@pytest.fixture
def asker(any_store: Store, clock: FrozenClock) -> Asker:
    return Asker(any_store, clock)


def ask(asker: Asker, word: str, score: float = HELD, callback: str = "") -> Standing:
    asker.clock.move(seconds=1)
    check = asker.check(TEXT.format(word), callback, ip=f"ip of {word}", author_name=word)
    return asker.record(check, score)


def campaign_of(store: Store, comment_id: UUID) -> int | None:
    with store.reading() as session:
        row = session.get(MemberRow, comment_id)
        return row.campaign_id if row else None


def decide(asker: Asker, number: int | None, decision: Decision) -> None:
    assert number is not None
    asker.clock.move(seconds=1)
    now = asker.clock()
    with asker.store.writing() as session:
        campaigns.decide(session, number, decision, Who(ANN), now, now, timedelta(hours=24))


@pytest.fixture
def number(asker: Asker) -> int | None:
    """A campaign of two checks."""
    found = [ask(asker, word).comment_id for word in ("great", "lovely")]
    asker.join_later()
    return campaign_of(asker.store, found[0])


class TestLater:
    def test_copies_are_one_campaign_once_they_joined(self, asker: Asker) -> None:
        first, second = ask(asker, "great").comment_id, ask(asker, "lovely").comment_id
        assert campaign_of(asker.store, first) is None
        asker.join_later()
        assert campaign_of(asker.store, first) == campaign_of(asker.store, second) is not None

    def test_what_a_person_decided_in_the_meantime_is_left_alone(
        self, asker: Asker, number: int | None, world: World
    ) -> None:
        late = ask(asker, "superb", HAM).comment_id
        decide(asker, number, Decision.SPAM)
        world.change(moderation.decide, late, Decision.APPROVE)
        asker.join_later()
        assert world.get(late).outcome == "published"
        assert campaign_of(asker.store, late) is None

    def test_a_client_hears_of_what_it_inherited_too_late_for_the_answer(
        self, asker: Asker, number: int | None, world: World
    ) -> None:
        late = ask(asker, "superb", HAM, HOOK)
        assert not late.is_spam
        decide(asker, number, Decision.SPAM)
        asker.join_later()
        assert world.get(late.comment_id).outcome == "spam"
        asker.clock.move(seconds=3)
        assert asker.due() == [(late.comment_id, True)]


class TestAtOnce:
    @pytest.mark.parametrize("score", [HAM, HELD])
    def test_what_inherits_a_decision_is_answered_by_it(
        self, asker: Asker, number: int | None, score: float
    ) -> None:
        decide(asker, number, Decision.SPAM)
        late = ask(asker, "superb", score)
        assert (late.outcome, late.is_spam) == ("spam", True)
        assert campaign_of(asker.store, late.comment_id) == number
        assert asker.unjoined == []

    @pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.HOLD])
    def test_no_other_decision_is(
        self, asker: Asker, number: int | None, decision: Decision
    ) -> None:
        decide(asker, number, decision)
        assert ask(asker, "superb").outcome == "held"

    def test_nor_one_whose_time_is_over(self, asker: Asker, number: int | None) -> None:
        decide(asker, number, Decision.SPAM)
        asker.clock.move(hours=24)
        assert not ask(asker, "superb", HAM).is_spam

    def test_what_is_unlike_it_does_not_wait_for_it(self, asker: Asker, number: int | None) -> None:
        decide(asker, number, Decision.SPAM)
        asker.record(
            asker.check("How long did your dough rest before you folded it? Mine " * 2), HAM
        )
        assert len(asker.unjoined) == 1


class TestTheErrand:
    def test_it_joins_what_it_is_given(self, asker: Asker) -> None:
        found = [ask(asker, word).comment_id for word in ("great", "lovely")]
        joins = Joins(asker.store, asker.clock)
        joins.add(asker.unjoined[:1])
        joins.add(asker.unjoined[1:])
        wait_until(lambda: campaign_of(asker.store, found[1]) is not None, "a campaign")
        assert campaign_of(asker.store, found[0]) == campaign_of(asker.store, found[1])
