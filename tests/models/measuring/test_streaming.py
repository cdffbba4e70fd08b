"""Training in passing: the same examples, read as a stream."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models import TooFewExamples
from models.data.datasets import Example, read
from models.measuring.streaming import (
    Kind,
    data_entries,
    kind_weights,
    pooled,
    side_by_side,
    train_stream,
)
from models.training import Settings, example_weights, features_of
from tests.models import toy

PLAIN = Settings(seed_share=0.0)


def written(folder: Path, examples: list[Example], **more: bool) -> list[Path]:
    """The examples as JSON lines, a file for each source."""
    lines: dict[str, list[str]] = {}
    for example in examples:
        label = ("ham", "spam")[example.label]
        row = {"text": example.comment.body, "label": label, **more}
        lines.setdefault(example.file, []).append(json.dumps(row))
    for name, rows in lines.items():
        (folder / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return sorted(folder.glob("*.jsonl"))


def test_it_learns_what_training_at_once_would(tmp_path: Path) -> None:
    paths = written(tmp_path, toy.examples(each=60))
    found = train_stream(paths, PLAIN)
    fresh = toy.examples(("four",))
    logits = found.fitted.logits(features_of([e.comment for e in fresh]))
    assert all((logit > 0) == bool(e.label) for e, logit in zip(fresh, logits, strict=True))
    again = train_stream(paths, PLAIN)
    np.testing.assert_array_equal(found.fitted.weights, again.fitted.weights)


def test_scores_of_the_later_half_are_kept_by_source(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    examples = toy.examples(each=60)
    found = train_stream(written(tmp_path, examples), PLAIN, lambda *args: told.append(args))
    assert [part.source for part in found.scored] == ["one", "three", "two"]
    assert told[-1] == ("learning", len(examples), len(examples))
    rows = {entry.name: entry.rows for entry in data_entries(found.counts, {"one": "abc"})}
    assert rows == {"one": 120, "three": 120, "two": 120}


def test_invented_examples_are_learned_but_never_scored(tmp_path: Path) -> None:
    found = train_stream(written(tmp_path, toy.examples()), Settings())
    assert len(found.counts) > 6
    assert {part.source for part in found.scored} <= {"one", "two", "three"}


def test_what_may_not_be_learned_is_left_out(tmp_path: Path) -> None:
    paths = written(tmp_path, toy.examples())
    written(tmp_path, toy.examples(("omp_de",)))
    written(tmp_path, toy.examples(("owners",)), by_owner=True)
    found = train_stream([*paths, tmp_path / "omp_de.jsonl", tmp_path / "owners.jsonl"], PLAIN)
    assert {kind.file for kind in found.counts} == {"one", "two", "three"}


def test_weights_are_those_of_training_at_once() -> None:
    examples = [*toy.examples(("one",), 10), *toy.examples(("two",), 40)[::3]]
    counts = Counter(Kind(e.file, e.group, e.label) for e in examples)
    weights = kind_weights(counts, Counter(), PLAIN)
    found = [weights[Kind(e.file, e.group, e.label)] for e in examples]
    np.testing.assert_allclose(found, example_weights(examples, PLAIN))


def test_files_are_mixed_and_nothing_is_lost(tmp_path: Path) -> None:
    examples = toy.examples(each=50)
    paths = written(tmp_path, examples)
    counts = Counter(Kind(e.file, e.group, e.label) for path in paths for e in read(path))
    found = list(pooled(side_by_side(paths, counts, [], 1), 1))
    assert sorted(e.id for e in found) == sorted(e.id for path in paths for e in read(path))
    early = Counter(e.file for e in found[:100])
    assert min(early.values()) > 15


def test_too_few_examples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewExamples, match="at least 20 spam and 20 ham"):
        train_stream(written(tmp_path, toy.examples(("one",), each=10)), PLAIN)
