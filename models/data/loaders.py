"""Files of labelled comments as others publish them, to rows of one kind, streamed.

A row is a dictionary with the names that our JSON lines use: `text` and `label` ("spam" or "ham")
at least. What may be learned from a row is decided in `models.data.datasets`, not here.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from models.data.wordpress import comments_of
from models.errors import BadData

Row = dict[str, Any]
Rows = Iterator[tuple[int, Row]]
"""Line in the file (1 the first) and row."""

TUBESPAM_COLUMNS = frozenset({"comment_id", "author", "date", "content", "class"})
LABEL_COLUMNS = ("is_spam", "label", "class", "spam", "comment_approved")
KNOWN = (
    "JSON lines, the TubeSpam CSV (COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS), the SMS Spam Collection "
    "(label TAB text), a WordPress export (WXR), or a CSV with comment_content and is_spam"
)
_SPAM = frozenset({"spam", "1", "true", "yes"})
_HAM = frozenset({"ham", "0", "false", "no"})
_AKISMET = {
    "id": ("comment_id", "id"),
    "text": ("comment_content",),
    "author": ("comment_author",),
    "author_email": ("comment_author_email",),
    "author_url": ("comment_author_url",),
    "site_url": ("blog",),
    "created_at": ("comment_date_gmt", "comment_date"),
    "lang": ("blog_lang",),
}
"""Our name for each column that an Akismet client sends, the first one found counts."""
_LARGEST_CELL = 1 << 20
"""Characters that a cell of a CSV may have."""


def rows(path: Path) -> Rows:
    """The rows of one file, whichever of the known formats it is in, with copies marked.

    Raises BadData naming the file, the line where there is one, and what was expected.
    """
    with _opened(path) as stream:
        try:
            yield from _reader_for(path, stream)(stream, path)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _bad(path, 0, "a whole gzip file", str(error), "fetch it again") from error


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    """The file's bytes, unpacked where it is gzip."""
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        unpacked: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        with io.BufferedReader(unpacked) as stream:
            yield stream


def _reader_for(path: Path, stream: io.BufferedReader) -> Callable[[BinaryIO, Path], Rows]:
    """The reader for a file, told by its name if that is ours, else by how it begins."""
    if ".jsonl" in path.suffixes:
        return _json_lines
    start = stream.peek(8192).removeprefix(b"\xef\xbb\xbf").lstrip()
    first = next(iter(start.decode("utf-8", "replace").splitlines()), "")
    columns = _columns(first)
    if not start or start.startswith(b"{"):
        return _json_lines
    if start.startswith(b"<"):
        return _wordpress
    if first.partition("\t")[0] in ("ham", "spam"):
        return _sms
    if columns >= TUBESPAM_COLUMNS:
        return _tubespam
    if "comment_content" in columns and columns & set(LABEL_COLUMNS):
        return _akismet
    raise _bad(path, 1, KNOWN, f"a file that begins with {first[:60]!r}", "convert or leave it out")


def _columns(line: str) -> set[str]:
    return {cell.strip().lower() for cell in next(csv.reader([line]), [])}


def _json_lines(stream: BinaryIO, path: Path) -> Rows:
    for number, line in enumerate(_lines(stream, path), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _bad(path, number, "a JSON object", str(error)) from error
            if not isinstance(row, dict):
                raise _bad(path, number, "a JSON object", type(row).__name__)
            yield number, row


def _sms(stream: BinaryIO, path: Path) -> Rows:
    """The SMS Spam Collection as published: no quoting, no heading."""

    def found() -> Rows:
        for number, line in enumerate(_lines(stream, path), start=1):
            label, tab, text = line.rstrip("\r\n").partition("\t")
            if not line.strip():
                continue
            if not tab or label not in ("ham", "spam"):
                raise _bad(path, number, '"ham" or "spam", a tab, the text', repr(line[:40]))
            yield number, {"label": label, "text": text, "collection": "sms_spam_collection"}

    return _copies_marked(found())


def _tubespam(stream: BinaryIO, path: Path) -> Rows:
    """One video's file of the YouTube Spam Collection; the authors' split is not in it."""
    names = {"comment_id": "id", "content": "text", "author": "author", "date": "created_at"}

    def found() -> Rows:
        for number, cells in _csv(stream, path):
            row: Row = {ours: cells[theirs] for theirs, ours in names.items()}
            row["text"] = row["text"].rstrip("\ufeff")
            row["label"] = _label(cells["class"], path, number)
            yield number, row | {"collection": "youtube_tubespam", "video": path.stem}

    return _copies_marked(found())


def _akismet(stream: BinaryIO, path: Path) -> Rows:
    """Comments under the names that Akismet's clients use, with a column that says what they are.

    Pingbacks and trackbacks are left out; so is what `comment_approved` calls neither.
    """

    def found() -> Rows:
        for number, cells in _csv(stream, path):
            told = next(name for name in LABEL_COLUMNS if name in cells)
            value = cells[told].strip().lower()
            if cells.get("comment_type", "") in ("pingback", "trackback"):
                continue
            if told == "comment_approved":
                if value not in ("1", "spam"):
                    continue
                value = "ham" if value == "1" else "spam"
            yield number, _renamed(cells) | {"label": _label(value, path, number)}

    return _copies_marked(found())


def _renamed(cells: dict[str, str]) -> Row:
    found: Row = {}
    for ours, theirs in _AKISMET.items():
        found[ours] = next((cells[name] for name in theirs if cells.get(name)), "")
    return found


def _wordpress(stream: BinaryIO, path: Path) -> Rows:
    """A WordPress export; its approved comments are ham."""
    return _copies_marked(comments_of(stream, path.name))


def _csv(stream: BinaryIO, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells by column, names in small letters. Raises BadData."""
    csv.field_size_limit(_LARGEST_CELL)
    lines = csv.reader(_lines(stream, path), strict=True)
    header: list[str] = []
    try:
        for cells in lines:
            if not header:
                header = [name.strip().lower() for name in cells]
            elif cells:
                if len(cells) != len(header):
                    expected = f"{len(header)} cells ({', '.join(header)})"
                    raise _bad(path, lines.line_num, expected, f"{len(cells)}")
                yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise _bad(path, lines.line_num, "a line of CSV", str(error)) from error


def _label(value: str, path: Path, number: int) -> str:
    value = value.strip().lower()
    if value in _SPAM or value in _HAM:
        return "spam" if value in _SPAM else "ham"
    raise _bad(path, number, "spam, 1, true, yes or ham, 0, false, no as label", repr(value[:40]))


def _lines(stream: BinaryIO, path: Path) -> Iterator[str]:
    """The lines of UTF-8 text, each with its end. Raises BadData."""
    for number, raw in enumerate(stream, start=1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _bad(path, number, "text in UTF-8", "other bytes", "convert the file") from error


def _copies_marked(found: Iterable[tuple[int, Row]]) -> Rows:
    """The rows, with `dup_of` in each that repeats a text, case and white space aside."""
    seen: set[bytes] = set()
    for number, row in found:
        folded = " ".join(row["text"].casefold().split()).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(folded, digest_size=8).digest()
        yield number, row | {"dup_of": key.hex() if key in seen else ""}
        seen.add(key)


def _bad(
    path: Path, line: int, expected: str, found: str, remedy: str = "mend or remove the line"
) -> BadData:
    place = f"{path.name} line {line}" if line else path.name
    return BadData(expected, f"{found} in {place}", remedy)
