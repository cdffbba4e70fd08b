"""A new model out of what sites decided: trained on the live one, and live only when it is better.

What one site decides changes its own scores at once and nobody else's. What all sites decided goes
into a candidate, which takes the live model's place after proving itself on lessons held back.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models import artifact
from models.classifier import SpamModel
from models.errors import TooFewExamples
from models.lessons import Lesson, unpack
from models.look import probability
from models.manifest import DataFile, Manifest, encode
from models.measuring.evaluation import FALSE_POSITIVE, MISS, UNSURE
from models.text import CommentText

LEAST = 20
"""Lessons of each label without which nothing can be learned."""
HELD_ENOUGH = 50
"""Held lessons of each label without which nothing is proven."""
SITE_CAP = 100
"""A site's lessons count at most as much as so many together."""
DATA_NAME = "decisions of this installation"
RATE, FIRST_SUM = 0.3, 1e-4
_DRAWS = 2_000
_SURE = 0.95
_SANITY = Path(__file__).parent / "sanity.jsonl"


@dataclass(frozen=True, slots=True)
class Held:
    """How a model does on lessons held back, by itself, without what the sites learned.

    `cost` and `log_loss` are means per lesson; a false positive costs 10, a miss 1, an unsure 0.2.
    """

    ham: int
    spam: int
    ham_filed: int
    cost: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that wants to go live: manifest and weights as bytes, for `unpack_model`.

    `beats` says whether it is proven better than the live one, `why` what that rests on, in a
    sentence with figures.
    """

    version: str
    manifest: bytes
    weights: bytes
    beats: bool
    why: str
    live: Held
    candidate: Held


def retrain(
    model: SpamModel,
    lessons: Sequence[Lesson],
    held: Sequence[Lesson],
    created: str = "",
    live: SpamModel | None = None,
) -> Candidate:
    """A candidate trained on `lessons` of all sites on top of `model`, compared on those `held`.

    It has to beat `live`, `model` itself when None: so that a live model made of the same lessons
    before does not learn them once more. The same lessons in the same order give the same
    candidate. `created` is an ISO date, the model's when empty. Raises TooFewExamples,
    ArtifactMismatch for lessons of another program.
    """
    rival = live or model
    _check_enough(lessons)
    weights, bias = learn_all(model, lessons)
    raw = artifact.weights_bytes(weights, bias)
    manifest = _manifest(model, lessons, raw, created or model.manifest.created)
    packed = encode(manifest)
    found = SpamModel(*artifact.unpack(packed, raw))
    old, new = (_Outcome.of(each, held) for each in (rival, found))
    why_not = _why_not(old, new, rival, found)
    return Candidate(
        version=manifest.version,
        manifest=packed,
        weights=raw,
        beats=not why_not,
        why=_why(old.told, new.told, why_not),
        live=old.told,
        candidate=new.told,
    )


def _check_enough(lessons: Sequence[Lesson]) -> None:
    spam = sum(lesson.label for lesson in lessons)
    if min(spam, len(lessons) - spam) < LEAST:
        raise TooFewExamples(
            f"at least {LEAST} lessons of spam and {LEAST} of ham",
            f"{spam} of spam and {len(lessons) - spam} of ham",
            "retrain when more was decided",
        )


def _manifest(model: SpamModel, lessons: Sequence[Lesson], raw: bytes, created: str) -> Manifest:
    digest = artifact.content_hash(raw)
    rows = DataFile(DATA_NAME, "", len(lessons), sum(lesson.label for lesson in lessons))
    before = tuple(entry for entry in model.manifest.data if entry.name != DATA_NAME)
    return msgspec.structs.replace(
        model.manifest,
        version=f"{created[:7].replace('-', '.')}-{digest[:8]}",
        created=created,
        files={artifact.WEIGHTS: digest},
        data=(*before, rows),
        settings={**model.manifest.settings, "retrained_from": model.version},
        tested=(),
    )


def lesson_weights(lessons: Sequence[Lesson]) -> NDArray[np.float64]:
    """How much of a step each lesson takes: its trust, less where its site has many.

    Spam and ham weigh alike in sum, as when the live model was trained: what mostly reaches a site
    is no reason to expect the same elsewhere. Shape: (n,), in (0, 1].
    """
    counts = Counter(lesson.site for lesson in lessons)
    weights = np.array([each.trust * min(1.0, SITE_CAP / counts[each.site]) for each in lessons])
    labels = np.array([lesson.label for lesson in lessons])
    for label in (0, 1):
        weights[labels == label] /= weights[labels == label].sum()
    found: NDArray[np.float64] = weights / weights.max()
    return found


def learn_all(model: SpamModel, lessons: Sequence[Lesson]) -> tuple[NDArray[np.float32], float]:
    """The model's weights moved by every lesson once, AdaGrad's way. Shape: (COLUMNS,).

    The bias stays: it would follow the share of spam.
    """
    weights = model.weights.astype(np.float64)
    sums = np.full(weights.size, FIRST_SUM)
    for lesson, step in zip(lessons, lesson_weights(lessons).tolist(), strict=True):
        columns, values = unpack(lesson.features).base
        logit = float(weights[columns] @ values) + model.bias
        slope = (0.5 + 0.5 * math.tanh(0.5 * logit) - lesson.label) * values
        sums[columns] += slope * slope
        weights[columns] -= step * RATE * slope / np.sqrt(sums[columns])
    return weights.astype(np.float32), model.bias


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What each held lesson costs under a model. Shapes: (n_held,) each."""

    labels: NDArray[np.int64]
    costs: NDArray[np.float64]
    losses: NDArray[np.float64]
    told: Held

    @classmethod
    def of(cls, model: SpamModel, held: Sequence[Lesson]) -> _Outcome:
        labels = np.array([lesson.label for lesson in held], dtype=np.int64)
        logits = np.array([unpack(lesson.features).logit(model) for lesson in held])
        scores = probability(logits)
        filed, published = scores >= model.spam_cutoff, scores < model.ham_cutoff
        wrong = np.where(labels == 1, MISS * published, FALSE_POSITIVE * filed)
        costs = wrong + UNSURE * ~(filed | published)
        losses = np.logaddexp(0.0, np.where(labels == 1, -logits, logits))
        spam = int(labels.sum())
        told = Held(
            ham=labels.size - spam,
            spam=spam,
            ham_filed=int((filed & (labels == 0)).sum()),
            cost=float(costs.mean()) if labels.size else 0.0,
            log_loss=float(losses.mean()) if labels.size else 0.0,
        )
        return cls(labels, costs, losses, told)


def _why_not(live: _Outcome, new: _Outcome, model: SpamModel, found: SpamModel) -> str:
    """What keeps a candidate from going live; empty when nothing does."""
    if min(new.told.ham, new.told.spam) < HELD_ENOUGH:
        return f"too few lessons are held back to prove anything: {HELD_ENOUGH} of each are needed"
    if new.told.ham_filed > live.told.ham_filed:
        return "it would file more ham as spam"
    for name, gains in (("cost", live.costs - new.costs), ("log loss", live.losses - new.losses)):
        if not surely_above_zero(gains, new.labels):
            return f"chance may explain that its {name} is lower, or it is not lower"
    filed = sanity_filed(found) - sanity_filed(model)
    if filed:
        return f"it would file {len(filed)} of {len(_sanity())} everyday genuine comments as spam"
    return ""


def surely_above_zero(gains: NDArray[np.float64], labels: NDArray[np.int64]) -> bool:
    """Whether the mean gain is above 0 in 95 of 100 draws of the lessons, ham and spam apart.

    The same gains give the same answer. Shapes: (n,) both.
    """
    random = np.random.default_rng(1)
    total = np.zeros(_DRAWS)
    for label in (0, 1):
        part = gains[labels == label]
        for draw in range(_DRAWS):
            total[draw] += part[random.integers(0, part.size, part.size)].sum()
    return bool(np.quantile(total, 1 - _SURE) > 0)


@cache
def _sanity() -> tuple[CommentText, ...]:
    """Everyday genuine comments, written for this project; nothing learns from them."""
    lines = _SANITY.read_text(encoding="utf-8").splitlines()
    return tuple(CommentText(**json.loads(line)) for line in lines)


def sanity_filed(model: SpamModel) -> set[int]:
    """Which of the everyday comments a model would file as spam; none, it is hoped."""
    return set(np.flatnonzero(model.score(_sanity()) >= model.spam_cutoff).tolist())


def _why(live: Held, new: Held, why_not: str) -> str:
    figures = (
        f"on {new.ham} ham and {new.spam} spam held back: cost {new.cost:.4f} (live "
        f"{live.cost:.4f}), log loss {new.log_loss:.4f} (live {live.log_loss:.4f}), ham filed as "
        f"spam {new.ham_filed} (live {live.ham_filed})"
    )
    return f"Stays a candidate, {why_not}; {figures}." if why_not else f"Beats the live, {figures}."
