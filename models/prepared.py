"""Comments taken apart in Python: what is left is counting, done for a batch in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.links import Link, parse_link, scan
from models.marks import disguise_marks, link_marks, link_words, name_marks
from models.text import Cleaned, CommentText, clean, clean_all

# Bounds on the cost, in characters; a body is 64 KiB at most, but normalising can make it grow.
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ADDRESS = 66_000, 1_000, 2_000


class Prepared(NamedTuple):
    """A comment taken apart."""

    body: str
    name: str
    address_words: str
    marks: list[str]


def prepare(comments: Sequence[CommentText]) -> list[Prepared]:
    """Each comment's text without links, the words beside it, and its marks."""
    bodies = [comment.body for comment in comments]
    names = [comment.author_name[:_LONGEST_NAME] for comment in comments]
    cleaned, dotted = clean_all([*bodies, *names])
    size = len(bodies)
    return [
        _prepare(*parts)
        for parts in zip(
            comments, cleaned[:size], dotted[:size], cleaned[size:], dotted[size:], strict=True
        )
    ]


def _prepare(
    comment: CommentText,
    body: Cleaned,
    dotted: bool | None,
    name: Cleaned,
    name_dotted: bool | None,
) -> Prepared:
    own = _own_domains(comment)
    found = scan(body.text[:_LONGEST_TEXT], own, dotted)
    author = _author_link(comment.author_url, own)
    addresses = found.links if author is None else (*found.links, author)
    hosts = [link.host for link in addresses]
    marks = link_marks(found, author) + name_marks(name.text, hosts) + disguise_marks(body, name)
    words = link_words(found, author)
    # An address in the name is left to the marks.
    return Prepared(found.text, scan(name.text, dotted=name_dotted).text, " ".join(words), marks)


def _own_domains(comment: CommentText) -> frozenset[str]:
    """The registered domains of the site, the article and what people approved: no links."""
    addresses = (comment.site_url, comment.article_url)
    if not any(addresses):
        return comment.known_domains
    own = frozenset(parse_link(address).domain for address in addresses if address) - {""}
    return own | comment.known_domains if comment.known_domains else own


def _author_link(address: str, own: frozenset[str]) -> Link | None:
    """The author's address as a link, None when absent, broken, or of the site itself."""
    if not address:
        return None
    link = parse_link(clean(address[:_LONGEST_ADDRESS]).text)
    return link if link.host and link.domain not in own else None
