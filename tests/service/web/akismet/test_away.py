"""The database is away or slow: nothing is published, dropped or promised in vain."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.app import create_app
from service.config import Settings
from service.core.store import callbacks
from service.core.store.check_tables import CallbackRow
from service.core.store.session import Store
from service.core.store.turns import Turns
from service.scoring import Scorer, drain
from service.web.akismet import context
from service.web.akismet.context import Context, write_kept
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.servers import wait_until
from tests.service.web.akismet.conftest import GUID, Door


class Failing:
    """A database that can be taken away from the application, and given back."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.path = folder / "hamlet.sqlite3"
        self.store = store

    def leave(self) -> None:
        """Every connection from now on finds a folder where the file was."""
        self.store.engine.dispose()
        for name in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + name)
            if part.exists():
                part.rename(part.with_name("away" + name))
        self.path.mkdir()

    def come_back(self) -> None:
        self.store.engine.dispose()
        self.path.rmdir()
        for name in ("", "-wal", "-shm"):
            part = self.path.with_name("away" + name)
            if part.exists():
                part.rename(self.path.with_name(self.path.name + name))


@pytest.fixture
def database(store: Store, settings: Settings) -> Failing:
    return Failing(store, settings.data_dir)


@pytest.fixture
def own(app: Flask) -> Context:
    """The door's context, which replays nothing by itself."""
    made: Context = app.extensions["hamlet-akismet"]
    made.replaying.close()
    return made


def spooled(settings: Settings) -> list[dict[str, object]]:
    path = settings.data_dir / context.FOLDER / "waiting.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.usefixtures("own")
class TestAway:
    def test_a_known_key_is_told_spam_not_to_discard_with_a_guid(
        self, door: Door, database: Failing, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        answer = door.check("blatant")
        assert (answer.status_code, answer.data) == (200, b"true")
        assert "X-akismet-pro-tip" not in answer.headers
        assert len(answer.headers[GUID]) == 32
        assert len(spooled(settings)) == 1

    def test_any_other_key_is_told_503_and_no_verdict(
        self, door: Door, database: Failing, settings: Settings
    ) -> None:
        database.leave()
        answer = door.check()
        assert answer.status_code == 503
        assert answer.text not in ("true", "false", "valid", "invalid")
        assert answer.headers["Retry-After"]
        assert len(answer.headers[GUID]) == 32
        assert spooled(settings) == []

    def test_a_key_is_not_called_bad_while_nobody_can_know(
        self, door: Door, database: Failing
    ) -> None:
        database.leave()
        assert door.call("/1.1/verify-key").status_code == 503

    def test_the_check_is_written_when_the_database_is_back(
        self, door: Door, database: Failing, own: Context, store: Store, settings: Settings,
        scorer: Scorer, clock: FrozenClock,
    ) -> None:  # fmt: skip
        from datetime import timedelta

        door.check("hello")
        database.leave()
        answer = door.check("unsure", permalink="https://blog.example/bread")
        database.come_back()
        clock.move(minutes=10)
        write = lambda entry: write_kept(store, entry, settings.secret_key)  # noqa: E731
        assert own.spool.replay(write) == 1
        assert own.spool.is_empty()
        row = door.comment(answer)
        assert (row.outcome, row.body) == ("pending", "unsure")
        assert row.received_at == clock() - timedelta(minutes=10)
        drain(store, scorer, clock, timedelta(seconds=1))
        assert door.comment(answer).outcome == "held"
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 2

    def test_it_is_written_once_though_it_is_replayed_twice(
        self, door: Door, database: Failing, store: Store, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        answer = door.check("unsure")
        database.come_back()
        [entry] = spooled(settings)
        for _ in range(2):
            write_kept(store, entry, settings.secret_key)
        assert len(door.all_comments()) == 2
        assert door.comment(answer).body == "unsure"
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 2

    def test_the_same_call_three_times_is_one_comment_afterwards(
        self, door: Door, database: Failing, store: Store, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        for _ in range(3):
            door.check("unsure")
        database.come_back()
        for entry in spooled(settings):
            write_kept(store, entry, settings.secret_key)
        assert len(door.all_comments()) == 2

    def test_a_report_is_kept_too(
        self, door: Door, database: Failing, store: Store, settings: Settings
    ) -> None:
        answer = door.check()
        database.leave()
        assert door.report("spam").data.startswith(b"Thanks")
        database.come_back()
        for entry in spooled(settings):
            write_kept(store, entry, settings.secret_key)
        assert door.comment(answer).outcome == "spam"

    def test_a_full_spool_promises_nothing(
        self, door: Door, database: Failing, own: Context, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        own.spool.most_bytes = 10
        answer = door.check("unsure")
        assert answer.status_code == 503
        assert answer.text not in ("true", "false")
        assert answer.headers[GUID]
        assert door.report("spam").status_code == 503
        assert spooled(settings) == []

    def test_the_spool_does_not_hold_the_key(
        self, door: Door, database: Failing, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        door.check("unsure", callback="https://blog.example/hook")
        assert door.key not in json.dumps(spooled(settings))
        path = settings.data_dir / context.FOLDER / "waiting.jsonl"
        assert path.stat().st_mode & 0o077 == 0


def test_what_a_process_left_is_written_by_the_next(
    door: Door, database: Failing, own: Context, store: Store, settings: Settings, scorer: Scorer,
    bell: QuietBell,
) -> None:  # fmt: skip
    door.check("hello")
    database.leave()
    answer = door.check("unsure")
    database.come_back()
    create_app(settings, store=store, scorer=scorer, bell=bell)  # type: ignore[arg-type]
    wait_until(own.spool.is_empty, "the spool to be replayed")
    assert door.comment(answer).outcome == "pending"
    assert bell.rings


@pytest.mark.usefixtures("own")
class TestStuck:
    """The database answers nothing for a while: another process holds its lock."""

    def test_the_client_hears_in_time_and_the_check_is_written_once(
        self, door: Door, own: Context, store: Store, settings: Settings
    ) -> None:
        door.check("hello")
        with Turns(settings.data_dir / "hamlet.sqlite3").turn():
            answer = door.check("unsure")
            assert answer.data == b"true"
            assert len(spooled(settings)) == 1
            again = door.check("spam")  # at once: nothing is tried for a moment
            assert again.data == b"true"
        wait_until(lambda: len(door.all_comments()) == 2, "the work that came late")
        own.spool.replay(lambda entry: write_kept(store, entry, settings.secret_key))
        assert len(door.all_comments()) == 3
        assert door.comment(answer).outcome == "held"
        assert door.comment(again).outcome == "pending"


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
    def model(self) -> Iterator[SlowModel]:
        model = SlowModel()
        yield model
        model.go_on.set()

    @pytest.fixture(autouse=True)
    def _quiet(self, own: Context) -> None:
        own.delivering.close()

    def callback(self, door: Door, answer: object) -> CallbackRow:
        with door.store.reading() as session:
            row = door.comment(answer)  # type: ignore[arg-type]
            return session.get_one(CallbackRow, row.id)

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
        from datetime import timedelta

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
        from datetime import timedelta

        answer = door.check("slow spam", callback=self.HOOK)
        model.go_on.set()
        drain(door.store, scorer, clock, timedelta(seconds=1))
        kinds = [kind for kind, _ in door.events(door.comment(answer))]
        assert kinds == ["submitted", "judged"]
