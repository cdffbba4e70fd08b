"""Why a comment got its score, in words that a moderator understands.

A linear model's score is a sum; this groups the parts. Each word collects what it weighs alone,
half of each pair it stands in, and the character pieces inside it; words that push the same way
and stand together become one phrase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

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

_SMALLEST = 0.05
"""Reasons weaker than this are noise to a reader. Units: logits."""
_LONGEST_PHRASE = 5
_LONGEST_TEXT = 80
_BODY, _NAME, _ADDRESS = range(FIELDS)


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: stable code, a moderator's words, weight in logits (>0 spam)."""

    code: str
    text: str
    weight: float


class _Weighed:
    """The parts of a batch's scores, each with its weight in logits."""

    def __init__(self, batch: Batch, weights: NDArray[np.float32]) -> None:
        self.batch = batch
        self._weights = weights
        self.tokens = self._token_weights()
        marks, shape = batch.marks(), batch.shape_keys()
        (self.marks,) = self._shares((marks,), 2)
        self.mark_bounds = batch.bounds(marks)
        self.shape = weights[shape & COLUMN_MASK].astype(np.float64) * BLOCK_WEIGHTS[3]
        self.shape_marks = (shape & COLUMN_MASK) - SHAPE_START
        self.shape_bounds = batch.bounds(shape)
        self.token_bounds = batch.bounds(batch.words)

    def _token_weights(self) -> NDArray[np.float64]:
        """What each word adds. Shape: (n_tokens,)."""
        batch = self.batch
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
        bounds = self.batch.bounds(different)
        lengths = bounds[1:] - bounds[:-1]
        place = np.searchsorted(different, keys)
        repeats = np.bincount(place, minlength=different.size)[place]
        scale = BLOCK_WEIGHTS[block] / np.sqrt(np.maximum(lengths, BLOCK_FLOORS[block]))
        shares = self._weights[keys & COLUMN_MASK].astype(np.float64)
        shares *= scale[keys >> KEY_BITS] / repeats
        return np.split(shares, np.cumsum([part.size for part in parts])[:-1])


def reasons(
    batch: Batch, weights: NDArray[np.float32], limit: int, smallest: float = _SMALLEST
) -> list[list[Reason]]:
    """Each comment's reasons, strongest first, `limit` at most, none weaker than `smallest`."""
    weighed = _Weighed(batch, weights)
    return [
        _strongest(_all_reasons(weighed, row, limit), limit, smallest) for row in range(batch.size)
    ]


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
        yield Reason("author_name", text, float(weighed.tokens[name:address].sum()))
    yield from _marks(weighed, row, float(weighed.tokens[address:last].sum()))
    first, last = weighed.shape_bounds[row : row + 2].tolist()
    for number, weight in zip(
        weighed.shape_marks[first:last], weighed.shape[first:last], strict=True
    ):
        yield Reason(MARKS[number].code, MARKS[number].text, float(weight))


def _marks(weighed: _Weighed, row: int, address_words: float) -> Iterator[Reason]:
    """A comment's marks; all that its addresses say, words in them included, is one reason."""
    first, last = weighed.mark_bounds[row : row + 2].tolist()
    marks = weighed.batch.prepared[row].marks
    addresses = address_words
    for mark, weight in zip(marks, weighed.marks[first:last], strict=True):
        if mark.partition(":")[0] in ABOUT_ADDRESSES:
            addresses += float(weight)
        else:
            yield Reason(*wording(mark), float(weight))
    if addresses:
        yield Reason(*address_wording(marks), addresses)


def _phrases(weighed: _Weighed, first: int, last: int, limit: int) -> Iterator[Reason]:
    """The strongest words of a text, each with the neighbours that push the same way."""
    weights = weighed.tokens[first:last]
    taken = np.zeros(weights.size, dtype=np.bool_)
    count = min(limit + 2, weights.size)
    seeds = np.argpartition(-np.abs(weights), max(count - 1, 0))[:count].tolist() if count else []
    for seed in sorted(seeds, key=lambda place: -abs(float(weights[place]))):
        if not taken[seed]:
            low, high = _grow(weights, taken, seed)
            taken[low:high] = True
            text = _quote(weighed.batch, first + low, first + high)
            noun = "word" if high - low == 1 else "words"
            yield Reason("word", f"the {noun} “{text}”", float(weights[low:high].sum()))


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
