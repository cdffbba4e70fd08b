"""`python -m worker`, also `hamlet worker`: load the model once, then work until told to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.job import Job

from service import logs
from service.config import Settings
from service.dispatch import JOBS, QUEUES
from worker.parts import open_parts
from worker.postman import Rounds
from worker.sweeper import Sweeper

log = structlog.get_logger()

RECONNECT = 1.0  # seconds between tries while the broker is away
CONNECT = 2.0  # seconds
LAST_WORDS = 1.0  # seconds for each command while stopping
RECYCLE = 10_000  # jobs after which RQ's own state starts afresh


class ScoreWorker(SimpleWorker):
    """An RQ worker in this very process that runs our jobs and no others."""

    max_connection_wait_time = 2  # seconds; the sweeper works meanwhile

    def __init__(self, connection: Redis, stopping: threading.Event) -> None:
        super().__init__(
            [Queue(name, connection=connection, serializer="json") for name in QUEUES],
            connection=connection,
            serializer="json",
            worker_ttl=20,  # seconds; RQ's defaults take minutes to notice a dead worker
            maintenance_interval=5,
            log_job_description=False,
        )
        self._stopping = stopping

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one of our jobs. Whoever can write to Redis could name any function: refuse it."""
        if not _is_ours(job):
            log.error("foreign_job_refused", job=job.id)
            job.delete()
            return
        super().execute_job(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job under way; a Redis that hangs must not keep us from it."""
        self._stopping.set()
        pool = self.connection.connection_pool
        pool.connection_kwargs["socket_timeout"] = LAST_WORDS
        pool.reset()  # connections that exist keep their longer timeout: leave them
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's is untyped


def main() -> None:
    """Work until SIGTERM or SIGINT. Returns when the batch under way is committed."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    stopping = threading.Event()
    _stop_on_signal(stopping)
    parts = open_parts(settings)
    sweeper = Sweeper(parts)
    rounds = Rounds(settings, parts.store, parts.clock)
    sweeper.start()
    rounds.start()
    log.info("worker_ready", model=parts.scorer.version, broker=bool(settings.redis_url))
    try:
        _work(settings.redis_url, stopping)
    finally:
        rounds.stop()
        sweeper.stop()
        parts.store.close()


def _work(redis_url: str | None, stopping: threading.Event) -> None:
    """Answer the bell; without a broker the sweeper alone does the work until it is back."""
    while not stopping.is_set():
        if redis_url is not None:
            _answer_bell(redis_url, stopping)
        stopping.wait(RECONNECT)


def _answer_bell(redis_url: str, stopping: threading.Event) -> None:
    try:
        worker = ScoreWorker(_client(redis_url), stopping)
        worker.work(logging_level="WARNING", max_jobs=RECYCLE)
    except (RedisError, OSError) as error:
        log.warning("broker_away", why=type(error).__name__)
    except Exception:  # whatever ails RQ, the sweeper must go on judging
        log.exception("rq_failed")
    _stop_on_signal(stopping)


def _client(redis_url: str) -> Redis:
    """A client that gives up at once: this loop and the sweeper are patient in its place."""
    return Redis.from_url(redis_url, socket_connect_timeout=CONNECT, retry=Retry(NoBackoff(), 0))


def _stop_on_signal(stopping: threading.Event) -> None:
    """RQ installs its own handlers while it works; these hold before and after."""

    def stop(_signum: int, _frame: Any) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _is_ours(job: Job) -> bool:
    """Whether the job is one of JOBS, bare: no arguments, object or callbacks to import."""
    try:
        named = job.func_name in JOBS and job.instance is None and not job.args and not job.kwargs
    except Exception:  # what cannot be read is not ours
        return False
    callbacks = (job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)
    return named and not any(callbacks)


if __name__ == "__main__":
    main()
