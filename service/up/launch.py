"""The story of `hamlet up`: prepare, start everything, watch over it, stop it in order."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service import logs
from service.clock import utc_now
from service.config import Settings, environment
from service.core.store.session import Store
from service.up import banner, data_dir, listener
from service.up.broker import Broker, own_broker
from service.up.children import Program
from service.up.errors import CannotStart, GaveUp
from service.up.first_start import Welcome, post_samples, welcome
from service.up.supervisor import Supervisor

log = structlog.get_logger()

PATIENCE = 120.0  # seconds for the web server's first answer; it loads the model before
FAILED_WEB_STARTS = 5
PROBE = 1.0  # seconds for one try


def up(host: str, port: int, chosen: Mapping[str, str]) -> None:
    """Run everything until a signal asks to stop. `chosen` are settings from the command line.

    Raises InvalidSettings and CannotStart before anything runs, GaveUp after.
    """
    env = _importable(environment(chosen, defaults={"LOG_LEVEL": "warning"}))
    settings = Settings.from_env(env)
    logs.configure(settings.log_level)
    os.umask(0o077)  # all that we and our children write is ours alone
    with data_dir.held(settings.data_dir), listener.bind(host, port) as listening:
        settings = data_dir.with_secret(settings)
        with _broker(settings) as broker:
            newcomer = _prepare_database(settings, _public_origin(settings, listening))
            if newcomer:
                banner.say(banner.login(newcomer))
            _run(_programs(settings, env, broker, listening), settings, listening, newcomer)
    banner.say("Stopped.")


def _run(
    groups: Sequence[Sequence[Program]],
    settings: Settings,
    listening: socket.socket,
    newcomer: Welcome | None,
) -> None:
    with Supervisor(groups) as supervisor:
        _start(supervisor, listening, newcomer)
        if not supervisor.stopping:
            banner.say(banner.addresses(_public_origin(settings, listening), settings.data_dir))
            banner.say(f"ready {listener.origin_of(listening)}")
        supervisor.run()
        listening.close()  # refuse newcomers now, instead of keeping them waiting
        banner.say("Stopping: what is under way is finished first.")


def _start(supervisor: Supervisor, listening: socket.socket, newcomer: Welcome | None) -> None:
    """Return when the web server answers and, the first time, has taken the sample comments."""
    host, port = listener.address_of(listening)
    answered = supervisor.wait_until(lambda: _is_healthy(host, port), PATIENCE)
    if not answered and not supervisor.stopping:
        raise GaveUp(f"the web server gave no answer within {PATIENCE:.0f} s")
    if answered and newcomer:
        post_samples(host, port, newcomer)


def _programs(
    settings: Settings, env: Mapping[str, str], broker: Broker | None, listening: socket.socket
) -> list[list[Program]]:
    """What to run, in the order of starting; the order of stopping is the reverse."""
    if broker is None:
        return [_workers(settings, env), [_web(listening, env)]]
    with_broker = {**env, "HAMLET_REDIS_URL": broker.url}
    return [
        [broker.program(env)],
        _workers(settings, with_broker),
        [_web(listening, with_broker)],
    ]


def _broker(settings: Settings) -> AbstractContextManager[Broker | None]:
    """A broker of our own, unless one is configured."""
    return nullcontext() if settings.redis_url else own_broker(settings.data_dir)


def _public_origin(settings: Settings, listening: socket.socket) -> str:
    return settings.public_url or listener.origin_of(listening)


def _prepare_database(settings: Settings, origin: str) -> Welcome | None:
    from alembic.util import CommandError

    from service.migrations import migrate

    store = Store.open(settings.database_url)
    try:
        migrate(store.engine)
        return welcome(store, origin, settings.secret_key, utc_now())
    except CommandError as error:
        raise CannotStart(
            f"the schema of the database is not one of this version's: {error}\n"
            "It was probably made by a newer Hamlet: install that one again."
        ) from error
    except SQLAlchemyError as error:
        raise CannotStart(
            f"the database cannot be used: {getattr(error, 'orig', error)}\n"
            "Check HAMLET_DATABASE_URL; `hamlet doctor` looks at every part."
        ) from error
    finally:
        store.close()


def _web(listening: socket.socket, env: Mapping[str, str]) -> Program:
    return Program(
        name="web server",
        argv=[*_hamlet(), "web", "--fd", str(listening.fileno()), "--parent", str(os.getpid())],
        env=env,
        pass_fds=[listening.fileno()],
        most_failed_starts=FAILED_WEB_STARTS,
    )


def _workers(settings: Settings, env: Mapping[str, str]) -> list[Program]:
    argv = [*_hamlet(), "worker", "--parent", str(os.getpid())]
    return [
        Program(name=f"worker {number}", argv=argv, env=env)
        for number in range(1, settings.workers + 1)
    ]


def _hamlet() -> list[str]:
    """Our own command; -P, lest a folder called `service` where we are started is taken for us."""
    return [sys.executable, "-P", "-m", "service.cli"]


def _importable(env: dict[str, str]) -> dict[str, str]:
    """With the way to this package, in case it runs from a checkout instead of an installation."""
    root = Path(__file__).parents[2]
    if root.name in ("site-packages", "dist-packages"):
        return env
    path = (str(root), env.get("PYTHONPATH", ""))
    return {**env, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=PROBE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
