"""What the classifier may see of a comment, and the one normalisation of text.

Whatever reads a comment's text to judge it reads it so normalised: a word hidden behind look-alike
letters is the same word everywhere.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from models.confusables import ALWAYS, TO_CYRILLIC, TO_LATIN
from models.glance import CONTROL, HIDDEN, JOINERS, LATIN, LOOKALIKE, ODD, STYLED, glance

if TYPE_CHECKING:
    from models.reading import Read


@dataclass(frozen=True, slots=True)
class CommentText:
    """What the classifier may see of a comment. An absent field is an empty string.

    Links to `known_domains`, registered ones, are no links: people approved them on the site.
    `read` is what `models.reading.read` gave for these very fields, where somebody asked before.
    """

    body: str
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""
    article_title: str = ""
    article_url: str = ""
    site_url: str = ""
    language: str = ""
    known_domains: frozenset[str] = frozenset()
    read: Read | None = field(default=None, compare=False, repr=False)


class Cleaned(NamedTuple):
    """A normalised text and what was hidden in it.

    `folded` counts words written with another script's letters, `invisible` the zero-width and
    bidirectional control characters taken out, `styled` the letters of mathematical, full-width
    or small-capital alphabets.
    """

    text: str
    folded: int = 0
    invisible: int = 0
    styled: int = 0


_LONG = 50
"""Letters of words that are not remembered: whoever sends such has others for each comment."""
_FEW = 8
"""Texts so few that one look at all takes longer than a look at each."""

_INVISIBLE = re.compile(f"[{HIDDEN}]")
_JOINER = re.compile(f"[{JOINERS}]")
_CONTROLS = re.compile(f"[{CONTROL}]")
_PHONETIC = re.compile(f"[{''.join(map(chr, ALWAYS))}]")
_STYLED = re.compile(STYLED)
_ODD = re.compile(ODD)
_LATIN = re.compile(LATIN)
_LOOKALIKE = re.compile(LOOKALIKE)
# Two neighbours of different scripts. It begins with the rarer letter, so that the others are
# passed over three times as fast.
_MIXED = re.compile("[\u0370-\u058f](?:(?<=[A-Za-z].)|(?=[A-Za-z]))")
_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """The text as everything reads it: one form for each way to write the same letters.

    HTML entities are resolved, compatibility forms unified (NFKC), invisible and control
    characters taken out, and look-alike letters folded in words that mix scripts. Case, line
    breaks and markup stay. Linear in the length of `text`; never raises.
    """
    return clean(text).text


def clean(text: str) -> Cleaned:
    """`normalise`, together with the counts of what was hidden."""
    return _uncover(_spell(text))


def clean_all(texts: Sequence[str]) -> tuple[list[Cleaned], list[bool | None]]:
    """`clean` of each text, and whether a dot in it may be an address's (None: unknown).

    Shapes: (n,) both. Most texts need no cleaning, and to see that takes numpy a fraction of the
    time that it takes the expressions one by one; for a few texts it is the other way round.
    """
    spelt = [_spell(text) if "&" in text or "\r" in text else text for text in texts]
    if len(texts) < _FEW:
        return [_uncover(text) for text in spelt], [None] * len(texts)
    covered, with_dots = glance(spelt)
    cleaned = [Cleaned(text) for text in spelt]
    dotted: list[bool | None] = [False] * len(texts)
    for row in with_dots:
        dotted[row] = True
    for row in covered:
        cleaned[row], dotted[row] = _uncover(spelt[row]), None
    return cleaned, dotted


def _spell(text: str) -> str:
    """The text without HTML entities, its lines ended in one way."""
    if "&" in text:
        text = html.unescape(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _uncover(text: str) -> Cleaned:
    """The rest of the normalisation."""
    if text.isascii():
        plain = text.replace("\n", "").isprintable()  # a third of the time of the expression
        return Cleaned(text if plain else _CONTROLS.sub(" ", text))
    styled = len(_STYLED.findall(text))
    text, invisible = unicodedata.normalize("NFKC", text), 0
    if _ODD.search(text):  # one look for what is rare: text in other scripts in half the time
        text, invisible = _INVISIBLE.subn("", _CONTROLS.sub(" ", text))
        text = _PHONETIC.sub(lambda match: chr(ALWAYS[ord(match[0])]), _JOINER.sub("", text))
    text, folded = fold_mixed_words(text)
    return Cleaned(text, folded, invisible, styled)


def fold_mixed_words(text: str) -> tuple[str, int]:
    """The text with each word that mixes scripts folded to its main one, and their number.

    A word wholly in one script is left alone: honest Greek, Russian and Armenian pass unchanged.
    A letter that stands alone (Cyrillic I for "I") is left too; too little is known about it.
    """
    if not _MIXED.search(text):
        return text, 0
    folded = 0

    def fold(match: re.Match[str]) -> str:
        nonlocal folded
        word = match[0]
        plain = _fold(word) if len(word) < _LONG else _fold.__wrapped__(word)
        folded += plain != word
        return plain

    # No word crosses a space, and few parts between spaces hold both scripts.
    parts = [
        part if part.isascii() or not _LATIN.search(part) else _WORD.sub(fold, part)
        for part in text.split(" ")
    ]
    return " ".join(parts), folded


@lru_cache(maxsize=10_000)
def _fold(word: str) -> str:
    """A word that mixes scripts, folded to the script of most of its letters."""
    if not _LATIN.search(word) or not _LOOKALIKE.search(word):
        return word
    latin, other = len(_LATIN.findall(word)), len(_LOOKALIKE.findall(word))
    if latin >= other or not _mostly_cyrillic(word):
        return word.translate(TO_LATIN)
    return word.translate(TO_CYRILLIC)


def _mostly_cyrillic(word: str) -> bool:
    """Whether a letter that only Cyrillic has stands in the word, so that it is Cyrillic."""
    return any("\u0400" <= letter <= "\u04ff" and ord(letter) not in TO_LATIN for letter in word)
