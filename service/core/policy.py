"""Policy: a model's score and what else is known about a comment become a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from service.core.signals import FAST_MS, Reason, Signals, reasons_of
from service.core.verdict import Cutoffs, Decision, Mode, Stand, Verdict, verdict_for

__all__ = [
    "FAST_MS",
    "NO_SIGNALS",
    "Circumstances",
    "Reason",
    "Ruling",
    "heed",
    "rule",
    "with_evidence",
    "without_score",
]

DISCARD_FROM = 0.999  # probability; spam so blatant that a client may drop it unseen
# Logits; what is known beside the text speaks so loud that not knowing such texts is no doubt.
SETTLED_FROM = 2.0
NO_SIGNALS = Signals()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What policy looks at beside the score."""

    cutoffs: Cutoffs
    mode: Mode = Mode.AUTOMATIC
    author_known: bool = False  # has a published comment on this site
    stand: Stand | None = None  # the author's on this site
    signals: Signals = NO_SIGNALS
    unfamiliar: bool = False  # the model has learned from nothing like it
    strange_script: str = ""  # that it is written in, where the site's language is in another


@dataclass(frozen=True, slots=True)
class Ruling:
    """What policy made of a comment."""

    verdict: Verdict
    score: float | None  # the model's own, None when it gave none
    urgency: float  # in [0, 1]: how likely a person would change the outcome
    discard: bool = False
    reasons: tuple[Reason, ...] = ()
    decision: Decision | None = None  # what a person has decided beforehand, by a ban


def rule(score: float, seen: Circumstances) -> Ruling:
    """The ruling on a comment that the model gave `score`."""
    if not math.isfinite(score):
        why = f"the model gave {score} instead of a probability"
        return heed(without_score(why), seen.stand)
    signals = reasons_of(seen.signals)
    points = sum(reason.weight for reason in signals)
    total = _shift(score, points)
    verdict = verdict_for(total, seen.cutoffs)
    sides = {verdict, verdict_for(score, seen.cutoffs)}
    if sides == {Verdict.HAM, Verdict.SPAM}:
        verdict = Verdict.UNSURE  # signals alone never turn what it reads like into its opposite
    held = _doubts(verdict, points, seen) or _held_by_mode(verdict, seen)
    ruling = Ruling(
        verdict=Verdict.UNSURE if held else verdict,
        score=score,
        urgency=total if verdict is Verdict.HAM and not held else 1 - total,
        discard=verdict is Verdict.SPAM and not held and total >= DISCARD_FROM,
        reasons=signals + held,
    )
    is_free = Verdict.SPAM not in sides and seen.mode is not Mode.HOLD_ALL
    return heed(ruling, seen.stand, is_free)


def without_score(why: str) -> Ruling:
    """The ruling when no score could be had: a person decides, soon."""
    reason = Reason("not_scored", why, 0.0)
    return Ruling(verdict=Verdict.UNSURE, score=None, urgency=1.0, reasons=(reason,))


def heed(ruling: Ruling, stand: Stand | None, is_free: bool = False) -> Ruling:
    """The ruling as the author's standing changes it.

    A trusted author's comment is published where it `is_free`: nothing says that it is spam, and
    the site does not hold everything. A banned author's is removed, and never published or dropped.
    """
    match stand:
        case Stand.TRUSTED:
            return _trusted(ruling, is_free)
        case Stand.BANNED:
            return _banned(ruling)
        case Stand.PREMODERATED:
            return _asked(ruling)
        case None:
            return ruling


def with_evidence(ruling: Ruling, evidence: tuple[Reason, ...]) -> Ruling:
    """The ruling with the model's evidence added, the strongest push first."""
    reasons = sorted(ruling.reasons + evidence, key=lambda reason: -abs(reason.weight))
    return replace(ruling, reasons=tuple(reasons))


def _doubts(verdict: Verdict, points: float, seen: Circumstances) -> tuple[Reason, ...]:
    """Why a comment waits for a person whatever its text was judged; empty when it need not.

    What the model knows too little about is never filed as spam. It is no reason to hold what reads
    like ham, unless the site has a language and this is plainly another.
    """
    if verdict is Verdict.UNSURE or (verdict is Verdict.SPAM and points >= SETTLED_FROM):
        return ()
    doubts = []
    if seen.strange_script and not (verdict is Verdict.HAM and seen.author_known):
        text = f"written in {seen.strange_script} script, unlike this site's language"
        doubts.append(Reason("strange_script", text, 0.0))
    if seen.unfamiliar and verdict is Verdict.SPAM:
        doubts.append(Reason("unfamiliar", "unlike anything the model has learned from", 0.0))
    return tuple(doubts)


def _held_by_mode(verdict: Verdict, seen: Circumstances) -> tuple[Reason, ...]:
    """Why a comment judged ham waits for a person all the same; empty when it does not."""
    if verdict is not Verdict.HAM:
        return ()
    if seen.mode is Mode.HOLD_ALL:
        return (Reason("mode_hold_all", "this site holds every comment", 0.0),)
    if seen.mode is Mode.HOLD_FIRST_TIMERS and not seen.author_known:
        return (Reason("first_comment", "first comment of this author here", 0.0),)
    return ()


def _trusted(ruling: Ruling, is_free: bool) -> Ruling:
    if ruling.verdict is Verdict.SPAM:
        return _waits(ruling, "trusted_author", "would be spam, but its author is trusted here")
    if ruling.verdict is Verdict.HAM or not is_free:
        return ruling
    reason = Reason("trusted_author", "published, as its author is trusted here", 0.0)
    signals = tuple(reason for reason in ruling.reasons if reason.weight)  # not why it was held
    urgency = 1 - ruling.urgency
    return replace(ruling, verdict=Verdict.HAM, urgency=urgency, reasons=(*signals, reason))


def _banned(ruling: Ruling) -> Ruling:
    """Removed, whatever it reads like. Should somebody undo that, it waits or is spam."""
    said = Reason("author_banned", "its author is banned here", 0.0)
    verdict = Verdict.SPAM if ruling.verdict is Verdict.SPAM else Verdict.UNSURE
    ruling = replace(ruling, verdict=verdict, discard=False, decision=Decision.REMOVE)
    return replace(ruling, reasons=(*ruling.reasons, said))


def _asked(ruling: Ruling) -> Ruling:
    """Every comment of theirs waits, also what would be filed as spam."""
    if ruling.verdict is Verdict.HAM:
        return _waits(ruling, "always_ask", "you are always asked about this author")
    if ruling.verdict is Verdict.SPAM:
        text = "would be spam, but you are always asked about this author"
        return _waits(ruling, "always_ask_spam", text)
    return ruling


def _waits(ruling: Ruling, code: str, text: str) -> Ruling:
    urgency = 1 - ruling.urgency if ruling.verdict is Verdict.HAM else ruling.urgency
    reasons = (*ruling.reasons, Reason(code, text, 0.0))
    return replace(ruling, verdict=Verdict.UNSURE, urgency=urgency, discard=False, reasons=reasons)


def _shift(score: float, points: float) -> float:
    """The probability moved by `points` logits; 0 and 1 stay."""
    if points == 0 or not 0 < score < 1:
        return score
    logit = math.log(score) - math.log1p(-score) + points
    if logit < 0:  # the other form would overflow
        return math.exp(logit) / (1 + math.exp(logit))
    return 1 / (1 + math.exp(-logit))
