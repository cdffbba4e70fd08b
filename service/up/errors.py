"""What keeps `hamlet up` from running; each message says how to mend it."""

from __future__ import annotations


class CannotStart(Exception):
    """Something that the operator chose or must provide stands in the way."""


class GaveUp(Exception):
    """A part without which nothing works would not start."""
