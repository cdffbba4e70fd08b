"""What sites' own lessons add to the scores of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.features import (
    BLOCK_WEIGHTS,
    CHAR_START,
    COLUMN_MASK,
    KEY_BITS,
    MARK_START,
    Batch,
    Cells,
    Keys,
)
from models.learned import UNIT, Learned, SiteKeys, site_keys
from models.lessons import CHARACTERS, HERE, NO_NAME, OWN_WEIGHT, name_column

_SHARED = [block for block in range(len(BLOCK_WEIGHTS)) if block != CHARACTERS]
"""The blocks that a site's part weighs as the model does."""


@dataclass(frozen=True)
class SitePart:
    """A site's part of each comment's logit: of the features it shares with the model, and its own.

    `here` is what the site itself adds, `name` what the author's name does, both before `factor`
    keeps the sum within its limit, or at nothing for a site that taught nothing.
    Shapes: (n_comments,) each.
    """

    learned: Learned
    sites: SiteKeys
    here: NDArray[np.float64]
    name: NDArray[np.float64]
    logits: NDArray[np.float64]
    factor: NDArray[np.float64]

    def weights(self, keys: Keys) -> NDArray[np.float64]:
        """What the model's weight of each cell grows by on its site. Shape of keys."""
        columns, rows = keys & COLUMN_MASK, keys >> KEY_BITS
        found = self.learned.weights_at(columns, self.sites[:, rows]) * (UNIT * self.factor[rows])
        return np.where((columns < CHAR_START) | (columns >= MARK_START), found, 0.0)


def site_part(learned: Learned, batch: Batch, found: Cells, sites: Sequence[int]) -> SitePart:
    """The part of each comment's site, from a batch and its cells."""
    keys, size = site_keys(sites), len(sites)
    names = np.array([name_column(item.name) for item in batch.prepared], dtype=np.int64)
    columns, lengths = _shared(found)
    looked_up = learned.weights_at(  # all at once: one comment alone takes a quarter less
        np.concatenate((columns, np.full(size, HERE), names)),
        np.concatenate((keys.repeat(lengths.sum(axis=1), axis=1), keys, keys), axis=1),
    ).astype(np.float64)
    looked_up *= UNIT
    shared, here, name = np.split(looked_up, (columns.size, columns.size + size))
    here *= OWN_WEIGHT
    name *= np.where(names == NO_NAME, 0.0, OWN_WEIGHT)
    total = _summed(shared, lengths, found.scale[:, _SHARED]) + here + name
    logits = np.minimum(np.maximum(total, -learned.limit), learned.limit)
    factor = np.divide(logits, total, out=np.ones_like(total), where=total != logits)
    strangers = [row for row, site in enumerate(sites) if not learned.taught_by(site)]
    logits[strangers] = factor[strangers] = 0.0
    return SitePart(learned, keys, here, name, logits, factor)


def _shared(found: Cells) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The columns that a site's part weighs too, and how many each block of each row has."""
    kept = np.zeros(found.lengths.shape, dtype=np.bool_)
    kept[:, _SHARED] = True
    places = np.flatnonzero(np.repeat(kept.ravel(), found.lengths.ravel()))
    return found.keys[places] & COLUMN_MASK, found.lengths[:, _SHARED]


def _summed(
    weights: NDArray[np.float64], lengths: NDArray[np.int64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The scaled sum of each row, from its blocks. Shapes: (n_cells,), (n_comments, 3) twice."""
    starts = np.cumsum(lengths) - lengths.ravel()
    sums = np.add.reduceat(np.append(weights, 0.0), starts).reshape(lengths.shape)
    total: NDArray[np.float64] = np.where(lengths, sums * scale, 0.0).sum(axis=1)
    return total


def weighed(found: Cells, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """What `features.weigh` says of a batch whose cells are there already. Shape: (n_comments,)."""
    values = np.zeros(found.keys.size + 1)
    values[:-1] = weights[found.keys & COLUMN_MASK]
    sums = np.add.reduceat(values, found.starts.ravel()).reshape(found.starts.shape)
    total: NDArray[np.float64] = np.where(found.lengths, sums * found.scale, 0.0).sum(axis=1)
    return total
