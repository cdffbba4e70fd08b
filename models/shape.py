"""Shape: what a text looks like from afar, as a fixed row of marks that are on or off.

Each mark has a code and the sentence that a moderator reads. All are counted for a whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

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


class Mark(NamedTuple):
    """One yes-or-no observation: its stable code, its sentence for moderators, and when it is on.

    On when the count `of` is above `above` and at most `upto`, both times the count `per`, in a
    text where the count `where` is above `least`.
    """

    code: str
    text: str
    of: str
    above: float = 0
    upto: float = np.inf
    per: str = "one"
    where: str = "one"
    least: float = 0


MARKS: tuple[Mark, ...] = (
    Mark("shape_length", "a long text", "length", 1200, 4000),
    Mark("shape_length", "a very long text", "length", 4000),
    Mark("shape_empty", "no text besides links", "visible", -1, 0),
    Mark("shape_caps", "written mostly in capital letters", "upper", 0.6, np.inf, "letters",
         "letters", 8),
    Mark("shape_caps", "many capital letters", "upper", 0.12, 0.6, "letters", "letters", 8),
    Mark("shape_caps", "no capital letters at all", "upper", -1, 0, "one", "lower", 8),
    Mark("shape_digits", "some digits in the text", "digit", 0, 0.08, "solid"),
    Mark("shape_digits", "many digits in the text", "digit", 0.08, np.inf, "solid"),
    Mark("shape_lines", "several lines", "lines", 0, 3),
    Mark("shape_lines", "many lines", "lines", 3, 10),
    Mark("shape_lines", "more than ten lines", "lines", 10),
    Mark("shape_exclamation", "exclamation marks", "exclamations", 0, 2),
    Mark("shape_exclamation", "many exclamation marks", "exclamations", 2),
    Mark("shape_question", "asks a question", "questions"),
    Mark("shape_money", "amounts of money", "money"),
    Mark("shape_code", "signs of program code", "code", 2),
    Mark("shape_emoji", "emoji in the text", "emoji", 0, 3),
    Mark("shape_emoji", "many emoji in the text", "emoji", 3),
    Mark("shape_punctuation", "hardly any punctuation", "lacking_punctuation", where="solid",
         least=60),
    Mark("shape_wrapped", "lines broken inside sentences", "wrapped"),
    Mark("shape_glued", "no space after a full stop or comma", "glued"),
    Mark("shape_quote", "quotes or addresses another reader", "quotes"),
    Mark("shape_scripts", "mixes writing systems", "scripts", 1),
    Mark("shape_words", "no words at all", "words", -1, 0),
    Mark("shape_repeats", "repeats its words", "repeating", where="words", least=20),
    Mark("shape_repeats", "repeats its words very often", "repeating_often", where="words",
         least=20),
    Mark("shape_long_words", "very long words", "solid", 12, np.inf, "some_words"),
)  # fmt: skip
WIDTH = len(MARKS)
_SIGNS = ("!", "?", "\n", "{};=", "@>")


def shape_rows(
    codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int, words: WordCounts
) -> NDArray[np.bool_]:
    """Which marks each text bears.

    `codes` are all texts' code points and `rows` the text that each belongs to. Shape of the
    result: (size, WIDTH). All marks are compared at once: for a single comment a fifth of the
    time of some hundred small numpy calls.
    """
    named = _named_counts(codes, rows, size, words)
    counts, limits = np.array(list(named.values())), _limits(tuple(named))
    values, per = counts[limits.of], counts[limits.per]
    there: NDArray[np.bool_] = (values > limits.above * per) & (values <= limits.upto * per)
    there &= counts[limits.where] > limits.least
    return there.T


def _named_counts(
    codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int, words: WordCounts
) -> dict[str, NDArray[Any]]:
    """The counts that marks name. Shape: (size,) each."""
    shapes, scripts, signs = _counts(codes, rows, size)
    _, upper, lower, digit, space, punctuation, money, emoji = shapes
    exclamations, questions, lines, code, quotes = signs
    length = shapes.sum(axis=0)
    visible = length - space
    solid = np.maximum(visible, 1)
    return {
        "one": np.ones(size),
        "length": length,
        "visible": visible,
        "solid": solid,
        "upper": upper,
        "lower": lower,
        "letters": np.maximum(upper + lower, 1),
        "digit": digit,
        "lines": lines,
        "exclamations": exclamations,
        "questions": questions,
        "money": money,
        "code": code,
        "emoji": emoji,
        "lacking_punctuation": 0.01 * solid - punctuation,
        "wrapped": _wrapped(codes, rows, size),
        "glued": _glued(codes, rows, size),
        "quotes": quotes,
        "scripts": (scripts[1:] > 0.1 * solid).sum(axis=0),
        "words": words.total,
        "some_words": np.maximum(words.total, 1),
        "repeating": 0.6 * words.total - words.distinct,
        "repeating_often": 0.35 * words.total - words.distinct,
    }


class _Limits(NamedTuple):
    """The columns of MARKS; counts by their number. Shapes: (WIDTH,) and (WIDTH, 1)."""

    of: NDArray[np.int64]
    above: NDArray[np.float64]
    upto: NDArray[np.float64]
    per: NDArray[np.int64]
    where: NDArray[np.int64]
    least: NDArray[np.float64]


@cache
def _limits(names: tuple[str, ...]) -> _Limits:
    _, _, of, above, upto, per, where, least = zip(*MARKS, strict=True)
    number = [np.array([names.index(name) for name in column]) for column in (of, per, where)]
    limit = [np.array(column, dtype=np.float64)[:, None] for column in (above, upto, least)]
    return _Limits(number[0], limit[0], limit[1], number[1], number[2], limit[2])


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Words of each text, and how many are different. Shapes: (n,)."""

    total: NDArray[np.int64]
    distinct: NDArray[np.int64]


def _wrapped(codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Whether a line ends in a space inside a sentence, as posting tools wrap it.

    A line that ends in a full stop and a space is how telephones write; it is not counted.
    Shape: (size,).
    """
    spaces = ((codes[1:-2] == ord(" ")) & (codes[2:-1] == ord("\n"))).nonzero()[0] + 1
    if not spaces.size:
        return np.zeros(size, dtype=np.bool_)
    before, after = _shape_at(codes, spaces - 1), _shape_at(codes, spaces + 2)
    inside = (before <= SHAPES.index("lower")) & (after == SHAPES.index("lower"))
    inside &= rows[spaces - 1] == rows[spaces + 2]
    return _holding(rows[spaces[inside]], size)


def _glued(codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Whether a stop or comma stands between two letters, a capital after it for the stop.

    Shape: (size,).
    """
    middle = codes[1:-1]
    places = ((middle == ord(".")) | (middle == ord(","))).nonzero()[0] + 1
    before, after = _shape_at(codes, places - 1), _shape_at(codes, places + 1)
    stop = (before == 2) & (after == 1)
    comma = ((before == 1) | (before == 2)) & ((after == 1) | (after == 2))
    glued = np.where(codes[places] == ord("."), stop, comma)
    glued &= rows[places - 1] == rows[places + 1]
    return _holding(rows[places[glued]], size)


def _shape_at(codes: NDArray[np.uint32], places: NDArray[np.int64]) -> NDArray[np.uint8]:
    return classes(shape_table(), codes[places])


def _holding(rows: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Which texts are named in `rows`. Shape: (size,)."""
    there = np.zeros(size, dtype=np.bool_)
    there[rows] = True
    return there


@cache
def _looks() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The look of each code point, and how much a look counts for shapes, scripts and signs.

    Code points of one shape, script and sign are of one look: some forty, so that one count of
    looks gives all others. Shapes: (131,072,), (n_looks, n_shapes + n_scripts + n_signs).
    """
    shapes, scripts = shape_table().astype(np.int64), script_table().astype(np.int64)
    signs = np.zeros_like(shapes)
    for number, alike in enumerate(_SIGNS, start=1):
        signs[[ord(sign) for sign in alike]] = number
    keys = (shapes * len(SCRIPTS) + scripts) * (len(_SIGNS) + 1) + signs
    _, firsts, looks = np.unique(keys, return_index=True, return_inverse=True)
    members = [
        np.eye(width)[part[firsts]]
        for part, width in (
            (shapes, len(SHAPES)),
            (scripts, len(SCRIPTS)),
            (signs, len(_SIGNS) + 1),
        )
    ]
    return looks.astype(np.uint8), np.hstack(members)


def _counts(
    codes: NDArray[np.uint32], rows: NDArray[np.int64], size: int
) -> tuple[NDArray[np.float64], ...]:
    """How often each shape, script and sign occurs in each text. Shapes: (…, size) each.

    One count for all takes a quarter of the time of counting each; whole numbers, so exact.
    """
    table, members = _looks()
    looks = np.bincount(rows * len(members) + classes(table, codes), minlength=size * len(members))
    counts = members.T @ looks.reshape((size, len(members))).T
    scripts, signs = len(SHAPES), len(SHAPES) + len(SCRIPTS)
    return counts[:scripts], counts[scripts:signs], counts[signs + 1 :]


def is_word(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a word's characters stand. Shape kept."""
    words: NDArray[np.bool_] = kinds != SEPARATOR
    return words
