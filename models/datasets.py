"""Labelled comments from files: one JSON object a line, plain or gzip, read as a stream.

Columns that tell where a row comes from (id, source, article, …) never reach `CommentText`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Example:
    """A comment with its label (1 spam, 0 ham) and what evaluation needs to know of it.

    `file` is the data file's name without suffix. None of the last five is ever a feature.
    """

    comment: CommentText
    label: int
    file: str
    duplicate: bool = False
    by_owner: bool = False
    status: str = ""
    split: str = ""

    @property
    def group(self) -> str:
        """What is left out together when this example is tested."""
        return "campaign group" if self.file in CAMPAIGN_GROUP else self.file

    @property
    def counted(self) -> bool:
        """Whether test figures count it: no duplicate, no owner's reply, nothing withheld."""
        return not (self.duplicate or self.by_owner) and self.status in ("", "online")


def data_files(paths: Iterable[Path], exclude: Iterable[str] = ()) -> list[Path]:
    """The data files among `paths`, folders opened, in the order of their names."""
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(path.glob("*.jsonl.gz"), path.glob("*.jsonl"))
        elif path.exists():
            found.add(path)
        else:
            raise BadData("a data file or folder", f"nothing at {path}", "check the path")
    skipped = set(exclude)
    return sorted((p for p in found if file_name(p) not in skipped), key=lambda p: p.name)


def file_name(path: Path) -> str:
    """A data file's name without `.jsonl` and `.gz`."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def read(path: Path) -> Iterator[Example]:
    """The examples of one file, streamed. Raises BadData naming file and line."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _example(line, file_name(path), f"{path.name} line {number}")


def read_all(paths: Iterable[Path]) -> Iterator[Example]:
    """The examples of all files, one file after the other."""
    for path in paths:
        yield from read(path)


def sha256(path: Path) -> str:
    """A file's hash, for the manifest."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _example(line: str, file: str, place: str) -> Example:
    try:
        row = json.loads(line)
        label = {"spam": 1, "ham": 0}[row["label"]]
        body = row["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadData(
            'a JSON object with "text" and a "label" of "spam" or "ham"',
            f"{type(error).__name__} {error} in {place}",
            "mend or remove the line",
        ) from error
    return Example(
        comment=CommentText(
            body=str(body),
            author_name=_text(row, "author"),
            author_url=_text(row, "author_url"),
        ),
        label=label,
        file=file,
        duplicate=bool(row.get("dup_of")),
        by_owner=bool(row.get("by_owner")),
        status=_text(row, "status") or _text(row, "moderation_status"),
        split=_text(row, "split"),
    )


def _text(row: dict[str, Any], field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""
