"""What a protocol of measuring finds, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.classifier import SpamModel
from models.data.datasets import Example
from models.measuring.evaluation import Scored

if TYPE_CHECKING:
    from models.measuring.online import Step

Cutoffs = tuple[float, float]
Told = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, of how much."""


def tell_nobody(_name: str, _done: int, _of: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a protocol found. `notes` are sentences without which the figures would mislead."""

    protocol: str
    sources: tuple[Scored, ...]
    cutoffs: Cutoffs
    notes: tuple[str, ...] = ()
    curve: tuple[Step, ...] = ()


def learned_before(model: SpamModel, tested: Sequence[Example]) -> list[str]:
    """A warning when the model has learned from what it is tested on."""
    seen = {entry.name for entry in model.manifest.data} & {example.file for example in tested}
    if not seen:
        return []
    return [f"The model has learned from {', '.join(sorted(seen))}: these figures flatter it."]
