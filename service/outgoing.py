"""Calls to addresses that a stranger named: only to public hosts, short, and never redirected.

The name is resolved once, every address it has is looked at, and the connection goes to one of
those very addresses: a name that points elsewhere a moment later gains nothing.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import cast
from urllib.parse import urlsplit

CONNECT, TOTAL = 3.0, 10.0  # seconds
MOST_BYTES = 64 * 1024  # of an answer, headers included
Address = IPv4Address | IPv6Address

# Python calls these global although they lead to this machine, its neighbours or to many.
NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "64:ff9b:1::/48",
        "2001::/23",
        "2001:db8::/32",
    )
)
NAT64 = ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address leads where no stranger may send us."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; at most MOST_BYTES of it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Caller:
    """Calls strangers' addresses; `allow_private` is for operators whose sites are at home.

    `allows` says of each address a host has whether it may be called; all must be.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        total: float = TOTAL,
        allows: Callable[[Address], bool] | None = None,
    ) -> None:
        self._allows = allows or ((lambda _address: True) if allow_private else is_public)
        self._total = total  # seconds for one call

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """The reply. Raises NotAllowed, or OSError when the host cannot be reached in time."""
        return self.call("POST", url, body, headers)

    def call(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        seconds: float | None = None,
    ) -> Reply:
        """The reply, within `seconds`. Raises as `post` does."""
        end = time.monotonic() + (self._total if seconds is None else seconds)
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            raise NotAllowed("expected an address that starts with https:// or http://")
        secure = parts.scheme == "https"
        connection = self._connect(host, parts.port or (443 if secure else 80))
        try:
            if secure:
                context = ssl.create_default_context()
                connection = context.wrap_socket(connection, server_hostname=host)
            target = f"{path}?{parts.query}" if parts.query else path
            lines = {
                "Host": parts.netloc,
                "Content-Length": str(len(body)),
                "Connection": "close",
                **headers,
            }
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            request = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
            with suppress(BrokenPipeError, ConnectionResetError):  # who refuses early has answered
                connection.sendall(request)
            return _reply(_all(connection, end))
        finally:
            connection.close()

    def _connect(self, host: str, port: int) -> socket.socket:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:  # a label of more than 63 characters, or an empty one
            raise NotAllowed("no host can have this name") from error
        addresses = [entry[4][0] for entry in found]
        for text in addresses:
            if not self._allows(ip_address(str(text).partition("%")[0])):
                raise NotAllowed("the host has an address that may not be called")
        for last in reversed(range(len(addresses))):
            try:
                return socket.create_connection((str(addresses.pop(0)), port), timeout=CONNECT)
            except OSError:
                if not last:
                    raise
        raise OSError("the name has no address")


def is_public(address: Address) -> bool:
    """Whether the address leads to one machine on the open internet, however it is wrapped."""
    inner = _unwrapped(address)
    if inner != address:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in NEVER if network.version == address.version)
    )


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4 or behind NAT64."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _all(connection: socket.socket, end: float) -> bytes:
    """What comes until the end, the time or the size is reached: a trickle holds nobody up."""
    found = b""
    while len(found) < MOST_BYTES:
        remaining = end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer did not come in time")
        connection.settimeout(remaining)
        part = connection.recv(16 * 1024)
        if not part:
            break
        found += part
    return found[:MOST_BYTES]


def _reply(text: bytes) -> Reply:
    response = http.client.HTTPResponse(cast(socket.socket, _Read(text)))
    try:
        response.begin()
        try:
            body = response.read()
        except http.client.IncompleteRead as error:
            body = error.partial
        return Reply(response.status, body, tuple(response.getheaders()))
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no HTTP answer: {type(error).__name__}") from error


class _Read:
    """What http.client takes for a socket: bytes that have come already."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._text)
