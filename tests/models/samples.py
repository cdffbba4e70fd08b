"""Comments written for this project, to hold the shipped model to: none is a real one.

Frozen in samples.jsonl: add samples, never bend one to a model. `praise` names nothing of the
article: without an author's address nobody can tell, so that unsure is right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models import CommentText


@dataclass(frozen=True)
class Sample:
    """A comment, what it should come out as, and its kind (a language or a sort of spam)."""

    comment: CommentText
    expected: str
    kind: str


def _sample(line: str) -> Sample:
    row = json.loads(line)
    expected, kind = row.pop("expected"), row.pop("kind")
    return Sample(CommentText(**row), expected, kind)


_LINES = (Path(__file__).parent / "samples.jsonl").read_text(encoding="utf-8").splitlines()
SAMPLES = [_sample(line) for line in _LINES]
COMMENTS = [sample.comment for sample in SAMPLES]
HAM = [sample for sample in SAMPLES if sample.expected == "ham"]
SPAM = [sample for sample in SAMPLES if sample.expected == "spam"]
PRAISE = [sample for sample in SAMPLES if sample.expected == "praise"]
