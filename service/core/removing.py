"""Removing: why a comment is taken away. Unlike spam, it teaches nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from service.core.errors import InvalidSubmission

MOST = 9  # as many as there are keys
LONGEST = 60  # characters
USUAL = (
    "Rude",
    "Off-topic",
    "Personal data",
    "Legal",
    "Advertising by a person",
    "Other",
)


class Removal(NamedTuple):
    """A reason for removing: its code in forms and events, and its words."""

    code: str
    words: str


def removals(reasons: Sequence[str] = USUAL) -> list[Removal]:
    """The reasons of a list, each with its code."""
    return [Removal(code_of(words), words) for words in reasons]


def code_of(words: str) -> str:
    """`Off-topic` → `off_topic`: letters and digits of any script, for addresses and statistics."""
    return re.sub(r"\W+", "_", words.casefold()).strip("_")


def checked(lines: Sequence[str]) -> list[str]:
    """A site's own list, blank lines left out. Raises InvalidSubmission."""
    reasons = [" ".join(line.split()) for line in lines if line.strip()]
    if len(reasons) > MOST:
        raise _refused(f"at most {MOST} reasons, one a line; found {len(reasons)}")
    if long := next((one for one in reasons if len(one) > LONGEST), ""):
        raise _refused(f"at most {LONGEST} characters a reason; “{long}” has {len(long)}")
    codes = [code_of(one) for one in reasons]
    if "" in codes:
        raise _refused("a reason needs letters or digits")
    if len(set(codes)) < len(codes):
        raise _refused("two reasons are the same but for case and signs")
    return reasons


def _refused(message: str) -> InvalidSubmission:
    return InvalidSubmission("reasons", message)
