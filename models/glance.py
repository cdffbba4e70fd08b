"""A glance at many texts at once: which of them need a closer look, and for what.

Most comments hide nothing and hold no address. To find those few in one pass of numpy takes a
fraction of the time of asking each text by regular expressions; and it may err on one side only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.characters import TABLE_SIZE, classes, code_points
from models.confusables import ALWAYS

# Joiners that Persian, Indic scripts and emoji need: taken out, but no sign of disguise.
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
# C0 and C1 controls but tab and line feed; lone surrogates, which no database keeps.
CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
ODD = f"[{CONTROL}{HIDDEN}{JOINERS}{''.join(map(chr, ALWAYS))}]"
STYLED = "[\u2100-\u214f\u2160-\u2188\u24b6-\u24e9\uff21-\uff5a\U0001d400-\U0001d7ff]"
LATIN, LOOKALIKE = "[A-Za-z]", "[\u0370-\u058f]"

_END = "\n"  # between texts: plain, and part of nothing that is looked for
_COVERED, _LATIN, _LOOKALIKE, _DOT, _WORD, _W, _ADDRESS = (np.uint8(1 << bit) for bit in range(7))
_CLASSES = (
    (_COVERED, ODD),
    (_COVERED, STYLED),
    (_LATIN, LATIN),
    (_LOOKALIKE, LOOKALIKE),
    (_DOT, "[.]"),
    (_WORD, r"[\w-]"),
    (_W, "[wW]"),
    (_ADDRESS, r"[^\s<>\"'\[\](){}|]"),
)


def glance(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """The numbers of the texts that normalising may change, and of those where a dot may be an
    address's.
    """
    seen = classes(glance_table(), code_points(_END.join([*texts, ""])))
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + len(_END))
    return _rows(ends, _covered(seen)), _rows(ends, _dotted(seen))


def _covered(seen: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where a character is that normalising may change, or two scripts meet."""
    covered = seen & _COVERED
    if (seen & _LOOKALIKE).any():
        before, after = seen[:-1], seen[1:]
        covered[1:] |= ((before & _LATIN) << 1 & after) | ((after & _LATIN) << 1 & before)
    places: NDArray[np.int64] = (covered != 0).nonzero()[0]
    return places


def _dotted(seen: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where a dot is before a word, or between a w and anything that an address may hold."""
    dots = ((seen & _DOT) != 0).nonzero()[0]
    before, after = seen[np.maximum(dots - 1, 0)], seen[dots + 1]
    inside = (after & _WORD) | ((before & _W) & ((after & _ADDRESS) >> 1))
    places: NDArray[np.int64] = dots[inside.nonzero()[0]]
    return places


def _rows(ends: NDArray[np.int64], places: NDArray[np.int64]) -> list[int]:
    """The numbers of the texts that hold any of the places, in order."""
    found: list[int] = ends.searchsorted(places, side="right").tolist()
    return list(dict.fromkeys(found))


@cache
def glance_table() -> NDArray[np.uint8]:
    """What each code point may be part of. Shape: (131,072,)."""
    letters = "".join(map(chr, range(TABLE_SIZE)))
    table = np.zeros(TABLE_SIZE, dtype=np.uint8)
    for sign, pattern in _CLASSES:
        for run in re.finditer(f"{pattern}+", letters):
            table[run.start() : run.end()] |= sign
    table[list(_unsettled(letters))] |= _COVERED
    table[-1] |= _COVERED | _WORD | _ADDRESS  # all that lies beyond
    return table


def _unsettled(letters: str) -> Iterator[int]:
    """The code points that NFKC changes, or may change together with a neighbour."""
    yield from range(0x1161, 0x11C3)  # vowels and finals that join a Hangul syllable
    for code, letter in enumerate(letters):
        parts = unicodedata.decomposition(letter)
        if unicodedata.combining(letter) or (
            parts and not unicodedata.is_normalized("NFKC", letter)
        ):
            yield code
        if parts and parts[0] != "<" and " " in parts:
            yield int(parts.rpartition(" ")[2], 16)
