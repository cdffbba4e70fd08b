"""The listening socket. `up` binds it once and lends it to the web server, however often that
restarts: clients that come in between wait in the backlog instead of being refused."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address

from service.up.errors import CannotStart

BACKLOG = 1024
LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes any free one. Raises CannotStart."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        raise CannotStart(explain(error, host, port)) from error


def origin_of(listener: socket.socket) -> str:
    """The http:// address at which this machine reaches the socket."""
    host, port = address_of(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def address_of(listener: socket.socket) -> tuple[str, int]:
    """Host and port to connect to from this machine, also when it listens on every address."""
    host, port = listener.getsockname()[:2]
    address = ip_address(host)
    return (LOOPBACK[address.version] if address.is_unspecified else str(address)), port


def explain(error: Exception, host: str, port: int) -> str:
    """Why the port cannot be had, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken by another program.\n"
            f"Stop that one, or choose another port: hamlet up --port {min(port + 1, 65535)}\n"
            "(--port 0 takes any free one)"
        )
    if number == errno.EACCES:
        return (
            f"port {port} needs privileges that this user lacks.\n"
            "Choose one from 1024 up, such as --port 8000, and put a reverse proxy in front of it."
        )
    return (
        f"{host} is not an address of this machine ({error}).\n"
        "Use --host 127.0.0.1 for this machine only, or --host 0.0.0.0 for every network it is on."
    )
