"""This machine's own addresses, told from all others."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from service.outgoing import Caller, NotAllowed
from service.selftest.own import is_own, is_own_port


def test_loopback_is_our_own() -> None:
    assert is_own(ip_address("127.0.0.1"))


@pytest.mark.parametrize(
    "text",
    ["192.0.2.7", "8.8.8.8", "169.254.169.254", "224.0.0.1", "255.255.255.255",
     "2001:db8::1", "ff02::1", "::"],
)  # fmt: skip
def test_others_are_not(text: str) -> None:
    assert not is_own(ip_address(text))


def test_a_caller_that_calls_only_our_own_calls_no_other() -> None:
    with pytest.raises(NotAllowed):
        Caller(allows=is_own).post("http://169.254.169.254/latest/", b"", {})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://here.example:8000", True),
        ("http://here.example", True),
        ("https://here.example:443", True),
        ("http://here.example:6379", False),
        ("http://here.example:99999", False),
        ("http://[here", False),
    ],
)
def test_only_ports_of_web_servers_of_ours_are_called(url: str, expected: bool) -> None:
    assert is_own_port(url, 8000) is expected
