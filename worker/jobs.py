"""The jobs, named in `service.dispatch`. Running one twice, or late, changes nothing."""

from __future__ import annotations

from worker.parts import parts


def score_waiting() -> None:
    """Judge the pending comments; ring again where the stint was too short for all."""
    mine = parts()
    if not mine.score_waiting():
        mine.bell.ring()


def learn() -> None:
    """Learn what people decided; ring again where the stint was too short for all."""
    mine = parts()
    if not mine.learn():
        mine.bell.ring_to_learn()


def retrain() -> None:
    """Make a model of what all sites decided; it goes live if it proves better."""
    parts().retrain()
