"""What policy makes of a score and of what else is known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import policy
from service.core.policy import NO_SIGNALS, Circumstances, Reason
from service.core.signals import Precedents, Signals
from service.core.verdict import Cutoffs, Mode, Outcome, Stand, Verdict, outcome_of

CUTOFFS = Cutoffs(0.2, 0.9)


CALLED_SPAM, APPROVED = Precedents(spam=9), Precedents(ham=9)
SAID_SPAM = Signals(text=CALLED_SPAM)


def rule(score: float, signals: Signals = NO_SIGNALS, **seen: object) -> policy.Ruling:
    return policy.rule(score, Circumstances(CUTOFFS, signals=signals, **seen))  # type: ignore[arg-type]


def codes(ruling: policy.Ruling) -> list[str]:
    return [reason.code for reason in ruling.reasons]


def test_without_signals_the_score_decides() -> None:
    assert [rule(score).verdict for score in (0.1, 0.5, 0.95)] == ["ham", "unsure", "spam"]


def test_a_filled_honeypot_makes_an_unsure_comment_spam() -> None:
    ruling = rule(0.6, Signals(honeypot=True))
    assert ruling.verdict is Verdict.SPAM
    assert codes(ruling) == ["honeypot"]


def test_signals_alone_never_make_spam_of_what_reads_like_ham() -> None:
    assert rule(0.19, Signals(honeypot=True, filled_in_ms=10)).verdict is Verdict.UNSURE


def test_the_score_kept_is_the_models_own() -> None:
    assert rule(0.6, Signals(honeypot=True)).score == 0.6


def test_what_reads_like_spam_is_not_published_for_its_history_alone() -> None:
    approved = Signals(text=APPROVED, author=APPROVED, network=APPROVED)
    assert rule(0.91, approved).verdict is Verdict.UNSURE
    assert rule(0.5, approved).verdict is Verdict.HAM


@pytest.mark.parametrize("seen", [{"unfamiliar": True}, {"strange_script": "Greek"}])
def test_what_the_model_knows_too_little_about_is_never_filed_as_spam(
    seen: dict[str, object],
) -> None:
    ruling = rule(0.9999, **seen)
    assert (ruling.verdict, ruling.discard) == (Verdict.UNSURE, False)
    assert codes(ruling) == list(seen)


@pytest.mark.parametrize("seen", [{"unfamiliar": True}, {"strange_script": "Greek"}])
def test_loud_signals_leave_no_doubt(seen: dict[str, object]) -> None:
    assert rule(0.95, SAID_SPAM, **seen).verdict is Verdict.SPAM
    assert rule(0.95, Signals(honeypot=True), **seen).verdict is Verdict.SPAM


def test_the_unfamiliar_that_reads_like_ham_is_published() -> None:
    assert rule(0.1, unfamiliar=True).verdict is Verdict.HAM


@pytest.mark.parametrize(("known", "verdict"), [(False, "unsure"), (True, "ham")])
def test_another_script_waits_for_a_person_unless_the_author_is_known(
    known: bool, verdict: str
) -> None:
    assert rule(0.1, strange_script="Greek", author_known=known).verdict == verdict


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
    weights = [
        r.weight for r in policy.with_evidence(rule(0.6, Signals(honeypot=True)), evidence).reasons
    ]
    assert weights == [-5.0, 3.0, 0.5]


COUNTS = st.integers(0, 50)
PRECEDENTS = st.builds(Precedents, COUNTS, COUNTS, COUNTS)
SIGNALS = st.builds(
    Signals,
    honeypot=st.booleans(),
    filled_in_ms=st.none() | st.integers(0, 10_000),
    is_scripted=st.none() | st.booleans(),
    is_untyped=st.booleans(),
    email=st.sampled_from(["", "ann@paper.org", "k123456@mail.org", "a.b.c.d.e@gmail.com", "?"]),
    email_domain=st.sampled_from(["", "tea.com"]),
    text_domains=st.sampled_from([(), ("tea.com",)]),
    text=PRECEDENTS,
    author=PRECEDENTS,
    network=PRECEDENTS,
    domains=st.lists(st.tuples(st.just("tea.com"), PRECEDENTS), max_size=2),
    articles=st.integers(0, 100),
    sites=st.integers(0, 100),
    copied=st.booleans(),
)


@given(
    st.floats(0, 1), SIGNALS, st.sampled_from(Mode), st.booleans(), st.sampled_from(["", "Greek"])
)
def test_whatever_is_known_beside_it_a_text_is_not_judged_its_opposite(
    score: float, signals: Signals, mode: Mode, unfamiliar: bool, script: str
) -> None:
    ruling = rule(score, signals, mode=mode, unfamiliar=unfamiliar, strange_script=script)
    if score < CUTOFFS.ham:
        assert ruling.verdict is not Verdict.SPAM
    if score >= CUTOFFS.spam:
        assert ruling.verdict is not Verdict.HAM
    assert 0 <= ruling.urgency <= 1
    assert ruling.verdict is Verdict.SPAM or not ruling.discard
    assert math.isfinite(sum(reason.weight for reason in ruling.reasons))


@given(st.floats(0, 1), SIGNALS, st.sampled_from(Mode))
def test_doubt_only_ever_makes_milder(score: float, signals: Signals, mode: Mode) -> None:
    sure, unsure = (rule(score, signals, mode=mode, unfamiliar=doubt) for doubt in (False, True))
    assert unsure.verdict in (sure.verdict, Verdict.UNSURE)
    assert unsure.verdict is sure.verdict or sure.verdict is Verdict.SPAM


SEEN = st.builds(
    Circumstances,
    cutoffs=st.just(CUTOFFS),
    mode=st.sampled_from(Mode),
    author_known=st.booleans(),
    signals=st.builds(Signals, honeypot=st.booleans(), copied=st.booleans()),
    unfamiliar=st.booleans(),
    strange_script=st.sampled_from(["", "Greek"]),
)


@given(st.floats(), SEEN)
def test_what_was_banned_is_removed_and_never_published_or_dropped(
    score: float, seen: Circumstances
) -> None:
    ruling = policy.rule(score, replace(seen, stand=Stand.BANNED))
    assert outcome_of(ruling.decision, ruling.verdict) is Outcome.REMOVED
    assert ruling.verdict is not Verdict.HAM  # nor when the removal is undone
    assert not ruling.discard
    assert "author_banned" in codes(ruling)


@given(st.floats(), SEEN)
def test_whom_one_wants_to_be_asked_about_always_waits(score: float, seen: Circumstances) -> None:
    ruling = policy.rule(score, replace(seen, stand=Stand.PREMODERATED))
    assert (ruling.verdict, ruling.decision, ruling.discard) == (Verdict.UNSURE, None, False)


@given(st.floats(0, 1), SEEN)
def test_a_trusted_author_is_published_unless_something_says_spam(
    score: float, seen: Circumstances
) -> None:
    plain, ruling = policy.rule(score, seen), policy.rule(score, replace(seen, stand=Stand.TRUSTED))
    assert ruling.verdict is not Verdict.SPAM
    assert ruling.decision is None
    if plain.verdict is Verdict.HAM:
        assert ruling == plain
    elif ruling.verdict is Verdict.HAM:
        assert score < CUTOFFS.spam
        assert seen.mode is not Mode.HOLD_ALL
        assert 0 <= ruling.urgency <= 1


def test_a_trusted_authors_unclear_comment_is_published() -> None:
    assert rule(0.5, stand=Stand.TRUSTED).verdict is Verdict.HAM
    first = rule(0.1, stand=Stand.TRUSTED, mode=Mode.HOLD_FIRST_TIMERS)
    assert first.verdict is Verdict.HAM


def test_a_trusted_authors_spam_waits_for_a_person() -> None:
    for ruling in (
        rule(0.9999, stand=Stand.TRUSTED),
        rule(0.1, Signals(honeypot=True, text=CALLED_SPAM), stand=Stand.TRUSTED),
        rule(0.6, Signals(honeypot=True), stand=Stand.TRUSTED),
    ):
        assert (ruling.verdict, ruling.discard) == (Verdict.UNSURE, False)


def test_a_site_that_holds_everything_holds_trusted_authors_too() -> None:
    assert rule(0.1, stand=Stand.TRUSTED, mode=Mode.HOLD_ALL).verdict is Verdict.UNSURE


def test_nothing_is_published_without_a_score_whoever_wrote_it() -> None:
    for stand in (None, *Stand):
        assert policy.heed(policy.without_score("broken"), stand).verdict is Verdict.UNSURE
