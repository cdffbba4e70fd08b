"""Comments taken apart in Python: what is left is counting, done for a batch in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.marks import disguise_marks, link_marks, link_words, name_marks
from models.reading import Read, own_domains, read
from models.text import CommentText


class Prepared(NamedTuple):
    """A comment taken apart."""

    body: str
    name: str
    address_words: str
    marks: list[str]


def prepare(comments: Sequence[CommentText]) -> list[Prepared]:
    """Each comment's text without links, the words beside it, and its marks."""
    return [_prepare(*parts) for parts in zip(comments, read(comments), strict=True)]


def _prepare(comment: CommentText, seen: Read) -> Prepared:
    own = own_domains(comment) | comment.known_domains
    found = seen.found.without(own) if own else seen.found
    author = None if seen.author and seen.author.domain in own else seen.author
    addresses = found.links if author is None else (*found.links, author)
    marks = link_marks(found, author)
    marks += name_marks(seen.name.text, [link.host for link in addresses])
    marks += disguise_marks(seen.body, seen.name)
    # An address in the name is left to the marks.
    return Prepared(found.text, seen.name_words, " ".join(link_words(addresses)), marks)
