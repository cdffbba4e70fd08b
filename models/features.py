"""Comments to numbers: the one pipeline for training and serving.

Four blocks side by side, each of length 1 per comment, the characters at half weight:
words 1-2 (text, author's name, words in addresses) | character pieces | marks | shape.
Columns are hashed: no vocabulary, nothing to fit. Source of the choice: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.characters import (
    FIELD_END,
    IDEOGRAPH_TRAIT,
    UNSTEADY_TRAIT,
    WORD_TRAIT,
    classes,
    code_points,
    trait_table,
)
from models.hashing import KnownColumns, RunningHash, columns, salt, spread, spread_lower, windows
from models.prepared import prepare
from models.shape import WIDTH, Fields, WordCounts, shape_rows
from models.text import CommentText

VERSION = 1
"""Raised whenever the same comment would give other features: old artifacts then do not fit."""

TEXT_BITS = WORD_BITS = CHAR_BITS = 18
MARK_BITS = 16
WORD_START, CHAR_START = 0, 1 << WORD_BITS
MARK_START = CHAR_START + (1 << CHAR_BITS)
SHAPE_START = MARK_START + (1 << MARK_BITS)
COLUMNS = SHAPE_START + WIDTH
KEY_BITS = COLUMNS.bit_length()
COLUMN_MASK = (1 << KEY_BITS) - 1

Keys = NDArray[np.signedinteger[Any]]
"""Cells of a matrix, each one number: `row << KEY_BITS | column`. Shape: (n_cells,)."""

BLOCK_WEIGHTS = (1.0, 0.5, 1.0, 0.1)
BLOCK_FLOORS = (10, 20, 8, 0)
CHAR_SIZE = 4
_BLOCK_STARTS = np.array((WORD_START, CHAR_START, MARK_START, SHAPE_START), dtype=np.int32)
_FLOORS = np.array(BLOCK_FLOORS)
FIELDS = 3
_NAME = 1
_WORD, _PAIR, _CHAR = map(salt, (1, 2, 3))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every word of a batch. Shapes: (n_tokens,).

    `starts` and `ends` are places in the batch's code points, `segments` the field they are in.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    segments: NDArray[np.int32]


class _Written:
    """The fields of a batch as one text: each character's traits and the field that it is in.

    A separator stands before, between and after the fields: no trait, part of no word.
    """

    def __init__(self, fields: list[str]) -> None:
        self.text = FIELD_END.join(["", *fields, ""])
        self.codes = code_points(self.text)
        self.traits = classes(trait_table(), self.codes)
        lengths = np.fromiter(map(len, fields), np.int64, len(fields)) + 1
        lengths[:1] += 1
        self.segments = np.repeat(np.arange(len(fields), dtype=np.int32), lengths)


class _Pieces(NamedTuple):
    """Single words, pairs of words and character pieces, one after the other.

    `first` is each pair's first token, `places` where each character piece's second one stands.
    """

    keys: Keys
    first: NDArray[np.int64]
    places: NDArray[np.int64]


class Batch:
    """Comments on their way to a matrix. Keeps what an explanation needs to find words again."""

    def __init__(self, comments: Sequence[CommentText]) -> None:
        self.prepared = prepare(comments)
        self.size = len(self.prepared)
        fields = [
            field for item in self.prepared for field in (item.body, item.name, item.address_words)
        ]
        self._written = self._read = _Written(fields)
        # Letter by letter a table makes lower case; a few letters need their neighbours for it.
        if (self._written.traits & UNSTEADY_TRAIT).any():
            self._read = _Written([field.lower() for field in fields])
        self._spread = spread_lower(self._read.codes)
        self.tokens = self._cut()

    @cached_property
    def text(self) -> str:
        """What is read, in lower case: `tokens` are places in it."""
        return self._read.text.lower()

    def _cut(self) -> Tokens:
        """Words: runs of letters and digits; each ideograph is one of its own."""
        traits = self._read.traits
        word = traits & WORD_TRAIT
        # Where both neighbours are of words, and neither is an ideograph, nothing is cut.
        inside = word[1:] & word[:-1]
        single = traits & IDEOGRAPH_TRAIT
        if single.any():
            inside &= ~((single[1:] | single[:-1]) >> 1)
        starts = (word[1:] > inside).nonzero()[0] + 1
        ends = (word[:-1] > inside).nonzero()[0] + 1
        return Tokens(starts, ends, self._read.segments[starts])

    @cached_property
    def row_keys(self) -> Keys:
        """The first key of each row, and of the row after the last. Shape: (size + 1,).

        Small batches get keys half as wide, sorted in half the time.
        """
        firsts = np.arange(self.size + 1, dtype=np.int64) << KEY_BITS
        return firsts.astype(np.int32) if firsts[-1] < 1 << 31 else firsts

    @cached_property
    def _field_keys(self) -> Keys:
        """The first key of each field's row. Shape: (size * FIELDS,)."""
        return np.repeat(self.row_keys[:-1], FIELDS)

    def bounds(self, keys: Keys) -> NDArray[np.int64]:
        """Where each row begins in `keys`, sorted by row, and the last one ends.

        Shape: (size + 1,).
        """
        return keys.searchsorted(self.row_keys)

    @cached_property
    def _pieces(self) -> _Pieces:
        """All that is hashed from the text, in one go: for one comment the calls are the cost."""
        segments, count = self.tokens.segments, self.tokens.segments.size
        first = (segments[:-1] == segments[1:]).nonzero()[0]
        places = self._places()
        hashes = np.empty(count + first.size + places.size, dtype=np.uint64)
        words, pairs, chars = np.split(hashes, (count, count + first.size))
        words[:] = RunningHash(self._spread).pieces(self.tokens.starts, self.tokens.ends)
        np.add(words[first] * _THREE, words[first + 1] * _FIVE, out=pairs)
        word = (self._read.traits & WORD_TRAIT).view(np.bool_)
        spaced = np.where(word, self._spread, _SPACE)
        chars[:] = windows(spaced, CHAR_SIZE)[places - 1]
        for part, kind in ((words, _WORD), (pairs, _PAIR), (chars, _CHAR)):
            part ^= kind
        bases = self._field_keys
        keys = columns(hashes, TEXT_BITS).astype(bases.dtype, copy=False)
        keys[: count + first.size] += bases[np.concatenate((segments, segments[first]))]
        keys[count + first.size :] += bases[self._read.segments[places]] + CHAR_START
        return _Pieces(keys, first, places)

    def _places(self) -> NDArray[np.int64]:
        """The second of each four characters within a word, or within ideographs run together.

        A word is read with one space on either side, so that a space may only come first or last.
        Names have none: their pieces tell one site from another.
        """
        word = (self._read.traits & WORD_TRAIT).view(np.bool_)
        inside = word[1:-2] & word[2:-1]
        kept = np.ones(self._field_keys.size, dtype=np.bool_)
        kept[_NAME::FIELDS] = False
        places = inside.nonzero()[0] + 1
        return places[kept[self._read.segments[places]].nonzero()[0]]

    @property
    def text_keys(self) -> Keys:
        """Words, pairs and characters, one after the other."""
        return self._pieces.keys

    @property
    def words(self) -> Keys:
        """Each single word, one per token."""
        return self._pieces.keys[: self.tokens.segments.size]

    def pairs(self) -> tuple[Keys, NDArray[np.int64]]:
        """Each two neighbouring words of a field, and the first one's token."""
        keys, first, _ = self._pieces
        start = self.tokens.segments.size
        return keys[start : start + first.size], first

    def characters(self) -> tuple[Keys, NDArray[np.int64]]:
        """Each four characters within a word, and the place of the second one in the text."""
        keys, first, places = self._pieces
        return keys[self.tokens.segments.size + first.size :], places

    @cached_property
    def _mark_keys(self) -> Keys:
        counts = [len(item.marks) for item in self.prepared]
        cols = _MARK_COLUMNS.of([mark for item in self.prepared for mark in item.marks])
        return np.repeat(self.row_keys[:-1] + MARK_START, counts) + cols

    def marks(self) -> Keys:
        """Each mark, in order."""
        return self._mark_keys

    def shape(self) -> NDArray[np.bool_]:
        """The marks of shape. Shape: (n_comments, WIDTH)."""
        it = self._written
        fields = Fields(it.text, it.codes, it.traits, it.segments, FIELDS, self.size)
        return shape_rows(fields, self._word_counts())

    @cached_property
    def _shape_keys(self) -> Keys:
        rows, marks = np.nonzero(self.shape())
        keys: Keys = self.row_keys[rows] + (marks.astype(np.int32) + SHAPE_START)
        return keys

    def shape_keys(self) -> Keys:
        """Each mark of shape that is on, in order."""
        return self._shape_keys

    def _word_counts(self) -> WordCounts:
        bodies = np.zeros(self._field_keys.size, dtype=np.bool_)
        bodies[::FIELDS] = True
        body = self.words[bodies[self.tokens.segments].nonzero()[0]]
        all_bounds, bounds = self.bounds(body), self.bounds(distinct(body))
        return WordCounts(all_bounds[1:] - all_bounds[:-1], bounds[1:] - bounds[:-1])


_MARK_COLUMNS = KnownColumns(4, MARK_BITS)
_SPACE = spread(code_points(" "))
_THREE, _FIVE = np.uint64(3), np.uint64(5)


def distinct(keys: Keys) -> Keys:
    """The different keys, sorted. Source: a sort takes a third of the time of numpy's unique."""
    keys = np.sort(keys)
    fresh = np.ones(keys.size, dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return keys[fresh.nonzero()[0]]  # numbers select three times as fast as booleans


class Cells(NamedTuple):
    """The different cells of a batch's matrix in order, of all blocks at once.

    `starts` is where each block of each row begins in `keys`, `lengths` how many cells it has, and
    `scale` the value that all of them share. Shapes: (n_cells,), (size, 4) each.
    """

    keys: Keys
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    scale: NDArray[np.float64]


def cells(batch: Batch) -> Cells:
    """The cells of a batch, each block of a row of length BLOCK_WEIGHTS or less.

    A block of fewer cells than its floor is scaled as if it had so many: little text, little said.
    With floor 0 every cell has the block's weight.
    """
    keys = distinct(np.concatenate((batch.text_keys, batch.marks(), batch.shape_keys())))
    starts = keys.searchsorted((batch.row_keys[:, None] + _BLOCK_STARTS).ravel())
    blocks = len(BLOCK_WEIGHTS)
    lengths = (starts[1:] - starts[:-1])[: batch.size * blocks].reshape((-1, blocks))
    counted = np.where(_FLOORS, np.maximum(lengths, _FLOORS), 1)
    starts = starts[: batch.size * blocks].reshape(lengths.shape)
    return Cells(keys, starts, lengths, BLOCK_WEIGHTS / np.sqrt(counted))


def matrix(batch: Batch) -> sparse.csr_matrix:
    """The features of a batch, for training. Shape: (n_comments, COLUMNS), float32."""
    keys, starts, lengths, scale = cells(batch)
    values = np.repeat(scale.ravel(), lengths.ravel()).astype(np.float32)
    ends = np.append(starts[:, 0], keys.size)
    return sparse.csr_matrix((values, keys & COLUMN_MASK, ends), shape=(batch.size, COLUMNS))


def weigh(batch: Batch, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """`matrix(batch) @ weights` without making the matrix, for serving. Shape: (n_comments,)."""
    keys, starts, lengths, scale = cells(batch)
    # reduceat takes an eighth of the time of bincount, but needs a value where the last row ends.
    values = np.zeros(keys.size + 1)
    values[:-1] = weights[keys & COLUMN_MASK]
    sums = np.add.reduceat(values, starts.ravel()).reshape(starts.shape)
    total: NDArray[np.float64] = np.where(lengths, sums * scale, 0.0).sum(axis=1)
    return total
