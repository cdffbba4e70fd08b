"""Where the words of a reason stand in a comment as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from models.confusables import ALWAYS, TO_LATIN
from models.evidence import WORDS, Reason

_MOST = 5
"""Places named for one reason; more would mark half of the text."""
_LONGEST = 66_000
"""Characters looked through: no more of a text is scored."""
_UNSPACED = "\u0e00"
"""From here on scripts write words without spaces between them: Thai, kana, Chinese."""
_QUOTED = re.compile("“(.+)”")
_TOKEN = re.compile(r"[^\W_]+")

Place = tuple[int, int]
"""Index of the first character, and of the one after the last."""


def located(reasons: Sequence[Reason], body: str) -> list[Reason]:
    """The reasons, those that quote words of `body` with their places."""
    quoted = [_QUOTED.search(reason.text) if reason.code == WORDS else None for reason in reasons]
    if not any(quoted):
        return list(reasons)
    seen = _Plain(body)
    return [
        replace(reason, places=seen.places_of(words[1])) if words else reason
        for reason, words in zip(reasons, quoted, strict=True)
    ]


def places_of(words: str, body: str) -> tuple[Place, ...]:
    """Where `body` reads as `words`: five places at most, in order.

    None where the text was disguised beyond finding it again. Letters are compared without case
    and in their plain forms, whatever stands between two words.
    """
    return _Plain(body).places_of(words)


class _Plain:
    """A text in plain small letters, cut into words once, that knows where each letter was."""

    def __init__(self, body: str) -> None:
        self._text, self._starts = _plain(body[:_LONGEST])
        self._cuts = [_cut(self._text)]
        if not body.isascii():
            self._cuts.append(_cut(self._text.translate(TO_LATIN)))

    def places_of(self, words: str) -> tuple[Place, ...]:
        plain = words.casefold()
        tokens = _TOKEN.findall(plain)
        if plain.endswith("…"):  # cut short, maybe within its last word
            tokens.pop()
        if not tokens:
            return ()
        if tokens[0][0] >= _UNSPACED:
            return self._named(_runs(self._text, plain.rstrip("…")))
        for cut in self._cuts:
            if found := self._named(_sequences(cut, tokens)):
                return found
        return ()

    def _named(self, spans: Iterator[Place]) -> tuple[Place, ...]:
        first = islice(spans, _MOST)
        return tuple((self._starts[low], self._starts[high - 1] + 1) for low, high in first)


def _cut(text: str) -> list[tuple[str, int, int]]:
    return [(word[0], word.start(), word.end()) for word in _TOKEN.finditer(text)]


def _sequences(cut: Sequence[tuple[str, int, int]], tokens: Sequence[str]) -> Iterator[Place]:
    size = len(tokens)
    for at, (word, start, _) in enumerate(cut):
        if word == tokens[0] and [one[0] for one in cut[at : at + size]] == tokens:
            yield start, cut[at + size - 1][2]


def _runs(text: str, part: str) -> Iterator[Place]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + len(part))


def _plain(body: str) -> tuple[str, Sequence[int]]:
    """The text in plain small letters, and the index in `body` of each of its characters."""
    if body.isascii():
        return body.lower(), range(len(body))
    pairs = [(plain, index) for index, letter in enumerate(body) for plain in _plain_letter(letter)]
    return "".join([plain for plain, _ in pairs]), [index for _, index in pairs]


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    """What a letter reads as; nothing for an invisible one, which splits no word."""
    plain = unicodedata.normalize("NFKC", letter).translate(ALWAYS).casefold()
    return "".join(one for one in plain if unicodedata.category(one) != "Cf")
