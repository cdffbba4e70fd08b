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

from models.characters import IDEOGRAPH, classes, code_points, kind_table
from models.hashing import RunningHash, columns, spread, windows
from models.links import Link, parse_link, scan
from models.marks import disguise_marks, link_marks, link_words, name_marks
from models.shape import WIDTH, WordCounts, is_word, shape_rows
from models.text import CommentText, clean

VERSION = 1
"""Raised whenever the same comment would give other features: old artifacts then do not fit."""

WORD_BITS, CHAR_BITS, MARK_BITS = 18, 18, 16
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
_FIELD_END = "\x1e"
FIELDS = 3
# Bounds on the cost, in characters; a body is 64 KiB at most, but normalising can make it grow.
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ADDRESS = 66_000, 1_000, 2_000
_WORD, _PAIR, _CHAR, _MARK = 1, 2, 3, 4


class Prepared(NamedTuple):
    """A comment taken apart in Python: what is left is counting, done for a batch in numpy."""

    body: str
    name: str
    address_words: str
    marks: list[str]


def prepare(comment: CommentText) -> Prepared:
    """A comment's text without links, the words beside it, and its marks."""
    body, name = clean(comment.body), clean(comment.author_name[:_LONGEST_NAME])
    own = _own_domains(comment)
    found = scan(body.text[:_LONGEST_TEXT], own)
    author = _author_link(comment.author_url, own)
    addresses = found.links if author is None else (*found.links, author)
    hosts = [link.host for link in addresses]
    marks = link_marks(found, author) + name_marks(name.text, hosts) + disguise_marks(body, name)
    return Prepared(found.text, _name_words(name.text), " ".join(link_words(found, author)), marks)


def _own_domains(comment: CommentText) -> frozenset[str]:
    """The registered domains of the site and the article: links there are no links."""
    addresses = (comment.site_url, comment.article_url)
    if not any(addresses):
        return frozenset()
    return frozenset(parse_link(address).domain for address in addresses if address) - {""}


def _author_link(address: str, own: frozenset[str]) -> Link | None:
    """The author's address as a link, None when absent, broken, or of the site itself."""
    if not address:
        return None
    link = parse_link(clean(address[:_LONGEST_ADDRESS]).text)
    return link if link.host and link.domain not in own else None


def _name_words(name: str) -> str:
    """The name as text; an address in it is left to the marks."""
    return scan(name).text


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every word of a batch. Shapes: (n_tokens,).

    `starts` and `ends` are places in the batch's code points, `segments` the field they are in.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    segments: NDArray[np.int32]


class Batch:
    """Comments on their way to a matrix. Keeps what an explanation needs to find words again."""

    def __init__(self, comments: Sequence[CommentText]) -> None:
        self.prepared = [prepare(comment) for comment in comments]
        self.size = len(self.prepared)
        fields = [
            field.lower()
            for item in self.prepared
            for field in (item.body, item.name, item.address_words)
        ]
        self.text = _FIELD_END.join(["", *fields, ""])
        codes = code_points(self.text)
        self.kinds = classes(kind_table(), codes)
        self.segments = _segments(fields)
        self._spread = spread(codes)
        self.tokens = self._cut()

    def _cut(self) -> Tokens:
        """Words: runs of letters and digits; each ideograph is one of its own."""
        word = is_word(self.kinds)
        single = self.kinds == IDEOGRAPH
        before = np.concatenate(([False], word[:-1]))
        split = single | np.concatenate(([False], single[:-1]))
        starts = (word & (~before | split)).nonzero()[0]
        after = np.concatenate((word[1:], [False]))
        split_after = single | np.concatenate((single[1:], [False]))
        ends = (word & (~after | split_after)).nonzero()[0] + 1
        return Tokens(starts, ends, self.segments[starts])

    @cached_property
    def row_keys(self) -> Keys:
        """The first key of each row, and of the row after the last. Shape: (size + 1,).

        Small batches get keys half as wide, sorted in half the time.
        """
        firsts = np.arange(self.size + 1, dtype=np.int64) << KEY_BITS
        return firsts.astype(np.int32) if firsts[-1] < 1 << 31 else firsts

    def _keys(self, segments: NDArray[np.int32], cols: NDArray[np.int32], start: int) -> Keys:
        """The key of each column in the row that its field belongs to. Shape of segments."""
        keys: Keys = self.row_keys[segments // FIELDS] + (cols + start)
        return keys

    def bounds(self, keys: Keys) -> NDArray[np.int64]:
        """Where each row begins in `keys`, sorted by row, and the last one ends.

        Shape: (size + 1,).
        """
        return keys.searchsorted(self.row_keys)

    @cached_property
    def _word_hashes(self) -> NDArray[np.uint64]:
        return RunningHash(self._spread).pieces(self.tokens.starts, self.tokens.ends)

    @cached_property
    def words(self) -> Keys:
        """Each single word, one per token."""
        cols = columns(self._word_hashes, _WORD, WORD_BITS)
        return self._keys(self.tokens.segments, cols, WORD_START)

    def pairs(self) -> tuple[Keys, NDArray[np.int64]]:
        """Each two neighbouring words of a field, and the first one's token."""
        segments, hashes = self.tokens.segments, self._word_hashes
        first = (segments[:-1] == segments[1:]).nonzero()[0]
        joined = hashes[first] * np.uint64(3) + hashes[first + 1] * np.uint64(5)
        return self._keys(segments[first], columns(joined, _PAIR, WORD_BITS), WORD_START), first

    def characters(self) -> tuple[Keys, NDArray[np.int64]]:
        """Each four characters within a word, and the place of the second one in the text.

        A word is read with one space on either side; ideographs run together as one word. Names
        have none: their pieces tell one site from another.
        """
        word = is_word(self.kinds)
        hashes = windows(np.where(word, self._spread, _SPACE), CHAR_SIZE)
        places = (word[1:-2] & word[2:-1]).nonzero()[0]  # a space may only come first or last
        segments = self.segments[places + 1]
        kept = (segments % FIELDS != 1).nonzero()[0]
        places, segments = places[kept], segments[kept]
        cols = columns(hashes[places], _CHAR, CHAR_BITS)
        return self._keys(segments, cols, CHAR_START), places + 1

    def marks(self) -> Keys:
        """Each mark, in order."""
        counts = [len(item.marks) for item in self.prepared]
        all_marks = [mark for item in self.prepared for mark in item.marks]
        numbers = spread(code_points("".join(all_marks)))
        lengths = np.fromiter(map(len, all_marks), np.int64, len(all_marks))
        ends = np.cumsum(lengths)
        hashes = RunningHash(numbers).pieces(ends - lengths, ends)
        segments = np.repeat(np.arange(0, self.size * FIELDS, FIELDS, dtype=np.int32), counts)
        return self._keys(segments, columns(hashes, _MARK, MARK_BITS), MARK_START)

    def shape(self) -> NDArray[np.bool_]:
        """The marks of shape. Shape: (n_comments, WIDTH)."""
        raw = "".join([item.body for item in self.prepared])
        lengths = [len(item.body) for item in self.prepared]
        rows = np.repeat(np.arange(self.size), lengths)
        return shape_rows(code_points(raw), rows, self.size, self._word_counts())

    def shape_keys(self) -> Keys:
        """Each mark of shape that is on, in order."""
        rows, marks = np.nonzero(self.shape())
        return self._keys((rows * FIELDS).astype(np.int32), marks.astype(np.int32), SHAPE_START)

    def _word_counts(self) -> WordCounts:
        body = self.words[self.tokens.segments % FIELDS == 0]
        all_bounds, bounds = self.bounds(body), self.bounds(distinct(body))
        return WordCounts(all_bounds[1:] - all_bounds[:-1], bounds[1:] - bounds[:-1])


_SPACE = spread(code_points(" "))


def _segments(fields: list[str]) -> NDArray[np.int32]:
    """The number of the field that each character of the joined text belongs to."""
    lengths = np.fromiter(map(len, fields), np.int64, len(fields)) + 1
    lengths[:1] += 1
    return np.repeat(np.arange(len(fields), dtype=np.int32), lengths)


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
    parts = (batch.words, batch.pairs()[0], batch.characters()[0], batch.marks())
    keys = distinct(np.concatenate((*parts, batch.shape_keys())))
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
