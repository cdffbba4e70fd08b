"""`hamlet up` from the outside: real processes, a real port, signals."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.core.store.session import Store
from service.core.store.tables import CommentRow
from tests.servers import wait_until
from tests.service.up.household import Household

pytestmark = [
    pytest.mark.journey,
    pytest.mark.redis,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc"),
]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A first start that has come up."""
    with Household(tmp_path_factory.mktemp("up") / "data", "--port", "0", "--workers", "2") as one:
        assert one.url
        yield one


def test_it_says_where_everything_is_and_ends_with_ready(up: Household) -> None:
    assert up.output.splitlines()[-1] == f"ready {up.url}"
    for address in ("/a/demo/welcome", "/queue"):
        assert f"{up.url}{address}" in up.output
        assert up.status_of(address) in (200, 302)


def test_the_samples_went_through_the_real_pipeline(up: Household) -> None:
    store = Store.open(f"sqlite:///{up.said.parent / 'hamlet.sqlite3'}")

    def judged() -> int:
        with store.reading() as session:
            statement = select(func.count()).where(CommentRow.verdict.is_not(None))
            return session.scalar(statement) or 0

    wait_until(lambda: judged() >= 30, "the sample comments to be judged")
    store.close()


def test_all_its_files_are_private(up: Household) -> None:
    folder = up.said.parent
    made = [path for path in folder.rglob("*") if path not in (up.said, up.complained)]
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_no_secret_stands_on_a_command_line(up: Household) -> None:
    secret = (up.said.parent / "secret_key").read_text().strip()
    assert len(up.members()) == 5
    assert not any(secret in part for command in up.commands().values() for part in command)


def test_a_second_up_on_the_same_data_is_refused(up: Household) -> None:
    again = up.said.parent
    with Household(again.parent / "second", "--data-dir", str(again), "--port", "0") as second:
        assert second.process.wait(timeout=30) == 2
        assert f"process {up.process.pid}" in second.complained.read_text()


@pytest.mark.parametrize("part", ["web", "worker", "broker.sock"])
def test_a_part_that_is_killed_comes_back(up: Household, part: str) -> None:
    before = up.members(part)
    os.kill(before[0], signal.SIGKILL)
    wait_until(
        lambda: len(now := up.members(part)) == len(before) and before[0] not in now,
        f"another {part}",
    )
    assert up.status_of("/healthz") == 200


def test_a_taken_port_is_named_and_the_exit_code_is_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with Household(tmp_path / "data", "--port", port) as refused:
            assert refused.process.wait(timeout=30) == 2
            assert f"port {port}" in refused.complained.read_text()
            assert "--port" in refused.complained.read_text()


def test_a_fault_in_the_settings_is_shown_without_a_traceback(tmp_path: Path) -> None:
    with Household(tmp_path / "data", HAMLET_REDIS_URL="ftp://redis") as refused:
        assert refused.process.wait(timeout=30) == 2
        assert "HAMLET_REDIS_URL" in refused.complained.read_text()
        assert "Traceback" not in refused.complained.read_text()


def test_a_web_server_that_cannot_start_ends_it_all_with_its_error_shown(tmp_path: Path) -> None:
    (tmp_path / "flask.py").write_text('raise SystemExit("this flask is broken")')
    with Household(tmp_path / "data", "--port", "0", PYTHONPATH=str(tmp_path)) as broken:
        assert broken.process.wait(timeout=90) == 1
        assert broken.complained.read_text().count("this flask is broken") == 5
        assert "web server failed to start 5 times" in broken.complained.read_text()
        assert broken.members() == []


@pytest.fixture(scope="module")
def used_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was started once, and stopped with SIGTERM."""
    data_dir = tmp_path_factory.mktemp("used") / "data"
    with Household(data_dir, "--port", "0") as first:
        assert first.url
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(timeout=40) == 0
        assert first.members() == []
        assert "Password" in first.output
    return data_dir


def test_a_second_start_makes_and_shows_no_password(used_data: Path) -> None:
    with Household(used_data, "--port", "0") as second:
        assert second.url
        assert "Password" not in second.output


def test_ctrl_c_leaves_nothing_behind(used_data: Path) -> None:
    with Household(used_data, "--port", "0") as up:
        assert up.url
        os.killpg(up.process.pid, signal.SIGINT)  # as the terminal does
        assert up.process.wait(timeout=40) == 0
        assert up.members() == []
        assert "Traceback" not in up.complained.read_text()


def test_ctrl_c_while_it_starts_leaves_nothing_behind(used_data: Path) -> None:
    with Household(used_data, "--port", "0") as up:
        wait_until(lambda: bool(up.members("web")), "the web server's process")
        os.killpg(up.process.pid, signal.SIGINT)
        assert up.process.wait(timeout=40) == 0
        assert up.members() == []


def test_kill_9_leaves_no_orphan_and_the_next_start_works(used_data: Path) -> None:
    with Household(used_data, "--port", "0") as killed:
        assert killed.url
        killed.process.kill()
        killed.process.wait()
        wait_until(lambda: not killed.members(), "every child to end")
    with Household(used_data, "--port", "0") as next_one:
        assert next_one.status_of("/healthz") == 200
