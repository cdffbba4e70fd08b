"""Labelled comments from files, read as a stream: what may be learned of a row, and what not.

Columns that tell where a row comes from (id, source, article, …) never reach `CommentText`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.data.loaders import rows
from models.errors import BadData
from models.text import CommentText

CAMPAIGN_GROUP = frozenset(
    {
        "blog_archivefever", "blog_yasoob", "blog_binarymist", "blog_bloggerbust", "blog_abhinav",
        "blog_tynetime", "blog_gatsbycentral", "blog_small_mix", "demo_popcorn",
    }
)  # fmt: skip
"""Files that share bot campaigns: tested together, never one with the others in training."""

NEVER_TRAINED = frozenset({"omp_de"})
"""Files whose licence forbids training a shipped model (CC BY-NC-SA)."""


NOT_COMMENTS = frozenset({"sms_spam_collection", "youtube_tubespam", "tg_spam_samples"})
"""Text messages, video and chat: they teach less, and have no say in where the cutoffs lie."""

_DATA_FILES = ("*.jsonl", "*.csv", "*.xml", "SMSSpamCollection")
"""What is taken from a folder, plain or packed; any other file must be named itself."""


@dataclass(frozen=True, slots=True)
class Example:
    """A comment with its label (1 spam, 0 ham) and what evaluation needs to know of it.

    `file` is the data file's name without suffix, `collection` the published collection that it
    is a part of, `written` seconds since 1970. None but `comment` is ever a feature.
    """

    comment: CommentText
    label: int
    file: str
    duplicate: bool = False
    by_owner: bool = False
    status: str = ""
    split: str = ""
    id: str = ""
    written: float | None = None
    language: str = ""
    video: str = ""
    collection: str = ""

    @property
    def group(self) -> str:
        """What is left out together when this example is tested."""
        source = self.collection or self.file
        return "campaign group" if source in CAMPAIGN_GROUP else source

    @property
    def counted(self) -> bool:
        """Whether test figures count it: no duplicate, no owner's reply, nothing withheld."""
        return not (self.duplicate or self.by_owner) and self.status in ("", "online")


def data_files(paths: Iterable[Path], exclude: Iterable[str] = ()) -> list[Path]:
    """The data files among `paths`, folders opened, in the order of their names."""
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            for pattern in _DATA_FILES:
                found.update(path.glob(pattern), path.glob(f"{pattern}.gz"))
        elif path.exists():
            found.add(path)
        else:
            raise BadData("a data file or folder", f"nothing at {path}", "check the path")
    skipped = set(exclude)
    return sorted((p for p in found if file_name(p) not in skipped), key=lambda p: p.name)


def file_name(path: Path) -> str:
    """A data file's name without `.gz` and what stands before it for its format."""
    name = path.name.removesuffix(".gz")
    return name.removesuffix(".jsonl").removesuffix(".csv").removesuffix(".xml")


def read(path: Path) -> Iterator[Example]:
    """The examples of one file in any known format, streamed. Raises BadData, file and line."""
    file = file_name(path)
    for line, row in rows(path):
        yield _example(row, file, f"{path.name} line {line}")


def read_all(paths: Iterable[Path]) -> Iterator[Example]:
    """The examples of all files, one file after the other."""
    for path in paths:
        yield from read(path)


def sha256(path: Path) -> str:
    """A file's hash, for the manifest."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _example(row: dict[str, Any], file: str, place: str) -> Example:
    try:
        label = {"spam": 1, "ham": 0}[row["label"]]
        body = str(row["text"])
    except (KeyError, TypeError) as error:
        raise BadData(
            '"text" and a "label" of "spam" or "ham"',
            f"{type(error).__name__} {error} in {place}",
            "mend or remove the line",
        ) from error
    return Example(
        comment=CommentText(
            body=body,
            author_name=_text(row, "author"),
            author_email=_text(row, "author_email"),
            author_url=_text(row, "author_url"),
            site_url=_text(row, "site_url"),
        ),
        label=label,
        file=file,
        duplicate=bool(row.get("dup_of")),
        by_owner=bool(row.get("by_owner")),
        status=_text(row, "status") or _text(row, "moderation_status"),
        split=_text(row, "split"),
        id=_text(row, "id") or place,
        written=_seconds(_text(row, "created_at")),
        language=_text(row, "lang"),
        video=_text(row, "video"),
        collection=_text(row, "collection"),
    )


def _text(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""


def _seconds(written: str) -> float | None:
    """Seconds since 1970 of an ISO time, UTC when it names no zone; None when it is none."""
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
