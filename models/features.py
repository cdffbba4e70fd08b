"""Comments to numbers: the one pipeline for training and serving.

Four blocks side by side, each of length 1 per comment, the characters at half weight:
words 1-2 (text, author's name, words in addresses) | character pieces | marks | shape.
Columns are hashed: no vocabulary, nothing to fit. Source of the choice: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.characters import IDEOGRAPH, classes, code_points, kind_table
from models.hashing import RunningHash, columns
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

BLOCK_WEIGHTS = (1.0, 0.5, 1.0, 0.1)
BLOCK_FLOORS = (10, 20, 8, 0)
CHAR_SIZES: tuple[int, ...] = (4,)
_FIELD_END = "\x1e"
FIELDS = 3
# Bounds on the cost, in characters; a body is 64 KiB at most, but normalising can make it grow.
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ADDRESS = 66_000, 1_000, 2_000
_WORD, _PAIR, _CHAR, _MARK = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Prepared:
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
    segments: NDArray[np.int64]


class Batch:
    """Comments on their way to a matrix. Keeps what an explanation needs to find words again."""

    def __init__(self, comments: Sequence[CommentText]) -> None:
        self.prepared = [prepare(comment) for comment in comments]
        self.size = len(self.prepared)
        fields = [
            field.replace(_FIELD_END, " ").lower()
            for item in self.prepared
            for field in (item.body, item.name, item.address_words)
        ]
        self.text = _FIELD_END.join(["", *fields, ""])
        self.codes = code_points(self.text)
        self.kinds = classes(kind_table(), self.codes)
        self.segments = _segments(fields)
        self.hash = RunningHash(self.codes)
        self.tokens = self._cut()

    def _cut(self) -> Tokens:
        """Words: runs of letters and digits; each ideograph is one of its own."""
        word = is_word(self.kinds)
        single = self.kinds == IDEOGRAPH
        before = np.concatenate(([False], word[:-1]))
        split = single | np.concatenate(([False], single[:-1]))
        starts = np.flatnonzero(word & (~before | split))
        after = np.concatenate((word[1:], [False]))
        split_after = single | np.concatenate((single[1:], [False]))
        ends = np.flatnonzero(word & (~after | split_after)) + 1
        return Tokens(starts, ends, self.segments[starts])

    def words(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each single word, one per token."""
        hashes = self.hash.pieces(self.tokens.starts, self.tokens.ends)
        return self.tokens.segments // FIELDS, columns(hashes, _WORD, WORD_BITS) + WORD_START

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each two neighbouring words of a field, and the first one's token."""
        hashes = self.hash.pieces(self.tokens.starts, self.tokens.ends)
        first = np.flatnonzero(self.tokens.segments[:-1] == self.tokens.segments[1:])
        joined = hashes[first] * np.uint64(3) + hashes[first + 1] * np.uint64(5)
        rows = self.tokens.segments[first] // FIELDS
        return rows, columns(joined, _PAIR, WORD_BITS) + WORD_START, first

    def characters(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each character piece within words, and where in `codes` it starts.

        A word is read with one space on either side; ideographs run together as one word.
        """
        word = is_word(self.kinds)
        before = np.concatenate(([True], word[:-1]))
        kept = np.flatnonzero(word | before)
        codes = np.where(word[kept], self.codes[kept], np.uint32(0x20))
        hashes = RunningHash(codes)
        gaps = np.concatenate(([0], np.cumsum(~word[kept])))
        rows, cols, places = [], [], []
        for size in CHAR_SIZES:
            starts = np.arange(max(codes.size - size + 1, 0))
            starts = starts[gaps[starts + size - 1] == gaps[starts + 1]]
            segments = self.segments[kept[starts + 1]]
            body = segments % FIELDS != 1
            starts = starts[body]
            cols.append(columns(hashes.pieces(starts, starts + size), _CHAR, CHAR_BITS))
            rows.append(segments[body] // FIELDS)
            places.append(kept[starts + 1])
        return np.concatenate(rows), np.concatenate(cols) + CHAR_START, np.concatenate(places)

    def marks(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each mark, in order."""
        counts = [len(item.marks) for item in self.prepared]
        all_marks = [mark for item in self.prepared for mark in item.marks]
        codes = code_points("".join(all_marks))
        lengths = np.fromiter(map(len, all_marks), np.int64, len(all_marks))
        ends = np.cumsum(lengths)
        hashes = RunningHash(codes).pieces(ends - lengths, ends)
        rows = np.repeat(np.arange(self.size), counts)
        return rows, columns(hashes, _MARK, MARK_BITS) + MARK_START

    def shape(self) -> NDArray[np.bool_]:
        """The marks of shape. Shape: (n_comments, WIDTH)."""
        raw = "".join(item.body for item in self.prepared)
        lengths = [len(item.body) for item in self.prepared]
        rows = np.repeat(np.arange(self.size), lengths)
        return shape_rows(code_points(raw), rows, self.size, self._word_counts())

    def _word_counts(self) -> WordCounts:
        body = self.tokens.segments % FIELDS == 0
        rows, cols = self.words()
        total = np.bincount(rows[body], minlength=self.size)
        different = distinct(rows[body] << WORD_BITS | cols[body])
        return WordCounts(total, np.bincount(different >> WORD_BITS, minlength=self.size))


def _segments(fields: list[str]) -> NDArray[np.int64]:
    """The number of the field that each character of the joined text belongs to."""
    lengths = np.fromiter(map(len, fields), np.int64, len(fields)) + 1
    lengths[:1] += 1
    return np.repeat(np.arange(len(fields)), lengths)


def distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The different keys, sorted. Source: a sort takes a third of the time of numpy's unique."""
    keys = np.sort(keys)
    fresh = np.ones(keys.size, dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return keys[fresh]


Cells = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""The cells of one block: rows, columns, and the value that all cells of a row share, per row."""


def _block(
    rows: NDArray[np.int64], cols: NDArray[np.int64], size: int, weight: float, floor: int
) -> Cells:
    """A block's different cells in order, each row of length `weight` or less.

    A row of fewer cells than `floor` is scaled as if it had so many: little text, little said.
    With floor 0 every cell has the value `weight`.
    """
    keys = distinct(rows * COLUMNS + cols)
    rows = keys // COLUMNS
    cols = keys - rows * COLUMNS
    if not floor:
        return rows, cols, np.full(size, weight)
    counts = np.bincount(rows, minlength=size)
    return rows, cols, weight / np.sqrt(np.maximum(counts, floor))


def blocks(batch: Batch) -> list[Cells]:
    """The four blocks of a batch."""
    words, pairs, chars = batch.words(), batch.pairs(), batch.characters()
    shape_rows, shape_marks = np.nonzero(batch.shape())
    parts = (
        (np.concatenate((words[0], pairs[0])), np.concatenate((words[1], pairs[1]))),
        (chars[0], chars[1]),
        batch.marks(),
        (shape_rows, shape_marks + SHAPE_START),
    )
    return [
        _block(rows, cols, batch.size, weight, floor)
        for (rows, cols), weight, floor in zip(parts, BLOCK_WEIGHTS, BLOCK_FLOORS, strict=True)
    ]


def matrix(batch: Batch) -> sparse.csr_matrix:
    """The features of a batch, for training. Shape: (n_comments, COLUMNS), float32."""
    made = blocks(batch)
    rows, cols = (np.concatenate([cells[place] for cells in made]) for place in (0, 1))
    values = np.concatenate([scale[cell_rows] for cell_rows, _, scale in made])
    cells = (values.astype(np.float32), (rows, cols))
    return sparse.csr_matrix(cells, shape=(batch.size, COLUMNS))


def weigh(batch: Batch, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """`matrix(batch) @ weights` without making the matrix, for serving. Shape: (n_comments,)."""
    total = np.zeros(batch.size)
    for rows, cols, scale in blocks(batch):
        total += scale * np.bincount(rows, weights[cols], batch.size)
    return total
