"""Comments as they came in time: each scored first, then learned from.

The learner here is plain AdaGrad on the logistic loss over the model's own features: one weight
vector for all sites, from nothing. What sites learn on top of a model: feedback.py, beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.data.datasets import NOT_COMMENTS, Example
from models.errors import BadData
from models.look import probability
from models.measuring.evaluation import HAM_ENOUGH, Scored, parts, summary
from models.measuring.figures import HALF
from models.measuring.measured import Cutoffs, Measured, Told, tell_nobody
from models.training import features_of, labels_of

RATE = 1.0
"""How far a first lesson moves a weight. Source: docs/model.md."""
_EDGES = (0, 50, 100, 200, 400, 800, 1600)
_TOLD_EVERY = 500


class OnlineLogistic:
    """Logistic regression learned example by example, with AdaGrad's shrinking steps.

    Source: Duchi, Hazan, Singer, JMLR 12 (2011). The last weight is the bias. Nothing is random.
    """

    def __init__(self, columns: int, rate: float = RATE) -> None:
        self.rate = rate
        self.weights = np.zeros(columns + 1)
        self._sums = np.full(columns + 1, 1e-8)

    def logits(self, features: sparse.csr_matrix) -> NDArray[np.float64]:
        """The log-odds of spam. Shape: (n,)."""
        weighed: NDArray[np.float64] = features @ self.weights[:-1] + self.weights[-1]
        return weighed

    def partial_fit(
        self,
        features: sparse.csr_matrix,
        labels: NDArray[np.int64],
        weights: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Learns row by row, each as much as it weighs, 1 where no weights are given.

        Returns the log-odds just before each was learned. Shape: (n,).
        """
        told = np.empty(labels.size)
        steps = np.ones(labels.size) if weights is None else weights
        for row, label in enumerate(labels.tolist()):
            part = slice(features.indptr[row], features.indptr[row + 1])
            cols = np.append(features.indices[part], self.weights.size - 1)
            values = np.append(features.data[part], 1.0)
            told[row] = self.weights[cols] @ values
            slope = (float(probability(told[row])) - label) * steps[row] * values
            self._sums[cols] += slope * slope
            self.weights[cols] -= self.rate * slope / np.sqrt(self._sums[cols])
        return told


def stream_of(examples: Sequence[Example]) -> list[Example]:
    """The comments of every site that got spam and ham, those with a time, in its order.

    Raises BadData when there are none.
    """
    sites = sites_of(examples)
    timed = [(e.written, e) for rows in sites.values() for e in rows if e.written is not None]
    if not timed:
        raise BadData(
            "a file of comments with both labels and times (created_at)",
            "none",
            "name other data, or take --protocol leave-one-source-out",
        )
    return [example for _, example in sorted(timed, key=lambda pair: pair[0])]


def sites_of(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """The counted comments of every site that got spam and ham, by its file's name."""
    found: dict[str, list[Example]] = {}
    for example in examples:
        if example.counted and example.group not in NOT_COMMENTS:
            found.setdefault(example.file, []).append(example)
    return {name: rows for name, rows in found.items() if len({e.label for e in rows}) == 2}


def from_nothing(
    examples: Sequence[Example], cutoffs: Cutoffs, told: Told = tell_nobody
) -> Measured:
    """The stream learned from nothing: what features and learner can do without any base.

    Raises BadData when nothing can be streamed.
    """
    stream = stream_of(examples)
    features = features_of([e.comment for e in stream], lambda *done: told("features", *done))
    scores = scored_in_time(features, labels_of(stream), told)
    notes = (
        f"{len(stream):,} comments of {len({e.file for e in stream})} sites in order of time.",
        "Learner: AdaGrad logistic regression, one weight vector for all sites, from nothing.",
    )
    curve = learning_curve(stream, scores, cutoffs)
    return Measured("online-from-nothing", by_file(stream, scores), cutoffs, notes, tuple(curve))


def by_file(stream: Sequence[Example], scores: NDArray[np.float64]) -> tuple[Scored, ...]:
    """Scored examples by their files, in the order of the names."""
    return tuple(sorted(parts(stream, scores, lambda e: e.file), key=lambda part: part.source))


def scored_in_time(
    features: sparse.csr_matrix, labels: NDArray[np.int64], told: Told = tell_nobody
) -> NDArray[np.float64]:
    """The score of each row by a learner that has seen all rows before it. Shape: (n,)."""
    learner = OnlineLogistic(features.shape[1])
    logits = []
    for start in range(0, labels.size, _TOLD_EVERY):
        part = slice(start, start + _TOLD_EVERY)
        logits.append(learner.partial_fit(features[part], labels[part]))
        told("score, then learn", min(part.stop, labels.size), labels.size)
    return probability(np.concatenate(logits))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the learning curve: comments whose site had so many corrections before them.

    `errors` is the share on the wrong side of 0.5. None: too little ham or spam for the figure.
    """

    learned_from: int
    learned_to: int | None
    sites: int
    ham: int
    spam: int
    errors: float
    one_minus_roca: float | None
    caught_at_1: float | None
    ham_filed_spam: float | None
    spam_filed_spam: float | None


def learning_curve(
    stream: Sequence[Example], scores: NDArray[np.float64], cutoffs: tuple[float, float]
) -> list[Step]:
    """How good the answers are after more and more corrections on the same site, pooled."""
    seen: dict[str, int] = {}
    before = np.empty(len(stream), dtype=np.int64)
    for row, example in enumerate(stream):
        before[row] = seen.get(example.file, 0)
        seen[example.file] = seen.get(example.file, 0) + 1
    files, labels = np.array([example.file for example in stream]), labels_of(stream)
    steps = []
    for low, high in zip(_EDGES, (*_EDGES[1:], None), strict=True):
        inside = (before >= low) & (before < (high or len(stream)))
        if inside.any():
            part = Scored("", labels[inside], scores[inside])
            steps.append(step_of(part, low, high, len(set(files[inside].tolist())), cutoffs))
    return steps


def step_of(
    part: Scored, low: int, high: int | None, sites: int, cutoffs: tuple[float, float]
) -> Step:
    """The figures of one step, from its comments of all sites."""
    found = summary(part, *cutoffs)
    return Step(
        learned_from=low,
        learned_to=high,
        sites=sites,
        ham=found.ham,
        spam=found.spam,
        errors=float(((part.scores >= HALF) != part.labels).mean()),
        one_minus_roca=found.one_minus_roca,
        caught_at_1=found.caught_at_1 if found.ham >= HAM_ENOUGH else None,
        ham_filed_spam=found.ham_filed_spam,
        spam_filed_spam=found.spam_filed_spam,
    )
