"""Guessing passwords: the counters, on both databases."""

from __future__ import annotations

import pytest

from service.core import throttle
from service.core.store.session import Store
from service.core.throttle import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS, WINDOW, Guess
from tests.fakes import FrozenClock

EMAIL = "owner@paper.example"


def guess(email: str = EMAIL, address: str = "192.0.2.1", remembered: str | None = None) -> Guess:
    return Guess.of(email, address, "the installation's secret", remembered)


def refused(store: Store, clock: FrozenClock, what: Guess) -> bool:
    with store.writing() as session:
        return throttle.count_guess(session, what, clock()) is not None


def test_an_account_bears_a_few_guesses_from_one_address(
    any_store: Store, clock: FrozenClock
) -> None:
    for _ in range(PER_ACCOUNT_AND_ADDRESS):
        assert not refused(any_store, clock, guess())
    assert refused(any_store, clock, guess())
    assert refused(any_store, clock, guess(email=f" {EMAIL.upper()}"))
    assert not refused(any_store, clock, guess(address="192.0.2.2"))
    assert not refused(any_store, clock, guess(email="other@paper.example"))


def test_it_says_when_to_try_again(store: Store, clock: FrozenClock) -> None:
    first = clock()
    for _ in range(PER_ACCOUNT_AND_ADDRESS):
        refused(store, clock, guess())
        clock.move(minutes=1)
    with store.writing() as session:
        assert throttle.count_guess(session, guess(), clock()) == first + WINDOW
    clock.now = first + WINDOW
    assert not refused(store, clock, guess())
    assert refused(store, clock, guess())  # the other four are still young


def test_one_address_may_not_go_through_many_accounts(store: Store, clock: FrozenClock) -> None:
    for number in range(PER_ADDRESS):
        assert not refused(store, clock, guess(email=f"person{number}@paper.example"))
    assert refused(store, clock, guess())
    assert not refused(store, clock, guess(address="192.0.2.2"))


def test_one_account_may_not_be_guessed_from_everywhere(store: Store, clock: FrozenClock) -> None:
    for number in range(PER_ACCOUNT):
        assert not refused(store, clock, guess(address=f"198.51.100.{number}"))
    assert refused(store, clock, guess())
    assert not refused(store, clock, guess(remembered=guess().account))
    assert refused(store, clock, guess(remembered=guess("other@paper.example").account))


def test_a_right_password_is_no_guess(any_store: Store, clock: FrozenClock) -> None:
    for _ in range(3 * PER_ACCOUNT_AND_ADDRESS):
        clock.move(seconds=1)
        assert not refused(any_store, clock, guess())
        with any_store.writing() as session:
            throttle.forget_guess(session, guess(), clock())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "unknown", False),
    ],
)
def test_a_household_of_ipv6_addresses_counts_as_one(one: str, other: str, same: bool) -> None:
    assert (guess(address=one).address == guess(address=other).address) is same
