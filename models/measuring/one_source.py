"""A model of one source alone, which chooses by folds of what it may learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import log_loss, matthews_corrcoef
from sklearn.model_selection import StratifiedKFold

from models.features import CHAR_START, COLUMNS, MARK_START, SHAPE_START
from models.look import probability
from models.measuring.evaluation import BLOCKED_CAP
from models.training import Settings, Taught, fit_twice

_FOLDS = 5
_STRENGTHS = (30.0, 100.0, 300.0, 1000.0)
_CHARACTERS, _SHAPE = (1.0, 2.0), (1.0, 3.0)
"""How many times their usual weight character pieces and shape may have."""
_NEAR = 0.002
"""Cutoffs whose correlation is so near the best are as good; the middle one is taken."""

Scorer = Callable[[sparse.csr_matrix], NDArray[np.float64]]
"""Probability of each row, moved so that 0.5 is the cutoff that the folds chose. Shape: (n,)."""


class _Choice(NamedTuple):
    strength: float
    characters: float
    shape: float


def learned_alone(
    features: sparse.csr_matrix, labels: NDArray[np.int64], settings: Settings
) -> Scorer:
    """A model of these rows, every example of the same weight.

    Penalty and weights of blocks have the least logarithmic loss over the folds, the cutoff the
    highest correlation there of those that file no more ham than the cap.
    """
    choices = [_Choice(*one) for one in product(_STRENGTHS, _CHARACTERS, _SHAPE)]
    tried = {choice: _by_folds(features, labels, choice, settings) for choice in choices}
    best = min(choices, key=lambda one: log_loss(labels, probability(tried[one]), labels=[0, 1]))
    cutoff = _cutoff(tried[best], labels)
    fitted = _fitted(features, labels, best, settings)
    return lambda rows: probability(fitted(rows) - cutoff)


def _by_folds(
    features: sparse.csr_matrix, labels: NDArray[np.int64], choice: _Choice, settings: Settings
) -> NDArray[np.float64]:
    """The logit of each row by a model of the other folds. Shape: (n,)."""
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=settings.seed)
    logits = np.empty(labels.size)
    for learned, rest in folds.split(features, labels):
        logits[rest] = _fitted(features[learned], labels[learned], choice, settings)(features[rest])
    return logits


def _fitted(
    features: sparse.csr_matrix, labels: NDArray[np.int64], choice: _Choice, settings: Settings
) -> Scorer:
    scale = np.ones(COLUMNS, dtype=np.float32)
    scale[CHAR_START:MARK_START] = choice.characters
    scale[SHAPE_START:] = choice.shape
    weighed = sparse.diags(scale)
    rows = Taught((features @ weighed).tocsr(), labels, np.ones(labels.size))
    fitted = fit_twice(rows, replace(settings, strength=choice.strength))
    return lambda asked: fitted.logits((asked @ weighed).tocsr())


def _cutoff(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Where labels and logits agree best, no more ham above than the cap. Units: logits."""
    least = np.quantile(logits[labels == 0], 1 - BLOCKED_CAP, method="higher")
    allowed = np.unique(logits[logits > least])
    if not allowed.size:
        return float(least)
    agreeing = np.array([matthews_corrcoef(labels, logits >= cutoff) for cutoff in allowed])
    return float(np.median(allowed[agreeing >= agreeing.max() - _NEAR]))
