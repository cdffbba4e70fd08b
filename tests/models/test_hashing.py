"""Many pieces of text hashed at once: against a plain loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.characters import code_points
from models.hashing import RunningHash, columns


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=8))
def test_equal_pieces_hash_alike_wherever_they_stand(before: str, after: str, piece: str) -> None:
    here = RunningHash(code_points(before + piece + after))
    alone = RunningHash(code_points(piece))
    found = here.pieces(np.array([len(before)]), np.array([len(before) + len(piece)]))
    assert found == alone.pieces(np.array([0]), np.array([len(piece)]))


def test_different_pieces_hash_differently() -> None:
    text = "".join(chr(33 + number % 90) + chr(200 + number // 90) for number in range(5000))
    starts = np.arange(0, 10_000, 2)
    assert np.unique(RunningHash(code_points(text)).pieces(starts, starts + 2)).size == 5000


def test_columns_fill_their_range_evenly() -> None:
    hashes = RunningHash(code_points("".join(map(chr, range(32, 40_032))))).pieces(
        np.arange(40_000), np.arange(40_000) + 1
    )
    counts = np.bincount(columns(hashes, 1, 6), minlength=64)
    assert counts.size == 64
    assert counts.min() > 500


def test_a_text_longer_than_the_cached_powers_hashes_alike() -> None:
    short, long = RunningHash(code_points("abc")), RunningHash(code_points("x" * 70_000 + "abc"))
    assert short.pieces(np.array([0]), np.array([3])) == long.pieces(
        np.array([70_000]), np.array([70_003])
    )
