"""The jobs, named in `service.dispatch`. Running one twice, or late, changes nothing."""

from __future__ import annotations

from worker.parts import parts


def score_waiting() -> None:
    """Judge the pending comments; ring again where the stint was too short for all."""
    mine = parts()
    if not mine.score_waiting():
        mine.bell.ring()
