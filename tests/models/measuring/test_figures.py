"""The figures, held to ones worked out by hand or by others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.measuring.evaluation import Scored, caught_at
from models.measuring.figures import (
    area_missing,
    by_language,
    calibration_bins,
    calibration_error,
    caught_by_draw,
    figures_of,
    worst,
)


def scored(ham: list[float], spam: list[float], languages: tuple[str, ...] = ()) -> Scored:
    labels = np.array([0] * len(ham) + [1] * len(spam))
    ids = tuple(f"h{n}" for n in range(len(ham))) + tuple(f"s{n}" for n in range(len(spam)))
    return Scored("blog", labels, np.array(ham + spam), ids, languages or ("en",) * labels.size)


def noisy(rows: int = 400) -> Scored:
    random = np.random.default_rng(3)
    return scored(random.beta(2, 5, rows).tolist(), random.beta(5, 2, rows).tolist())


SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.4, 0.4, 0.5, 0.9, 1.0]), min_size=1, max_size=30)


@given(SCORES, SCORES)
@settings(max_examples=40)
def test_drawn_figures_are_reckoned_like_the_real_ones(ham: list[float], spam: list[float]) -> None:
    source = scored(ham, spam)
    values, place = np.unique(source.scores, return_inverse=True)
    hams, spams = (
        np.bincount(place[source.labels == label], minlength=values.size)[None] for label in (0, 1)
    )
    assert area_missing(hams, spams) == pytest.approx(
        1 - roc_auc_score(source.labels, source.scores)
    )
    for blocked in (0.001, 0.01, 0.3):
        assert caught_by_draw(hams, spams, blocked) == pytest.approx(caught_at(source, blocked))


def test_an_interval_holds_the_figure_and_narrows_with_more_rows() -> None:
    few, many = (figures_of(noisy(rows), (0.2, 0.9), 1) for rows in (100, 3000))
    for found in (few, many):
        assert found.roca_interval is not None
        low, high = found.roca_interval
        assert low < (found.tested.one_minus_roca or 0) < high
    assert np.ptp(many.roca_interval or ()) < np.ptp(few.roca_interval or ()) / 2


def test_the_same_seed_draws_the_same_interval() -> None:
    assert figures_of(noisy(), (0.2, 0.9), 7) == figures_of(noisy(), (0.2, 0.9), 7)
    assert figures_of(noisy(), (0.2, 0.9), 7) != figures_of(noisy(), (0.2, 0.9), 8)


def test_what_one_label_cannot_tell_is_none() -> None:
    found = figures_of(scored([0.1, 0.6], []), (0.2, 0.9), 1)
    assert (found.mcc, found.roca_interval, found.caught_interval_1) == (None, None, None)
    assert found.ham_over_half == 0.5
    assert figures_of(scored([0.1], [0.9]), (0.2, 0.9), 1).caught_interval_1 is None


def test_matthews_correlation_is_cut_at_one_half() -> None:
    found = figures_of(scored([0.1, 0.2, 0.6], [0.7, 0.8, 0.4]), (0.2, 0.9), 1)
    assert found.mcc == pytest.approx(1 / 3)


def test_scores_that_are_probabilities_have_no_calibration_error() -> None:
    assert calibration_error(scored([0.25] * 3, [0.25])) == 0
    assert calibration_error(scored([0.0] * 5, [1.0] * 5)) == 0
    assert calibration_error(scored([0.9] * 10, [])) == pytest.approx(0.9)


def test_a_score_of_one_is_in_the_highest_bin() -> None:
    (low, high) = calibration_bins(scored([0.0, 0.05], [1.0]))
    assert (low.rows, low.low, low.spam, high.rows, high.high) == (2, 0, 0, 1, 1)


def test_the_worst_are_named_by_id_worst_first() -> None:
    ham, spam = worst([scored([0.1, 0.99, 0.7], [0.9, 0.02, 0.3])], 2)
    assert [(m.id, m.score) for m in ham] == [("h1", 0.99), ("h2", 0.7)]
    assert [m.id for m in spam] == ["s1", "s2"]


def test_rows_go_together_by_language_the_most_first() -> None:
    found = by_language([scored([0.1], [0.9], ("de", "")), scored([0.2], [0.8], ("de", "fr"))])
    assert [(part.source, part.labels.tolist()) for part in found] == [
        ("de", [0, 0]), ("fr", [1]), ("not named", [1])
    ]  # fmt: skip
