"""Sources left out of training in turn, the same for everything that is compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.data.datasets import NEVER_TRAINED, Example, data_files, read_all
from models.measuring.evaluation import HAM_ENOUGH, Scored, summary
from models.training import (
    Settings,
    Taught,
    features_of,
    labels_of,
    taught,
    usable,
    with_fields_dropped,
)

BLOGS = (
    "blog_joehx", "blog_chrisrisner", "blog_jdieter", "blog_spinningnumbers", "campaign group",
)  # fmt: skip
ALL = (*BLOGS, "blog_fabienlasserre", "blog_eduardoboucas", "tg_spam_samples", "youtube_tubespam")

Scorer = Callable[[sparse.csr_matrix], NDArray[np.float64]]
"""Features of comments to how much like spam each is, on any scale."""
Learner = Callable[[Taught], Scorer]


class Data(NamedTuple):
    """Examples, their features as they stand, and as training sees them (fields dropped)."""

    examples: list[Example]
    whole: sparse.csr_matrix
    dropped: sparse.csr_matrix


class Outcome(NamedTuple):
    """What one candidate came to. Units: seconds, of all sources together."""

    scored: list[Scored]
    learning: float
    scoring: float


def read_data(folder: Path, settings: Settings) -> Data:
    """Everything that is learned from or tested on, as features."""
    examples = [e for e in read_all(data_files([folder])) if e.counted or usable(e)]
    whole = features_of([example.comment for example in examples])
    return Data(examples, whole, features_of(with_fields_dropped(examples, settings)))


def lessons(data: Data, settings: Settings, tested: Sequence[str]) -> dict[str, Taught]:
    """What is learned where each of the tested sources is left out."""
    groups = np.array([example.group for example in data.examples])
    learned = np.array([usable(e) and e.file not in NEVER_TRAINED for e in data.examples])
    found = {}
    for group in tested:
        part = np.flatnonzero(learned & (groups != group))
        rows = [data.examples[i] for i in part.tolist()]
        found[group] = taught(data.dropped[part], rows, settings)
    return found


def left_out(data: Data, parts: dict[str, Taught], learner: Learner) -> Outcome:
    """Each source scored by what `learner` made of all others."""
    labels = labels_of(data.examples)
    groups = np.array([example.group for example in data.examples])
    counted = np.array([example.counted for example in data.examples])
    results, learning, scoring = [], 0.0, 0.0
    for group, part in parts.items():
        test = np.flatnonzero(counted & (groups == group))
        begun = perf_counter()
        scorer = learner(part)
        learning += perf_counter() - begun
        features = data.whole[test]
        begun = perf_counter()
        scores = scorer(features)
        scoring += perf_counter() - begun
        results.append(Scored(group, labels[test], scores))
    return Outcome(results, learning, scoring)


def cells(scored: Sequence[Scored]) -> list[str]:
    """1-ROCA % and spam caught at 1 % blocked ham of each source, and their means over blogs."""
    found = [summary(source, 0.5, 0.5) for source in scored]
    blogs = [figures for figures in found if figures.source in BLOGS]
    texts = []
    for name, shown in (("mean", blogs), *((f.source, [f]) for f in found)):
        area = 100 * float(
            np.mean([f.one_minus_roca for f in shown if f.one_minus_roca is not None])
        )
        caught = [f.caught_at_1 for f in shown if f.caught_at_1 is not None]
        rare = [f.caught_at_01 for f in shown if f.caught_at_01 is not None]
        text = f"{area:.2f}"
        if caught and min(f.ham for f in shown) >= HAM_ENOUGH:
            text += f" / {100 * float(np.mean(caught)):.1f}"
            text += f" / {100 * float(np.mean(rare)):.1f}" if name == "mean" else ""
        texts.append(text)
    return texts


def head(first: str, tested: Sequence[str], *more: str) -> str:
    """The head of a table whose rows are named by `first`."""
    names = [first, "five blogs", *(name.removeprefix("blog_") for name in tested), *more]
    return line(names) + "\n" + line(["---", *["---:"] * (len(names) - 1)])


def line(texts: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(texts)} |"
