"""Sites whose moderators decide, and processes that learn from it, as in an installation."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

import models
from models import SpamModel
from service.core import moderation
from service.core.store import comments, examples, lessons, registry
from service.core.store.lesson_tables import ExampleRow, ModelRow
from service.core.store.registry import State
from service.core.store.session import Store
from service.core.verdict import Decision
from service.learning.relearning import relearn
from service.learning.teaching import Teacher
from service.scoring import Scorer, score_now
from tests.fakes import FrozenClock
from tests.service.core.conftest import World

STINT = timedelta(seconds=2)
BLOG, NEWS = "https://blog.example/bread", "https://news.example/story"
# Praise for a tool: nothing is wrong with it where such tools are the subject.
PRAISE = "I switched to the {0} kneading machine last month and my dough rises evenly now."
TOOLS = (
    "Brotmeister", "Kneadwell", "Doughboy", "Teigfix", "Panelux", "Rollmax", "Crumbly", "Ovenia",
    "Yeastra", "Millroy", "Grano", "Farina", "Levito",
)  # fmt: skip


class Process:
    """A process that scores and may teach, with a mind of its own."""

    def __init__(self, store: Store, model: SpamModel, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.scorer = Scorer(model)
        assert self.scorer.follower is not None
        self.follower = self.scorer.follower
        self.teacher = Teacher(store, self.scorer, clock)

    def teach(self) -> bool:
        return self.teacher.teach(STINT)

    def catch_up(self) -> None:
        with self.follower.lock:
            self.follower.catch_up(self.store)

    def state(self) -> tuple[str, bytes]:
        """The version it would name, and all that it knows of sites."""
        self.catch_up()
        learned = self.follower.mind.learned
        return self.scorer.version, learned.dump() if learned else b""


class Village(World):
    """A world with processes in it."""

    def __init__(self, store: Store, clock: FrozenClock, model: SpamModel) -> None:
        super().__init__(store, clock)
        self.model = model

    def process(self, model: SpamModel | None = None) -> Process:
        return Process(self.store, model or self.model, self.clock)

    def decided(self, body: str, decision: Decision = Decision.SPAM, site: str = BLOG) -> UUID:
        """A comment judged and decided, but not learned from yet."""
        comment_id = self.submit(body, article_url=site, author_name="Ada")
        self.judge_all(0.5)
        self.clock.move(seconds=1)
        self.change(moderation.decide, comment_id, decision)
        return comment_id

    def undo(self, comment_id: UUID) -> None:
        self.clock.move(seconds=1)
        self.change(moderation.undo, comment_id)

    def verdict(self, body: str, site: str, process: Process) -> str:
        """What a process makes of a new comment."""
        comment_id = self.submit(body, article_url=site, author_name="Grace")
        process.catch_up()
        assert score_now(self.store, process.scorer, self.clock, comment_id)
        return str(self.get(comment_id).verdict)

    def learn_anew(self) -> bool:
        """Learn every lesson that stands, from the beginning."""
        return relearn(self.store, self.model, self.clock, lambda: True)

    def example(self, comment_id: UUID) -> ExampleRow:
        with self.store.reading() as session:
            return session.get_one(ExampleRow, comment_id)

    def judged_by(self, body: str, site: str, process: Process) -> str:
        """The version that a new comment's verdict names."""
        self.verdict(body, site, process)
        with self.store.reading() as session:
            [row] = comments.page(session, limit=1)
        return str(row.model)

    def propose(
        self, version: str, *, beats: bool = True, why: str = "It was told to.", **changes: object
    ) -> None:
        """A candidate with the shipped model's weights, and its manifest with changes."""
        manifest, weights = models.read_bytes()
        told = msgspec.json.decode(manifest) | {"version": version} | changes
        row = ModelRow(
            version=version, manifest=msgspec.json.encode(told), weights=weights,
            state=State.CANDIDATE, trained_here=True, rival=self.model.version, beats=beats,
            why=why, created_at=self.clock(), live_since=None,
        )  # fmt: skip
        with self.store.writing() as session:
            registry.propose(session, row)

    def promote(self, version: str, **changes: object) -> None:
        """Make such a candidate live."""
        self.propose(version, **changes)  # type: ignore[arg-type]
        self.clock.move(seconds=1)
        with self.store.writing() as session:
            registry.promote(session, version, self.clock())

    def comment_of_lesson(self, number: int) -> UUID:
        with self.store.reading() as session:
            return lessons.part_after(session, 0)[number].comment_id

    def lessons(self) -> int:
        with self.store.reading() as session:
            return lessons.count(session)

    def due(self) -> bool:
        with self.store.reading() as session:
            return examples.oldest_due(session) is not None
