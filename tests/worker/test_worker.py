"""The worker's jobs and its sweeper, on a real Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

import worker.parts
from service.config import Settings
from service.core.store.session import Store
from service.dispatch import SCORE_QUEUE, SCORE_WAITING, Bell
from service.scoring import Scorer
from tests import servers
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.service.core.conftest import World
from worker import sweeper
from worker.parts import Parts
from worker.sweeper import Sweeper

Work = Callable[[], None]


@pytest.fixture
def world(store: Store, clock: FrozenClock) -> World:
    return World(store, clock)


@pytest.fixture
def parts(store: Store, clock: FrozenClock, bell: QuietBell) -> Parts:
    scorer = Scorer(PlainModel())  # type: ignore[arg-type]  # it has the face of a SpamModel
    return worker.parts.use(Parts(store, scorer, bell, clock))  # type: ignore[arg-type]


class TestSweeping:
    def test_a_fresh_comment_is_left_to_the_bell(
        self, world: World, parts: Parts, bell: QuietBell
    ) -> None:
        world.submit()
        Sweeper(parts).sweep()
        assert bell.rings == 0

    def test_it_rings_for_what_was_left_behind(
        self, world: World, parts: Parts, bell: QuietBell
    ) -> None:
        comment_id = world.submit()
        world.clock.now += sweeper.RING_AFTER + timedelta(milliseconds=1)
        Sweeper(parts).sweep()
        assert bell.rings == 1
        assert world.get(comment_id).outcome == "pending"

    def test_it_scores_what_nobody_came_for(self, world: World, parts: Parts) -> None:
        comment_id = world.submit("spam")
        world.clock.now += sweeper.SCORE_AFTER + timedelta(milliseconds=1)
        Sweeper(parts).sweep()
        assert world.get(comment_id).outcome == "spam"

    def test_only_the_holder_of_the_lease_sweeps(
        self, world: World, parts: Parts, bell: QuietBell
    ) -> None:
        world.submit()
        Sweeper(parts).sweep()
        world.clock.now += sweeper.RING_AFTER * 2
        Sweeper(parts).sweep()  # another one
        assert bell.rings == 0

    def test_it_purges_from_its_first_round_on(self, world: World, parts: Parts) -> None:
        comment_id = world.submit("Text", ip="192.0.2.7")
        world.judge_all(0.95)
        world.clock.move(days=31)
        Sweeper(parts).sweep()
        assert (world.get(comment_id).body, world.get(comment_id).ip) == ("", "")


@pytest.mark.redis
class TestAnsweringTheBell:
    @pytest.mark.usefixtures("parts")
    def test_a_ring_gets_every_pending_comment_judged(
        self, world: World, redis_url: str, work: Work
    ) -> None:
        comment_id = world.submit("spam")
        Bell(redis_url).ring()
        work()
        assert world.get(comment_id).outcome == "spam"

    @pytest.mark.usefixtures("parts")
    def test_a_doubled_job_changes_nothing(
        self, world: World, connection: Redis, work: Work
    ) -> None:
        comment_id = world.submit("spam")
        queue = Queue(SCORE_QUEUE, connection=connection, serializer="json")
        for _ in range(3):
            queue.enqueue(SCORE_WAITING)
        work()
        assert world.kinds(comment_id) == ["submitted", "judged"]

    @pytest.mark.usefixtures("parts")
    @pytest.mark.parametrize(
        ("function", "argument"),
        [("os.system", "touch hacked"), ("os.mkdir", "hacked"), (SCORE_WAITING, "more")],
    )
    def test_a_foreign_job_is_refused_before_its_import(
        self,
        function: str,
        argument: str,
        connection: Redis,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        work: Work,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        queue = Queue(SCORE_QUEUE, connection=connection, serializer="json")
        job = queue.enqueue(function, argument)
        work()
        assert not (tmp_path / "hacked").exists()
        assert not connection.exists(job.key)

    @pytest.mark.usefixtures("parts")
    def test_a_job_with_a_foreign_callback_is_refused(
        self, world: World, connection: Redis, work: Work
    ) -> None:
        comment_id = world.submit("spam")
        queue = Queue(SCORE_QUEUE, connection=connection, serializer="json")
        job = queue.enqueue(SCORE_WAITING)
        connection.hset(job.key, "success_callback_name", "os.abort")
        work()
        assert world.get(comment_id).outcome == "pending"


@pytest.mark.redis
@pytest.mark.journey
def test_a_worker_stops_soon_when_told_even_while_redis_hangs(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    path = str(tmp_path / "redis.sock")
    broker = servers.start_redis(path, str(tmp_path))
    environ = os.environ | {
        "HAMLET_DATA_DIR": str(settings.data_dir),
        "HAMLET_REDIS_URL": f"unix://{path}",
        "HAMLET_LOG_LEVEL": "info",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "worker"], env=environ, stderr=subprocess.PIPE, text=True
    )
    try:
        assert any("worker_ready" in line for line in process.stderr or ())
        with Redis(unix_socket_path=path) as client:
            servers.wait_until(
                lambda: any(each["cmd"] == "blpop" for each in client.client_list()),
                "the worker to listen",
            )
        broker.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0  # well within the grace that `up` gives
    finally:
        process.kill()
        process.wait()
        broker.kill()
        broker.wait()
        if process.stderr:
            process.stderr.close()
