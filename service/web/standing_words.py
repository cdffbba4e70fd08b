"""An author's standing, and what a decision will do, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.core import retention
from service.core.store.authors import Held
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Decision, Mode, Outcome, Stand

STANDS = {
    Stand.TRUSTED: ("Trusted", "what they write is published, unless something says spam"),
    Stand.PREMODERATED: ("Always ask me", "all of it waits for a person"),
    Stand.BANNED: ("Banned", "all of it is removed, and can be read in the tab Removed"),
}
LASTING: dict[str, tuple[str, timedelta | None]] = {
    "1": ("1 day", timedelta(days=1)),
    "7": ("7 days", timedelta(days=7)),
    "30": ("30 days", timedelta(days=30)),
    "ever": ("For ever", None),
}
OUTCOMES = {
    Outcome.PENDING: "being checked",
    Outcome.HELD: "waits",
    Outcome.PUBLISHED: "published",
    Outcome.SPAM: "spam",
    Outcome.REMOVED: "removed",
}


def told(stand: Stand | None, until: datetime | None) -> str:
    """`Banned until 3 Jun 2026, 12:00 UTC`."""
    if stand is None:
        return "No standing"
    name = STANDS[stand][0]
    return f"{name} until {until:%-d %b %Y, %H:%M} UTC" if until else f"{name}, for ever"


def effect(
    decision: Decision, comment: CommentRow, site: SiteRow, standing: Held, is_known: bool
) -> str:
    """What the button will do, as far as it is certain."""
    parts = ", ".join(_effects(decision, comment, site, standing, is_known))
    return parts[:1].upper() + parts[1:] + "."


def _effects(
    decision: Decision, comment: CommentRow, site: SiteRow, standing: Held, is_known: bool
) -> Iterator[str]:
    undone = comment.decision in (Decision.APPROVE, Decision.SPAM)
    match decision:
        case Decision.APPROVE:
            yield "publishes"
            yield "teaches good"
            yield from _next_ones(comment, site, standing, is_known)
        case Decision.SPAM:
            yield "files as spam"
            yield "teaches spam"
            yield f"text wiped after {retention.SPAM_TEXT.days} days"
        case Decision.REMOVE:
            yield "takes it away"
            yield "un-teaches what was taught" if undone else "teaches nothing"
        case Decision.HOLD:
            yield "waits for a person again"
            yield "un-teaches what was taught" if undone else "teaches nothing"


def _next_ones(comment: CommentRow, site: SiteRow, standing: Held, is_known: bool) -> Iterator[str]:
    """What approving means for what else its author will write."""
    if standing.stand is Stand.BANNED:
        yield "author stays banned"
    elif standing.stand is Stand.PREMODERATED:
        yield "their next ones wait all the same"
    elif site.mode == Mode.HOLD_FIRST_TIMERS and comment.author_hash and not is_known:
        yield "their next good ones appear at once"
