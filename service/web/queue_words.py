"""The queue's sentences: decisions, events, times and numbers in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.core.store.comments import COUNTED
from service.core.store.found import Count
from service.core.store.tables import EventRow
from service.core.verdict import Decision, EventKind, Outcome
from service.web.language import _, in_one_unit, later, ngettext, percentage
from service.web.language import number as written
from service.web.removal_words import removal_words
from service.web.sentences import in_words

DONE = {
    Decision.APPROVE: later("Approved and published. The site learns from it."),
    Decision.SPAM: later("Marked as spam. The site learns from it."),
    Decision.REMOVE: later("Removed. Nothing is learned from it."),
    Decision.HOLD: later("Back in review."),
}
DECIDED = {
    Decision.APPROVE: later("Approved"),
    Decision.SPAM: later("Marked as spam"),
    Decision.REMOVE: later("Removed"),
    Decision.HOLD: later("Sent back to review"),
}
OUTCOMES = {
    Outcome.PENDING: later("being checked"),
    Outcome.HELD: later("waiting for review"),
    Outcome.PUBLISHED: later("published"),
    Outcome.SPAM: later("spam"),
    Outcome.REMOVED: later("removed"),
}
VERDICTS = {
    "ham": later("ham"),
    "unsure": later("unsure"),
    "spam": later("spam"),
}
# Actors that are neither moderators nor keys.
PROGRAMS = {
    "command line": later("the command line"),
    "first start": later("the first start"),
    "retraining": later("the retraining"),
    "policy": later("policy"),
}
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))  # seconds


def done(decision: Decision, reason: str = "") -> str:
    """What a notice tells of a decision."""
    if reason and decision is Decision.REMOVE:
        return _("Removed: %(reason)s. Nothing is learned from it.", reason=reason)
    return str(DONE[decision])


def percent(score: float) -> str:
    """A probability in words that never claim certainty."""
    if score > 0.99:
        return _("over %(share)s", share=percentage(0.99, 0))
    if score < 0.01:
        return _("under %(share)s", share=percentage(0.01, 0))
    return percentage(score, 0)


def counted(number: int) -> str:
    """A count with thousands apart; counting stopped above COUNTED."""
    return f"{written(COUNTED)}+" if number > COUNTED else written(number)


def comments(number: int) -> str:
    """So many comments."""
    return ngettext("%(num)s comment", "%(num)s comments", number)


def many(count: Count) -> str:
    """The count, with a sign where more may be behind what was looked at."""
    return f"{written(count.comments)}+" if count.more else written(count.comments)


def many_comments(done: Decision, number: int) -> str:
    """What became of so many comments."""
    if done is Decision.APPROVE:
        return ngettext(
            "%(num)s comment approved and published",
            "%(num)s comments approved and published",
            number,
        )
    if done is Decision.SPAM:
        return ngettext("%(num)s comment marked as spam", "%(num)s comments marked as spam", number)
    if done is Decision.REMOVE:
        return ngettext("%(num)s comment removed", "%(num)s comments removed", number)
    return ngettext(
        "%(num)s comment sent back to review", "%(num)s comments sent back to review", number
    )


def span(start: datetime, end: datetime, is_ago: bool = False) -> str:
    """The time between, in one unit, rounded down; "… ago" if wanted."""
    seconds = int((end - start).total_seconds())
    for unit, size in UNITS:
        if seconds >= size:
            return in_one_unit(seconds // size * size, unit, is_ago)
    return _("under a minute ago") if is_ago else _("under a minute")


def actor(name: str) -> str:
    """Who did it, if it was not a moderator: a key, or a part of Hamlet itself."""
    kind, _colon, rest = name.partition(":")
    if kind == "key" and rest:
        return _("key %(name)s", name=rest)
    return str(PROGRAMS.get(name, name.replace(":", " ")))


def told(event: EventRow) -> str:
    """What happened, as a line of a comment's history."""
    detail = event.detail
    if event.kind == EventKind.SUBMITTED:
        return _("Arrived")
    if event.kind == EventKind.JUDGED:
        why = (
            percent(detail["score"]) if detail["score"] is not None else in_words(detail["reason"])
        )
        verdict = str(VERDICTS.get(detail["verdict"], detail["verdict"]))
        if detail.get("trusted"):
            return _(
                "Judged %(verdict)s (%(why)s); its author is trusted", verdict=verdict, why=why
            )
        return _("Judged %(verdict)s (%(why)s)", verdict=verdict, why=why)
    if event.kind == EventKind.DECIDED:
        said = DECIDED[Decision(detail["decision"])] + _together(detail)
        why = removal_words(detail.get("reason") or "")
        return _("%(decided)s: %(why)s", decided=said, why=why) if why else said
    if event.kind == EventKind.UNDONE:
        return _("Decision undone") + _together(detail)
    return event.kind.capitalize()


def _together(detail: Mapping[str, Any]) -> str:
    return _(", together with others") if "bulk" in detail else ""
