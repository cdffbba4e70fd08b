"""The audit log as a file, written line by line however long it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from service.web.audit_words import Line

COLUMNS = ("number", "time", "by", "action", "details")
# A spreadsheet takes a cell that begins so for a formula, and would run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # wide ones too


def csv_lines(lines: Iterator[Line]) -> Iterator[str]:
    """CSV (RFC 4180) with a heading; no cell is a formula."""
    yield _csv_row(COLUMNS)
    for line in lines:
        row = line.row
        details = "; ".join(line.details)
        yield _csv_row((str(row.id), row.at.isoformat(), line.by, row.action, details))


def json_lines(lines: Iterator[Line]) -> Iterator[str]:
    """A JSON array with a row on each line; `detail` is as it was written down."""
    before = "[\n"
    for line in lines:
        yield before + msgspec.json.encode(_as_json(line)).decode()
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def inert(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _csv_row(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([inert(cell) for cell in cells])
    return text.getvalue()


def _as_json(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "number": row.id,
        "time": row.at,
        "actor": row.actor,
        "by": line.by,
        "action": row.action,
        "detail": row.detail,
    }
