"""What is known about one comment beside its card: a part at a time, in tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from service.core.store import threads
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.web.author_view import Known, Panels, known, panels
from service.web.language import later
from service.web.queue_view import Card

AROUND = 3  # published comments shown before and after


class Part(StrEnum):
    """The tabs; their values stand in addresses, and name the templates."""

    WHY = "why"
    THREAD = "thread"
    AUTHOR = "author"
    NETWORK = "network"
    NOTES = "notes"
    HISTORY = "history"


NAMES = {
    Part.WHY: later("Why"),
    Part.THREAD: later("Thread"),
    Part.AUTHOR: later("Author"),
    Part.NETWORK: later("Network"),
    Part.NOTES: later("Notes"),
    Part.HISTORY: later("History"),
}

PEOPLE = (Part.AUTHOR, Part.NETWORK, Part.NOTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What the templates of the parts need beside the card."""

    part: Part | None  # the one that is shown; None: all of them, one beneath the other
    before: Sequence[CommentRow] = ()
    after: Sequence[CommentRow] = ()
    known: Sequence[Known] = ()  # the nearest comments that people decided about
    panels: Panels | None = None  # of the parts about people

    @property
    def parts(self) -> list[tuple[Part, str]]:
        return list(NAMES.items())


def detail_of(
    session: Session, card: Card, now: datetime, site_id: Within, part: Part | None = None
) -> Detail:
    """What the part needs, of one site if `site_id` names it; without a part, what all need."""
    before: list[CommentRow] = []
    after: list[CommentRow] = []
    near: list[Known] = []
    found = None
    if part in (None, Part.WHY):
        near = known(session, card.comment)
    if part in (None, Part.THREAD):
        before, after = threads.around(session, card.comment, AROUND)
    if part in (None, *PEOPLE):
        found = panels(session, card.comment, now, site_id)
    return Detail(part=part, before=before, after=after, known=near, panels=found)


def part_of(wanted: str) -> Part:
    """The part of this name; what makes no sense falls back to the first."""
    return Part(wanted) if wanted in list(Part) else Part.WHY
