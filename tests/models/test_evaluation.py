"""Figures, and the cutoffs chosen from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation import (
    Scored,
    by_split,
    caught_at,
    choose_cutoffs,
    leave_one_source_out,
    summary,
    table,
)
from models.training import Settings
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


def test_cutoffs_never_block_more_ham_than_the_cap_of_any_source() -> None:
    worse = scored(even(0.01, 0.99), even(0.5, 0.999), "worse")
    _, high = choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99)), worse])
    assert (worse.ham >= high).mean() <= 0.01


def test_cutoffs_are_stricter_where_a_source_asks_for_it() -> None:
    strict = scored(even(0.01, 0.99), [], "omp_de")
    _, high = choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99)), strict])
    assert (strict.ham >= high).mean() <= 0.005


def test_a_handful_of_ham_sets_no_cap() -> None:
    few = scored([0.9999] * 7, even(0.5, 1), "few")
    assert choose_cutoffs([scored(even(0.02, 0.3), even(0.7, 0.99)), few])[1] < 0.9


def test_each_source_is_scored_by_a_model_that_never_saw_it() -> None:
    told: list[tuple[str, int, int]] = []
    results = leave_one_source_out(
        toy.examples(), Settings(), progress=lambda *args: told.append(args)
    )
    assert [result.source for result in results] == ["one", "three", "two"]
    assert told == [("one", 1, 3), ("three", 2, 3), ("two", 3, 3)]
    assert all(summary(result, 0.5, 0.5).one_minus_roca == 0 for result in results)


def test_a_label_that_only_the_left_out_source_teaches_stays_unknown() -> None:
    """A word that is spam in one source alone cannot count when that source is tested."""
    odd = [replace(e, label=1 - e.label) for e in toy.examples(("odd",))]
    (result,) = leave_one_source_out(toy.examples() + odd, Settings(), only=["odd"])
    assert summary(result, 0.5, 0.5).one_minus_roca == 1


def test_a_campaign_group_is_left_out_as_one() -> None:
    examples = toy.examples(("one", "two", "blog_yasoob", "blog_abhinav"))
    results = leave_one_source_out(examples, Settings(), only=["campaign group"])
    assert [result.source for result in results] == ["campaign group"]
    assert results[0].labels.size == 128


def test_rows_marked_test_are_scored_by_what_the_rows_marked_train_teach() -> None:
    examples = [
        replace(e, split="test" if number % 4 == 0 else "train" if number % 4 < 3 else "")
        for number, e in enumerate(toy.examples(("one",), each=100))
    ]
    (result,) = by_split(examples, Settings())
    assert result.labels.size == 50


def test_the_table_has_a_row_per_source_and_a_dash_for_what_is_unknown() -> None:
    text = table([summary(scored([0.1] * 5, []), 0.2, 0.9)])
    assert text.splitlines()[-1] == "| blog | 5 | 0 | – | – / – | 0.00 / 0.0 | – / – |"


@pytest.mark.parametrize("ham", [[0.2], even(0, 1)])
def test_cutoffs_are_in_order_and_in_range(ham: list[float]) -> None:
    low, high = choose_cutoffs([scored(ham, [0.5])])
    assert 0 <= low <= high <= 1
