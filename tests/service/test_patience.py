"""Patience and errands: work that outlives its caller."""

from __future__ import annotations

import threading

import pytest

from service.errands import Errand
from service.patience import Hands, TooSlow
from tests.servers import wait_until


def test_work_done_in_time_is_returned() -> None:
    assert Hands(1, 0).do(lambda: 7, 5) == 7


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        Hands(1, 0).do(lambda: 1 // 0, 5)
    with pytest.raises(TimeoutError, match="my own"):
        Hands(1, 0).do(_time_out, 5)


def _time_out() -> None:
    raise TimeoutError("my own")


def test_work_that_comes_late_is_left_and_goes_on() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(10)
        done.set()

    hands = Hands(2, 0)
    with pytest.raises(TooSlow):
        hands.do(work, 0.01)
    assert hands.do(lambda: "others are served", 5)
    go_on.set()
    assert done.wait(10)


def test_when_every_thread_is_stuck_the_next_is_told_so() -> None:
    go_on = threading.Event()
    hands = Hands(1, 0)
    for _ in range(2):
        with pytest.raises(TooSlow):
            hands.do(lambda: go_on.wait(10), 0.01)
    go_on.set()


def test_while_it_rests_nothing_is_tried() -> None:
    hands = Hands(1, 60)
    hands.rest()
    with pytest.raises(TooSlow):
        hands.do(lambda: 1, 5)


def test_an_errand_is_run_until_all_is_done() -> None:
    left = [1, 2, 3]

    def work() -> bool:
        left.pop()
        return not left

    Errand("test", work, every=0).start()
    wait_until(lambda: not left, "the errand to be done")


def test_an_errand_that_fails_is_tried_again() -> None:
    tries = []

    def work() -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError
        return True

    Errand("test", work, every=0).start()
    wait_until(lambda: len(tries) == 3, "the errand to be done")


def test_a_closed_errand_begins_nothing() -> None:
    errand = Errand("test", lambda: pytest.fail("it was run"))
    errand.close()
    errand.start()
