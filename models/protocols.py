"""Ways to measure: what is learned from, what is tested, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from models.classifier import SpamModel, probability
from models.datasets import NEVER_TRAINED, Example
from models.errors import BadData
from models.evaluation import Scored, by_group, choose_cutoffs, parts
from models.figures import mcc_of
from models.online import Step, learning_curve, scored_in_time, stream_of
from models.training import (
    Progress,
    Settings,
    example_weights,
    features_of,
    fit,
    labels_of,
    usable,
    with_fields_dropped,
)

Cutoffs = tuple[float, float]
Told = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, of how much."""

SMS, SMS_TRAIN_SHARE = "sms_spam_collection", 0.3
"""Its authors train on the first 30 % and test on the rest."""
_STRENGTHS = (10.0, 30.0, 100.0, 300.0, 1000.0)
"""What a model of one source may choose from, by folds of its training rows."""


def _quiet(_name: str, _done: int, _of: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a protocol found. `notes` are sentences without which the figures would mislead."""

    protocol: str
    sources: tuple[Scored, ...]
    cutoffs: Cutoffs
    notes: tuple[str, ...] = ()
    curve: tuple[Step, ...] = ()


def measure(
    protocol: str,
    examples: Sequence[Example],
    settings: Settings,
    model: SpamModel,
    given: bool,
    told: Told = _quiet,
) -> Measured:
    """What `protocol` ("split", "leave-one-source-out" or "online") finds.

    `model` is the live one: where nothing else is chosen, its cutoffs count. When it was `given`
    to be measured, it scores the examples as it is, and learning online goes on top of it.
    """
    cutoffs = model.ham_cutoff, model.spam_cutoff
    if protocol == "online":
        return online(examples, cutoffs, model if given else None, told)
    if given:
        return frozen(model, examples)
    if protocol == "split":
        return authors_split(examples, settings, cutoffs, told)
    return every_source_left_out(examples, settings, told)


def frozen(model: SpamModel, examples: Sequence[Example]) -> Measured:
    """Each group of counted examples scored by one model, whatever that was trained on."""
    counted = [example for example in examples if example.counted]
    scores = model.score([example.comment for example in counted])
    cutoffs = model.ham_cutoff, model.spam_cutoff
    notes = (f"Scored by model {model.version} as it is.", *_learned_before(model, counted))
    return Measured("frozen model", tuple(by_group(counted, scores)), cutoffs, notes)


def _learned_before(model: SpamModel, tested: Sequence[Example]) -> list[str]:
    """A warning when the model has learned from what it is tested on."""
    seen = {entry.name for entry in model.manifest.data} & {example.file for example in tested}
    if not seen:
        return []
    return [f"The model has learned from {', '.join(sorted(seen))}: these figures flatter it."]


def every_source_left_out(
    examples: Sequence[Example], settings: Settings, told: Told = _quiet
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
    progress: Told = _quiet,
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
    whole = _features(examples, progress) if features is None else features
    taught = features_of(with_fields_dropped(examples, settings), _named(progress, "features"))
    tested = sorted(set(only) or set(groups[counted].tolist()))
    results = []
    for number, group in enumerate(tested, start=1):
        part = np.flatnonzero(learned & (groups != group))
        weights = example_weights([examples[i] for i in part.tolist()], settings)
        fitted = fit(taught[part], labels[part], weights, settings)
        test = np.flatnonzero(counted & (groups == group))
        scores = probability(fitted.logits(whole[test]))
        results += by_group([examples[i] for i in test.tolist()], scores)
        progress(group, number, len(tested))
    return results


def _features(examples: Sequence[Example], told: Told) -> sparse.csr_matrix:
    return features_of([e.comment for e in examples], _named(told, "features"))


def _named(told: Told, name: str) -> Progress:
    return lambda done, of: told(name, done, of)


def authors_split(
    examples: Sequence[Example], settings: Settings, cutoffs: Cutoffs, told: Told = _quiet
) -> Measured:
    """Each source learned and tested apart, as those who published it did.

    Rows marked "train" and "test" in their file where it has such marks, each video by itself;
    of the SMS collection the first 30 % and the rest. Copies count, as they do in the papers.
    Raises BadData for any other source, TooFewExamples.
    """
    found: list[Scored] = []
    halves = {name: _halves(name, rows) for name, rows in _parts_of(examples).items()}
    for number, (name, (learned, tested)) in enumerate(halves.items(), start=1):
        scores = _learned_here(learned, tested, settings)
        found += parts(tested, scores, _part_of)
        told(name, number, len(halves))
    notes = (
        "Each source is learned and tested apart; copies count, as in its authors' papers.",
        "No field is dropped in training, every example weighs alike, and the penalty is chosen by "
        "five folds of the training rows.",
        *_means(examples, found),
    )
    return Measured("split", tuple(found), cutoffs, notes)


def _parts_of(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """What is learned and tested apart: a source, or a video of one."""
    found: dict[str, list[Example]] = {}
    for example in examples:
        found.setdefault(_part_of(example), []).append(example)
    return found


def _means(examples: Sequence[Example], found: Sequence[Scored]) -> list[str]:
    """A sentence for each source that was measured video by video."""
    said = []
    for group in sorted({example.group for example in examples if example.video}):
        known = [mcc_of(part) for part in found if part.source.startswith(f"{group} ")]
        said.append(f"Mean MCC of {group} over {len(known)} videos: {np.mean(known):.3f}.")
    return said


def _part_of(example: Example) -> str:
    return f"{example.group} {example.video}".rstrip()


def _halves(name: str, rows: list[Example]) -> tuple[list[Example], list[Example]]:
    """What to learn and what to test of one part."""
    if rows[0].group == SMS:
        many = round(SMS_TRAIN_SHARE * len(rows))
        return rows[:many], rows[many:]
    learned = [e for e in rows if e.split == "train"]
    tested = [e for e in rows if e.split == "test"]
    if learned and tested:
        return learned, tested
    raise BadData(
        f'rows with a "split" of "train" and "test", or {SMS}',
        f"none of the two in {name}",
        "leave it out (--exclude), or take --protocol leave-one-source-out",
    )


def _learned_here(
    learned: Sequence[Example], tested: Sequence[Example], settings: Settings
) -> NDArray[np.float64]:
    """Scores by a model of the same source, which may keep what is usual there."""
    features, labels = features_of([e.comment for e in learned]), labels_of(learned)
    best = min(_STRENGTHS, key=lambda s: _loss(features, labels, replace(settings, strength=s)))
    fitted = fit(features, labels, np.ones(labels.size), replace(settings, strength=best))
    return probability(fitted.logits(features_of([e.comment for e in tested])))


def _loss(features: sparse.csr_matrix, labels: NDArray[np.int64], settings: Settings) -> float:
    """Mean logarithmic loss over five folds of what may be learned from."""
    folds = StratifiedKFold(5, shuffle=True, random_state=settings.seed).split(features, labels)
    scores = np.empty(labels.size)
    for part, rest in folds:
        fitted = fit(features[part], labels[part], np.ones(part.size), settings)
        scores[rest] = probability(fitted.logits(features[rest]))
    return float(log_loss(labels, scores, labels=[0, 1]))


def online(
    examples: Sequence[Example], cutoffs: Cutoffs, base: SpamModel | None, told: Told = _quiet
) -> Measured:
    """All sites with both labels as one stream in time, each comment scored, then learned from.

    Starts from nothing, or goes on top of what `base` says, which itself stays as it is. Raises
    BadData when nothing can be streamed.
    """
    stream = stream_of(examples)
    if not stream:
        raise BadData(
            "a file of comments with both labels and times (created_at)",
            "none",
            "name other data, or take --protocol leave-one-source-out",
        )
    features = _features(stream, told)
    offsets = _log_odds(base.score([e.comment for e in stream])) if base else np.zeros(len(stream))
    scores = scored_in_time(features, labels_of(stream), offsets, told)
    start = f"on top of model {base.version}, which stays as it is" if base else "from nothing"
    notes = (
        f"{len(stream):,} comments of {len({e.file for e in stream})} sites in order of time.",
        f"Learner: AdaGrad logistic regression, one weight vector for all sites, {start}.",
        *(_learned_before(base, stream) if base else ()),
    )
    sources = sorted(parts(stream, scores, lambda e: e.file), key=lambda part: part.source)
    curve = learning_curve(stream, scores, cutoffs)
    return Measured("online", tuple(sources), cutoffs, notes, tuple(curve))


def _log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(scores, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(kept / (1 - kept)))
