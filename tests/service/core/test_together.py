"""Group commit and turns: many writers, few transactions, nobody starved, nobody harmed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, TimeoutError

from service.core.store import leases
from service.core.store.session import Store
from service.core.store.together import Together
from service.core.store.turns import Turns
from tests.fakes import FrozenClock
from tests.servers import wait_until

WRITERS = 16


class Book:
    """Writes numbers and notes how many at once: 13 cannot be written."""

    def __init__(self) -> None:
        self.transactions: list[int] = []
        self.fault: BaseException | None = None
        self.gate = threading.Event()
        self.gate.set()

    def write_all(self, numbers: Sequence[int]) -> list[int]:
        self.gate.wait()
        if self.fault:
            raise self.fault
        if 13 in numbers:
            raise ValueError("thirteen")
        self.transactions.append(len(numbers))
        return [number * 2 for number in numbers]


def write_at_once(book: Book, numbers: Sequence[int]) -> dict[int, object]:
    """What each of the numbers, written by a thread of its own, came to."""
    together: Together[int, int] = Together(book.write_all)
    found: dict[int, object] = {}

    def write(number: int) -> None:
        try:
            found[number] = together.write(number)
        except BaseException as error:
            found[number] = type(error)

    book.gate.clear()
    threads = [threading.Thread(target=write, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    # All but the first, which leads already, stand in line.
    wait_until(lambda: len(together._wishes) == len(numbers) - 1, "the others")
    book.gate.set()
    for thread in threads:
        thread.join()
    return found


def test_what_comes_while_another_is_written_shares_one_transaction() -> None:
    book = Book()
    found = write_at_once(book, range(1, 11))
    assert found == {number: number * 2 for number in range(1, 11)}
    assert book.transactions == [1, 9]


def test_one_item_that_cannot_be_written_harms_no_other() -> None:
    found = write_at_once(Book(), range(10, 17))
    assert found == {number: number * 2 for number in range(10, 17)} | {13: ValueError}


def test_a_database_that_is_away_fails_all_and_says_so() -> None:
    book = Book()
    book.fault = OperationalError("INSERT", {}, Exception("disk full"))
    assert set(write_at_once(book, range(5)).values()) == {OperationalError}


def test_a_leader_that_is_torn_away_leaves_nobody_waiting() -> None:
    book = Book()
    book.fault = KeyboardInterrupt()
    assert set(write_at_once(book, range(5)).values()) == {KeyboardInterrupt}


def test_a_writer_gives_up_when_another_process_keeps_its_turn(tmp_path: Path) -> None:
    database = tmp_path / "x.sqlite3"
    hung, ours = Turns(database), Turns(database, patience=0.05)
    with hung.turn(), pytest.raises(TimeoutError, match="no turn"), ours.turn():
        pass
    with ours.turn():  # and goes on when it is free again
        pass
    hung.close()
    ours.close()


@pytest.mark.parametrize("stores", [1, 2])
def test_no_writer_is_starved_by_the_others(store: Store, clock: FrozenClock, stores: int) -> None:
    """Sixteen threads over one or two handles, as in one or two processes, all get their turns."""
    handles = [store, *(Store.open(str(store.engine.url)) for _ in range(stores - 1))]
    done: list[bool] = []

    def work(number: int) -> None:
        for turn in range(10):
            with handles[number % stores].writing() as session:
                name = f"{number}-{turn}"
                done.append(leases.take(session, name, name, clock(), leases_last))

    leases_last = clock() - clock()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == WRITERS * 10
    for handle in handles[1:]:
        handle.close()
