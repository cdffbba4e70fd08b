"""Scoring: claim, ask the model, rule, commit. The worker and the synchronous doors share this.

The model works outside any transaction; the verdict is committed under the claim's guard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from service.clock import Clock
from service.config import Settings
from service.core import moderation, policy, waiting
from service.core.policy import Reason, Ruling
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.traces import Traces
from service.core.verdict import Verdict
from service.core.waiting import Claim, Waiting
from service.gathering import gather
from service.learning.following import Follower, Mind
from service.texts import text_of

if TYPE_CHECKING:  # importing models loads scikit-learn, which the `hamlet` command need not
    from models import Look, SpamModel

log = structlog.get_logger()
NO_MODEL = "none"
TRIED_EVERY = 4  # batches
# A reason is kept for what a person may look at; for the rest it is computed on view.
KEPT_REASONS = (Verdict.UNSURE, Verdict.SPAM)


class Scorer:
    """A model with the policy around it. Without a model every comment waits for a person."""

    def __init__(
        self,
        model: SpamModel | None,
        fault: str = "",
        directory: Path | None = None,
        secret: str = "",
    ) -> None:
        self.follower = Follower(model) if model else None
        self.brought = model.version if model else NO_MODEL  # by this program, live or not
        self.directory = directory  # that the model was read from; None: the shipped one
        self.secret = secret  # the installation's; keys the traces of comments
        self._fault = fault

    @classmethod
    def load(cls, settings: Settings) -> Scorer:
        """The operator's model, else the shipped one; faults are logged and kept, never raised."""
        from models import ModelError, load

        fault = ""
        for directory in (settings.model_dir, None) if settings.model_dir else (None,):
            try:
                return cls(load(directory), fault, directory, settings.secret_key)
            except (ModelError, OSError) as error:
                fault = str(error)
                log.error("model_not_loaded", directory=str(directory or "shipped"), why=fault)
        return cls(None, fault, secret=settings.secret_key)

    @property
    def model(self) -> SpamModel | None:
        return self.follower.mind.model if self.follower else None

    @property
    def version(self) -> str:
        return self.follower.mind.version if self.follower else NO_MODEL

    @property
    def fault(self) -> str:
        """Why there is no model, or why it is not the one asked for; empty when it is."""
        return self._fault or (self.follower.fault if self.follower else "")

    def follow(self, store: Store) -> str:
        """Take in what was taught meanwhile, anywhere. Returns the version that scores now."""
        if self.follower:
            self.follower.follow(store)
        return self.version

    def rule(self, comments: Sequence[Waiting]) -> dict[UUID, Ruling]:
        """A ruling for every comment. What cannot be scored waits for a person, with the reason."""
        if self.follower is None:
            return _all_without_score(comments, f"no model could be loaded: {self.fault}")
        try:
            return _rule(self.follower.mind, comments)
        except Exception as error:
            log.exception("scoring_failed", comments=len(comments))
            if len(comments) > 1:  # find the one that it is; the others get their verdict
                return {item.id: self.rule([item])[item.id] for item in comments}
            return _all_without_score(comments, f"scoring failed: {type(error).__name__}")

    def explain(self, comments: Sequence[Waiting]) -> dict[UUID, tuple[Reason, ...]]:
        """What pushes each comment's score, strongest first; empty where the model cannot say."""
        if self.follower is None or not comments:
            return {}
        try:
            rulings = _rule(self.follower.mind, comments, explained=tuple(Verdict))
        except Exception:
            log.exception("explaining_failed", comments=len(comments))
            return {}
        # What weighs nothing is about the site's mode now, not about this comment then.
        return {
            item.id: tuple(reason for reason in rulings[item.id].reasons if reason.weight)
            for item in comments
        }


def drain(store: Store, scorer: Scorer, clock: Clock, lasting: timedelta) -> bool:
    """Judge pending comments until none is free or `lasting` has passed.

    Returns whether none was free at the end.
    """
    stop = clock() + lasting
    _give_up_on_exhausted(store, scorer, clock)
    batches = 0
    while clock() < stop:
        # Now and then, so that a lasting flood of new ones does not keep the old waiting.
        tried_first = batches % TRIED_EVERY == 0
        with store.writing() as session:
            claim = waiting.claim_pending(session, clock(), tried_first=tried_first)
        if not claim.comments:
            return True
        _score(store, scorer, clock, claim)
        batches += 1
    return False


def score_now(store: Store, scorer: Scorer, clock: Clock, comment_id: UUID) -> bool:
    """Judge one comment at once. False if another scorer has it, or somebody decided already."""
    with store.writing() as session:
        claim = waiting.claim_one(session, comment_id, clock())
    return _score(store, scorer, clock, claim) == 1


def reasons_on_view(
    store: Store, scorer: Scorer, comments: Sequence[CommentRow]
) -> dict[UUID, list[Reason]]:
    """Why each comment got its verdict: the reasons kept with it, else those the model gives now.

    None for a comment not judged yet, and for spam whose text was purged.
    """
    reasons = {row.id: [Reason(**reason) for reason in row.reasons] for row in comments}
    unkept = [row.id for row in comments if row.verdict == Verdict.HAM and not row.text_purged_at]
    if unkept:
        with store.reading() as session:
            seen = waiting.read(session, unkept)
        scorer.follow(store)
        gather(store, seen, scorer.secret, but=unkept)
        explained = scorer.explain(seen)
        reasons |= {comment_id: list(found) for comment_id, found in explained.items()}
    return reasons


def _give_up_on_exhausted(store: Store, scorer: Scorer, clock: Clock) -> None:
    with store.reading() as session:
        if not waiting.any_exhausted(session, clock()):
            return
    with store.writing() as session:
        claim = waiting.claim_exhausted(session, clock())
    why = f"scoring was tried {waiting.MAX_ATTEMPTS} times and never finished"
    log.error("gave_up_scoring", comments=len(claim.comments))
    _judge(store, scorer.version, clock, claim, _all_without_score(claim.comments, why))


def _score(store: Store, scorer: Scorer, clock: Clock, claim: Claim) -> int:
    gather(store, claim.comments, scorer.secret)
    version = scorer.follow(store)
    traces = {item.id: item.traces for item in claim.comments}
    return _judge(store, version, clock, claim, scorer.rule(claim.comments), traces)


def _judge(
    store: Store,
    version: str,
    clock: Clock,
    claim: Claim,
    rulings: dict[UUID, Ruling],
    traces: Mapping[UUID, Traces] = moderation.NO_TRACES,
) -> int:
    if not rulings:
        return 0
    return store.write(
        lambda session: moderation.judge(session, claim.token, rulings, clock(), version, traces)
    )


def _rule(
    mind: Mind, comments: Sequence[Waiting], explained: Sequence[Verdict] = KEPT_REASONS
) -> dict[UUID, Ruling]:
    texts = [text_of(item) for item in comments]
    sites = [item.site_id for item in comments]
    rulings: list[Ruling] = []
    for look in mind.model.looks(texts, mind.learned, sites):
        part = comments[len(rulings) : len(rulings) + len(look)]
        rulings += _rule_part(mind.model, look, part, explained)
    return {item.id: ruling for item, ruling in zip(comments, rulings, strict=True)}


def _rule_part(
    model: SpamModel, look: Look, comments: Sequence[Waiting], explained: Sequence[Verdict]
) -> list[Ruling]:
    scores = look.scores.tolist()
    seen = [item.circumstances(model.ham_cutoff, model.spam_cutoff) for item in comments]
    rulings = [policy.rule(score, about) for score, about in zip(scores, seen, strict=True)]
    asked = {*explained, Verdict.SPAM}
    rows = [row for row, ruling in enumerate(rulings) if ruling.verdict in asked]
    closer = look.among(rows)
    for row in _unfamiliar(closer, rows, rulings):
        rulings[row] = policy.rule(scores[row], replace(seen[row], unfamiliar=True))
    if any(rulings[row].verdict in explained for row in rows):
        for row, found in zip(rows, closer.reasons(), strict=True):
            if rulings[row].verdict in explained:
                reasons = (Reason(one.code, one.text, one.weight, one.places) for one in found)
                rulings[row] = policy.with_evidence(rulings[row], tuple(reasons))
    return rulings


def _unfamiliar(look: Look, rows: Sequence[int], rulings: Sequence[Ruling]) -> list[int]:
    """Which of the rows judged spam are unlike anything learned; asked of no others."""
    from models import FAMILIAR_FROM

    if not any(rulings[row].verdict is Verdict.SPAM for row in rows):
        return []
    return [
        row
        for row, share in zip(rows, look.familiarity().tolist(), strict=True)
        if share < FAMILIAR_FROM and rulings[row].verdict is Verdict.SPAM
    ]


def _all_without_score(comments: Sequence[Waiting], why: str) -> dict[UUID, Ruling]:
    return {item.id: policy.heed(policy.without_score(why), item.stand) for item in comments}
