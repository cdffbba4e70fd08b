"""Words and character pieces to column numbers, for a whole batch in a few numpy calls.

A piece of text is hashed as a polynomial in one odd base, modulo 2**64. With the running sum of
`code * base**position` the hash of any piece is one subtraction and one multiplication by the
inverse power, so that all pieces of a batch are hashed at once. Stateless: no vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.characters import TABLE_SIZE, code_points, lower_table

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_CACHED = 1 << 17


def _powers(base: int, length: int) -> NDArray[np.uint64]:
    """1, base, base squared … modulo 2**64. Shape: (length,)."""
    factors = np.full(length, base, dtype=np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


_UP, _DOWN = _powers(_BASE, _CACHED), _powers(_INVERSE, _CACHED)


_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_THIRTY, _TWENTY_SEVEN, _THIRTY_ONE = np.uint64(30), np.uint64(27), np.uint64(31)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value with its bits well spread (the finaliser of splitmix64). Shape kept."""
    mixed = values >> _THIRTY
    mixed ^= values
    mixed *= _FIRST
    mixed ^= mixed >> _TWENTY_SEVEN
    mixed *= _SECOND
    mixed ^= mixed >> _THIRTY_ONE
    return mixed


@cache
def _spread_table() -> NDArray[np.uint64]:
    """`mix(code + 1)` of the common code points: looked up in a fifth of the time of mixing."""
    return mix(np.arange(1, TABLE_SIZE + 1, dtype=np.uint64))


@cache
def _spread_lower_table() -> NDArray[np.uint64]:
    return _spread_table()[lower_table()]


def spread(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """A well-mixed number for each code point. Shape: (len(codes),)."""
    return _spread_by(_spread_table(), codes)


def spread_lower(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """`spread` of each code point's lower case. Shape: (len(codes),)."""
    return _spread_by(_spread_lower_table(), codes)


def _spread_by(table: NDArray[np.uint64], codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    numbers = table.take(codes, mode="clip")
    if codes.size and codes.max() >= TABLE_SIZE:
        rare = (codes >= TABLE_SIZE).nonzero()[0]
        numbers[rare] = mix(codes[rare].astype(np.uint64) + np.uint64(1))
    return numbers


class RunningHash:
    """Hashes of any pieces of one array of `spread` code points."""

    def __init__(self, numbers: NDArray[np.uint64]) -> None:
        size = numbers.size + 1
        up, self._down = (
            (_UP, _DOWN) if size <= _CACHED else (_powers(_BASE, size), _powers(_INVERSE, size))
        )
        self._sums = np.zeros(size, dtype=np.uint64)
        np.cumsum(numbers * up[: numbers.size], out=self._sums[1:])

    def pieces(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The hash of each piece codes[start:end]; equal pieces, equal hashes. Shape of starts."""
        return (self._sums[ends] - self._sums[starts]) * self._down[starts]


def windows(numbers: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """The hash of every piece of `width`, a power of two; the same as `RunningHash.pieces`.

    Shape: (max(len(numbers) - width + 1, 0),). Halves are hashed once for all pieces they are in.
    """
    hashes, half = numbers, 1
    while half < width:
        hashes = hashes[: max(hashes.size - half, 0)] + hashes[half:] * _UP[half]
        half *= 2
    return hashes


def salt(kind: int) -> np.uint64:
    """What hashes of one kind of piece are combined with (xor), so that kinds do not meet."""
    return np.uint64(kind * _BASE % (1 << 64))


def columns(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int32]:
    """Salted hashes to columns in [0, 2**bits), bits < 32. Shape kept."""
    return (mix(hashes) >> np.uint64(64 - bits)).astype(np.int32)


class KnownColumns:
    """The columns of whole pieces, such as marks. Few are new; those are hashed together.

    Threads may share it: what is known is only ever added to, or left to those who still read it.
    """

    def __init__(self, kind: int, bits: int, most: int = 50_000) -> None:
        self._salt, self._bits, self._most = salt(kind), bits, most
        self._known: dict[str, int] = {}

    def of(self, pieces: Sequence[str]) -> NDArray[np.int32]:
        """The column of each piece. Shape: (n,)."""
        try:
            return self._of_known(self._known, pieces)
        except KeyError:  # a text with a piece never seen: rarer by far than one without
            return self._of_known(self._learned(pieces), pieces)

    @staticmethod
    def _of_known(known: dict[str, int], pieces: Sequence[str]) -> NDArray[np.int32]:
        return np.fromiter(map(known.__getitem__, pieces), np.int32, len(pieces))

    def _learned(self, pieces: Sequence[str]) -> dict[str, int]:
        """What is known, with these pieces added, or with them alone when it has grown too much."""
        known = self._known
        fresh = [piece for piece in pieces if piece not in known]
        if len(known) > self._most:
            fresh, known = list(pieces), {}
            self._known = known
        known.update(zip(fresh, self._hashed(fresh).tolist(), strict=True))
        return known

    def _hashed(self, pieces: Sequence[str]) -> NDArray[np.int32]:
        numbers = spread(code_points("".join(pieces)))
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        ends = np.cumsum(lengths)
        hashes = RunningHash(numbers).pieces(ends - lengths, ends)
        return columns(hashes ^ self._salt, self._bits)
