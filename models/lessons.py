"""Lessons: decisions of people about comments, kept as features so that they outlive the texts.

Besides the features that the model weighs, a lesson holds those that only a site's own part may
weigh: that the comment is on this site at all, and its author's whole name. Names tell one site
from another, which ruins a model of all sites.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ArtifactMismatch
from models.features import BLOCK_WEIGHTS, COLUMN_MASK, COLUMNS, VERSION, Batch, Cells, cells
from models.text import CommentText

OWN_VERSION = 1
"""Raised whenever the same author would give other features of a site's own."""
HERE = COLUMNS
"""The column that every comment has: what is usual on the site."""
NAME_START, NAME_BITS = COLUMNS + 1, 24
OWN_WEIGHT = 0.5
"""The value of the columns that only a site's own part weighs."""
NO_NAME = -1
_BLOCKS = len(BLOCK_WEIGHTS) + 2
CHARACTERS = 1
"""The block that a site's part does without. Source: docs/model.md."""
_HEAD = struct.Struct("<2sHHH")
_MAGIC = b"HF"
_MOST_BYTES = 4 << 20
"""What the features of one comment may unpack to. Units: bytes."""
_REMEDY = "make the lesson again from the comment's text, or leave it out"


class Base(Protocol):
    """A model that lessons are learned on top of. Shape of weights: (COLUMNS,)."""

    @property
    def weights(self) -> NDArray[np.float32]: ...
    @property
    def bias(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a decision teaches on one site: label 1 spam, 0 ham; trust in (0, 1].

    `features` is what `SpamModel.lesson_features` made of the comment.
    """

    site: int
    label: int
    trust: float
    features: bytes


@dataclass(frozen=True)
class Features:
    """A lesson's features: six blocks of columns, each of one value.

    Shapes: columns (n,), lengths (6,), scale (6,). The last two blocks are the site's own.
    """

    columns: NDArray[np.int64]
    lengths: NDArray[np.int64]
    scale: NDArray[np.float64]

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        return np.repeat(self.scale, self.lengths)

    @property
    def base(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns and values of what the model weighs. Shapes: (n,) both."""
        end = int(self.lengths[: len(BLOCK_WEIGHTS)].sum())
        return self.columns[:end], self._values[:end]

    def logit(self, base: Base) -> float:
        """What the model alone says of the comment, in logits."""
        columns, values = self.base
        return float(base.weights[columns].astype(np.float64) @ values) + base.bias

    @property
    def site(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns and values of what a site's part weighs. Shapes: (n,) both."""
        start = int(self.lengths[:CHARACTERS].sum())
        end = start + int(self.lengths[CHARACTERS])
        columns, values = self.columns, self._values
        return (
            np.concatenate((columns[:start], columns[end:])),
            np.concatenate((values[:start], values[end:])),
        )


def name_column(name: str) -> int:
    """The column of an author's whole name, as `features.prepare` cleans it; NO_NAME for none."""
    words = name.casefold().split()
    if not words:
        return NO_NAME
    number = zlib.crc32(" ".join(words).encode("utf-8", "surrogatepass"))
    return NAME_START + (number >> (32 - NAME_BITS))


def pack(comments: Sequence[CommentText]) -> list[bytes]:
    """The features of each comment as bytes, one batch at once."""
    batch = Batch(comments)
    found = cells(batch)
    ends = np.append(found.starts[1:, 0], found.keys.size)
    bounds = zip(found.starts[:, 0].tolist(), ends.tolist(), strict=True)
    return [
        _packed(found, row, slice(*part), name_column(batch.prepared[row].name))
        for row, part in enumerate(bounds)
    ]


def _packed(found: Cells, row: int, part: slice, name: int) -> bytes:
    own = [HERE] if name == NO_NAME else [HERE, name]
    columns = np.append(found.keys[part] & COLUMN_MASK, own).astype("<i4")
    lengths = np.append(found.lengths[row], (1, len(own) - 1)).astype("<u4")
    scale = np.append(found.scale[row], (OWN_WEIGHT, OWN_WEIGHT)).astype("<f8")
    head = _HEAD.pack(_MAGIC, VERSION, OWN_VERSION, _BLOCKS)
    gaps = np.diff(columns, prepend=np.int32(0)).astype("<i4")
    return head + zlib.compress(lengths.tobytes() + scale.tobytes() + gaps.tobytes(), 6)


def fits(features: bytes) -> bool:
    """Whether some lesson's features are those that this program makes."""
    return features[: _HEAD.size] == _HEAD.pack(_MAGIC, VERSION, OWN_VERSION, _BLOCKS)


def unpack(features: bytes) -> Features:
    """The features from their bytes. Raises ArtifactMismatch when they are not of this program."""
    if not fits(features):
        expected = f"a lesson of features {VERSION}.{OWN_VERSION}"
        raise ArtifactMismatch(expected, f"one that begins {features[:8].hex()}", _REMEDY)
    raw = inflate(features[_HEAD.size :], _MOST_BYTES, _REMEDY)
    sizes = 12 * _BLOCKS
    lengths = np.frombuffer(raw[: 4 * _BLOCKS].ljust(4 * _BLOCKS), "<u4").astype(np.int64)
    if len(raw) != sizes + 4 * int(lengths.sum()):
        raise ArtifactMismatch("as many columns as the blocks have", f"{len(raw)} bytes", _REMEDY)
    scale = np.frombuffer(raw[4 * _BLOCKS : sizes], "<f8")
    columns = np.cumsum(np.frombuffer(raw[sizes:], "<i4"), dtype=np.int64)
    first, last = columns[: int(lengths[:-2].sum())], columns[int(lengths[:-2].sum()) :]
    if not (np.isfinite(scale).all() and _within(first, COLUMNS) and _within(last, 1 << 30)):
        raise ArtifactMismatch(f"columns below {COLUMNS}", "others", _REMEDY)
    return Features(columns, lengths, scale)


def _within(columns: NDArray[np.int64], end: int) -> bool:
    return not columns.size or bool(columns.min() >= 0 and columns.max() < end)


def inflate(raw: bytes, most: int, remedy: str) -> bytes:
    """The bytes unpacked, `most` at most. Raises ArtifactMismatch."""
    try:
        inflater = zlib.decompressobj()
        found = inflater.decompress(raw, most + 1)
    except zlib.error as error:
        raise ArtifactMismatch("packed arrays", str(error), remedy) from error
    if not inflater.eof or inflater.unused_data or len(found) > most:
        raise ArtifactMismatch(f"at most {most} bytes, whole", "more, or a part of it", remedy)
    return found
