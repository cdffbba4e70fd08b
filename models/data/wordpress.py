"""Comments of a WordPress export (WXR), read as a stream by a parser that expands nothing.

A file from outside may declare entities that grow without end or fetch other files: any entity
declaration is refused, which a WordPress export never has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from models.errors import BadData

_FIELDS = {
    "wp:comment_id": "id",
    "wp:comment_author": "author",
    "wp:comment_author_email": "author_email",
    "wp:comment_author_url": "author_url",
    "wp:comment_date_gmt": "created_at",
    "wp:comment_content": "text",
    "wp:comment_approved": "approved",
    "wp:comment_type": "type",
    "wp:comment_user_id": "user",
}
_LABELS = {"1": "ham", "spam": "spam"}
_CHUNK = 1 << 16
_REMEDY = "export again from WordPress (Tools, Export)"


class _Export:
    """Turns the parser's events into rows; holds one comment at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready: list[tuple[int, dict[str, Any]]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self._comment: dict[str, str] | None = None
        self._line = 0
        self._text: list[str] = []
        self._root = ""
        self._site = ""
        self._owners: set[str] = set()

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = tag
            if tag != "rss":
                raise self.bad("a WordPress export, <rss> first", f"<{tag}>")
        if tag == "wp:comment":
            self._comment, self._line = {}, self.parser.CurrentLineNumber
        if tag in _FIELDS or tag in ("wp:author_id", "wp:base_blog_url"):
            self._text = []
            self.parser.CharacterDataHandler = self._text.append

    def _end(self, tag: str) -> None:
        self.parser.CharacterDataHandler = None
        text, self._text = "".join(self._text), []
        if tag == "wp:author_id":
            self._owners.add(text.strip())
        elif tag == "wp:base_blog_url":
            self._site = text.strip()
        elif tag == "wp:comment" and self._comment is not None:
            self._take(self._comment)
            self._comment = None
        elif self._comment is not None and tag in _FIELDS:
            self._comment[_FIELDS[tag]] = text

    def _take(self, comment: dict[str, str]) -> None:
        """Keeps a comment that people wrote and somebody judged."""
        label = _LABELS.get(comment.pop("approved", ""))
        kind, user = comment.pop("type", ""), comment.pop("user", "")
        if label and kind in ("", "comment"):
            known = {"label": label, "site_url": self._site, "by_owner": user in self._owners}
            self.ready.append((self._line, {"text": "", **comment, **known}))

    def _entity(self, *_declared: object) -> None:
        raise self.bad("no entity declarations", "one")

    def bad(self, expected: str, found: str) -> BadData:
        """The error for the place where the parser is."""
        place = f"{self.name} line {self.parser.CurrentLineNumber}"
        return BadData(expected, f"{found} in {place}", _REMEDY)


def comments_of(stream: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and row of each approved or spam comment of an export, pingbacks left out.

    Replies of the export's own authors have `by_owner`. Raises BadData naming file and line.
    """
    export = _Export(name)
    chunk = b"start"
    while chunk:
        chunk = stream.read(_CHUNK)
        try:
            export.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise export.bad("well-formed XML", str(error)) from error
        yield from export.ready
        export.ready.clear()
