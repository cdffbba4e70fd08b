"""A small world of comments, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from service.core import moderation, policy, waiting
from service.core.moderation import Arrival, Caller
from service.core.store import comments
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.submission import Submission, checked
from tests.fakes import FrozenClock

SECRET = "a secret of at least thirty-two characters"
READER = Caller("reader")
ANN = "moderator:1"


class World:
    """What the tests do to comments, each in a transaction of its own."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock

    def submit(
        self, body: str = "Lovely crust!", caller: Caller = READER, **fields: object
    ) -> UUID:
        return self.submit_all([body], caller, **fields)[0]

    def submit_all(
        self, bodies: list[str], caller: Caller = READER, **fields: object
    ) -> list[UUID]:
        address = fields.pop("article_url", "https://blog.example/bread")
        batch = [
            Arrival(
                checked(Submission(article_url=address, body=body, **fields), self.clock()),  # type: ignore[arg-type]
                caller,
            )
            for body in bodies
        ]
        with self.store.writing() as session:
            results = moderation.submit_many(session, batch, self.clock(), SECRET)
        return [result.comment_id for result in results]  # type: ignore[union-attr]

    def judge_all(self, score: float = 0.02, model: str = "plain-1") -> int:
        """Judge every free pending comment with this score; returns how many took effect."""
        judged = 0
        while (claim := self.claim()).comments:
            judged += self.judge(claim, score, model)
        return judged

    def claim(self) -> waiting.Claim:
        with self.store.writing() as session:
            return waiting.claim_pending(session, self.clock())

    def judge(self, claim: waiting.Claim, score: float = 0.02, model: str = "plain-1") -> int:
        rulings = {
            item.id: policy.rule(score, item.circumstances(0.2, 0.9)) for item in claim.comments
        }
        with self.store.writing() as session:
            return moderation.judge(session, claim.token, rulings, self.clock(), model)

    def change(
        self, act: Callable[..., CommentRow], comment_id: UUID, *args: object, **kw: object
    ) -> CommentRow:
        """`moderation.decide` or `undo` at the comment's newest revision."""
        with self.store.writing() as session:
            revision = comments.by_id(session, comment_id).revision
            session.expunge_all()
            if args:
                return act(session, comment_id, args[0], revision, ANN, self.clock(), **kw)
            return act(session, comment_id, revision, ANN, self.clock(), **kw)

    def get(self, comment_id: UUID) -> CommentRow:
        with self.store.reading() as session:
            return comments.by_id(session, comment_id)

    def kinds(self, comment_id: UUID) -> list[str]:
        """The kinds of the comment's events, in order."""
        with self.store.reading() as session:
            return [event.kind for event in comments.events_of(session, comment_id)]


@pytest.fixture
def world(any_store: Store, clock: FrozenClock) -> World:
    return World(any_store, clock)
