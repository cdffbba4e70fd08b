"""The demo site: its name, and sample comments that show a newcomer what Hamlet does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from service.clock import utc_now
from service.demo.articles import ARTICLES

SITE_NAME = "demo"
SITE_TITLE = "The Elsinore Courier"

# Each has the fields of the API's comment, and four of ours:
OURS = ("article", "minutes_ago", "label", "answers")  # `answers` is the label of another sample
SAMPLE_COMMENTS: tuple[dict[str, Any], ...] = tuple(
    json.loads(files(__name__).joinpath("comments.json").read_text(encoding="utf-8"))
)


def sample_batch(base_url: str, now: datetime | None = None) -> bytes:
    """The samples that answer no other, as NDJSON for POST /api/v1/comments/batch.

    `base_url` is the address of the demo site; the comments are dated back from `now`.
    """
    now = now or utc_now()
    return b"".join(_line(sample, base_url, now) for sample in _first_comments())


def sample_replies(base_url: str, answer: bytes, now: datetime | None = None) -> bytes:
    """The samples that answer others, for a second batch.

    `answer` is the API's answer to `sample_batch`, which has the ids that replies need; a reply
    whose comment was refused is left out.
    """
    now = now or utc_now()
    told = [json.loads(line) for line in answer.splitlines()]
    ids = {
        sample["label"]: result["id"]
        for sample, result in zip(_first_comments(), told, strict=True)
        if "label" in sample and "id" in result
    }
    return b"".join(
        _line(sample, base_url, now, parent_id=ids[sample["answers"]])
        for sample in SAMPLE_COMMENTS
        if sample.get("answers") in ids
    )


def _first_comments() -> list[dict[str, Any]]:
    return [sample for sample in SAMPLE_COMMENTS if "answers" not in sample]


def _line(sample: Mapping[str, Any], base_url: str, now: datetime, **more: str) -> bytes:
    written = now - timedelta(minutes=sample["minutes_ago"])
    fields = {name: value for name, value in sample.items() if name not in OURS}
    fields["article_url"] = f"{base_url.rstrip('/')}/a/{SITE_NAME}/{sample['article']}"
    fields["article_title"] = ARTICLES[sample["article"]].title
    fields["created_at"] = written.isoformat()
    return json.dumps(fields | more, ensure_ascii=False).encode() + b"\n"
