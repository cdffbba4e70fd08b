"""Learning and retraining as jobs, and by the sweeper where no bell is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue

import worker.parts
from models import SpamModel
from service.core import moderation
from service.core.store.session import Store
from service.core.verdict import Decision
from service.dispatch import LEARN, LEARN_QUEUE, RETRAIN, SCORE_QUEUE, Bell
from service.scoring import Scorer
from tests.fakes import FrozenClock, QuietBell
from tests.service.learning.village import Village
from worker import sweeper
from worker.parts import Parts
from worker.sweeper import Sweeper

Work = Callable[[], None]


@pytest.fixture
def village(store: Store, clock: FrozenClock, shipped: SpamModel) -> Village:
    return Village(store, clock, shipped)


@pytest.fixture
def parts(store: Store, clock: FrozenClock, bell: QuietBell, shipped: SpamModel) -> Parts:
    mine = worker.parts.use(Parts(store, Scorer(shipped), bell, clock))  # type: ignore[arg-type]
    assert mine.learn()  # as a worker does when it starts
    return mine


class TestSweeping:
    def test_a_fresh_decision_is_left_to_the_bell(
        self, village: Village, parts: Parts, bell: QuietBell
    ) -> None:
        village.decided("Buy now")
        Sweeper(parts).sweep()
        assert (bell.lessons, village.lessons()) == (0, 0)

    def test_it_rings_for_a_decision_left_behind(
        self, village: Village, parts: Parts, bell: QuietBell
    ) -> None:
        village.decided("Buy now")
        village.clock.now += sweeper.RING_AFTER + timedelta(milliseconds=1)
        Sweeper(parts).sweep()
        assert (bell.lessons, village.lessons()) == (1, 0)

    def test_it_learns_what_nobody_came_for(self, village: Village, parts: Parts) -> None:
        village.decided("Buy now")
        village.clock.now += sweeper.SCORE_AFTER + timedelta(milliseconds=1)
        Sweeper(parts).sweep()
        assert village.lessons() == 1

    def test_without_a_broker_it_learns_as_soon_as_it_looks(
        self, village: Village, parts: Parts, bell: QuietBell
    ) -> None:
        bell.up = False
        village.decided("Buy now")
        village.clock.now += sweeper.RING_AFTER + timedelta(milliseconds=1)
        Sweeper(parts).sweep()
        assert village.lessons() == 1

    def test_it_has_lessons_learned_on_a_model_that_went_live(
        self, village: Village, parts: Parts, bell: QuietBell
    ) -> None:
        village.decided("Buy now")
        parts.learn()
        village.promote("2026.12-other")
        Sweeper(parts).sweep()
        assert bell.lessons == 1
        parts.learn()
        assert village.process().state()[0] == "2026.12-other+2"


@pytest.mark.redis
class TestAnsweringTheBell:
    @pytest.mark.usefixtures("parts")
    def test_a_ring_gets_every_decision_learned(
        self, village: Village, redis_url: str, work: Work
    ) -> None:
        first = village.decided("Buy now")
        village.decided("Lovely crust", Decision.APPROVE)
        Bell(redis_url).ring_to_learn()
        work()
        assert village.lessons() == 2
        village.change(moderation.undo, first)
        Bell(redis_url).ring_to_learn()
        work()
        assert village.lessons() == 1

    @pytest.mark.usefixtures("parts")
    def test_doubled_and_late_jobs_teach_nothing_twice(
        self, village: Village, connection: Redis, work: Work
    ) -> None:
        village.decided("Buy now")
        queue = Queue(LEARN_QUEUE, connection=connection, serializer="json")
        for job in (LEARN, LEARN, RETRAIN, LEARN):
            queue.enqueue(job)
        work()
        assert village.lessons() == 1
        assert village.process().state()[0].endswith("+1")

    @pytest.mark.usefixtures("parts")
    def test_a_worker_that_does_not_come_finds_one_job_of_each_kind(
        self, redis_url: str, connection: Redis
    ) -> None:
        bell = Bell(redis_url)
        for _ in range(5):
            assert bell.ring()
            assert bell.ring_to_learn()
        counts = [
            Queue(name, connection=connection, serializer="json").count
            for name in (SCORE_QUEUE, LEARN_QUEUE)
        ]
        assert counts == [1, 1]
