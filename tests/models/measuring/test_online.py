"""Learning one by one, and the curve of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from models.measuring.online import OnlineLogistic, learning_curve, scored_in_time, stream_of
from tests.models import toy

FEATURES = sparse.csr_matrix(np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]] * 20))
LABELS = np.array([1, 0, 1, 0] * 20)


def test_it_learns_from_what_came_before_only() -> None:
    learner = OnlineLogistic(3)
    told = learner.partial_fit(FEATURES, LABELS)
    again = OnlineLogistic(3).partial_fit(FEATURES[:10], LABELS[:10])
    assert told[0] == 0
    np.testing.assert_array_equal(told[:10], again)
    assert (np.sign(learner.logits(FEATURES)) == 2 * LABELS - 1).all()


def test_learning_in_parts_is_learning_at_once() -> None:
    whole, parts = OnlineLogistic(3), OnlineLogistic(3)
    whole.partial_fit(FEATURES, LABELS)
    for start in (0, 30):
        part = slice(start, 30 if start == 0 else 80)
        parts.partial_fit(FEATURES[part], LABELS[part])
    np.testing.assert_array_equal(whole.weights, parts.weights)


def test_steps_grow_smaller() -> None:
    learner, moved = OnlineLogistic(3), []
    for _ in range(4):
        before = learner.weights[0]
        learner.partial_fit(FEATURES[:1], LABELS[:1])
        moved.append(learner.weights[0] - before)
    assert moved == sorted(moved, reverse=True)
    assert 0 < moved[-1] < moved[0] <= learner.rate


def test_scores_come_with_word_of_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    scores = scored_in_time(FEATURES, LABELS, lambda *args: told.append(args))
    assert (scores.size, scores[0]) == (80, 0.5)
    assert told == [("score, then learn", 80, 80)]


def test_owners_copies_and_sites_of_one_label_are_not_streamed() -> None:
    one, two = ([replace(e, written=1.0) for e in toy.examples((f,), 3)] for f in ("one", "two"))
    one[0], one[1] = replace(one[0], by_owner=True), replace(one[1], duplicate=True)
    assert stream_of(one + [e for e in two if e.label]) == one[2:]


def test_the_curve_counts_the_corrections_of_the_same_site() -> None:
    stream = toy.examples(("one",), each=60) + toy.examples(("two",), each=20)
    scores = np.array([0.9 if e.label else 0.1 for e in stream])
    scores[:10] = 1 - scores[:10]
    steps = learning_curve(stream, scores, (0.3, 0.8))
    assert [(s.learned_from, s.sites, s.ham + s.spam) for s in steps] == [
        (0, 2, 90), (50, 1, 50), (100, 1, 20)
    ]  # fmt: skip
    assert steps[0].errors == pytest.approx(10 / 90)
    assert (steps[1].errors, steps[1].one_minus_roca, steps[1].spam_filed_spam) == (0, 0, 1)
    assert steps[1].caught_at_1 is None  # too little ham to say
