"""What of a comment is remembered as a keyed hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.traces import TELLING, network_trace, traces_of

SECRET = "a secret of at least thirty-two characters"
WORDS = "comeandseeourkettleshalfprice-today"


def test_the_same_text_and_domain_have_the_same_trace_only_under_the_same_secret() -> None:
    one, same = (traces_of(WORDS, ["tea.com"], SECRET) for _ in range(2))
    other = traces_of(WORDS, ["tea.com"], "another secret of thirty-two characters")
    assert one == same
    assert one.text != other.text
    assert one.links["tea.com"] != other.links["tea.com"]


def test_a_text_and_a_domain_of_the_same_letters_are_told_apart() -> None:
    found = traces_of(WORDS, [WORDS], SECRET)
    assert found.text != found.links[WORDS]


def test_what_everybody_says_leaves_no_trace() -> None:
    assert traces_of("x" * (TELLING - 1), [], SECRET).text == ""
    assert traces_of("面包很好吃谢谢你们", [], SECRET).text == ""
    assert traces_of("面包很好吃谢谢你们大家", [], SECRET).text != ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.200", True),
        ("192.0.2.7", "192.0.3.7", False),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
    ],
)
def test_a_network_is_what_one_household_has(one: str, other: str, same: bool) -> None:
    assert (network_trace(one, SECRET) == network_trace(other, SECRET)) is same


@pytest.mark.parametrize("ip", ["", "unknown", "192.0.2.7:443", "999.1.1.1"])
def test_what_is_no_address_has_no_network(ip: str) -> None:
    assert network_trace(ip, SECRET) == ""


@given(st.text(max_size=64))
def test_no_address_makes_it_fail(ip: str) -> None:
    assert len(network_trace(ip, SECRET)) in (0, 32)
