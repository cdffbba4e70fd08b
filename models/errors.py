"""What can go wrong with a model, and what to do about it."""

from __future__ import annotations


class ModelError(Exception):
    """The base of every error that `models` raises on purpose.

    Says what was expected, what was found, and the remedy; all three are attributes.
    """

    def __init__(self, expected: str, found: str, remedy: str) -> None:
        super().__init__(f"expected {expected}; found {found}; {remedy}")
        self.expected = expected
        self.found = found
        self.remedy = remedy


class NotTrained(ModelError):
    """There is no model where one was looked for."""


class ArtifactMismatch(ModelError):
    """A model is there, but its files do not fit each other or this program."""


class TooFewExamples(ModelError):
    """Training was asked for with too little to learn from."""


class BadData(ModelError):
    """A data file cannot be read as examples."""
