"""Shape: what a text looks like from afar, as a fixed row of marks that are on or off.

Each mark has a code and the sentence that a moderator reads. All are counted for a whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.characters import (
    SCRIPTS,
    SEPARATOR,
    SHAPES,
    classes,
    script_table,
    shape_table,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One yes-or-no observation: its stable code and its sentence for moderators."""

    code: str
    text: str


MARKS: tuple[Mark, ...] = (
    Mark("shape_length", "a long text"),
    Mark("shape_length", "a very long text"),
    Mark("shape_empty", "no text besides links"),
    Mark("shape_caps", "written mostly in capital letters"),
    Mark("shape_caps", "many capital letters"),
    Mark("shape_caps", "no capital letters at all"),
    Mark("shape_digits", "some digits in the text"),
    Mark("shape_digits", "many digits in the text"),
    Mark("shape_lines", "several lines"),
    Mark("shape_lines", "many lines"),
    Mark("shape_lines", "more than ten lines"),
    Mark("shape_exclamation", "exclamation marks"),
    Mark("shape_exclamation", "many exclamation marks"),
    Mark("shape_question", "asks a question"),
    Mark("shape_money", "amounts of money"),
    Mark("shape_code", "signs of program code"),
    Mark("shape_emoji", "emoji in the text"),
    Mark("shape_emoji", "many emoji in the text"),
    Mark("shape_punctuation", "hardly any punctuation"),
    Mark("shape_wrapped", "lines broken inside sentences"),
    Mark("shape_glued", "no space after a full stop or comma"),
    Mark("shape_quote", "quotes or addresses another reader"),
    Mark("shape_scripts", "mixes writing systems"),
    Mark("shape_words", "no words at all"),
    Mark("shape_repeats", "repeats its words"),
    Mark("shape_repeats", "repeats its words very often"),
    Mark("shape_long_words", "very long words"),
)
WIDTH = len(MARKS)


def shape_rows(
    codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int, words: WordCounts
) -> NDArray[np.bool_]:
    """Which marks each text bears.

    `codes` are all texts' code points and `rows` the text that each belongs to. Shape of the
    result: (size, WIDTH).
    """
    kinds = classes(shape_table(), codes)
    shapes = _histogram(kinds, rows, size, len(SHAPES))
    scripts = _histogram(classes(script_table(), codes), rows, size, len(SCRIPTS))
    signs = {sign: np.bincount(rows[codes == ord(sign)], minlength=size) for sign in "!?\n{};=@>"}
    length = np.bincount(rows, minlength=size)
    upper, lower, digit = shapes[:, 1], shapes[:, 2], shapes[:, 3]
    solid = np.maximum(length - shapes[:, 4], 1)
    letters = np.maximum(upper + lower, 1)
    lines, bangs = signs["\n"], signs["!"]
    code = signs["{"] + signs["}"] + signs[";"] + signs["="]
    columns = [
        (length > 1200) & (length <= 4000),
        length > 4000,
        length - shapes[:, 4] == 0,
        (upper > 0.6 * letters) & (letters > 8),
        (upper > 0.12 * letters) & (upper <= 0.6 * letters) & (letters > 8),
        (upper == 0) & (lower > 8),
        (digit > 0) & (digit <= 0.08 * solid),
        digit > 0.08 * solid,
        (lines > 0) & (lines <= 3),
        (lines > 3) & (lines <= 10),
        lines > 10,
        (bangs > 0) & (bangs <= 2),
        bangs > 2,
        signs["?"] > 0,
        shapes[:, 6] > 0,
        code > 2,
        (shapes[:, 7] > 0) & (shapes[:, 7] <= 3),
        shapes[:, 7] > 3,
        (shapes[:, 5] < 0.01 * solid) & (solid > 60),
        _wrapped(codes, kinds, rows, size) > 0,
        _glued(codes, kinds, rows, size) > 0,
        signs["@"] + signs[">"] > 0,
        (scripts[:, 1:] > 0.1 * solid[:, None]).sum(axis=1) > 1,
        words.total == 0,
        (words.distinct < 0.6 * words.total) & (words.total > 20),
        (words.distinct < 0.35 * words.total) & (words.total > 20),
        solid > 12 * np.maximum(words.total, 1),
    ]
    marks: NDArray[np.bool_] = np.column_stack(columns)
    return marks


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Words of each text, and how many are different. Shapes: (n,)."""

    total: NDArray[np.int64]
    distinct: NDArray[np.int64]


def _wrapped(
    codes: NDArray[np.uint32], kinds: NDArray[np.uint8], rows: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """How often a line ends in a space inside a sentence, as posting tools wrap it.

    A line that ends in a full stop and a space is how telephones write; it is not counted.
    Shape: (size,).
    """
    ends = (codes[1:-2] == ord(" ")) & (codes[2:-1] == ord("\n"))
    inside = (kinds[:-3] <= SHAPES.index("lower")) & (kinds[3:] == SHAPES.index("lower"))
    there = ends & inside & (rows[:-3] == rows[3:])
    return np.bincount(rows[:-3][there], minlength=size)


def _glued(
    codes: NDArray[np.uint32], kinds: NDArray[np.uint8], rows: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """How often a stop or comma stands between two letters, a capital after it for the stop.

    Shape: (size,).
    """
    middle, before, after = codes[1:-1], kinds[:-2], kinds[2:]
    letter_before = (before == 1) | (before == 2)
    stop = (middle == ord(".")) & (after == 1) & (before == 2)
    comma = (middle == ord(",")) & ((after == 1) | (after == 2)) & letter_before
    there = (stop | comma) & (rows[:-2] == rows[2:])
    return np.bincount(rows[1:-1][there], minlength=size)


def _histogram(
    kinds: NDArray[np.uint8], rows: NDArray[np.int64], size: int, width: int
) -> NDArray[np.int64]:
    """How often each kind occurs in each text. Shape: (size, width)."""
    cells = np.bincount(rows * width + kinds, minlength=size * width)
    return cells.reshape((size, width))


def is_word(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a word's characters stand. Shape kept."""
    words: NDArray[np.bool_] = kinds != SEPARATOR
    return words
