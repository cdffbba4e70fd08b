"""Trust: how much a decision teaches, by the kind of actor that made it."""

from __future__ import annotations

# Factors of a lesson's step. What a program says may be a rule of its own, said of thousands.
TRUST = {"moderator": 1.0, "key": 0.7, "akismet": 0.5}
LEAST = min(TRUST.values())


def trust_of(actor: str) -> float:
    """The trust in (0, 1] of an actor as events name it, such as `moderator:7`."""
    return TRUST.get(actor.partition(":")[0], LEAST)
