"""Score in, verdict out: two cutoffs make three answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What policy makes of a score."""

    HAM = "ham"
    UNSURE = "unsure"
    SPAM = "spam"


class Decision(StrEnum):
    """What a moderator says. Removing is not teaching; hold puts a comment back for review."""

    APPROVE = "approve"
    SPAM = "spam"
    REMOVE = "remove"
    HOLD = "hold"


class Outcome(StrEnum):
    """What the world sees: the decision, else the verdict, else pending."""

    PENDING = "pending"
    PUBLISHED = "published"
    HELD = "held"
    SPAM = "spam"
    REMOVED = "removed"


class EventKind(StrEnum):
    """What can happen to a comment."""

    SUBMITTED = "submitted"
    JUDGED = "judged"
    DECIDED = "decided"
    UNDONE = "undone"


class Mode(StrEnum):
    """How much a site publishes without a person."""

    AUTOMATIC = "automatic"
    HOLD_FIRST_TIMERS = "hold_first_timers"
    HOLD_ALL = "hold_all"


class Stand(StrEnum):
    """How an author stands on a site, as a moderator has said."""

    TRUSTED = "trusted"
    BANNED = "banned"
    PREMODERATED = "premoderated"  # always ask me


class UnsureAnswer(StrEnum):
    """What a client that knows only spam and ham is told of an unsure comment."""

    HOLD = "hold"  # spam, so that it stays out of sight until a person has looked
    LET_THROUGH = "pass"  # ham


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Probabilities: ham below `ham`, spam from `spam` on, unsure between."""

    ham: float
    spam: float

    def __post_init__(self) -> None:
        if not 0 <= self.ham <= self.spam <= 1:
            raise ValueError(f"expected 0 <= ham <= spam <= 1, found {self.ham} and {self.spam}")


_BY_DECISION = {
    Decision.APPROVE: Outcome.PUBLISHED,
    Decision.SPAM: Outcome.SPAM,
    Decision.REMOVE: Outcome.REMOVED,
    Decision.HOLD: Outcome.HELD,
}
_BY_VERDICT = {
    Verdict.HAM: Outcome.PUBLISHED,
    Verdict.UNSURE: Outcome.HELD,
    Verdict.SPAM: Outcome.SPAM,
}


def verdict_for(score: float, cutoffs: Cutoffs) -> Verdict:
    """Ham: score < cutoffs.ham; spam: score >= cutoffs.spam; unsure between, and for no number."""
    if score < cutoffs.ham:
        return Verdict.HAM
    if score >= cutoffs.spam:
        return Verdict.SPAM
    return Verdict.UNSURE  # a NaN fails both comparisons and so waits for a person


def outcome_of(decision: Decision | None, verdict: Verdict | None) -> Outcome:
    """Decision, else verdict, else pending."""
    if decision is not None:
        return _BY_DECISION[decision]
    return Outcome.PENDING if verdict is None else _BY_VERDICT[verdict]


def is_answered_spam(outcome: Outcome, unsure: UnsureAnswer) -> bool:
    """What a client that knows only spam and ham is told; what nobody has judged yet is held."""
    if outcome is Outcome.HELD:
        return unsure is UnsureAnswer.HOLD
    return outcome is not Outcome.PUBLISHED
