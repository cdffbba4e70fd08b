"""Which addresses are this machine's own: a page may call those, whatever a browser names."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from service.outgoing import Address

USUAL = (80, 443)


def is_own(address: Address) -> bool:
    """Whether this machine has the address: only then can a socket be bound to it."""
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def is_own_port(url: str, listening: int) -> bool:
    """Whether a web server of ours may answer at the port: the one listened on, or a proxy's."""
    try:
        return urlsplit(url).port in (None, listening, *USUAL)
    except ValueError:  # whatever a browser may have sent as its Host
        return False
