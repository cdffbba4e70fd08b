"""What a text can be told again by: its words without their dress, and the domains it links to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from models.links import Link, parse_link
from models.reading import Read, own_domains, read
from models.text import CommentText, clean

_NO_WORD = re.compile(r"[\W_]+")
_NO_WORD_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_LONGEST_ADDRESS = 2_000  # characters; bounds the cost
_MOST_DOMAINS = 10
"""Of a comment that links to more, the first: a dump of links is plain enough."""


class Outline(NamedTuple):
    """`words` are the letters and digits of the normalised text, lower case, without its links.

    `domains` are the registered domains (a host that has none: the host) of the text's links, in
    order; `author_domain` is that of the author's address, "" where there is none. `email_domain`
    is that of the e-mail address where the text has links; else it tells nothing. Links to the site
    itself are left out.
    """

    words: str
    domains: tuple[str, ...] = ()
    author_domain: str = ""
    email_domain: str = ""


def outlines(comments: Sequence[CommentText]) -> list[Outline]:
    """The outline of each comment. Never raises on any text; linear in their length."""
    return [_outline(*parts) for parts in zip(comments, read(comments), strict=True)]


def _outline(comment: CommentText, seen: Read) -> Outline:
    own = own_domains(comment)
    found = seen.found.without(own)
    named = dict.fromkeys(filter(None, map(_name, found.links))) if found.links else ()
    author = seen.author
    return Outline(
        words=_words(found.text),
        domains=tuple(named)[:_MOST_DOMAINS],
        author_domain="" if author is None or author.domain in own else _name(author),
        email_domain=_email_domain(comment.author_email, own) if named else "",
    )


def _words(text: str) -> str:
    if text.isascii():  # a tenth of the time of the expression
        return text.lower().encode().translate(None, _NO_WORD_ASCII).decode()
    return _NO_WORD.sub("", text).casefold()


def _email_domain(address: str, own: frozenset[str]) -> str:
    link = parse_link(clean(address.rpartition("@")[2][:_LONGEST_ADDRESS]).text)
    return "" if link.domain in own else _name(link)


def _name(link: Link) -> str:
    return link.domain or link.host
