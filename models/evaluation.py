"""How good a model is: figures per source, and the two cutoffs chosen from them by cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import roc_auc_score

from models.classifier import SpamModel, probability
from models.datasets import NEVER_TRAINED, NOT_COMMENTS, Example
from models.manifest import TestedSource
from models.training import (
    Settings,
    example_weights,
    features_of,
    fit,
    labels_of,
    train,
    usable,
    with_fields_dropped,
)

FALSE_POSITIVE, MISS, UNSURE = 10.0, 1.0, 0.2
"""What each kind of answer costs. Source: SpamBayes."""

BLOCKED_CAP = 0.01
"""Largest share of a source's genuine comments that may be filed as spam, where it has 100."""
STRICT_CAPS = {"omp_de": 0.005}
_HAM_ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of a source that the scoring model never saw. Shapes: (n,)."""

    source: str
    labels: NDArray[np.int64]
    scores: NDArray[np.float64]

    @property
    def ham(self) -> NDArray[np.float64]:
        """The genuine comments' scores."""
        return np.asarray(self.scores[self.labels == 0])

    @property
    def spam(self) -> NDArray[np.float64]:
        """The spam's scores."""
        return np.asarray(self.scores[self.labels == 1])


def leave_one_source_out(
    examples: Sequence[Example],
    settings: Settings,
    *,
    features: sparse.csr_matrix | None = None,
    only: Iterable[str] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Scored]:
    """Each source scored by a model trained on all others, a campaign group counting as one.

    Sources whose licence forbids training are scored too and never learned from. `features` may
    be given where they are already made (of the comments as they stand). `only` names the groups
    to test, all when empty.
    """
    labels = labels_of(examples)
    groups = np.array([example.group for example in examples])
    counted = np.array([example.counted for example in examples])
    learned = np.array([usable(e) and e.file not in NEVER_TRAINED for e in examples])
    whole = features_of([e.comment for e in examples]) if features is None else features
    taught = features_of(with_fields_dropped(examples, settings))
    tested = sorted(set(only) or set(groups[counted].tolist()))
    results = []
    for number, group in enumerate(tested, start=1):
        part = np.flatnonzero(learned & (groups != group))
        weights = example_weights([examples[i] for i in part.tolist()], settings)
        fitted = fit(taught[part], labels[part], weights, settings)
        test = np.flatnonzero(counted & (groups == group))
        results.append(Scored(group, labels[test], probability(fitted.logits(whole[test]))))
        if progress:
            progress(group, number, len(tested))
    return results


def with_model(model: SpamModel, examples: Sequence[Example]) -> list[Scored]:
    """Each group of counted examples scored by one model, whatever that was trained on."""
    counted = [example for example in examples if example.counted]
    return _by_group(counted, model.score([example.comment for example in counted]))


def by_split(examples: Sequence[Example], settings: Settings) -> list[Scored]:
    """A model trained on the rows marked "train" in their file, tested on those marked "test".

    Rows without such a mark are left out. Raises TooFewExamples.
    """
    fitted, _ = train([e for e in examples if e.split == "train"], settings)
    tested = [e for e in examples if e.split == "test" and e.counted]
    scores = probability(fitted.logits(features_of([e.comment for e in tested])))
    return _by_group(tested, scores)


def _by_group(examples: Sequence[Example], scores: NDArray[np.float64]) -> list[Scored]:
    labels = labels_of(examples)
    groups = np.array([example.group for example in examples])
    return [
        Scored(group, labels[groups == group], scores[groups == group])
        for group in sorted(set(groups.tolist()))
    ]


def summary(scored: Scored, ham_cutoff: float, spam_cutoff: float) -> TestedSource:
    """One source's figures; None where it has no spam or no ham to take them from."""
    ham, spam = scored.ham, scored.spam
    both = bool(ham.size and spam.size)
    return TestedSource(
        source=scored.source,
        ham=int(ham.size),
        spam=int(spam.size),
        one_minus_roca=float(1 - roc_auc_score(scored.labels, scored.scores)) if both else None,
        caught_at_1=caught_at(scored, 0.01) if both and ham.size >= _HAM_ENOUGH else None,
        caught_at_01=caught_at(scored, 0.001) if both and ham.size >= _HAM_ENOUGH else None,
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
    genuine comments or more.
    """
    grid = probability(np.linspace(-4.0, 9.0, 521))
    weighed = [source for source in sources if source.source not in NOT_COMMENTS] or sources
    hams = [source.ham for source in weighed if source.ham.size]
    spams = [s.spam for s in weighed if s.spam.size and s.ham.size] or [s.spam for s in weighed]
    filed = np.mean([_share_from(ham, grid) for ham in hams], axis=0)
    caught = np.mean([_share_from(spam, grid) for spam in spams if spam.size], axis=0)
    allowed = np.all([_within_cap(source, grid) for source in sources], axis=0)
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


def _within_cap(source: Scored, grid: NDArray[np.float64]) -> NDArray[np.bool_]:
    if source.ham.size < _HAM_ENOUGH:
        return np.ones(grid.size, dtype=np.bool_)
    cap = STRICT_CAPS.get(source.source, BLOCKED_CAP)
    return _share_from(source.ham, grid) <= cap


def table(tested: Sequence[TestedSource]) -> str:
    """The figures as a Markdown table, shares in percent."""
    head = (
        "| tested source | ham | spam | 1-ROCA | caught at 1 % / 0.1 % blocked ham "
        "| ham filed spam / held | spam filed spam / held |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    )
    return head + "".join(f"{_table_row(entry)}\n" for entry in tested)


def _table_row(entry: TestedSource) -> str:
    cells = (
        entry.source,
        f"{entry.ham:,}",
        f"{entry.spam:,}",
        _percent(entry.one_minus_roca, 2),
        f"{_percent(entry.caught_at_1)} / {_percent(entry.caught_at_01)}",
        f"{_percent(entry.ham_filed_spam, 2)} / {_percent(entry.ham_held)}",
        f"{_percent(entry.spam_filed_spam)} / {_percent(entry.spam_held)}",
    )
    return "| " + " | ".join(cells) + " |"


def _percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}"
