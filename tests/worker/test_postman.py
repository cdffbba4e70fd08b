"""The postman's rounds in a worker."""

from __future__ import annotations

from service.config import Settings
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.servers import wait_until
from worker.postman import Rounds


def test_a_round_with_nothing_owed_does_nothing(
    settings: Settings, store: Store, clock: FrozenClock
) -> None:
    rounds = Rounds(settings, store, clock)
    rounds.go()
    rounds.go()


def test_rounds_go_on_when_the_database_was_away(
    settings: Settings, store: Store, clock: FrozenClock
) -> None:
    asked = []

    def failing_clock() -> object:
        asked.append(1)
        raise ConnectionError if len(asked) == 1 else StopIteration

    rounds = Rounds(settings, store, failing_clock)  # type: ignore[arg-type]
    rounds.start()
    wait_until(lambda: len(asked) >= 2, "a second round")
    rounds.stop()
