"""The parts a door works with, handed over by `service.app`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.clock import Clock
from service.config import Settings
from service.core.moderation import Arrival, Result
from service.core.store.session import Store
from service.core.store.together import Together
from service.dispatch import Bell
from service.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    store: Store
    bell: Bell
    scorer: Scorer
    clock: Clock
    intake: Together[Arrival, Result]  # what many requests submit at once shares a transaction


def parts() -> Parts:
    """The parts of the application that serves this request."""
    return cast(Parts, current_app.extensions["hamlet"])
