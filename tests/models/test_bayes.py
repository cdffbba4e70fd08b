"""What each feature says by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models.bayes import log_ratios

ROWS = sparse.csr_matrix(np.array([[1, 0, 5], [1, 0, 5], [0, 1, 5], [0, 0.1, 5]], dtype="f4"))
LABELS = np.array([1, 1, 0, 0])


def test_features_of_spam_weigh_more_than_nothing_and_those_of_ham_less() -> None:
    spam, ham, both = log_ratios(ROWS, LABELS, np.ones(4)).tolist()
    assert spam == pytest.approx(np.log(3))
    assert ham == pytest.approx(-np.log(3))
    assert both == pytest.approx(0)


def test_rows_count_by_their_weights() -> None:
    spam = log_ratios(ROWS, LABELS, np.array([1.0, 0.0, 1.0, 1.0]))[0]
    assert 0 < spam < log_ratios(ROWS, LABELS, np.ones(4))[0]
