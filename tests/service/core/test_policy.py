"""What policy makes of a score and of what else is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import policy
from service.core.policy import Circumstances, Reason
from service.core.verdict import Cutoffs, Mode, Verdict

CUTOFFS = Cutoffs(0.2, 0.9)


def rule(score: float, **seen: object) -> policy.Ruling:
    return policy.rule(score, Circumstances(cutoffs=CUTOFFS, **seen))  # type: ignore[arg-type]


def codes(ruling: policy.Ruling) -> list[str]:
    return [reason.code for reason in ruling.reasons]


def test_without_signals_the_score_decides() -> None:
    assert [rule(score).verdict for score in (0.1, 0.5, 0.95)] == ["ham", "unsure", "spam"]


def test_a_filled_honeypot_makes_an_unsure_comment_spam() -> None:
    ruling = rule(0.6, honeypot=True)
    assert ruling.verdict is Verdict.SPAM
    assert codes(ruling) == ["honeypot"]


def test_signals_alone_never_make_spam_of_what_reads_like_ham() -> None:
    assert rule(0.19, honeypot=True, filled_in_ms=10).verdict is Verdict.UNSURE


def test_the_score_kept_is_the_models_own() -> None:
    assert rule(0.6, honeypot=True).score == 0.6


@pytest.mark.parametrize(
    ("filled_in_ms", "found"), [(2_999, ["filled_in_fast"]), (3_000, []), (None, [])]
)
def test_a_form_filled_in_within_three_seconds_counts(
    filled_in_ms: int | None, found: list[str]
) -> None:
    assert codes(rule(0.5, filled_in_ms=filled_in_ms)) == found


def test_a_site_that_holds_all_publishes_nothing_by_itself() -> None:
    ruling = rule(0.01, mode=Mode.HOLD_ALL, author_known=True)
    assert ruling.verdict is Verdict.UNSURE
    assert codes(ruling) == ["mode_hold_all"]


@pytest.mark.parametrize(("known", "verdict"), [(False, "unsure"), (True, "ham")])
def test_a_site_that_holds_first_timers_lets_known_authors_through(
    known: bool, verdict: str
) -> None:
    assert rule(0.01, mode=Mode.HOLD_FIRST_TIMERS, author_known=known).verdict == verdict


def test_a_mode_never_makes_spam_milder() -> None:
    assert rule(0.99, mode=Mode.HOLD_ALL).verdict is Verdict.SPAM


def test_only_blatant_spam_may_be_discarded() -> None:
    assert [rule(score).discard for score in (0.95, 0.9989, 0.9995)] == [False, False, True]


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_waits_for_a_person(score: float) -> None:
    ruling = rule(score)
    assert (ruling.verdict, ruling.score, ruling.urgency) == (Verdict.UNSURE, None, 1.0)


def test_evidence_is_sorted_by_how_hard_it_pushed() -> None:
    evidence = (Reason("word", "a", -5.0), Reason("word", "b", 0.5))
    weights = [r.weight for r in policy.with_evidence(rule(0.6, honeypot=True), evidence).reasons]
    assert weights == [-5.0, 3.0, 0.5]


@given(st.floats(0, 1), st.booleans(), st.none() | st.integers(0, 10_000), st.sampled_from(Mode))
def test_nothing_unsuspicious_is_filed_and_nothing_suspicious_published(
    score: float, honeypot: bool, filled: int | None, mode: Mode
) -> None:
    ruling = rule(score, honeypot=honeypot, filled_in_ms=filled, mode=mode)
    if score < CUTOFFS.ham:
        assert ruling.verdict is not Verdict.SPAM
    if score >= CUTOFFS.ham:
        assert ruling.verdict is not Verdict.HAM
    assert 0 <= ruling.urgency <= 1
    assert ruling.verdict is Verdict.SPAM or not ruling.discard
