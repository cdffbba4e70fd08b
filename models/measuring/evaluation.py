"""How good a model is: figures per source, and the two cutoffs chosen from them by cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.data.datasets import NOT_COMMENTS, Example
from models.look import probability
from models.manifest import TestedSource
from models.training import labels_of

FALSE_POSITIVE, MISS, UNSURE = 10.0, 1.0, 0.2
"""What each kind of answer costs. Source: SpamBayes."""

BLOCKED_CAP = 0.01
"""Largest share of a source's genuine comments that may be filed as spam, where it has 100."""
ODD_ONE_CAP = 2 * BLOCKED_CAP
"""What a single source may reach: an owner who let advertising through must not decide for all."""
STRICT_CAPS = {"omp_de": 0.005}
HAM_ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of a source that the scoring model never saw. Shapes: (n,).

    `ids` and `languages` have an entry per row, or none at all.
    """

    source: str
    labels: NDArray[np.int64]
    scores: NDArray[np.float64]
    ids: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def ham(self) -> NDArray[np.float64]:
        """The genuine comments' scores."""
        return np.asarray(self.scores[self.labels == 0])

    @property
    def spam(self) -> NDArray[np.float64]:
        """The spam's scores."""
        return np.asarray(self.scores[self.labels == 1])


def by_group(examples: Sequence[Example], scores: NDArray[np.float64]) -> list[Scored]:
    """Scored examples by the group they are left out with, in the order of the groups' names."""
    return sorted(parts(examples, scores, lambda e: e.group), key=lambda part: part.source)


def parts(
    examples: Sequence[Example], scores: NDArray[np.float64], key: Callable[[Example], str]
) -> list[Scored]:
    """Scored examples apart by what `key` says of them, in the order of first appearance."""
    rows: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        rows.setdefault(key(example), []).append(row)
    return [
        Scored(
            name,
            labels_of([examples[i] for i in part]),
            scores[part],
            tuple(examples[i].id for i in part),
            tuple(examples[i].language for i in part),
        )
        for name, part in rows.items()
    ]


def pooled(sources: Sequence[Scored], name: str = "all together") -> Scored:
    """The rows of all sources as one."""
    return Scored(
        name,
        np.concatenate([source.labels for source in sources]),
        np.concatenate([source.scores for source in sources]),
        tuple(row for source in sources for row in source.ids),
        tuple(row for source in sources for row in source.languages),
    )


def summary(scored: Scored, ham_cutoff: float, spam_cutoff: float) -> TestedSource:
    """One source's figures; None where it has no spam or no ham to take them from."""
    ham, spam = scored.ham, scored.spam
    both = bool(ham.size and spam.size)
    return TestedSource(
        source=scored.source,
        ham=int(ham.size),
        spam=int(spam.size),
        one_minus_roca=float(1 - roc_auc_score(scored.labels, scored.scores)) if both else None,
        caught_at_1=caught_at(scored, 0.01) if both and ham.size >= HAM_ENOUGH else None,
        caught_at_01=caught_at(scored, 0.001) if both and ham.size >= HAM_ENOUGH else None,
        ham_filed_spam=float((ham >= spam_cutoff).mean()) if ham.size else None,
        ham_held=_between(ham, ham_cutoff, spam_cutoff),
        spam_filed_spam=float((spam >= spam_cutoff).mean()) if spam.size else None,
        spam_held=_between(spam, ham_cutoff, spam_cutoff),
    )


def _between(scores: NDArray[np.float64], low: float, high: float) -> float | None:
    return float(((scores >= low) & (scores < high)).mean()) if scores.size else None


def caught_at(scored: Scored, blocked: float) -> float:
    """Share of spam above the cutoff that blocks at most the share `blocked` of the ham."""
    ham = np.sort(scored.ham)[::-1]
    cutoff = ham[int(blocked * ham.size)]
    return float((scored.spam > cutoff).mean())


def choose_cutoffs(sources: Sequence[Scored]) -> tuple[float, float]:
    """The ham and spam cutoff of least cost that keep blocked ham under its caps.

    Costs per comment: ham filed as spam 10, spam published 1, held 0.2; each source counts alike.
    Spam is taken from sources that have ham too: collections of spam alone, chat and text
    messages are not what arrives at a site. The caps are checked on every source with a hundred
    genuine comments or more; a single one of them may be over its cap, up to ODD_ONE_CAP.
    """
    grid = probability(np.linspace(-4.0, 9.0, 521))
    weighed = [source for source in sources if source.source not in NOT_COMMENTS] or sources
    hams = [source.ham for source in weighed if source.ham.size]
    spams = [s.spam for s in weighed if s.spam.size and s.ham.size] or [s.spam for s in weighed]
    filed = np.mean([_share_from(ham, grid) for ham in hams], axis=0)
    caught = np.mean([_share_from(spam, grid) for spam in spams if spam.size], axis=0)
    allowed = _within_caps(sources, grid)
    best, found = np.inf, (0.5, float(grid[-1]))
    for low in range(grid.size):
        held = (filed[low] - filed[low:]) + (caught[low] - caught[low:])
        costs = FALSE_POSITIVE * filed[low:] + MISS * (1 - caught[low]) + UNSURE * held
        costs = np.where(allowed[low:], costs, np.inf)
        high = int(np.argmin(costs))
        if costs[high] < best:
            best = costs[high]
            found = float(grid[low]), float(grid[low + high])
    return round(found[0], 6), round(found[1], 6)


def _share_from(scores: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of scores at or above each point of the grid. Shape of grid."""
    return 1 - np.searchsorted(np.sort(scores), grid, side="left") / scores.size


def _within_caps(sources: Sequence[Scored], grid: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each point of the grid, taken as spam cutoff, keeps to the caps. Shape of grid."""
    over, far_over = np.zeros(grid.size, dtype=np.int64), np.zeros(grid.size, dtype=np.bool_)
    for source in sources:
        if source.ham.size >= HAM_ENOUGH:
            blocked = _share_from(source.ham, grid)
            over += blocked > STRICT_CAPS.get(source.source, BLOCKED_CAP)
            far_over |= blocked > STRICT_CAPS.get(source.source, ODD_ONE_CAP)
    return (over <= 1) & ~far_over
