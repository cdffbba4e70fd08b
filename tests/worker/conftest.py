"""A worker that answers what was rung for, on a real Redis."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from tests.fakes import QuietBell
from worker.__main__ import ScoreWorker


@pytest.fixture
def bell() -> QuietBell:
    return QuietBell()


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    """To an empty broker."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def work(connection: Redis) -> Callable[[], None]:
    """Do all jobs that are queued, and return."""

    def work() -> None:
        ScoreWorker(connection, threading.Event()).work(burst=True, logging_level="ERROR")

    return work
