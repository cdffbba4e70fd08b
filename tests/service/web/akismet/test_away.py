"""The database is away or slow: nothing is published, dropped or promised in vain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from service.app import create_app
from service.config import Settings
from service.core.store.session import Store
from service.core.store.turns import Turns
from service.scoring import Scorer, drain
from service.web.akismet import context
from service.web.akismet.context import Context, write_kept
from tests.fakes import FrozenClock, QuietBell
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

    def test_a_trusted_authors_check_is_recorded_as_ham(
        self, door: Door, database: Failing, store: Store, settings: Settings
    ) -> None:
        door.check("hello")
        database.leave()
        answer = door.check("spam", user_role="administrator")
        assert answer.data == b"true"
        database.come_back()
        [entry] = spooled(settings)
        write_kept(store, entry, settings.secret_key)
        assert door.comment(answer).outcome == "published"

    def test_a_test_call_leaves_no_trace_then_either(
        self, door: Door, database: Failing, store: Store, settings: Settings, scorer: Scorer,
        clock: FrozenClock,
    ) -> None:  # fmt: skip
        from datetime import timedelta

        door.check("hello")
        database.leave()
        texts = {
            "1": "a text that only a test has ever sent",
            "": "and a text of a true reader of this site",
        }
        asked = [door.check(text, is_test=is_test) for is_test, text in texts.items()]
        database.come_back()
        for entry in spooled(settings):
            write_kept(store, entry, settings.secret_key)
        drain(store, scorer, clock, timedelta(seconds=1))
        rows = [door.comment(answer) for answer in asked]
        assert [row.outcome for row in rows] == ["published", "published"]
        assert [bool(row.text_hash) for row in rows] == [False, True]
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 2

    def test_a_ping_asked_about_early_is_no_verdict_and_not_kept(
        self, door: Door, database: Failing, settings: Settings
    ) -> None:
        """The client drops the ping at `true`, and asks again with its text at anything else."""
        door.check("hello")
        database.leave()
        answer = door.check("", comment_type="pingback", akismet_pre_check="1")
        assert answer.status_code == 503
        assert answer.headers[GUID]
        assert spooled(settings) == []

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
    wait_until(lambda: bell.rings > 0, "a worker to be rung for")


@pytest.mark.usefixtures("own")
class TestStuck:
    """The database answers nothing for a while: another process holds its lock."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, check_patience=0.3)

    def test_the_client_hears_in_time_and_the_check_is_written_once(
        self, door: Door, own: Context, store: Store, settings: Settings
    ) -> None:
        door.check("hello")
        other = Turns(settings.data_dir / "hamlet.sqlite3")
        with other.turn():
            answer = door.check("unsure")
            assert answer.data == b"true"
            assert len(spooled(settings)) == 1
            again = door.check("spam")  # at once: nothing is tried for a moment
            assert again.data == b"true"
        other.close()
        wait_until(lambda: len(door.all_comments()) == 2, "the work that came late")
        own.spool.replay(lambda entry: write_kept(store, entry, settings.secret_key))
        assert len(door.all_comments()) == 3
        assert door.comment(answer).outcome == "held"
        assert door.comment(again).outcome == "pending"
