"""`hamlet web`, `migrate`, `doctor`: what they say and how they exit."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from service.config import secret_file
from tests.servers import free_port, wait_until

ROOT = Path(__file__).parents[3]


def hamlet(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), **surroundings(data_dir), capture_output=True, text=True)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", *words]


def surroundings(data_dir: Path) -> dict[str, object]:
    return {"cwd": ROOT, "env": {**os.environ, "HAMLET_DATA_DIR": str(data_dir)}}


def test_migrate_makes_the_database_and_the_secret_and_may_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        done = hamlet(tmp_path / "data", "migrate")
        assert done.returncode == 0, done.stderr
    assert secret_file(tmp_path / "data").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "hamlet.sqlite3").exists()


def test_web_without_a_secret_says_how_to_get_one(tmp_path: Path) -> None:
    done = hamlet(tmp_path, "web", "--port", "0")
    assert done.returncode == 2
    assert "hamlet migrate" in done.stderr


def test_web_on_a_taken_port_says_so(tmp_path: Path) -> None:
    hamlet(tmp_path, "migrate")
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = hamlet(tmp_path, "web", "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert "taken" in done.stderr


def test_web_alone_answers_and_stops_when_told(tmp_path: Path) -> None:
    hamlet(tmp_path, "migrate")
    port = free_port()
    with subprocess.Popen(command("web", "--port", str(port)), **surroundings(tmp_path)) as web:
        wait_until(lambda: is_healthy(port), "the web server")
        web.send_signal(signal.SIGTERM)
        assert web.wait(timeout=30) == 0


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_doctor_exits_with_1_and_a_remedy_when_something_is_broken(tmp_path: Path) -> None:
    done = hamlet(tmp_path / "none", "doctor")
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
    assert "→" in done.stdout
