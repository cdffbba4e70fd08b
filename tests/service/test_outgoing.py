"""Calls to strangers' addresses: where they may lead, and how long they may take."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

import pytest

from service.outgoing import MOST_BYTES, Caller, NotAllowed, is_public

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "0.0.0.1", "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "2001::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_that_is_not_public_is_known(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["192.0.78.9", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_known(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises((NotAllowed, OSError)):
        Caller().post(f"http://{host}/", b"", {})


@pytest.mark.parametrize("url", ["ftp://x.example/", "file:///etc/passwd", "http://", "gopher://x"])
def test_another_scheme_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        Caller().post(url, b"", {})


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", ".example"])
def test_a_name_that_none_can_have_is_refused(host: str) -> None:
    with pytest.raises((NotAllowed, socket.gaierror)):
        Caller().post(f"http://{host}/", b"", {})


def test_a_method_and_a_host_may_be_chosen_and_headers_come_back() -> None:
    text = b"HTTP/1.1 200 OK\r\nX-Told: yes\r\nContent-Length: 0\r\n\r\n"
    with listening(lambda peer: peer.sendall(text)) as port:
        url = f"http://127.0.0.1:{port}/x?y"
        reply = Caller(allow_private=True).call("GET", url, b"", {"Host": "other.example"}, 5)
    assert reply.headers == (("X-Told", "yes"), ("Content-Length", "0"))


def test_an_answer_before_the_body_was_read_is_heard() -> None:
    def refuse(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65536):  # a reset would throw the answer away
            pass

    with listening(refuse) as port:
        url = f"http://127.0.0.1:{port}/"
        assert Caller(allow_private=True).post(url, b"x" * 500_000, {}).status == 413


def test_a_name_with_one_private_address_among_its_own_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver that answers as an attacker's would."""
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 80)) for text in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    with pytest.raises(NotAllowed):
        Caller().post("http://rebinding.example/", b"", {})


def test_the_connection_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Resolving twice would let a name point elsewhere the second time."""
    asked = []
    real = socket.getaddrinfo

    def resolve(host: str, *args: object, **named: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "once.example" else host, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with listening(lambda peer: peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as port:
        Caller(allow_private=True).post(f"http://once.example:{port}/", b"", {})
    assert asked.count("once.example") == 1


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where one caller is answered so, after its request has come."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                with suppress(OSError):  # the caller had enough
                    answer(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_the_answer_is_read() -> None:
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    with listening(lambda peer: peer.sendall(text)) as port:
        reply = Caller(allow_private=True).post(f"http://127.0.0.1:{port}/x", b"{}", {})
    assert (reply.status, reply.body) == (200, b"hi")


def test_a_redirect_is_not_followed() -> None:
    text = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with listening(lambda peer: peer.sendall(text)) as port:
        reply = Caller(allow_private=True).post(f"http://127.0.0.1:{port}/x", b"{}", {})
    assert reply.status == 302


def test_an_endless_answer_is_cut_off() -> None:
    def pour(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            peer.sendall(b"x" * 65536)

    with listening(pour) as port:
        reply = Caller(allow_private=True).post(f"http://127.0.0.1:{port}/", b"", {})
    assert len(reply.body) <= MOST_BYTES


def test_a_trickle_ends_after_the_time_for_all() -> None:
    stop = threading.Event()

    def trickle(peer: socket.socket) -> None:
        while not stop.wait(0.05):
            peer.sendall(b"H")

    with listening(trickle) as port:
        try:
            with pytest.raises(TimeoutError):
                Caller(allow_private=True, total=0.4).post(f"http://127.0.0.1:{port}/", b"", {})
        finally:
            stop.set()


@pytest.mark.parametrize("text", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 50])
def test_what_is_no_http_is_a_failure_to_reach(text: bytes) -> None:
    with listening(lambda peer: peer.sendall(text)) as port, pytest.raises(OSError):  # noqa: PT011
        Caller(allow_private=True).post(f"http://127.0.0.1:{port}/", b"", {})
