"""What can go wrong in moderation. Core knows no HTTP: `service/web/errors.py` maps these."""

from __future__ import annotations


class ModerationError(Exception):
    """Base of the family. `str(error)` may be shown to the caller."""


class InvalidSubmission(ModerationError):
    """A field of a submission cannot be accepted; nothing was stored."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class NotFound(ModerationError):
    """No such thing here, or not the caller's to see: the two are told alike."""


class WrongSite(ModerationError):
    """A key that opens one site was used for another one's address."""


class StaleRevision(ModerationError):
    """The comment has changed since the caller looked at it."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f"the comment is at revision {found} now, not {expected}: look at it again, then decide"
        )


class StaleStanding(ModerationError):
    """An author's standing has changed since the caller looked at it."""

    def __init__(self) -> None:
        super().__init__(
            "somebody has changed how this author stands since your page was loaded: "
            "look at it again, then decide"
        )


class UnknownAuthor(ModerationError):
    """Nothing tells the comment's author again, so nothing can be said about them."""

    def __init__(self) -> None:
        super().__init__(
            "no e-mail address is known with this comment (none came with it, or it was forgotten "
            "after 30 days), and a name alone can be taken by anybody: decide about the comment"
        )


class NothingToUndo(ModerationError):
    """The newest decision has been undone already, or there was none."""


class NothingWaits(ModerationError):
    """Nothing that the caller saw waiting waits any more."""


class TextGone(ModerationError):
    """The comment's text has been wiped, so it can neither be published nor reviewed."""


class IdempotencyConflict(ModerationError):
    """An Idempotency-Key came again with another body."""


class LastOwner(ModerationError):
    """Nobody would be left who manages people."""
