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
    """What the templates of the parts need beside the card."""

    part: Part | None  # the one that is shown; None: all of them, one beneath the other
    before: Sequence[CommentRow] = ()
    after: Sequence[CommentRow] = ()
    network: str = ""

    @property
    def parts(self) -> list[tuple[Part, str]]:
        return list(NAMES.items())


def detail_of(session: Session, card: Card, part: Part | None = None) -> Detail:
    """What the part needs; without one, what all of them need."""
    before: list[CommentRow] = []
    after: list[CommentRow] = []
    if part in (None, Part.THREAD):
        before, after = threads.around(session, card.comment, AROUND)
    return Detail(part=part, before=before, after=after, network=_network(card.comment.ip))


def part_of(wanted: str) -> Part:
    """The part of this name; what makes no sense falls back to the first."""
    return Part(wanted) if wanted in list(Part) else Part.WHY


def _network(address: str) -> str:
    """The network that the address is known by; "" for what is none."""
    try:
        found = ip_network(address)
    except ValueError:
        return ""
    return str(found.supernet(new_prefix=NETWORK_BITS[found.version]))
