"""Policy: a model's score and what else is known about a comment become a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from service.core.verdict import Cutoffs, Mode, Verdict, verdict_for

HONEYPOT_POINTS = 3.0  # logits; a field that no person sees was filled in
FAST_POINTS = 1.5
FAST_MS = 3_000  # milliseconds; few people read, write and send a comment in less
DISCARD_FROM = 0.999  # probability; spam so blatant that a client may drop it unseen


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that pushed a score; `weight` in logits, above 0 towards spam."""

    code: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What policy looks at beside the score."""

    cutoffs: Cutoffs
    mode: Mode = Mode.AUTOMATIC
    author_known: bool = False  # has a published comment on this site
    honeypot: bool = False
    filled_in_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What policy made of a comment."""

    verdict: Verdict
    score: float | None  # the model's own, None when it gave none
    urgency: float  # in [0, 1]: how likely a person would change the outcome
    discard: bool = False
    reasons: tuple[Reason, ...] = ()


def rule(score: float, seen: Circumstances) -> Ruling:
    """The ruling on a comment that the model gave `score`."""
    if not math.isfinite(score):
        return without_score(f"the model gave {score} instead of a probability")
    signals = _signals(seen)
    total = _shift(score, sum(reason.weight for reason in signals))
    verdict = verdict_for(total, seen.cutoffs)
    if verdict is Verdict.SPAM and verdict_for(score, seen.cutoffs) is Verdict.HAM:
        verdict = Verdict.UNSURE  # signals alone never make spam of what reads like ham
    held = _held_by_mode(verdict, seen)
    return Ruling(
        verdict=Verdict.UNSURE if held else verdict,
        score=score,
        urgency=total if verdict is Verdict.HAM and not held else 1 - total,
        discard=verdict is Verdict.SPAM and total >= DISCARD_FROM,
        reasons=signals + held,
    )


def without_score(why: str) -> Ruling:
    """The ruling when no score could be had: a person decides, soon."""
    reason = Reason("not_scored", why, 0.0)
    return Ruling(verdict=Verdict.UNSURE, score=None, urgency=1.0, reasons=(reason,))


def with_evidence(ruling: Ruling, evidence: tuple[Reason, ...]) -> Ruling:
    """The ruling with the model's evidence added, the strongest push first."""
    reasons = sorted(ruling.reasons + evidence, key=lambda reason: -abs(reason.weight))
    return replace(ruling, reasons=tuple(reasons))


def _signals(seen: Circumstances) -> tuple[Reason, ...]:
    """Points for what the text does not show."""
    found = []
    if seen.honeypot:
        text = "filled in a field that people do not see"
        found.append(Reason("honeypot", text, HONEYPOT_POINTS))
    if seen.filled_in_ms is not None and seen.filled_in_ms < FAST_MS:
        text = f"written and sent in {seen.filled_in_ms / 1000:.1f} s"
        found.append(Reason("filled_in_fast", text, FAST_POINTS))
    return tuple(found)


def _held_by_mode(verdict: Verdict, seen: Circumstances) -> tuple[Reason, ...]:
    """Why a comment judged ham waits for a person all the same; empty when it does not."""
    if verdict is not Verdict.HAM:
        return ()
    if seen.mode is Mode.HOLD_ALL:
        return (Reason("mode_hold_all", "this site holds every comment", 0.0),)
    if seen.mode is Mode.HOLD_FIRST_TIMERS and not seen.author_known:
        return (Reason("first_comment", "first comment of this author here", 0.0),)
    return ()


def _shift(score: float, points: float) -> float:
    """The probability moved by `points` logits; 0 and 1 stay."""
    if points == 0 or not 0 < score < 1:
        return score
    logit = math.log(score) - math.log1p(-score) + points
    if logit < 0:  # the other form would overflow
        return math.exp(logit) / (1 + math.exp(logit))
    return 1 / (1 + math.exp(-logit))
