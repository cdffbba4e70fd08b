"""The queue's sentences: decisions, events, times and numbers in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.core.store.comments import COUNTED
from service.core.store.found import Count
from service.core.store.tables import EventRow
from service.core.verdict import Decision, EventKind

DONE = {
    Decision.APPROVE: "Approved and published. The site learns from it.",
    Decision.SPAM: "Marked as spam. The site learns from it.",
    Decision.REMOVE: "Removed. Nothing is learned from it.",
    Decision.HOLD: "Back in review.",
}
DECIDED = {
    Decision.APPROVE: "Approved",
    Decision.SPAM: "Marked as spam",
    Decision.REMOVE: "Removed",
    Decision.HOLD: "Sent back to review",
}
IN_BULK = {
    Decision.APPROVE: "approved and published",
    Decision.SPAM: "marked as spam",
    Decision.REMOVE: "removed",
    Decision.HOLD: "sent back to review",
}
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))  # seconds


def done(decision: Decision, reason: str = "") -> str:
    """What a notice tells of a decision."""
    if reason and decision is Decision.REMOVE:
        return f"Removed: {reason}. Nothing is learned from it."
    return DONE[decision]


def percent(score: float) -> str:
    """A probability in words that never claim certainty."""
    if score > 0.99:
        return "over 99 %"
    if score < 0.01:
        return "under 1 %"
    return f"{score * 100:.0f} %"


def counted(number: int) -> str:
    """A count with thousands apart; counting stopped above COUNTED."""
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


def comments(number: int) -> str:
    """So many comments."""
    return f"{number:,} comment{'' if number == 1 else 's'}"


def many(count: Count) -> str:
    """The count, with a sign where more may be behind what was looked at."""
    return f"{count.comments:,}+" if count.more else f"{count.comments:,}"


def span(start: datetime, end: datetime) -> str:
    """The time between, in one unit, rounded down."""
    seconds = int((end - start).total_seconds())
    for unit, size in UNITS:
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "under a minute"


def told(event: EventRow) -> str:
    """What happened, as a line of a comment's history."""
    detail = event.detail
    if event.kind == EventKind.SUBMITTED:
        return "Arrived"
    if event.kind == EventKind.JUDGED:
        why = percent(detail["score"]) if detail["score"] is not None else detail["reason"]
        trusted = "; its author is trusted" if detail.get("trusted") else ""
        return f"Judged {detail['verdict']} ({why}){trusted}"
    if event.kind == EventKind.DECIDED:
        said = DECIDED[Decision(detail["decision"])]
        said += _together(detail)
        return f"{said}: {detail['reason']}" if detail.get("reason") else said
    if event.kind == EventKind.UNDONE:
        return "Decision undone" + _together(detail)
    return event.kind.capitalize()


def _together(detail: Mapping[str, Any]) -> str:
    return ", together with others" if "bulk" in detail else ""
