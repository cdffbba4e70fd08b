"""What reports teach, and what checks are compared with: the same as for any other comment."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from models import SpamModel
from service.app import create_app
from service.config import Settings
from service.core import moderation
from service.core.store import comments, lessons, precedents
from service.core.store.session import Store
from service.scoring import Scorer, drain
from tests.fakes import FrozenClock, QuietBell
from tests.service.learning.village import PRAISE, TOOLS, Process
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.conftest import ARTICLE_URL, Site

TEXT = "A stall of honest goods for everybody who bakes, at https://stall.example/goods today."


class TestReports:
    @pytest.fixture
    def scorer(self, shipped: SpamModel) -> Scorer:
        return Scorer(shipped)

    @pytest.fixture
    def worker(self, store: Store, shipped: SpamModel, clock: FrozenClock) -> Process:
        return Process(store, shipped, clock)

    def check(self, door: Door, number: int, text: str) -> UUID:
        """Every comment comes from another reader in another network."""
        answer = door.check(
            text,
            comment_author=f"Reader {number}",
            comment_author_email=f"reader{number}@mail.example",
            user_ip=f"198.51.{number}.7",
        )
        return UUID(answer.headers[GUID])

    def report(self, door: Door, number: int, text: str, **fields: str) -> None:
        door.report(
            "spam",
            text,
            comment_author=f"Reader {number}",
            comment_author_email=f"reader{number}@mail.example",
            **fields,
        )

    def judged(self, door: Door, scorer: Scorer, number: int) -> tuple[str | None, float]:
        """Verdict and score of a text like those reported, from a reader not seen before."""
        assert scorer.follower is not None
        with scorer.follower.lock:
            scorer.follower.catch_up(door.store)
        comment_id = self.check(door, number, PRAISE.format(TOOLS[-1]))
        with door.store.reading() as session:
            row = comments.by_id(session, comment_id)
            return row.verdict, row.score or 0.0

    def undo(self, door: Door, clock: FrozenClock, comment_id: UUID) -> None:
        clock.move(seconds=1)
        with door.store.writing() as session:
            revision = comments.by_id(session, comment_id).revision
            moderation.undo(session, comment_id, revision, "moderator:1", clock())

    def test_enough_of_them_turn_the_verdict_on_what_is_like_it_and_undoing_turns_it_back(
        self, door: Door, scorer: Scorer, worker: Process, bell: QuietBell, clock: FrozenClock
    ) -> None:
        verdict, before = self.judged(door, scorer, 200)
        assert verdict == "ham"
        texts = [PRAISE.format(f"{tool}{make}") for make in ("", " Max") for tool in TOOLS[:12]]
        reported = [self.check(door, number, text) for number, text in enumerate(texts)]
        for number, text in enumerate(texts):
            self.report(door, number, text)
        assert bell.lessons == len(texts)
        assert worker.teach()
        verdict, taught = self.judged(door, scorer, 201)
        assert (verdict != "ham", taught > before + 0.2) == (True, True)
        for comment_id in reported:
            self.undo(door, clock, comment_id)
        assert worker.teach()
        # The score alone: the same text was posted twice by now, which has points of its own.
        assert self.judged(door, scorer, 202)[1] == pytest.approx(before, abs=0.05)

    def test_they_teach_with_half_the_weight_of_a_moderator(
        self, door: Door, worker: Process, store: Store
    ) -> None:
        self.check(door, 1, TEXT)
        self.report(door, 1, TEXT)
        worker.teach()
        with store.reading() as session:
            [lesson] = lessons.part_after(session, 0)
        assert (lesson.label, lesson.trust) == (1, 0.5)

    def test_a_process_that_starts_knows_it_before_anybody_asks(
        self, door: Door, worker: Process, settings: Settings, shipped: SpamModel, bell: QuietBell
    ) -> None:
        self.check(door, 1, TEXT)
        self.report(door, 1, TEXT)
        worker.teach()
        late = Scorer(shipped)
        create_app(settings, store=door.store, scorer=late, bell=bell)  # type: ignore[arg-type]
        assert late.version == f"{shipped.version}+1"

    def test_test_calls_teach_nothing(self, door: Door, worker: Process, store: Store) -> None:
        door.check(TEXT, is_test="1")
        door.report("spam", TEXT, is_test="1")
        door.report("spam", "never checked", is_test="1")
        worker.teach()
        with store.reading() as session:
            assert lessons.count(session) == 0
            assert session.query(precedents.PrecedentRow).count() == 0


class TestSignals:
    def codes(self, door: Door) -> set[str]:
        """Of the reasons kept with the newest comment."""
        return {reason["code"] for reason in door.all_comments()[0].reasons}

    def test_what_was_reported_is_held_when_it_comes_again_though_the_model_likes_it(
        self, door: Door, clock: FrozenClock
    ) -> None:
        assert door.check(TEXT, user_ip="203.0.113.1").data == b"false"
        door.report("spam", TEXT)
        clock.move(days=2)
        answer = door.check(TEXT, comment_author="Bo", comment_author_email="bo@x.example")
        assert answer.data == b"true"
        assert "text_before" in self.codes(door)

    def test_so_is_what_was_reported_without_having_been_checked(
        self, door: Door, clock: FrozenClock
    ) -> None:
        door.report("spam", TEXT)
        clock.move(seconds=1)
        answer = door.check(TEXT, comment_author="Bo", comment_author_email="bo@x.example")
        assert answer.data == b"true"
        assert "text_before" in self.codes(door)

    def test_the_same_text_on_many_articles_is_held(self, door: Door, clock: FrozenClock) -> None:
        for number in range(8):
            address = f"https://blog.example/{number}"
            clock.move(seconds=1)  # of comments of one moment none comes before another
            answer = door.check(f"unsure? {TEXT}", permalink=address, user_ip=f"203.0.{number}.1")
        assert "same_text" in self.codes(door)
        assert answer.data == b"true"

    def test_its_traces_are_those_that_a_worker_leaves(
        self, door: Door, site: Site, scorer: Scorer, store: Store, clock: FrozenClock
    ) -> None:
        asked = door.comment(door.check(TEXT, permalink=ARTICLE_URL))
        body = {"article_url": ARTICLE_URL, "body": TEXT}
        door.client.post("/api/v1/comments", json=body, headers=site.headers)
        drain(store, scorer, clock, timedelta(seconds=1))
        sent = door.all_comments()[0]
        assert asked.text_hash == sent.text_hash != ""
        assert asked.link_hashes == sent.link_hashes != []

    def test_nothing_is_compared_with_a_test_call(self, door: Door) -> None:
        row = door.comment(door.check(TEXT, is_test="1"))
        assert (row.text_hash, row.link_hashes) == ("", [])

    def test_an_article_is_known_to_a_process_that_has_just_started(
        self, door: Door, app: Flask, clock: FrozenClock
    ) -> None:
        door.check(TEXT, user_ip="203.0.113.1")
        clock.move(minutes=5)
        app.extensions["hamlet-akismet"].places.forget()
        door.check(f"{TEXT} unsure", user_ip="198.51.100.1")
        assert "same_text" not in self.codes(door)
