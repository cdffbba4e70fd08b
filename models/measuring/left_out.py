"""Sources that the model which scores them has never seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy import sparse

from models.data.datasets import NEVER_TRAINED, Example
from models.look import probability
from models.measuring.evaluation import Scored, by_group, choose_cutoffs
from models.measuring.measured import Measured, Told, tell_nobody
from models.training import (
    Fitted,
    Progress,
    Settings,
    features_of,
    learn,
    usable,
    with_fields_dropped,
)


def every_source_left_out(
    examples: Sequence[Example], settings: Settings, told: Told = tell_nobody
) -> Measured:
    """Each source by a model of all others; the cutoffs chosen by cost from these very scores."""
    sources = leave_one_source_out(examples, settings, progress=told)
    notes = (
        "Each source is scored by a model trained on all others, a campaign group counting as one.",
        "The cutoffs are chosen from these very scores, by cost and under their caps.",
    )
    return Measured("leave-one-source-out", tuple(sources), choose_cutoffs(sources), notes)


def leave_one_source_out(
    examples: Sequence[Example],
    settings: Settings,
    *,
    features: sparse.csr_matrix | None = None,
    only: Iterable[str] = (),
    progress: Told = tell_nobody,
) -> list[Scored]:
    """Each source scored by a model trained on all others, a campaign group counting as one.

    Sources whose licence forbids training are scored too and never learned from. `features` may
    be given where they are already made (of the comments as they stand). `only` names the groups
    to test, all when empty.
    """
    groups = np.array([example.group for example in examples])
    counted = np.array([example.counted for example in examples])
    comments = [example.comment for example in examples]
    whole = features_of(comments, _named(progress, "features")) if features is None else features
    tested = sorted(set(only) or set(groups[counted].tolist()))
    results = []
    for group, fitted in models_without(tested, examples, settings, progress):
        test = np.flatnonzero(counted & (groups == group))
        scores = probability(fitted.logits(whole[test]))
        results += by_group([examples[i] for i in test.tolist()], scores)
    return results


def models_without(
    tested: Sequence[str], examples: Sequence[Example], settings: Settings, told: Told = tell_nobody
) -> Iterator[tuple[str, Fitted]]:
    """Each group's name, and a model trained on everything but that group."""
    groups = np.array([example.group for example in examples])
    learned = np.array([usable(e) and e.file not in NEVER_TRAINED for e in examples])
    taught = features_of(with_fields_dropped(examples, settings), _named(told, "features"))
    for number, group in enumerate(tested, start=1):
        part = np.flatnonzero(learned & (groups != group))
        yield group, learn(taught[part], [examples[i] for i in part.tolist()], settings)
        told(group, number, len(tested))


def _named(told: Told, name: str) -> Progress:
    return lambda done, of: told(name, done, of)
