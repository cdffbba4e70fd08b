"""The spool: nothing kept is lost, nothing is written twice without being known again."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.spool import Entry, Refused, Spool, SpoolFull


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_what_is_kept_is_replayed_in_order_and_then_gone(spool: Spool) -> None:
    for number in range(3):
        spool.add({"n": number})
    found: list[Entry] = []
    assert spool.replay(found.append) == 3
    assert found == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert spool.is_empty()
    assert spool.replay(found.append) == 0


def test_an_empty_one_makes_no_folder(spool: Spool, tmp_path: Path) -> None:
    assert spool.replay(lambda _: None) == 0
    assert list(tmp_path.iterdir()) == []


def test_only_we_may_read_it(spool: Spool, tmp_path: Path) -> None:
    spool.add({"n": 1})
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
    assert (tmp_path / "spool" / "waiting.jsonl").stat().st_mode & 0o077 == 0


def test_a_failure_keeps_everything_for_the_next_time(spool: Spool) -> None:
    for number in range(3):
        spool.add({"n": number})

    def fail(entry: Entry) -> None:
        if entry["n"] == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.replay(fail)
    spool.add({"n": 3})
    found: list[Entry] = []
    spool.replay(found.append)
    assert [entry["n"] for entry in found] == [0, 1, 2, 3]


def test_what_is_refused_is_kept_for_a_person(spool: Spool, tmp_path: Path) -> None:
    spool.add({"n": 1})
    spool.add({"n": 2})

    def refuse(entry: Entry) -> None:
        if entry["n"] == 1:
            raise Refused("no such key")

    assert spool.replay(refuse) == 1
    assert (tmp_path / "spool" / "refused.jsonl").read_text() == '{"n": 1}\n'
    assert spool.is_empty()


def test_a_line_cut_short_by_a_crash_harms_no_other(spool: Spool, tmp_path: Path) -> None:
    spool.add({"n": 1})
    with (tmp_path / "spool" / "waiting.jsonl").open("ab") as file:
        file.write(b'{"n": ')
    spool.add({"n": 2})
    found: list[Entry] = []
    spool.replay(found.append)
    assert found == [{"n": 1}, {"n": 2}]


def test_a_full_one_keeps_nothing_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=30)
    spool.add({"text": "0123456789"})
    with pytest.raises(SpoolFull):
        spool.add({"text": "0123456789"})
    assert spool.size() <= 30


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(SpoolFull):
        Spool(tmp_path / "spool").add({"n": 1})


def test_many_at_once_are_all_kept_while_it_is_replayed(spool: Spool) -> None:
    found: list[int] = []

    def add(number: int) -> None:
        spool.add({"n": number})
        if number % 10 == 0:
            spool.replay(lambda entry: found.append(entry["n"]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(60)))
    spool.replay(lambda entry: found.append(entry["n"]))
    assert sorted(found) == list(range(60))


def test_it_survives_the_end_of_its_process(spool: Spool, tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from service.spool import Spool; "
        "Spool(Path(sys.argv[1])).add({'n': 1}); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "spool")], check=False)
    found: list[Entry] = []
    spool.replay(found.append)
    assert found == [{"n": 1}]
