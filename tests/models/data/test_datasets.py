"""Labelled comments from files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from models import BadData
from models.data.datasets import data_files, read, read_all

ROWS = [
    {"id": "1", "source": "s", "text": "first", "label": "ham", "author": "Ann", "lang": "en"},
    {"text": "buy", "label": "spam", "author_url": "http://x.example.com", "article": "a"},
    {"text": "first", "label": "ham", "dup_of": "1"},
    {"text": "thanks", "label": "ham", "by_owner": True},
    {"text": "gone", "label": "ham", "status": "deleted", "author": None},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = "\n".join(map(json.dumps, ROWS)) + "\n\n"
    (tmp_path / "one.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "blog_yasoob.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "README.md").write_text("not data")
    return tmp_path


def test_plain_and_packed_files_read_alike(folder: Path) -> None:
    plain, packed = (list(read(folder / n)) for n in ("one.jsonl", "blog_yasoob.jsonl.gz"))
    assert [e.comment for e in plain] == [e.comment for e in packed]
    assert [e.label for e in plain] == [0, 1, 0, 0, 0]
    assert (plain[0].comment.author_name, plain[4].comment.author_name) == ("Ann", "")
    assert plain[1].comment.author_url == "http://x.example.com"


def test_only_first_genuine_published_rows_count(folder: Path) -> None:
    assert [e.counted for e in read(folder / "one.jsonl")] == [True, True, False, False, False]


def test_files_that_share_campaigns_are_one_group(folder: Path) -> None:
    assert {e.group for e in read_all(data_files([folder]))} == {"one", "campaign group"}


def test_a_folder_gives_its_data_files_in_order_without_the_excluded(folder: Path) -> None:
    assert [path.name for path in data_files([folder])] == ["blog_yasoob.jsonl.gz", "one.jsonl"]
    assert [path.name for path in data_files([folder], ["one"])] == ["blog_yasoob.jsonl.gz"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", '{"text": "x"}', '{"label": "ham"}', '{"text": "x", "label": "maybe"}']
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"bad\.jsonl line 2"):
        list(read(path))


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="nowhere"):
        data_files([tmp_path / "nowhere"])
