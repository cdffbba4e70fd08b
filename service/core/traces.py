"""Traces: what of a comment is remembered as a keyed hash, to know the same thing again.

The texts, addresses and networks themselves cannot be read from them, nor guessed without the
installation's secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address

from service.core.likeness import UNLIKE_ALL, Likeness
from service.core.store import keys

TELLING = 30  # bytes of bare words; "Thank you!" says the same everywhere and means no copying
NETWORK_BYTES = {4: 3, 6: 8}  # /24 and /64: a household, a server with its neighbours


@dataclass(frozen=True, slots=True)
class Traces:
    """The hashes of a comment's text and of the domains it links to; none where it has none."""

    text: str = ""
    links: dict[str, str] = field(default_factory=dict)  # by domain
    likeness: Likeness = UNLIKE_ALL  # what may be nearly the same is found by it


NO_TRACES = Traces()


def traces_of(words: str, domains: Iterable[str], secret: str) -> Traces:
    """The traces of a text, given as its bare words, and of the domains linked to."""
    return Traces(
        text=keys.hash_trace("text", words, secret) if len(words.encode()) >= TELLING else "",
        links={domain: keys.hash_trace("domain", domain, secret) for domain in domains},
    )


def network_trace(ip: str, secret: str) -> str:
    """The hash of the network that an address is in; "" for what is no address."""
    try:
        address = ip_address(ip.strip())
    except ValueError:
        return ""
    prefix = address.packed[: NETWORK_BYTES[address.version]].hex()
    return keys.hash_trace("network", prefix, secret)
