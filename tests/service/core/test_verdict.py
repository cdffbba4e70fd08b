"""Cutoffs and outcomes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.verdict import Cutoffs, Decision, Outcome, Verdict, outcome_of, verdict_for

probabilities = st.floats(0, 1)


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.0, "ham"), (0.19, "ham"), (0.2, "unsure"), (0.89, "unsure"), (0.9, "spam"), (1.0, "spam")],
)
def test_the_ranges_are_half_open(score: float, verdict: str) -> None:
    assert verdict_for(score, Cutoffs(0.2, 0.9)) == verdict


def test_what_is_no_number_waits_for_a_person() -> None:
    assert verdict_for(math.nan, Cutoffs(0.2, 0.9)) is Verdict.UNSURE


@pytest.mark.parametrize(("ham", "spam"), [(0.9, 0.2), (-0.1, 0.5), (0.5, 1.1), (math.nan, 0.5)])
def test_cutoffs_out_of_order_are_refused(ham: float, spam: float) -> None:
    with pytest.raises(ValueError, match="expected 0 <= ham <= spam <= 1"):
        Cutoffs(ham, spam)


@given(probabilities, probabilities, probabilities)
def test_a_higher_score_is_never_judged_milder(score: float, one: float, other: float) -> None:
    severity = [Verdict.HAM, Verdict.UNSURE, Verdict.SPAM]
    cutoffs = Cutoffs(min(one, other), max(one, other))
    higher = min(1.0, score + 0.1)
    assert severity.index(verdict_for(score, cutoffs)) <= severity.index(
        verdict_for(higher, cutoffs)
    )


def test_without_verdict_or_decision_a_comment_is_pending() -> None:
    assert outcome_of(None, None) is Outcome.PENDING


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_decision_beats_every_verdict(verdict: Verdict | None) -> None:
    outcomes = [outcome_of(decision, verdict) for decision in Decision]
    assert outcomes == [Outcome.PUBLISHED, Outcome.SPAM, Outcome.REMOVED, Outcome.HELD]
