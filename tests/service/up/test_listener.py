"""Binding the port, and what is said when that fails."""

from __future__ import annotations

import errno
import socket

import pytest

from service.up import listener
from service.up.errors import CannotStart


def test_any_free_port_is_taken_when_asked_for_none() -> None:
    with listener.bind("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert listener.origin_of(listening) == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_named_with_the_way_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"port {port} .* taken[\s\S]*--port"):
            listener.bind("127.0.0.1", port)


def test_a_client_that_comes_before_the_web_server_waits_instead_of_being_refused() -> None:
    with listener.bind("127.0.0.1", 0) as listening:
        socket.create_connection(listener.address_of(listening), timeout=5).close()


def test_a_privileged_port_is_explained() -> None:
    error = PermissionError(errno.EACCES, "Permission denied")
    assert "privileges" in listener.explain(error, "127.0.0.1", 80)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host.invalid", "." * 300])
def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotStart, match="not an address of this machine"):
        listener.bind(host, 0)


def test_a_server_on_every_address_is_reached_through_loopback() -> None:
    with listener.bind("0.0.0.0", 0) as listening:  # noqa: S104  # for a moment
        assert listener.origin_of(listening).startswith("http://127.0.0.1:")
