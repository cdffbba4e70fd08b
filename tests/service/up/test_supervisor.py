"""The supervisor, with small stand-in programs for children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.up.children import Program, pause_after
from service.up.errors import GaveUp
from service.up.supervisor import Supervisor
from tests.servers import wait_until

SLEEPER = ("sleep", "600")
LOOP = "while :; do sleep 0.05; done"


def program(name: str, *argv: str, **more: object) -> Program:
    return Program(name=name, argv=argv, env=dict(os.environ), **more)  # type: ignore[arg-type]


def shell(name: str, script: str, **more: object) -> Program:
    return program(name, "sh", "-c", script, **more)


def pids(supervisor: Supervisor) -> list[int]:
    """Of the children that run now."""
    children = [child for group in supervisor.groups for child in group]
    return [child.process.pid for child in children if child.process and child.is_running]


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def test_every_child_is_started_and_none_is_left_at_the_end() -> None:
    groups = [[program("broker", *SLEEPER)], [program("web", *SLEEPER)]]
    with Supervisor(groups) as supervisor:
        assert supervisor.wait_until(lambda: len(pids(supervisor)) == 2, 10)
        started = pids(supervisor)
    assert not any(exists(pid) for pid in started)


def test_a_child_that_is_killed_is_started_again() -> None:
    with Supervisor([[program("worker", *SLEEPER)]]) as supervisor:
        supervisor.wait_until(lambda: bool(pids(supervisor)), 10)
        [first] = pids(supervisor)
        os.kill(first, signal.SIGKILL)
        assert supervisor.wait_until(lambda: pids(supervisor) not in ([], [first]), 10)


def test_a_child_that_ends_without_an_error_is_started_again_too(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    with Supervisor([[shell("worker", f"echo x >> {starts}")]]) as supervisor:
        assert supervisor.wait_until(lambda: len(lines(starts)) >= 3, 20)


def test_the_pauses_of_a_child_in_trouble_grow_to_a_limit() -> None:
    pauses = [pause_after(times) for times in range(12)]
    assert pauses[:5] == [0, 0, 0.25, 0.5, 1]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 10


def test_a_part_that_never_starts_ends_it_all_after_a_few_tries() -> None:
    groups = [
        [program("broker", *SLEEPER)],
        [shell("web server", "exit 3", most_failed_starts=3)],
    ]
    gave_up = pytest.raises(GaveUp, match=r"web server failed to start 3 times .*exit status 3")
    with gave_up, Supervisor(groups) as supervisor:
        supervisor.run()
    assert not pids(supervisor)


def test_being_killed_is_not_a_failed_start(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    web = shell("web server", f"echo x >> {starts}; kill -9 $$", most_failed_starts=2)
    with Supervisor([[web]]) as supervisor:
        assert supervisor.wait_until(lambda: len(lines(starts)) >= 4, 20)


def test_a_program_that_cannot_be_run_is_tried_again() -> None:
    tries: list[int] = []
    missing = program("broker", "/nowhere/valkey-server", mend=tries.append)
    with Supervisor([[missing]]) as supervisor:
        assert supervisor.wait_until(lambda: tries == [1, 2, 3], 20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_run(number: signal.Signals) -> None:
    with Supervisor([[program("worker", *SLEEPER)]]) as supervisor:
        supervisor.wait_until(lambda: bool(pids(supervisor)), 10)
        os.kill(os.getpid(), number)
        supervisor.run()
    assert not pids(supervisor)


def test_under_nohup_a_closed_terminal_is_no_reason_to_stop() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Supervisor([]) as supervisor:
            os.kill(os.getpid(), signal.SIGHUP)
            assert supervisor.wait_until(lambda: True)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_groups_stop_in_reverse_order_each_waiting_for_the_one_after_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    groups = [
        [shell(name, f'trap "echo {name} >> {log}; exit" TERM; echo up >> {log}; {LOOP}')]
        for name in ("broker", "worker", "web")
    ]
    with Supervisor(groups) as supervisor:
        assert supervisor.wait_until(lambda: lines(log) == ["up"] * 3, 10)
    assert lines(log)[3:] == ["web", "worker", "broker"]


def test_a_child_that_does_not_stop_is_killed_when_its_grace_is_over(tmp_path: Path) -> None:
    up = tmp_path / "up"
    deaf = shell("worker", f'trap "" TERM; echo up >> {up}; {LOOP}')
    with Supervisor([[deaf]], grace=0.1) as supervisor:
        supervisor.wait_until(lambda: bool(lines(up)), 10)
    assert not pids(supervisor)


def test_a_second_ctrl_c_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    up = tmp_path / "up"
    # Asked to stop, it presses Ctrl-C for us and goes on.
    deaf = shell("worker", f'trap "kill -INT $PPID" TERM; echo up >> {up}; {LOOP}')
    with Supervisor([[deaf]], grace=3600) as supervisor:
        supervisor.wait_until(lambda: bool(lines(up)), 10)
    assert supervisor.hurrying
    assert not pids(supervisor)


def test_the_terminals_ctrl_c_reaches_only_the_supervisor() -> None:
    with Supervisor([[program("web", *SLEEPER)]]) as supervisor:
        supervisor.wait_until(lambda: bool(pids(supervisor)), 10)
        [pid] = pids(supervisor)
        assert os.getsid(pid) == pid


ORPHANAGE = """
import os
from service.up.children import Program
from service.up.supervisor import Supervisor

with Supervisor([[Program(name="sleeper", argv=["sleep", "600"], env={**os.environ})]]) as all:
    all.wait_until(lambda: all.groups[0][0].is_running)
    print(all.groups[0][0].process.pid, flush=True)
    all.run()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's tie to the parent is Linux's")
def test_no_child_outlives_a_supervisor_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANAGE], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        orphan = int(supervisor.stdout.readline())
        supervisor.kill()
    wait_until(lambda: is_gone(orphan), "the orphan to end")


CHILD_OF_NOBODY = "from service.up.children import end_with; end_with(1 << 30); input()"


def test_a_part_ends_when_the_process_it_belongs_to_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD_OF_NOBODY], stdin=subprocess.PIPE)
    with child:
        assert child.wait(timeout=20) == 1


def is_gone(pid: int) -> bool:
    """Also true of a zombie that nobody has fetched yet."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
