"""Why a comment got its score, in words that a moderator understands.

A linear model's score is a sum; this groups the parts. Each word collects what it weighs alone,
half of each pair it stands in, and the character pieces inside it; words that push the same way
and stand together become one phrase.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
from models.site_part import SitePart

_SMALLEST = 0.05
"""Reasons weaker than this are noise to a reader. Units: logits."""
_LONGEST_PHRASE = 5
_LONGEST_TEXT = 80
_LEARNED_HERE = "as decided here before"
WORDS = "word"
"""The code of reasons that quote words of the body."""

Found = tuple[str, str, float]
"""A reason in the making: its code, its text and its weight in logits."""
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
    """A batch's parts as weighed in all, and by what its sites taught alone; where each row is.

    As lists: reasons are put together one by one, and numpy takes ten times as long for one number.
    """

    def __init__(
        self, batch: Batch, weights: NDArray[np.float32], site_part: SitePart | None
    ) -> None:
        self.batch = batch
        self.site_part = site_part
        every = _Parts(batch, lambda keys: weights[keys & COLUMN_MASK].astype(np.float64))
        here = None if site_part is None else _Parts(batch, site_part.weights)
        if here:
            every.tokens += here.tokens
            every.marks += here.marks
            every.shape += here.shape
        self.strengths = np.abs(every.tokens)
        self.tokens, self.tokens_here = _listed(every.tokens, here.tokens if here else None)
        self.marks, self.marks_here = _listed(every.marks, here.marks if here else None)
        self.shape, self.shape_here = _listed(every.shape, here.shape if here else None)
        shape = batch.shape_keys()
        self.shape_marks = ((shape & COLUMN_MASK) - SHAPE_START).tolist()
        self.shape_bounds = batch.bounds(shape).tolist()
        self.mark_bounds = batch.bounds(batch.marks()).tolist()
        self.fields = np.searchsorted(
            batch.tokens.segments, np.arange(batch.size * FIELDS + 1)
        ).tolist()

    def together(self, first: int, last: int) -> Share:
        """What some neighbouring words weigh together."""
        return sum(self.tokens[first:last]), sum(self.tokens_here[first:last])


def _listed(
    every: NDArray[np.float64], here: NDArray[np.float64] | None
) -> tuple[list[float], list[float]]:
    """What each weighs in all, and what of it the sites taught."""
    return every.tolist(), [0.0] * every.size if here is None else here.tolist()


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
        _strongest(_all_found(weighed, row, limit), limit, smallest) for row in range(batch.size)
    ]


def _found(code: str, text: str, share: Share) -> Found:
    """A finding, saying so where most of it was learned from the site's own decisions."""
    total, here = share
    mostly = total * here > 0 and abs(here) > abs(total) / 2
    return code, f"{text}, {_LEARNED_HERE}" if mostly else text, total


def _strongest(found: Iterable[Found], limit: int, smallest: float) -> list[Reason]:
    """The reasons with the largest weights; those of the same words are added up first."""
    sums: dict[tuple[str, str], float] = {}
    for code, text, weight in found:
        sums[code, text] = sums.get((code, text), 0.0) + weight
    strongest = sorted(sums.items(), key=_by_strength)[: max(limit, 0)]
    reasons = (Reason(code, text, round(weight, 3)) for (code, text), weight in strongest)
    return [reason for reason in reasons if abs(reason.weight) >= smallest]


def _by_strength(summed: tuple[tuple[str, str], float]) -> float:
    return -abs(summed[1])


def _all_found(weighed: _Weighed, row: int, limit: int) -> Iterator[Found]:
    first, name, address, last = weighed.fields[row * FIELDS : row * FIELDS + FIELDS + 1]
    yield from _phrases(weighed, first, name, limit)
    if name < address:
        text = f"author name “{_quote(weighed.batch, name, address)}”"
        yield _found("author_name", text, weighed.together(name, address))
    yield from _marks(weighed, row, weighed.together(address, last))
    for at in range(*weighed.shape_bounds[row : row + 2]):
        mark = MARKS[weighed.shape_marks[at]]
        yield _found(mark.code, mark.text, (weighed.shape[at], weighed.shape_here[at]))
    if weighed.site_part:
        yield from _of_the_site(weighed.site_part, row)


def _of_the_site(part: SitePart, row: int) -> Iterator[Found]:
    """What only a site's own part weighs."""
    factor = float(part.factor[row])
    yield "site", "what was decided here before", float(part.here[row]) * factor
    name = float(part.name[row]) * factor
    yield "author_here", f"this author's name, {_LEARNED_HERE}", name


def _marks(weighed: _Weighed, row: int, address_words: Share) -> Iterator[Found]:
    """A comment's marks; all that its addresses say, words in them included, is one finding."""
    first, last = weighed.mark_bounds[row : row + 2]
    marks = weighed.batch.prepared[row].marks
    shares = zip(weighed.marks[first:last], weighed.marks_here[first:last], strict=True)
    addresses, addresses_here = address_words
    for mark, (weight, here) in zip(marks, shares, strict=True):
        if mark.partition(":")[0] in ABOUT_ADDRESSES:
            addresses, addresses_here = addresses + weight, addresses_here + here
        else:
            yield _found(*wording(mark), (weight, here))
    if addresses:
        yield _found(*address_wording(marks), (addresses, addresses_here))


def _phrases(weighed: _Weighed, first: int, last: int, limit: int) -> Iterator[Found]:
    """The strongest words of a text, each with the neighbours that push the same way."""
    weights = weighed.tokens[first:last]
    taken: set[int] = set()
    for seed in _seeds(weighed.strengths[first:last], limit + 2):
        if seed not in taken:
            low, high = _grow(weights, taken, seed)
            taken.update(range(low, high))
            text = _quote(weighed.batch, first + low, first + high)
            noun = "word" if high - low == 1 else "words"
            share = weighed.together(first + low, first + high)
            yield _found(WORDS, f"the {noun} “{text}”", share)


def _seeds(strengths: NDArray[np.float64], most: int) -> list[int]:
    """The places of the strongest, strongest first, no more than `most`."""
    if strengths.size > most:
        places = np.argpartition(strengths, strengths.size - most)[strengths.size - most :]
        return list(places[np.argsort(-strengths[places], kind="stable")].tolist())
    return list(np.argsort(-strengths, kind="stable").tolist())


def _grow(weights: Sequence[float], taken: Collection[int], seed: int) -> tuple[int, int]:
    """The run around a word whose neighbours push the same way, a third as strongly or more."""
    least = abs(weights[seed]) / 3
    sign = 1 if weights[seed] > 0 else -1 if weights[seed] < 0 else 0
    low, high = seed, seed + 1
    while high - low < _LONGEST_PHRASE:
        left = low > 0 and low - 1 not in taken and weights[low - 1] * sign >= least
        right = high < len(weights) and high not in taken and weights[high] * sign >= least
        if not (left or right):
            break
        low, high = low - left, high + right
    return low, high


def _quote(batch: Batch, first: int, last: int) -> str:
    """The text of some neighbouring words, on one line and not too long."""
    start, end = int(batch.tokens.starts[first]), int(batch.tokens.ends[last - 1])
    text = " ".join(batch.text[start : min(end, start + 4 * _LONGEST_TEXT)].split())
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
