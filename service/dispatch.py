"""The bell: job names, and ringing for a worker. Redis is never waited for and never trusted."""

from __future__ import annotations

import threading
import time

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry as ClientRetry
from rq import Queue, Worker

log = structlog.get_logger()

SCORE_QUEUE = "score"
LEARN_QUEUE = "learn"
QUEUES = (SCORE_QUEUE, LEARN_QUEUE)  # a worker empties the first one first
SCORE_WAITING = "worker.jobs.score_waiting"
LEARN = "worker.jobs.learn"
RETRAIN = "worker.jobs.retrain"
JOBS = (SCORE_WAITING, LEARN, RETRAIN)  # what a worker agrees to run; tests resolve each name

CLIENT_TIMEOUT = 0.2  # seconds; the client's own defaults stall a request for many
BREAKER = 1.0  # seconds without a try after a failure
JOB_TIMEOUT = 120  # seconds; later than the worker's own watchdog, which knows what it ends
LONG_TIMEOUT = 3600  # seconds; learning everything again takes minutes where a million decided


class Bell:
    """Rings for the workers, if it can. Losing a ring only costs the sweeper's second."""

    def __init__(self, redis_url: str | None) -> None:
        self._connection = _client(redis_url) if redis_url else None
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def ring(self) -> bool:
        """Enqueue one scoring job unless every worker has one waiting. Never raises.

        Returns whether the broker answered.
        """
        return self._ring(SCORE_WAITING, SCORE_QUEUE, JOB_TIMEOUT)

    def ring_to_learn(self) -> bool:
        """The same for what people decided."""
        return self._ring(LEARN, LEARN_QUEUE, LONG_TIMEOUT)

    def ring_to_retrain(self) -> bool:
        """The same for a new model of all that was decided."""
        return self._ring(RETRAIN, LEARN_QUEUE, LONG_TIMEOUT)

    def is_up(self) -> bool:
        """Whether the broker answers now."""
        if self._connection is None:
            return False
        try:
            return bool(self._connection.ping())
        except (RedisError, OSError):
            return False

    def _ring(self, job: str, queue: str, timeout: int) -> bool:
        if self._connection is None or time.monotonic() < self._silent_until:
            return False
        try:
            _enqueue(self._connection, job, queue, timeout)
        except (RedisError, OSError) as error:
            self._break(error)
            return False
        return True

    def _break(self, error: Exception) -> None:
        with self._lock:
            if time.monotonic() >= self._silent_until:
                log.warning("broker_away", why=type(error).__name__)
            self._silent_until = time.monotonic() + BREAKER


def _enqueue(connection: Redis, job: str, name: str, timeout: int) -> None:
    queue = Queue(name, connection=connection, serializer="json")
    if queue.count >= max(1, Worker.count(queue=queue)):
        return
    queue.enqueue(
        job,
        job_timeout=timeout,
        result_ttl=0,
        failure_ttl=600,  # seconds; the log has the fault, a lasting one must not fill Redis
        # No retry: the sweeper rings again for whatever is still to be done.
    )


def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=CLIENT_TIMEOUT,
        socket_connect_timeout=CLIENT_TIMEOUT,
        retry=ClientRetry(NoBackoff(), 0),
    )
