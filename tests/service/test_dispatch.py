"""The bell, on a real Redis and without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job

from service.dispatch import SCORE_QUEUE, SCORE_WAITING, Bell


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.mark.redis
def test_many_rings_leave_one_job_while_no_worker_took_it(
    redis_url: str, connection: Redis
) -> None:
    bell = Bell(redis_url)
    assert all(bell.ring() for _ in range(20))
    queue = Queue(SCORE_QUEUE, connection=connection, serializer="json")
    [job] = queue.jobs
    assert (job.func_name, *job.args, *job.kwargs) == (SCORE_WAITING,)


@pytest.mark.redis
def test_what_is_queued_can_be_read_without_running_code(redis_url: str, connection: Redis) -> None:
    Bell(redis_url).ring()
    [job_id] = Queue(SCORE_QUEUE, connection=connection).job_ids
    data = connection.hget(Job.key_for(job_id), "data")
    assert b'"worker.jobs.score_waiting"' in __import__("zlib").decompress(data)


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0", "unix:///nowhere/redis.sock"])
def test_without_a_broker_ringing_does_nothing_and_says_so(url: str | None) -> None:
    bell = Bell(url)
    assert not bell.ring()
    assert not bell.is_up()


def test_after_a_failure_the_broker_is_left_alone_for_a_while() -> None:
    bell = Bell("redis://127.0.0.1:1/0")
    bell.ring()
    bell._connection = None  # any further use of the connection would not go unnoticed
    assert not bell.ring()
