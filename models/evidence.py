"""Why a comment got its score, in words that a moderator understands.

A linear model's score is a sum; this groups the parts. Each word collects what it weighs alone,
half of each pair it stands in, and the character pieces inside it; words that push the same way
and stand together become one phrase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from models.features import (
    BLOCK_FLOORS,
    BLOCK_WEIGHTS,
    COLUMN_MASK,
    FIELDS,
    KEY_BITS,
    SHAPE_START,
    Batch,
    Keys,
    distinct,
)
from models.marks import ABOUT_ADDRESSES, address_wording, wording
from models.shape import MARKS
from models.site_part import SitePart

_SMALLEST = 0.05
"""Reasons weaker than this are noise to a reader. Units: logits."""
_LONGEST_PHRASE = 5
_LONGEST_TEXT = 80
_LEARNED_HERE = "as decided here before"
WORDS = "word"
"""The code of reasons that quote words of the body."""
_BODY, _NAME, _ADDRESS = range(FIELDS)


Share = tuple[float, float]
"""What something weighs in all, and what of it the site's own decisions taught. Units: logits."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: stable code, a moderator's words, weight in logits (>0 spam).

    `places` are where the words that it quotes stand in the comment's body, as pairs of the first
    character's index and that after the last.
    """

    code: str
    text: str
    weight: float
    places: tuple[tuple[int, int], ...] = ()


Weigh = Callable[[Keys], NDArray[np.float64]]
"""The weight of each cell. Shape kept; logits."""


class _Parts:
    """The parts of a batch's scores, each with its weight in logits."""

    def __init__(self, batch: Batch, weigh: Weigh) -> None:
        self._batch = batch
        self._weigh = weigh
        self.tokens = self._token_weights()
        (self.marks,) = self._shares((batch.marks(),), 2)
        self.shape = weigh(batch.shape_keys()) * BLOCK_WEIGHTS[3]

    def _token_weights(self) -> NDArray[np.float64]:
        """What each word adds. Shape: (n_tokens,)."""
        batch = self._batch
        pair_keys, first = batch.pairs()
        total, pairs = self._shares((batch.words, pair_keys), 0)
        count = total.size
        total = total + 0.5 * np.bincount(first, pairs, count)
        total += 0.5 * np.bincount(first + 1, pairs, max(count, 1))[:count]
        keys, places = batch.characters()
        (chars,) = self._shares((keys,), 1)
        if not count:
            return total
        owners = np.searchsorted(batch.tokens.starts, places, side="right") - 1
        return total + np.bincount(np.maximum(owners, 0), chars, count)

    def _shares(self, parts: tuple[Keys, ...], block: int) -> list[NDArray[np.float64]]:
        """The weight of each occurrence; a feature that occurs twice is shared by both."""
        keys = np.concatenate(parts)
        different = distinct(keys)
        bounds = self._batch.bounds(different)
        lengths = bounds[1:] - bounds[:-1]
        place = np.searchsorted(different, keys)
        repeats = np.bincount(place, minlength=different.size)[place]
        scale = BLOCK_WEIGHTS[block] / np.sqrt(np.maximum(lengths, BLOCK_FLOORS[block]))
        shares = self._weigh(keys) * (scale[keys >> KEY_BITS] / repeats)
        return np.split(shares, np.cumsum([part.size for part in parts])[:-1])


class _Weighed:
    """A batch's parts as weighed in all, and by what its sites taught alone; where each row is."""

    def __init__(
        self, batch: Batch, weights: NDArray[np.float32], site_part: SitePart | None
    ) -> None:
        self.batch = batch
        self.site_part = site_part
        self.all = _Parts(batch, lambda keys: weights[keys & COLUMN_MASK].astype(np.float64))
        self.here = None if site_part is None else _Parts(batch, site_part.weights)
        if self.here:
            self.all.tokens += self.here.tokens
            self.all.marks += self.here.marks
            self.all.shape += self.here.shape
        shape = batch.shape_keys()
        self.shape_marks = (shape & COLUMN_MASK) - SHAPE_START
        self.shape_bounds = batch.bounds(shape)
        self.mark_bounds = batch.bounds(batch.marks())
        self.token_bounds = batch.bounds(batch.words)

    def tokens(self, first: int, last: int) -> Share:
        """What some neighbouring words weigh together."""
        here = float(self.here.tokens[first:last].sum()) if self.here else 0.0
        return float(self.all.tokens[first:last].sum()), here

    def marks(self, first: int, last: int) -> Iterator[Share]:
        """What each of some marks weighs."""
        here = self.here.marks[first:last].tolist() if self.here else repeat(0.0, last - first)
        return zip(self.all.marks[first:last].tolist(), here, strict=True)

    def shape(self, first: int, last: int) -> Iterator[Share]:
        """What each of some marks of shape weighs."""
        here = self.here.shape[first:last].tolist() if self.here else repeat(0.0, last - first)
        return zip(self.all.shape[first:last].tolist(), here, strict=True)


def reasons(
    batch: Batch,
    weights: NDArray[np.float32],
    limit: int,
    smallest: float = _SMALLEST,
    site_part: SitePart | None = None,
) -> list[list[Reason]]:
    """Each comment's reasons, strongest first, `limit` at most, none weaker than `smallest`."""
    weighed = _Weighed(batch, weights, site_part)
    return [
        _strongest(_all_reasons(weighed, row, limit), limit, smallest) for row in range(batch.size)
    ]


def _reason(code: str, text: str, share: Share) -> Reason:
    """A reason, saying so where most of it was learned from the site's own decisions."""
    total, here = share
    mostly = total * here > 0 and abs(here) > abs(total) / 2
    return Reason(code, f"{text}, {_LEARNED_HERE}" if mostly else text, total)


def _strongest(found: Iterator[Reason], limit: int, smallest: float) -> list[Reason]:
    """The reasons with the largest weights; those of the same words are added up first."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for reason in found:
        sums[reason.code, reason.text] += reason.weight
    merged = [Reason(code, text, round(w, 3)) for (code, text), w in sums.items()]
    merged = [reason for reason in merged if abs(reason.weight) >= smallest]
    return sorted(merged, key=lambda reason: -abs(reason.weight))[: max(limit, 0)]


def _all_reasons(weighed: _Weighed, row: int, limit: int) -> Iterator[Reason]:
    first, last = weighed.token_bounds[row : row + 2].tolist()
    fields = weighed.batch.tokens.segments[first:last] % FIELDS
    name, address = (first + int(np.searchsorted(fields, field)) for field in (_NAME, _ADDRESS))
    yield from _phrases(weighed, first, name, limit)
    if name < address:
        text = f"author name “{_quote(weighed.batch, name, address)}”"
        yield _reason("author_name", text, weighed.tokens(name, address))
    yield from _marks(weighed, row, weighed.tokens(address, last))
    first, last = weighed.shape_bounds[row : row + 2].tolist()
    numbers = weighed.shape_marks[first:last].tolist()
    for number, share in zip(numbers, weighed.shape(first, last), strict=True):
        yield _reason(MARKS[number].code, MARKS[number].text, share)
    if weighed.site_part:
        yield from _of_the_site(weighed.site_part, row)


def _of_the_site(part: SitePart, row: int) -> Iterator[Reason]:
    """What only a site's own part weighs."""
    factor = float(part.factor[row])
    yield Reason("site", "what was decided here before", float(part.here[row]) * factor)
    name = float(part.name[row]) * factor
    yield Reason("author_here", f"this author's name, {_LEARNED_HERE}", name)


def _marks(weighed: _Weighed, row: int, address_words: Share) -> Iterator[Reason]:
    """A comment's marks; all that its addresses say, words in them included, is one reason."""
    first, last = weighed.mark_bounds[row : row + 2].tolist()
    marks = weighed.batch.prepared[row].marks
    addresses, addresses_here = address_words
    for mark, (weight, here) in zip(marks, weighed.marks(first, last), strict=True):
        if mark.partition(":")[0] in ABOUT_ADDRESSES:
            addresses, addresses_here = addresses + weight, addresses_here + here
        else:
            yield _reason(*wording(mark), (weight, here))
    if addresses:
        yield _reason(*address_wording(marks), (addresses, addresses_here))


def _phrases(weighed: _Weighed, first: int, last: int, limit: int) -> Iterator[Reason]:
    """The strongest words of a text, each with the neighbours that push the same way."""
    weights = weighed.all.tokens[first:last]
    taken = np.zeros(weights.size, dtype=np.bool_)
    count = min(limit + 2, weights.size)
    seeds = np.argpartition(-np.abs(weights), max(count - 1, 0))[:count].tolist() if count else []
    for seed in sorted(seeds, key=lambda place: -abs(float(weights[place]))):
        if not taken[seed]:
            low, high = _grow(weights, taken, seed)
            taken[low:high] = True
            text = _quote(weighed.batch, first + low, first + high)
            noun = "word" if high - low == 1 else "words"
            share = weighed.tokens(first + low, first + high)
            yield _reason(WORDS, f"the {noun} “{text}”", share)


def _grow(weights: NDArray[np.float64], taken: NDArray[np.bool_], seed: int) -> tuple[int, int]:
    """The run around a word whose neighbours push the same way, a third as strongly or more."""
    least = abs(weights[seed]) / 3
    sign = np.sign(weights[seed])
    low, high = seed, seed + 1
    while high - low < _LONGEST_PHRASE:
        left = low > 0 and not taken[low - 1] and weights[low - 1] * sign >= least
        right = high < weights.size and not taken[high] and weights[high] * sign >= least
        if not (left or right):
            break
        low, high = low - bool(left), high + bool(right)
    return low, high


def _quote(batch: Batch, first: int, last: int) -> str:
    """The text of some neighbouring words, on one line and not too long."""
    start, end = int(batch.tokens.starts[first]), int(batch.tokens.ends[last - 1])
    text = " ".join(batch.text[start : min(end, start + 4 * _LONGEST_TEXT)].split())
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
