"""Shape: what a text looks like from afar, as a fixed row of marks that are on or off.

Each mark has a code and the sentence that a moderator reads. All are counted for a whole batch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.characters import (
    COMMA_TRAIT,
    FIELD_END,
    LOWER_TRAIT,
    OPEN_TRAIT,
    SCRIPTS,
    SHAPES,
    STOP_TRAIT,
    UPPER_TRAIT,
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


class Fields(NamedTuple):
    """Texts as one array, each of `per_row` fields of which the first is looked at.

    `segments` is the field that each character is in; a separator follows each field and one comes
    before all. Shapes: (n_characters,).
    """

    text: str
    codes: NDArray[np.uint32]
    traits: NDArray[np.uint8]
    segments: NDArray[np.int32]
    per_row: int
    size: int


def shape_rows(fields: Fields, words: WordCounts) -> NDArray[np.bool_]:
    """Which marks each text bears. Shape: (size, WIDTH).

    All marks are compared at once, and all that is counted is a row of one matrix: for a single
    comment a fifth of the time of some hundred small numpy calls.
    """
    counts, limits = _all_counts(fields, words), _limits()
    values, per = counts[limits.of], counts[limits.per]
    there: NDArray[np.bool_] = (values > limits.above * per) & (values <= limits.upto * per)
    there &= counts[limits.where] > limits.least
    return there.T


_COUNTED = (
    *SHAPES, *SCRIPTS[1:], "exclamations", "questions", "lines", "code", "quotes",
    "length", "visible", "solid", "letters",
)  # fmt: skip
_NAMED = (
    *_COUNTED, "words", "some_words", "one", "wrapped", "glued",
    "lacking_punctuation", "scripts", "repeating", "repeating_often",
)  # fmt: skip
_AT = {name: number for number, name in enumerate(_NAMED)}
_SCRIPTS = slice(len(SHAPES), len(SHAPES) + len(SCRIPTS) - 1)


def _all_counts(fields: Fields, words: WordCounts) -> NDArray[np.float64]:
    """The counts that marks name. Shape: (len(_NAMED), size)."""
    named = np.empty((len(_NAMED), fields.size))
    named[: len(_COUNTED)] = _counts(fields)
    named[_AT["words"]] = named[_AT["some_words"]] = words.total
    for divisor in ("solid", "letters", "some_words"):
        np.maximum(named[_AT[divisor]], 1, out=named[_AT[divisor]])
    solid = named[_AT["solid"]]
    named[_AT["one"]] = 1
    named[_AT["wrapped"]] = _wrapped(fields)
    named[_AT["glued"]] = _glued(fields)
    named[_AT["lacking_punctuation"]] = 0.01 * solid - named[_AT["punctuation"]]
    named[_AT["scripts"]] = (named[_SCRIPTS] > 0.1 * solid).sum(axis=0)
    named[_AT["repeating"]] = 0.6 * words.total - words.distinct
    named[_AT["repeating_often"]] = 0.35 * words.total - words.distinct
    return named


class _Limits(NamedTuple):
    """The columns of MARKS; counts by their number. Shapes: (WIDTH,) and (WIDTH, 1)."""

    of: NDArray[np.int64]
    above: NDArray[np.float64]
    upto: NDArray[np.float64]
    per: NDArray[np.int64]
    where: NDArray[np.int64]
    least: NDArray[np.float64]


@cache
def _limits() -> _Limits:
    _, _, of, above, upto, per, where, least = zip(*MARKS, strict=True)
    number = [np.array([_AT[name] for name in column]) for column in (of, per, where)]
    limit = [np.array(column, dtype=np.float64)[:, None] for column in (above, upto, least)]
    return _Limits(number[0], limit[0], limit[1], number[1], number[2], limit[2])


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Words of each text, and how many are different. Shapes: (n,)."""

    total: NDArray[np.int64]
    distinct: NDArray[np.int64]


_GLUED = re.compile(r"[.,](?<=[^\W\d_][.,])[^\W\d_]")


def _wrapped(fields: Fields) -> NDArray[np.bool_]:
    """Whether a line ends in a space inside a sentence, as posting tools wrap it.

    A line that ends in a full stop and a space is how telephones write; it is not counted.
    Shape: (size,).
    """
    codes, traits = fields.codes, fields.traits
    if " \n" not in fields.text:
        return np.zeros(fields.size, dtype=np.bool_)
    lines = (codes[2:-1] == ord("\n")).nonzero()[0]
    spaces = lines[(codes[lines + 1] == ord(" ")).nonzero()[0]] + 1
    inside = (traits[spaces - 1] & OPEN_TRAIT) & ((traits[spaces + 2] & LOWER_TRAIT) << 3)
    return _holding(fields, spaces[inside.nonzero()[0]])


def _glued(fields: Fields) -> NDArray[np.bool_]:
    """Whether a stop or comma stands between two letters, a capital after it for the stop.

    Shape: (size,).
    """
    traits = fields.traits
    if not _GLUED.search(fields.text):
        return np.zeros(fields.size, dtype=np.bool_)
    places = ((traits & (STOP_TRAIT | COMMA_TRAIT)) != 0).nonzero()[0]
    sign, before, after = traits[places], traits[places - 1], traits[places + 1]
    stop = (sign & STOP_TRAIT) & ((before & LOWER_TRAIT) << 1) & ((after & UPPER_TRAIT) << 2)
    both = UPPER_TRAIT | LOWER_TRAIT
    comma = ((sign & COMMA_TRAIT) != 0) & ((before & both) != 0) & ((after & both) != 0)
    return _holding(fields, places[(comma | (stop != 0)).nonzero()[0]])


def _holding(fields: Fields, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which texts hold any of the places. Shape: (size,)."""
    there = np.zeros(fields.size * fields.per_row, dtype=np.bool_)
    there[fields.segments[places]] = True
    return there[:: fields.per_row]


@cache
def _looks() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The look of each code point, and how much a look counts for each of _COUNTED.

    Code points of one shape, script and sign are of one look: some forty, so that one count of
    looks gives all others. Shapes: (131,072,), (n_looks, len(_COUNTED)).
    """
    shapes, scripts = shape_table().astype(np.int64), script_table().astype(np.int64)
    signs = np.zeros_like(shapes)
    for number, alike in enumerate(_SIGNS, start=1):
        signs[[ord(sign) for sign in alike]] = number
    keys = (shapes * len(SCRIPTS) + scripts) * (len(_SIGNS) + 1) + signs
    keys[ord(FIELD_END)] = -1
    kinds, firsts, looks = np.unique(keys, return_index=True, return_inverse=True)
    parts = (
        np.eye(len(SHAPES))[shapes[firsts]],
        np.eye(len(SCRIPTS))[scripts[firsts], 1:],
        np.eye(len(_SIGNS) + 1)[signs[firsts], 1:],
    )
    visible = 1 - parts[0][:, SHAPES.index("space")]
    letters = parts[0][:, [SHAPES.index("upper"), SHAPES.index("lower")]].sum(axis=1)
    members = np.column_stack((*parts, np.ones(kinds.size), visible, visible, letters))
    return looks.astype(np.uint8), members * (kinds >= 0)[:, None]


def _counts(fields: Fields) -> NDArray[np.float64]:
    """How often each shape, script and sign occurs in each text. Shape: (len(_COUNTED), size).

    One count for all takes a quarter of the time of counting each; whole numbers, so exact.
    """
    table, members = _looks()
    looks = fields.segments * np.int32(len(members))
    looks += classes(table, fields.codes)
    count = fields.size * fields.per_row * len(members)
    found = np.bincount(looks, minlength=count)
    found = found.reshape((fields.size, fields.per_row * len(members)))[:, : len(members)]
    counts: NDArray[np.float64] = members.T @ found.T
    return counts
