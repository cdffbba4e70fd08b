"""Passwords: hashed slowly, compared in equal time, weak ones refused."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from service.passwords import HASHER, NOBODYS, WeakPassword, hash_password, is_password


def test_a_password_is_recognised_and_another_is_not() -> None:
    stored = hash_password("to be or not to be")
    assert is_password("to be or not to be", stored)
    assert not is_password("to be or not to bee", stored)


def test_an_accent_is_the_same_however_the_keyboard_sends_it() -> None:
    assert is_password(
        "caf\u00e9 caf\u00e9 caf\u00e9", hash_password("cafe\u0301 " * 2 + "cafe\u0301")
    )


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    known = hash_password("to be or not to be")
    assert extract_parameters(NOBODYS) == extract_parameters(known)
    assert (HASHER.time_cost, HASHER.memory_cost, HASHER.parallelism) == (2, 19 * 1024, 1)
    assert not is_password("to be or not to be", None)


@pytest.mark.parametrize("password", ["", "x" * 100_000, "\0", "\ud800 half a pair", "😀" * 12])
def test_anything_may_be_typed(password: str) -> None:
    assert not is_password(password, hash_password("to be or not to be"))


def test_a_damaged_hash_opens_nothing() -> None:
    assert not is_password("", "not a hash")


@pytest.mark.parametrize(("password", "told"), [("x" * 11, "at least 12"), ("x" * 201, "most 200")])
def test_a_weak_password_is_refused_with_the_reason(password: str, told: str) -> None:
    with pytest.raises(WeakPassword, match=told):
        hash_password(password)
