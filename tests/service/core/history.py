"""A made-up past: comments of some weeks, judged and decided, written straight into the tables."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from service.core.store import sites
from service.core.store.session import Store
from service.core.store.tables import ArticleRow, CommentRow, EventRow
from service.core.verdict import Cutoffs, Decision, Verdict, outcome_of, verdict_for

ACTORS = ("moderator:1", "moderator:2", "key:blog")
MACHINE = "campaign:7"
CUTOFFS = Cutoffs(0.2, 0.9)
EMPTY = ("author_name", "author_email", "author_url", "ip", "user_agent", "referrer", "type")
BLANK = dict.fromkeys((*EMPTY, "language", "honeypot", "author_hash"), "")


@dataclass
class Said:
    """A decision that somebody made, standing or not."""

    actor: str
    decision: str
    at: datetime


@dataclass
class Lived:
    """A comment's life as plainly as can be, to count by hand."""

    id: UUID
    site_id: int
    received_at: datetime
    score: float | None
    verdict: str | None
    said: list[Said] = field(default_factory=list)
    decision: str | None = None  # that stands


def make_sites(
    store: Store, now: datetime, names: tuple[str, ...] = ("blog", "paper")
) -> list[int]:
    with store.writing() as session:
        rows = [sites.add(session, name, f"https://{name}.example", now) for name in names]
        session.add_all(
            ArticleRow(id=row.id, site_id=row.id, url=f"{row.url}/a", created_at=now)
            for row in rows
        )
        return [row.id for row in rows]


def make_past(site_ids: list[int], now: datetime, size: int, days: int, seed: int) -> list[Lived]:
    """Lives of comments that arrived within `days` days before `now`, about a third decided."""
    chance = random.Random(seed)
    return [_live(chance, site_ids, now, days) for _ in range(size)]


def write(store: Store, lives: list[Lived], **columns: Any) -> None:
    """Store the lives; `columns` are given to every comment."""
    comments, events = [], []
    for life in lives:
        comments.append(_comment(life) | columns)
        events.append(_event(life, 1, life.received_at, "submitted", "form", {}))
        for number, said in enumerate(life.said, 2):
            detail = {"decision": said.decision, "learn": True, "reason": "", "before": {}}
            events.append(_event(life, number, said.at, "decided", said.actor, detail))
    with store.writing() as session:
        session.execute(insert(CommentRow), comments)
        session.execute(insert(EventRow), events)


def _live(chance: random.Random, site_ids: list[int], now: datetime, days: int) -> Lived:
    arrived = now - timedelta(seconds=chance.uniform(0, days * 86_400))
    # Some exactly on a cutoff or on the edge of a step, where rounding would tell.
    score = chance.choice([chance.betavariate(0.4, 0.4), chance.randrange(21) / 20])
    judged = chance.random() < 0.97
    verdict = verdict_for(score, CUTOFFS) if judged else None
    life = Lived(
        UUID(int=chance.getrandbits(128)),
        chance.choice(site_ids),
        arrived,
        None if not judged or chance.random() < 0.02 else score,
        verdict,
    )
    if life.score is None and judged:
        life.verdict = Verdict.UNSURE
    while chance.random() < 0.35:
        actor = chance.choice([*ACTORS, MACHINE])
        earliest = life.said[-1].at if life.said else arrived
        at = earliest + timedelta(seconds=chance.expovariate(1 / 40_000))
        if at >= now:
            break
        life.said.append(Said(actor, chance.choice(list(Decision)), at))
    if life.said and chance.random() < 0.9:  # the rest was undone
        life.decision = life.said[-1].decision
    return life


def _comment(life: Lived) -> dict[str, Any]:
    decision = Decision(life.decision) if life.decision else None
    verdict = Verdict(life.verdict) if life.verdict else None
    # The rest is as a reader's client might have sent it.
    return BLANK | {
        "id": life.id,
        "site_id": life.site_id,
        "article_id": life.site_id,
        "body": "words",
        "created_at": life.received_at,
        "received_at": life.received_at,
        "outcome": outcome_of(decision, verdict),
        "verdict": life.verdict,
        "decision": life.decision,
        "score": life.score,
        "decided_at": life.said[-1].at if decision else None,
        "revision": 1 + len(life.said),
    }


def _event(
    life: Lived, revision: int, at: datetime, kind: str, actor: str, detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "comment_id": life.id,
        "revision": revision,
        "at": at,
        "kind": kind,
        "actor": actor,
        "detail": detail,
    }


def utc_midnight(now: datetime, days: int) -> datetime:
    """Where the last `days` days begin, today being one of them."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)
