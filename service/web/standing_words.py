"""An author's standing, and what a decision will do, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.core import retention
from service.core.store.authors import Held
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Decision, Mode, Outcome, Stand
from service.web.language import _, later, short_time

STANDS = {
    Stand.TRUSTED: (
        later("Trusted"),
        later("what they write is published, unless something says spam"),
    ),
    Stand.PREMODERATED: (later("Always ask me"), later("all of it waits for a person")),
    Stand.BANNED: (
        later("Banned"),
        later("all of it is removed, and can be read in the tab Removed"),
    ),
}
LASTING: dict[str, tuple[str, timedelta | None]] = {
    "1": (later("1 day"), timedelta(days=1)),
    "7": (later("7 days"), timedelta(days=7)),
    "30": (later("30 days"), timedelta(days=30)),
    "ever": (later("For ever"), None),
}
OUTCOMES = {
    Outcome.PENDING: later("being checked"),
    Outcome.HELD: later("waits"),
    Outcome.PUBLISHED: later("published"),
    Outcome.SPAM: later("spam"),
    Outcome.REMOVED: later("removed"),
}


def told(stand: Stand | None, until: datetime | None) -> str:
    """`Banned until 3 Jun 2026, 12:00 UTC`."""
    if stand is None:
        return _("No standing")
    name = str(STANDS[stand][0])
    if until is None:
        return _("%(standing)s, for ever", standing=name)
    return _("%(standing)s until %(time)s UTC", standing=name, time=short_time(until))


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
            yield _("publishes")
            yield _("teaches good")
            yield from _next_ones(comment, site, standing, is_known)
        case Decision.SPAM:
            yield _("files as spam")
            yield _("teaches spam")
            yield _("text wiped after %(days)s days", days=retention.SPAM_TEXT.days)
        case Decision.REMOVE:
            yield _("takes it away")
            yield _("un-teaches what was taught") if undone else _("teaches nothing")
        case Decision.HOLD:
            yield _("waits for a person again")
            yield _("un-teaches what was taught") if undone else _("teaches nothing")


def _next_ones(comment: CommentRow, site: SiteRow, standing: Held, is_known: bool) -> Iterator[str]:
    """What approving means for what else its author will write."""
    if standing.stand is Stand.BANNED:
        yield _("author stays banned")
    elif standing.stand is Stand.PREMODERATED:
        yield _("their next ones wait all the same")
    elif site.mode == Mode.HOLD_FIRST_TIMERS and comment.author_hash and not is_known:
        yield _("their next good ones appear at once")
