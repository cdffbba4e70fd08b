"""What the classifier may see of a comment, and the one normalisation of text.

Whatever reads a comment's text to judge it reads it so normalised: a word hidden behind look-alike
letters is the same word everywhere.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from models.confusables import ALWAYS, TO_CYRILLIC, TO_LATIN


@dataclass(frozen=True, slots=True)
class CommentText:
    """What the classifier may see of a comment. An absent field is an empty string."""

    body: str
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""
    article_title: str = ""
    article_url: str = ""
    site_url: str = ""
    language: str = ""


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


# Joiners that Persian, Indic scripts and emoji need: taken out, but no sign of disguise.
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
# C0 and C1 controls but tab and line feed; lone surrogates, which no database keeps.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"

_INVISIBLE = re.compile(f"[{_HIDDEN}]")
_JOINER = re.compile(f"[{_JOINERS}]")
_CONTROLS = re.compile(f"[{_CONTROL}]")
_STYLED = re.compile("[\u2100-\u214f\u2160-\u2188\u24b6-\u24e9\uff21-\uff5a\U0001d400-\U0001d7ff]")
_ODD = re.compile(f"[{_CONTROL}{_HIDDEN}{_JOINERS}{''.join(map(chr, ALWAYS))}]")
_LATIN = re.compile("[A-Za-z]")
_LOOKALIKE = re.compile("[\u0370-\u058f]")
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
    if "&" in text:
        text = html.unescape(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        plain = text.replace("\n", "").isprintable()  # a third of the time of the expression
        return Cleaned(text if plain else _CONTROLS.sub(" ", text))
    styled = len(_STYLED.findall(text))
    text, invisible = unicodedata.normalize("NFKC", text), 0
    if _ODD.search(text):  # one look for what is rare: text in other scripts in half the time
        text, invisible = _INVISIBLE.subn("", _CONTROLS.sub(" ", text))
        text = _JOINER.sub("", text).translate(ALWAYS)
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
        plain = _fold(word)
        folded += plain != word
        return plain

    # No word crosses a space, and few parts between spaces hold both scripts.
    parts = [
        part if part.isascii() or not _LATIN.search(part) else _WORD.sub(fold, part)
        for part in text.split(" ")
    ]
    return " ".join(parts), folded


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
