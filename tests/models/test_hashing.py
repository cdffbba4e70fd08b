"""Many pieces of text hashed at once: against a plain loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.characters import code_points
from models.hashing import KnownColumns, RunningHash, columns, salt, spread, windows


def running(text: str) -> RunningHash:
    return RunningHash(spread(code_points(text)))


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_windows_are_pieces_of_one_width(text: str) -> None:
    numbers = spread(code_points(text))
    starts = np.arange(max(len(text) - 3, 0))
    asked = RunningHash(numbers).pieces(starts, starts + 4)
    assert windows(numbers, 4).tolist() == asked.tolist()


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=8))
def test_equal_pieces_hash_alike_wherever_they_stand(before: str, after: str, piece: str) -> None:
    here = running(before + piece + after)
    alone = running(piece)
    found = here.pieces(np.array([len(before)]), np.array([len(before) + len(piece)]))
    assert found == alone.pieces(np.array([0]), np.array([len(piece)]))


def test_different_pieces_hash_differently() -> None:
    text = "".join(chr(33 + number % 90) + chr(200 + number // 90) for number in range(5000))
    starts = np.arange(0, 10_000, 2)
    assert np.unique(running(text).pieces(starts, starts + 2)).size == 5000


def test_columns_fill_their_range_evenly() -> None:
    hashes = running("".join(map(chr, range(32, 40_032)))).pieces(
        np.arange(40_000), np.arange(40_000) + 1
    )
    counts = np.bincount(columns(hashes ^ salt(1), 6), minlength=64)
    assert counts.size == 64
    assert counts.min() > 500


def test_a_text_longer_than_the_cached_powers_hashes_alike() -> None:
    short, long = running("abc"), running("x" * 140_000 + "abc")
    assert short.pieces(np.array([0]), np.array([3])) == long.pieces(
        np.array([140_000]), np.array([140_003])
    )


def test_columns_of_whole_pieces_are_the_same_new_known_or_forgotten() -> None:
    pieces = [f"piece:{number}" for number in range(50)] + ["", "漢字", "piece:7"]
    forgetful, keen = KnownColumns(4, 16, most=10), KnownColumns(4, 16)
    alone = [int(keen.of([piece])[0]) for piece in pieces]
    assert forgetful.of(pieces).tolist() == alone
    assert forgetful.of(["new", *pieces]).tolist()[1:] == alone
    assert keen.of([]).size == 0
