"""Prints: keyed hashes by which a comment is known again when its text and its author are wiped.

A publisher's system changes what it stores: it strips tags, writes entities, adds attributes to
links. So the words are compared bare of all that.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from service.core.submission import Submission

TAG = re.compile(r"<[^<>]*>")
TELLING = 20  # letters and digits; fewer may be anybody's


@dataclass(frozen=True, slots=True)
class Prints:
    """Hexadecimal, 64 digits each."""

    whole: str  # of every field: the same call again
    words: str  # of author, e-mail and bare words: the same comment
    text: str  # of the bare words, for reports that name no author; "" when they are few


def prints_of(submission: Submission, beside: Sequence[str], secret: str) -> Prints:
    """The prints of a comment; `beside` is what else tells one call from another."""
    words = bare(submission.body)
    author = (bare(submission.author_name), submission.author_email.strip().lower())
    whole = (
        submission.article_url,
        submission.author_name,
        submission.author_email,
        submission.author_url,
        submission.body,
        submission.ip,
        submission.user_agent,
        submission.type,
        submission.honeypot,
        *beside,
    )
    return Prints(
        whole=_print("whole", whole, secret),
        words=_print("words", (*author, words), secret),
        text=_print("text", (words,), secret) if len(words) >= TELLING else "",
    )


def bare(text: str) -> str:
    """Letters and digits in lower case; of a text without any, the text itself."""
    seen = unescape(TAG.sub(" ", unescape(text)))
    return "".join(char for char in seen.casefold() if char.isalnum()) or text.strip()


def _print(kind: str, parts: Sequence[str], secret: str) -> str:
    sized = "".join(f"{len(part)}:{part}" for part in parts)  # so that no two lists look alike
    return hmac.new(secret.encode(), f"print:{kind}:{sized}".encode(), "sha256").hexdigest()
