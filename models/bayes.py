"""What each feature says by itself, counted as naive Bayes does.

Source: Wang and Manning, "Baselines and bigrams", ACL 2012 (NB-SVM); docs/model.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_SMOOTHING = 1.0
"""Added to every count, so that a feature of one label alone has no endless say."""


def log_ratios(
    features: sparse.csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float32]:
    """How much likelier each feature is in spam than in ham, by weighed rows. Units: logits.

    Shapes: (n, columns), (n,), (n,) to (columns,). A row counts a feature once, however strong.
    """
    spam, ham = (_shares(features, np.where(labels == label, weights, 0.0)) for label in (1, 0))
    return np.log(spam / ham).astype(np.float32)


def _shares(features: sparse.csr_matrix, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.repeat(weights, np.diff(features.indptr))
    counts = _SMOOTHING + np.bincount(features.indices, rows, minlength=features.shape[1])
    return np.asarray(counts / counts.sum())
