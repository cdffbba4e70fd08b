"""What is known about one comment beside its card: a part at a time, in tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network

from sqlalchemy.orm import Session

from service.core.search import NETWORK_BITS
from service.core.store import threads
from service.core.store.tables import CommentRow
from service.web.queue_view import Card

AROUND = 3  # published comments shown before and after


class Part(StrEnum):
    """The tabs; their values stand in addresses, and name the templates."""

    WHY = "why"
    THREAD = "thread"
    AUTHOR = "author"
    NETWORK = "network"
    HISTORY = "history"


NAMES = {
    Part.WHY: "Why",
    Part.THREAD: "Thread",
    Part.AUTHOR: "Author",
    Part.NETWORK: "Network",
    Part.HISTORY: "History",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One part, and what its template needs beside the card."""

    part: Part
    before: Sequence[CommentRow] = ()
    after: Sequence[CommentRow] = ()
    network: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.part]

    @property
    def parts(self) -> list[tuple[Part, str]]:
        return list(NAMES.items())


def detail_of(session: Session, card: Card, wanted: str) -> Detail:
    """The wanted part; what makes no sense falls back to the first."""
    part = Part(wanted) if wanted in list(Part) else Part.WHY
    if part is Part.THREAD:
        before, after = threads.around(session, card.comment, AROUND)
        return Detail(part=part, before=before, after=after)
    return Detail(part=part, network=_network(card.comment.ip) if part is Part.NETWORK else "")


def _network(address: str) -> str:
    """The network that the address is known by; "" for what is none."""
    try:
        found = ip_network(address)
    except ValueError:
        return ""
    return str(found.supernet(new_prefix=NETWORK_BITS[found.version]))
