"""Likeness: what texts that are nearly the same have in common, as keyed marks.

A MinHash of the letters: how many of its slots two texts share tells how many of their runs of
letters they share (Broder, 1997). Some slots together make a mark, by which the database finds
what may be alike; all slots together, the print, say whether it is. The permutations and the marks
are keyed with the installation's secret, and a slot keeps one byte: no text can be read from them.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import eq

from rensa import RMinHash

from service.core.store import keys

SHINGLE = 5  # letters
SLOTS = 96
BANDS, ROWS = 16, 3  # two in three pairs with two fifths in common share a mark, then ever more
ALIKE = 0.36  # share of slots; spun texts mostly have more, two texts on one subject never
SAYING = 60  # letters and digits; in fewer, people who never met say the same
LONGEST = 20_000  # letters looked at; bounds the time
LEAST = 8  # letters; shorter ones say nothing even from one hand
BAND, SHORT, LINK = "b", "s", "l"  # what a mark begins with


@dataclass(frozen=True, slots=True)
class Likeness:
    """`marks` lead to what is alike; `print`, SLOTS bytes, is empty for short texts."""

    marks: tuple[str, ...] = ()
    print: bytes = b""

    def without(self, links: Collection[str]) -> Likeness:
        """The same, but for these domains' hashes."""
        unwanted = {LINK + link for link in links}
        marks = tuple(mark for mark in self.marks if mark not in unwanted)
        return Likeness(marks, self.print)


UNLIKE_ALL = Likeness()


def likeness_of(
    words: str, network_hash: str, author_hash: str, links: Iterable[str], secret: str
) -> Likeness:
    """The likeness of a text, given as its bare words.

    A short text counts only together with its network or its author. `links` are the hashes of the
    domains that may tell a campaign.
    """
    by_link = tuple(LINK + link for link in links)
    if len(words) < SAYING:
        short = _short(words, (network_hash, author_hash), secret)
        return Likeness((*short, *by_link))
    seen = words[:LONGEST]
    shingles = {seen[i : i + SHINGLE] for i in range(len(seen) - SHINGLE + 1)}
    hashed = RMinHash(num_perm=SLOTS, seed=_seed(secret))
    hashed.update(list(shingles))
    slots = bytes(slot & 0xFF for slot in hashed.digest())
    return Likeness((*_bands(hashed.digest(), secret), *by_link), slots)


def are_alike(one: bytes, other: bytes) -> bool:
    """Whether two prints are of nearly the same text."""
    same: int = sum(map(eq, one, other))
    return same >= ALIKE * SLOTS


def is_by_link(mark: str) -> bool:
    return mark.startswith(LINK)


def is_by_print(mark: str) -> bool:
    """Whether the mark only hints, and the prints decide."""
    return mark.startswith(BAND)


def _bands(slots: list[int], secret: str) -> Iterator[str]:
    for band in range(BANDS):
        rows = slots[band * ROWS : (band + 1) * ROWS]
        yield BAND + keys.hash_trace("band", f"{band}:{rows}", secret)


def _short(words: str, beside: Iterable[str], secret: str) -> Iterator[str]:
    if len(words) < LEAST:
        return
    for place, other in enumerate(beside):
        if other:
            yield SHORT + keys.hash_trace("short", f"{place}:{other}:{words}", secret)


@lru_cache(maxsize=8)
def _seed(secret: str) -> int:
    digest = hmac.new(secret.encode(), b"likeness", "sha256").digest()
    return int.from_bytes(digest[:8])
