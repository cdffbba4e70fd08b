"""Words and character pieces to column numbers, for a whole batch in a few numpy calls.

A piece of text is hashed as a polynomial in one odd base, modulo 2**64. With the running sum of
`code * base**position` the hash of any piece is one subtraction and one multiplication by the
inverse power, so that all pieces of a batch are hashed at once. Stateless: no vocabulary.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.characters import TABLE_SIZE

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_CACHED = 1 << 17


def _powers(base: int, length: int) -> NDArray[np.uint64]:
    """1, base, base squared … modulo 2**64. Shape: (length,)."""
    factors = np.full(length, base, dtype=np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


_UP, _DOWN = _powers(_BASE, _CACHED), _powers(_INVERSE, _CACHED)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value with its bits well spread (the finaliser of splitmix64). Shape kept."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _spread_table() -> NDArray[np.uint64]:
    """`mix(code + 1)` of the common code points: looked up in a fifth of the time of mixing."""
    return mix(np.arange(1, TABLE_SIZE + 1, dtype=np.uint64))


def spread(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """A well-mixed number for each code point. Shape: (len(codes),)."""
    table = _spread_table()
    numbers = table.take(codes.astype(np.intp), mode="clip")
    rare = (codes >= TABLE_SIZE).nonzero()[0]
    if rare.size:
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
    """The hash of every piece of `width`, the same that `RunningHash.pieces` gives it.

    Shape: (len(numbers) - width + 1,). A third of the time of asking for all pieces one by one.
    """
    hashes = numbers[width - 1 :].copy()
    for offset in reversed(range(width - 1)):
        hashes *= np.uint64(_BASE)
        hashes += numbers[offset : offset + hashes.size]
    return hashes


def columns(hashes: NDArray[np.uint64], salt: int, bits: int) -> NDArray[np.int32]:
    """Hashes to columns in [0, 2**bits), bits < 32. `salt` tells kinds of pieces apart."""
    salted = mix(hashes ^ np.uint64(salt * _BASE % (1 << 64)))
    return (salted >> np.uint64(64 - bits)).astype(np.int32)
