"""Where the words of a reason stand in a comment as it was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from models.confusables import ALWAYS, TO_LATIN
from models.evidence import WORDS, Reason

_MOST = 5
"""Places named for one reason; more would mark half of the text."""
_LONGEST = 66_000
"""Characters looked through: no more of a text is scored."""
_QUOTED = re.compile("“(.+)”")
_TOKEN = re.compile(r"\w+")

_UNSPACED = "\u0e00"
"""From here on scripts write words without spaces between them: Thai, kana, Chinese."""

Place = tuple[int, int]


def located(reason: Reason, body: str) -> Reason:
    """The reason with the places of the words that it quotes; others stay as they are."""
    quoted = _QUOTED.search(reason.text) if reason.code == WORDS else None
    return replace(reason, places=places_of(quoted[1], body)) if quoted else reason


def places_of(words: str, body: str) -> tuple[Place, ...]:
    """First and last-but-one index of each run of characters in `body` that reads as `words`.

    Five at most, in order; none where the text was disguised beyond finding it again. Letters are
    compared without case and in their plain forms, whatever stands between two words.
    """
    tokens = _TOKEN.findall(words.casefold().partition("…")[0])
    if not tokens:
        return ()
    begins = "" if tokens[0][0] >= _UNSPACED else r"(?<!\w)"
    pattern = re.compile(begins + r"\W*".join(map(re.escape, tokens)))
    text, starts = _plain(body[:_LONGEST])
    found = list(pattern.finditer(text)) or list(pattern.finditer(text.translate(TO_LATIN)))
    return tuple((starts[one.start()], starts[one.end() - 1] + 1) for one in found[:_MOST])


def _plain(body: str) -> tuple[str, list[int] | range]:
    """The text in plain small letters, and the index in `body` of each of its characters."""
    if body.isascii():
        return body.lower(), range(len(body))
    pairs = [
        (plain, index)
        for index, letter in enumerate(body)
        for plain in _plain_letter(letter)
        if unicodedata.category(plain) != "Cf"  # the invisible ones split no word
    ]
    return "".join(plain for plain, _ in pairs), [index for _, index in pairs]


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    return unicodedata.normalize("NFKC", letter).translate(ALWAYS).casefold()
