"""Examples to a model: the same numbers for the same examples and seed.

Source of the choices: docs/model.md, from scores of sources left out of training.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models import artifact
from models.bayes import log_ratios
from models.classifier import batches
from models.data.datasets import NEVER_TRAINED, NOT_COMMENTS, Example
from models.errors import TooFewExamples
from models.features import COLUMNS, VERSION, Batch, matrix
from models.look import probability
from models.manifest import FORMAT, Block, DataFile, Manifest, TestedSource
from models.seeds import grammar_hash, seeds
from models.text import CommentText

_LEAST = 20
"""Examples of each label without which nothing can be learned."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    `strength` is the inverse of the penalty (scikit-learn's C). `bare_share` of the examples lose
    name and address, `no_url_share` the address alone. A source of n rows counts n**(1 -
    source_power), times `other_share` when it holds no comments but text messages and the like.
    Invented comments (`models.seeds`) weigh `seed_share` of all the rest, each label of its own.
    Ham that a first, coarse model of `screen_strength` gives `screen_from` or more is advertising
    that an owner let through, and teaches nothing.
    """

    strength: float = 10.0
    bare_share: float = 0.25
    no_url_share: float = 0.25
    source_power: float = 0.5
    other_share: float = 0.3
    seed_share: float = 0.1
    screen_strength: float = 0.3
    screen_from: float = 0.8
    seed: int = 1
    iterations: int = 3000


@dataclass(frozen=True, slots=True)
class Fitted:
    """A linear model. Shape of weights: (COLUMNS,)."""

    weights: NDArray[np.float32]
    bias: float

    def logits(self, features: sparse.csr_matrix) -> NDArray[np.float64]:
        """The log-odds of spam. Shape: (n,)."""
        weighed: NDArray[np.float64] = features @ self.weights
        return weighed.astype(np.float64) + self.bias


Progress = Callable[[int, int], None]
"""Told how many comments are done, of how many."""


def features_of(
    comments: Sequence[CommentText], progress: Progress | None = None
) -> sparse.csr_matrix:
    """The features of many comments, batch by batch. Shape: (n, COLUMNS), float32."""
    parts, done = [], 0
    for part in batches(comments):
        parts.append(matrix(Batch(part)))
        done += len(part)
        if progress:
            progress(done, len(comments))
    return sparse.vstack(parts).tocsr() if parts else sparse.csr_matrix((0, COLUMNS), dtype="f4")


def with_fields_dropped(examples: Sequence[Example], settings: Settings) -> list[CommentText]:
    """The comments as training sees them: name and address taken from some at random.

    Whether a source has author addresses says where a comment comes from, not what it is.
    """
    draws = np.random.default_rng(settings.seed).random(len(examples))
    bare, no_url = settings.bare_share, settings.bare_share + settings.no_url_share
    return [
        replace(e.comment, author_name="", author_url="", author_email="")
        if draw < bare
        else replace(e.comment, author_url="")
        if draw < no_url
        else e.comment
        for e, draw in zip(examples, draws, strict=True)
    ]


def example_weights(examples: Sequence[Example], settings: Settings) -> NDArray[np.float64]:
    """A weight per example: less for each of a large source, both labels alike in sum.

    Shape: (n,), mean 1. A source with ten times the rows then teaches about three times as much.
    """
    keys = [(example.file, example.label) for example in examples]
    counts = Counter(keys)
    weights = np.array([counts[key] ** -float(settings.source_power) for key in keys])
    weights[[e.group in NOT_COMMENTS for e in examples]] *= settings.other_share
    labels = labels_of(examples)
    for label in (0, 1):
        if (part := labels == label).any():
            weights[part] *= 0.5 * labels.size / weights[part].sum()
    return weights


def labels_of(examples: Sequence[Example]) -> NDArray[np.int64]:
    """1 spam, 0 ham. Shape: (n,)."""
    return np.fromiter((example.label for example in examples), np.int64, len(examples))


def usable(example: Example) -> bool:
    """Whether to learn from an example: no copy of an earlier one, no owner's reply."""
    return not (example.duplicate or example.by_owner)


def fit(
    features: sparse.csr_matrix,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    settings: Settings,
) -> Fitted:
    """Logistic regression on rows of features. Raises TooFewExamples."""
    _refuse_too_few(labels)
    # Dual coordinate descent: a third of the time of lbfgs, and it really converges.
    model = LogisticRegression(
        C=settings.strength,
        solver="liblinear",
        dual=True,
        tol=1e-2,
        max_iter=settings.iterations,
        random_state=settings.seed,
    )
    model.fit(features, labels, sample_weight=weights)
    return Fitted(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def _refuse_too_few(labels: NDArray[np.int64]) -> None:
    spam = int(labels.sum())
    if min(spam, labels.size - spam) < _LEAST:
        raise TooFewExamples(
            f"at least {_LEAST} spam and {_LEAST} ham",
            f"{spam} spam and {labels.size - spam} ham",
            "train on more data",
        )


class Taught(NamedTuple):
    """What a model is fitted on. Shapes: (n, COLUMNS), (n,), (n,)."""

    features: sparse.csr_matrix
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def fit_twice(rows: Taught, settings: Settings) -> Fitted:
    """The mean of two linear models, the second on features scaled by what each says by itself.

    The first finds what is said together, the second is surer of rare and telling features.
    Raises TooFewExamples.
    """
    plain, ratios = fit(*rows, settings), log_ratios(*rows)
    scaled = (rows.features @ sparse.diags(ratios)).tocsr()
    by_ratio = fit(scaled, rows.labels, rows.weights, settings)
    weights = (plain.weights + by_ratio.weights * ratios) / 2
    return Fitted(weights.astype(np.float32), (plain.bias + by_ratio.bias) / 2)


def learn(features: sparse.csr_matrix, examples: Sequence[Example], settings: Settings) -> Fitted:
    """A model of examples and their features, with the invented ones beside them.

    Shape of features: (n, COLUMNS). Raises TooFewExamples.
    """
    return fit_twice(taught(features, examples, settings), settings)


def taught(features: sparse.csr_matrix, examples: Sequence[Example], settings: Settings) -> Taught:
    """What a model learns from: invented examples added, labels not believed left out.

    Raises TooFewExamples.
    """
    labels, weights = labels_of(examples), example_weights(examples, settings)
    _refuse_too_few(labels)
    if settings.seed_share:
        invented, invented_labels = _invented(settings)
        shares = _seed_weights(invented_labels, labels, weights, settings.seed_share)
        features = sparse.vstack([features, invented]).tocsr()
        labels = np.concatenate([labels, invented_labels])
        weights = np.concatenate([weights, shares])
    kept = np.flatnonzero(_believed(features, labels, weights, settings))
    return Taught(features[kept], labels[kept], weights[kept] / weights[kept].mean())


@lru_cache(maxsize=1)
def _invented(settings: Settings) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    """Features and labels of the invented comments."""
    examples = list(seeds())
    return features_of(with_fields_dropped(examples, settings)), labels_of(examples)


def _seed_weights(
    invented: NDArray[np.int64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    share: float,
) -> NDArray[np.float64]:
    """A weight per invented comment: `share` of what the real ones of its label weigh together."""
    found = np.empty(invented.size)
    for label in (0, 1):
        found[invented == label] = share * weights[labels == label].sum()
        found[invented == label] /= max((invented == label).sum(), 1)
    return found


def _believed(
    features: sparse.csr_matrix,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    settings: Settings,
) -> NDArray[np.bool_]:
    """Which labels to believe: not ham that a coarse model of all takes for spam. Shape: (n,)."""
    coarse = fit(features, labels, weights, replace(settings, strength=settings.screen_strength))
    scores = probability(coarse.logits(features))
    return np.asarray((labels == 1) | (scores < settings.screen_from))


def train(examples: Sequence[Example], settings: Settings) -> tuple[Fitted, list[Example]]:
    """A model fitted on every example that may be learned from, and those examples.

    Raises TooFewExamples.
    """
    learned = [e for e in examples if usable(e) and e.file not in NEVER_TRAINED]
    features = features_of(with_fields_dropped(learned, settings))
    fitted = learn(features, learned, settings)
    return fitted, learned + (list(seeds()) if settings.seed_share else [])


def data_file_entries(examples: Sequence[Example], hashes: dict[str, str]) -> tuple[DataFile, ...]:
    """What was learned from each file, for the manifest; of invented ones, the grammars' hash."""
    rows = Counter(example.file for example in examples)
    spam = Counter(example.file for example in examples if example.label)
    return tuple(
        DataFile(name, hashes.get(name) or grammar_hash(name), rows[name], spam[name])
        for name in sorted(rows)
    )


def package(
    fitted: Fitted,
    *,
    cutoffs: tuple[float, float],
    created: str,
    data: tuple[DataFile, ...],
    excluded: Sequence[str],
    tested: tuple[TestedSource, ...],
    settings: Settings,
) -> tuple[bytes, Manifest]:
    """A fitted model as the bytes of its weights and its manifest.

    `created` is an ISO date (this folder reads no clock); with the hash it makes the version.
    """
    raw = artifact.weights_bytes(fitted.weights, fitted.bias)
    digest = artifact.content_hash(raw)
    manifest = Manifest(
        format=FORMAT,
        version=f"{created[:7].replace('-', '.')}-{digest[:8]}",
        created=created,
        features=Block(VERSION, COLUMNS),
        ham_cutoff=cutoffs[0],
        spam_cutoff=cutoffs[1],
        seed=settings.seed,
        files={artifact.WEIGHTS: digest},
        libraries={"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "scipy", "scikit-learn", "publicsuffixlist")},
        data=data,
        excluded=tuple(excluded),
        settings={name: getattr(settings, name) for name in Settings.__slots__},
        tested=tested,
    )
    return raw, manifest
