"""Scoring: claim, ask the model, rule, commit. The worker and the synchronous doors share this.

The model works outside any transaction; the verdict is committed under the claim's guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from service.clock import Clock
from service.config import Settings
from service.core import moderation, policy, waiting
from service.core.policy import Reason, Ruling
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Verdict
from service.core.waiting import Claim, Waiting

if TYPE_CHECKING:  # importing models loads scikit-learn, which the `hamlet` command need not
    from models import CommentText, SpamModel

log = structlog.get_logger()
NO_MODEL = "none"
TRIED_EVERY = 4  # batches
# A reason is kept for what a person may look at; for the rest it is computed on view.
KEPT_REASONS = (Verdict.UNSURE, Verdict.SPAM)


class Scorer:
    """A model with the policy around it. Without a model every comment waits for a person."""

    def __init__(self, model: SpamModel | None, fault: str = "") -> None:
        self.model = model
        self.fault = fault  # why there is no model, or why it is not the one asked for

    @classmethod
    def load(cls, settings: Settings) -> Scorer:
        """The operator's model, else the shipped one; faults are logged and kept, never raised."""
        from models import ModelError, load

        fault = ""
        for directory in (settings.model_dir, None) if settings.model_dir else (None,):
            try:
                return cls(load(directory), fault)
            except (ModelError, OSError) as error:
                fault = str(error)
                log.error("model_not_loaded", directory=str(directory or "shipped"), why=fault)
        return cls(None, fault)

    @property
    def version(self) -> str:
        return self.model.version if self.model else NO_MODEL

    def rule(self, comments: Sequence[Waiting]) -> dict[UUID, Ruling]:
        """A ruling for every comment. What cannot be scored waits for a person, with the reason."""
        if self.model is None:
            return _all_without_score(comments, f"no model could be loaded: {self.fault}")
        try:
            return _rule(self.model, comments)
        except Exception as error:
            log.exception("scoring_failed", comments=len(comments))
            if len(comments) > 1:  # find the one that it is; the others get their verdict
                return {item.id: self.rule([item])[item.id] for item in comments}
            return _all_without_score(comments, f"scoring failed: {type(error).__name__}")

    def explain(self, comments: Sequence[Waiting]) -> dict[UUID, tuple[Reason, ...]]:
        """What pushes each comment's score, strongest first; empty where the model cannot say."""
        if self.model is None or not comments:
            return {}
        try:
            rulings = _rule(self.model, comments, explained=tuple(Verdict))
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
        _judge(store, scorer, clock, claim, scorer.rule(claim.comments))
        batches += 1
    return False


def score_now(store: Store, scorer: Scorer, clock: Clock, comment_id: UUID) -> bool:
    """Judge one comment at once. False if another scorer has it, or somebody decided already."""
    with store.writing() as session:
        claim = waiting.claim_one(session, comment_id, clock())
    rulings = scorer.rule(claim.comments)
    return _judge(store, scorer, clock, claim, rulings) == 1


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
    _judge(store, scorer, clock, claim, _all_without_score(claim.comments, why))


def _judge(
    store: Store, scorer: Scorer, clock: Clock, claim: Claim, rulings: dict[UUID, Ruling]
) -> int:
    if not rulings:
        return 0
    return store.write(
        lambda session: moderation.judge(session, claim.token, rulings, clock(), scorer.version)
    )


def _rule(
    model: SpamModel, comments: Sequence[Waiting], explained: Sequence[Verdict] = KEPT_REASONS
) -> dict[UUID, Ruling]:
    texts = [_text(item) for item in comments]
    scores = model.score(texts)
    rulings = [
        policy.rule(float(score), item.circumstances(model.ham_cutoff, model.spam_cutoff))
        for item, score in zip(comments, scores, strict=True)
    ]
    wanted = [i for i, ruling in enumerate(rulings) if ruling.verdict in explained]
    evidence = model.explain([texts[i] for i in wanted])
    for i, found in zip(wanted, evidence, strict=True):
        reasons = tuple(Reason(item.code, item.text, item.weight) for item in found)
        rulings[i] = policy.with_evidence(rulings[i], reasons)
    return {item.id: ruling for item, ruling in zip(comments, rulings, strict=True)}


def _text(item: Waiting) -> CommentText:
    from models import CommentText

    return CommentText(
        body=item.body,
        author_name=item.author_name,
        author_email=item.author_email,
        author_url=item.author_url,
        article_title=item.article_title,
        article_url=item.article_url,
        site_url=item.site_url,
        language=item.language,
    )


def _all_without_score(comments: Sequence[Waiting], why: str) -> dict[UUID, Ruling]:
    return {item.id: policy.without_score(why) for item in comments}
