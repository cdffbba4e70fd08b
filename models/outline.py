"""What a text can be told again by: its words without their dress, and the domains it links to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from models.links import Link, parse_link, scan
from models.text import Cleaned, CommentText, clean, clean_all

_NO_WORD = re.compile(r"[\W_]+")
_NO_WORD_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_LONGEST_TEXT, _LONGEST_ADDRESS = 66_000, 2_000  # characters; bounds on the cost
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
    bodies, dotted = clean_all([comment.body for comment in comments])
    return [_outline(*parts) for parts in zip(comments, bodies, dotted, strict=True)]


def _outline(comment: CommentText, body: Cleaned, dotted: bool | None) -> Outline:
    own = _own_domains(comment.site_url, comment.article_url)
    found = scan(body.text[:_LONGEST_TEXT], own, dotted)
    named = dict.fromkeys(filter(None, map(_name, found.links))) if found.links else ()
    return Outline(
        words=_words(found.text),
        domains=tuple(named)[:_MOST_DOMAINS],
        author_domain=_domain(comment.author_url, own),
        email_domain=_domain(comment.author_email.rpartition("@")[2], own) if named else "",
    )


@lru_cache(maxsize=2_000)
def _own_domains(*addresses: str) -> frozenset[str]:
    return frozenset(parse_link(address).domain for address in addresses if address) - {""}


def _words(text: str) -> str:
    if text.isascii():  # a tenth of the time of the expression
        return text.lower().encode().translate(None, _NO_WORD_ASCII).decode()
    return _NO_WORD.sub("", text).casefold()


def _domain(address: str, own: frozenset[str]) -> str:
    if not address.strip():
        return ""
    link = parse_link(clean(address[:_LONGEST_ADDRESS]).text)
    return "" if link.domain in own else _name(link)


def _name(link: Link) -> str:
    return link.domain or link.host
