"""Figures, and the cutoffs chosen from them."""

from __future__ import annotations

import numpy as np
import pytest

from models.measuring.evaluation import Scored, by_group, caught_at, choose_cutoffs, pooled, summary
from tests.models import toy


def scored(ham: list[float], spam: list[float], source: str = "blog") -> Scored:
    labels = np.array([0] * len(ham) + [1] * len(spam))
    return Scored(source, labels, np.array(ham + spam))


def even(low: float, high: float, count: int = 200) -> list[float]:
    return np.linspace(low, high, count).tolist()


def test_a_perfect_source_has_nothing_under_the_curve_missing() -> None:
    found = summary(scored(even(0, 0.4), even(0.6, 1)), 0.45, 0.55)
    assert (found.one_minus_roca, found.caught_at_1, found.caught_at_01) == (0.0, 1.0, 1.0)
    assert (found.ham_filed_spam, found.ham_held, found.spam_filed_spam) == (0.0, 0.0, 1.0)


def test_caught_spam_lies_above_all_ham_but_the_share_that_may_be_blocked() -> None:
    source = scored([0.1] * 98 + [0.7, 0.9], [0.5, 0.8, 0.95, 0.95])
    assert caught_at(source, 0.01) == 0.75
    assert caught_at(source, 0.001) == 0.5


def test_figures_that_a_source_cannot_give_are_none() -> None:
    found = summary(scored([0.1] * 5, []), 0.2, 0.9)
    assert (found.one_minus_roca, found.caught_at_1, found.spam_filed_spam) == (None, None, None)
    assert summary(scored([0.1] * 5, [0.9]), 0.2, 0.9).caught_at_1 is None


def test_cutoffs_lie_between_what_can_be_told_apart() -> None:
    low, high = choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99))])
    assert 0.3 <= low <= high <= 0.71


def test_cutoffs_let_one_source_alone_go_over_the_cap_and_not_far() -> None:
    good = scored(even(0.02, 0.3), even(0.7, 0.99))
    worse = scored(even(0.01, 0.99), even(0.5, 0.999), "worse")
    as_bad = scored(even(0.01, 0.98), even(0.5, 0.999), "as bad")
    _, high = choose_cutoffs([good, worse])
    assert (worse.ham >= high).mean() <= 0.02
    _, high = choose_cutoffs([good, worse, as_bad])
    assert sorted([(worse.ham >= high).mean() <= 0.01, (as_bad.ham >= high).mean() <= 0.01])[1]
    assert max((worse.ham >= high).mean(), (as_bad.ham >= high).mean()) <= 0.02


def test_cutoffs_are_stricter_where_a_source_asks_for_it() -> None:
    strict = scored(even(0.01, 0.99), [], "omp_de")
    _, high = choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99)), strict])
    assert (strict.ham >= high).mean() <= 0.005


def test_a_handful_of_ham_sets_no_cap() -> None:
    few = scored([0.9999] * 7, even(0.5, 1), "few")
    assert choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99)), few])[1] < 0.9


@pytest.mark.parametrize("ham", [[0.2], even(0, 1)])
def test_cutoffs_are_in_order_and_in_range(ham: list[float]) -> None:
    low, high = choose_cutoffs([scored(ham, [0.5])])
    assert 0 <= low <= high <= 1


def test_scored_examples_come_apart_by_group_and_go_together_again() -> None:
    examples = toy.examples(("two", "blog_yasoob", "blog_abhinav"), each=2)
    found = by_group(examples, np.linspace(0, 1, len(examples)))
    assert [(part.source, part.labels.size) for part in found] == [
        ("campaign group", 8),
        ("two", 4),
    ]
    whole = pooled(found)
    assert sorted(whole.scores.tolist()) == np.linspace(0, 1, 12).tolist()
    assert len(whole.ids) == len(whole.languages) == 12
