"""Where the words of a reason stand in a comment as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from models.confusables import ALWAYS, TO_LATIN
from models.evidence import WORDS, Reason

_MOST = 5
"""Places named for one reason; more would mark half of the text."""
_LONGEST = 66_000
"""Characters looked through: no more of a text is scored."""
_KEPT = 10_000
"""Letters whose plain form is remembered; texts in any real script need fewer."""
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
        Reason(reason.code, reason.text, reason.weight, seen.places_of(words[1]))
        if words
        else reason
        for reason, words in zip(reasons, quoted, strict=True)
    ]


def places_of(words: str, body: str) -> tuple[Place, ...]:
    """Where `body` reads as `words`: five places at most, in order.

    None where the text was disguised beyond finding it again. Letters are compared without case
    and in their plain forms, whatever stands between two words.
    """
    return _Plain(body).places_of(words)


class _Plain:
    """A text in plain small letters that knows where each letter was."""

    def __init__(self, body: str) -> None:
        self._text, self._starts = _plain(body[:_LONGEST])

    def places_of(self, words: str) -> tuple[Place, ...]:
        plain = words.casefold()
        tokens = _TOKEN.findall(plain)
        if plain.endswith("…"):  # cut short, maybe within its last word
            tokens.pop()
        if not tokens:
            return ()
        if tokens[0][0] >= _UNSPACED:
            return self._named(_runs(self._text, plain.rstrip("…")))
        found = self._named(_sequences(self._text, tokens))
        if not found and not self._text.isascii():
            found = self._named(_sequences(self._folded, tokens))
        return found

    @cached_property
    def _folded(self) -> str:
        """The text with look-alike letters as the Latin ones that they pass for."""
        return self._text.translate(TO_LATIN)

    def _named(self, spans: Iterator[Place]) -> tuple[Place, ...]:
        starts = self._starts
        return tuple([(starts[low], starts[high - 1] + 1) for low, high in islice(spans, _MOST)])


def _sequences(text: str, tokens: Sequence[str]) -> Iterator[Place]:
    """Where the tokens stand as whole words, one after the other.

    Looks for the first one only: a hundredth of the time of cutting the text into its words.
    """
    for start, end in _runs(text, tokens[0]):
        if _is_whole(text, start, end):
            end = _followed(text, end, tokens[1:])
            if end:
                yield start, end


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _followed(text: str, end: int, tokens: Sequence[str]) -> int:
    """Where the tokens end that are the next words of the text after `end`, 0 if they are not."""
    for token in tokens:
        word = _TOKEN.search(text, end)
        if word is None or word[0] != token:
            return 0
        end = word.end()
    return end


def _runs(text: str, part: str) -> Iterator[Place]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + len(part))


def _plain(body: str) -> tuple[str, Sequence[int]]:
    """The text in plain small letters, and the index in `body` of each of its characters."""
    if body.isascii():
        return body.lower(), range(len(body))
    plain = body.translate(_PLAIN)
    if _PLAIN.uneven.isdisjoint(body):
        return plain, range(len(body))
    return plain, [at for at, letter in enumerate(body) for _ in letter.translate(_PLAIN)]


class _PlainLetters(dict[int, str]):
    """What each letter reads as, found when first asked for; the `uneven` ones are not one letter.

    An invisible letter reads as nothing: it splits no word.
    """

    uneven: set[str]

    def __init__(self) -> None:
        self.uneven = set()

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = unicodedata.normalize("NFKC", letter).translate(ALWAYS).casefold()
        plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
        if len(plain) != 1:
            self.uneven.add(letter)
        if len(self) >= _KEPT:
            self.clear()
        self[code] = plain
        return plain


_PLAIN = _PlainLetters()
