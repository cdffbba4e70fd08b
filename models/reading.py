"""Comments read: their texts cleaned and taken apart, once for all that is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from models.links import Link, LinkScan, parse_link, scan
from models.text import Cleaned, CommentText, clean, clean_all

# Bounds on the cost, in characters; a body is 64 KiB at most, but normalising can make it grow.
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ADDRESS = 66_000, 1_000, 2_000


class Read(NamedTuple):
    """What stands in a comment, whoever owns what it links to.

    `found` is the body taken apart, `name_words` the author's name without addresses in it,
    `author` the author's address, None when it is absent or broken.
    """

    body: Cleaned
    found: LinkScan
    name: Cleaned
    name_words: str
    author: Link | None


def read(comments: Sequence[CommentText]) -> list[Read]:
    """What stands in each comment. Never raises on any text; linear in their length."""
    fresh = [comment for comment in comments if comment.read is None]
    made = iter(_read_all(fresh)) if fresh else iter(())
    return [comment.read or next(made) for comment in comments]


def _read_all(comments: Sequence[CommentText]) -> list[Read]:
    bodies = [comment.body for comment in comments]
    names = [comment.author_name[:_LONGEST_NAME] for comment in comments]
    cleaned, dotted = clean_all([*bodies, *names])
    size = len(bodies)
    return [
        Read(
            body,
            scan(body.text[:_LONGEST_TEXT], body_dotted),
            name,
            scan(name.text, name_dotted).text if name.text else "",
            _author_link(comment.author_url) if comment.author_url else None,
        )
        for comment, body, body_dotted, name, name_dotted in zip(
            comments, cleaned, dotted, cleaned[size:], dotted[size:], strict=False
        )
    ]


def own_domains(comment: CommentText) -> frozenset[str]:
    """The registered domains of the site and of the article: links there are no links."""
    return _domains(comment.site_url, comment.article_url)


@lru_cache(maxsize=2_000)
def _domains(*addresses: str) -> frozenset[str]:
    return frozenset(parse_link(address).domain for address in addresses if address) - {""}


def _author_link(address: str) -> Link | None:
    link = parse_link(clean(address[:_LONGEST_ADDRESS]).text)
    return link if link.host else None
