"""How much of a comment the model has learned anything about.

A text in a language or script that no example was in can be scored, but nothing is known of it:
policy then holds it, rather than call it spam. Source: docs/model.md, languages left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.features import COLUMN_MASK, Batch, distinct

FAMILIAR_FROM = 0.5
"""A comment below it is like nothing learned. Left-out scripts come to 0.2 to 0.4 (a tenth of them
above 0.5), genuine comments in languages learned to 0.8 and more, filed spam to 0.6 and more."""
_LEAST = 0.01
"""Weights nearer zero than this stand for pieces seen once or never. Units: logits at most."""


def familiarity(batch: Batch, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Share of each comment's character pieces that weigh anything; 1 where there are none.

    Shape: (n_comments,), in [0, 1]. Pieces, not words: nearly every word shares its column with
    another that was learned.
    """
    keys = distinct(batch.characters()[0])
    known = np.abs(weights[keys & COLUMN_MASK]) > _LEAST
    bounds = batch.bounds(keys)
    sums = np.concatenate(([0], np.cumsum(known)))
    found, all_pieces = sums[bounds[1:]] - sums[bounds[:-1]], bounds[1:] - bounds[:-1]
    return np.where(all_pieces, found / np.maximum(all_pieces, 1), 1.0)
