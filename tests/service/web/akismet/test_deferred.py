"""Section 6 of the reference: what is told later, because the machine check was still running."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.config import Settings
from service.core.store import callbacks
from service.scoring import Scorer, drain
from service.web.akismet.context import Context
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.service.web.akismet.conftest import GUID, Door


class SlowModel(PlainModel):
    """Scores "slow" only when it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def _score(self, body: str) -> float:
        if "slow" in body:
            self.go_on.wait(20)
        return super()._score(body)


@pytest.mark.usefixtures("own")
class TestSlowScorer:
    """The machine check is still running when the client can wait no longer."""

    HOOK = "https://blog.example/wp-json/akismet/v1/webhook"

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, check_patience=0.3)

    @pytest.fixture
    def model(self) -> Iterator[SlowModel]:
        model = SlowModel()
        yield model
        model.go_on.set()

    @pytest.fixture(autouse=True)
    def _quiet(self, own: Context) -> None:
        own.delivering.close()

    def test_without_a_callback_it_is_spam_so_far_and_a_worker_judges_it(
        self, door: Door, bell: QuietBell
    ) -> None:
        answer = door.check("slow")
        assert answer.data == b"true"
        assert "X-akismet-recheck-after" not in answer.headers
        assert door.comment(answer).outcome == "pending"
        assert bell.rings == 1

    def test_with_a_callback_it_is_provisional(self, door: Door, bell: QuietBell) -> None:
        answer = door.check("slow", callback=self.HOOK)
        assert answer.data == b"false"
        assert answer.headers["X-akismet-recheck-after"] == "120"
        assert len(answer.headers[GUID]) == 32
        assert bell.rings == 1

    @pytest.mark.parametrize(
        "fields",
        [
            {"recheck_reason": "recheck_queue"},
            {"is_test": "1"},
            {"callback": "https://evil.example/hook"},
        ],
    )
    def test_it_is_never_provisional_for_rechecks_tests_and_foreign_callbacks(
        self, door: Door, fields: dict[str, str]
    ) -> None:
        answer = door.check("slow", **{"callback": self.HOOK, **fields})
        assert answer.data == b"true"
        assert "X-akismet-recheck-after" not in answer.headers

    def test_a_trusted_author_waits_for_no_scorer(self, door: Door) -> None:
        answer = door.check("slow", callback=self.HOOK, user_role="administrator")
        assert answer.data == b"false"
        assert "X-akismet-recheck-after" not in answer.headers

    def test_whatever_happens_it_is_told_spam_before_the_delay_ends(
        self, door: Door, clock: FrozenClock
    ) -> None:
        answer = door.check("slow", callback=self.HOOK)
        with door.store.writing() as session:
            assert callbacks.claim_due(session, clock()) == []
        clock.move(seconds=119)
        with door.store.writing() as session:
            [owed] = callbacks.claim_due(session, clock())
        assert owed.is_spam
        assert owed.comment_id.hex == answer.headers[GUID]

    @pytest.mark.parametrize(
        ("text", "is_spam"), [("slow unsure", True), ("slow spam", True), ("slow", False)]
    )
    def test_the_workers_verdict_is_told_at_once(
        self, door: Door, model: SlowModel, scorer: Scorer, clock: FrozenClock, text: str,
        is_spam: bool,
    ) -> None:  # fmt: skip
        door.check(text, callback=self.HOOK)
        model.go_on.set()
        drain(door.store, scorer, clock, timedelta(seconds=1))
        clock.move(seconds=3)
        with door.store.writing() as session:
            [owed] = callbacks.claim_due(session, clock())
        assert owed.is_spam is is_spam

    def test_the_late_scorer_judges_nothing_twice(
        self, door: Door, model: SlowModel, scorer: Scorer, clock: FrozenClock
    ) -> None:
        answer = door.check("slow spam", callback=self.HOOK)
        model.go_on.set()
        drain(door.store, scorer, clock, timedelta(seconds=1))
        kinds = [kind for kind, _ in door.events(door.comment(answer))]
        assert kinds == ["submitted", "judged"]
