"""Ways to measure: what is learned from, what is tested, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from models.classifier import SpamModel
from models.data.datasets import Example
from models.measuring.evaluation import by_group
from models.measuring.feedback import corrections, online
from models.measuring.left_out import every_source_left_out
from models.measuring.measured import Measured, Told, learned_before, tell_nobody
from models.measuring.online import from_nothing
from models.measuring.within import authors_split, every_video_left_out
from models.training import Settings

PROTOCOLS = (
    "split", "leave-one-source-out", "leave-one-video-out", "corrections", "online",
    "online-from-nothing",
)  # fmt: skip


def measure(
    protocol: str,
    examples: Sequence[Example],
    settings: Settings,
    model: SpamModel,
    given: bool,
    told: Told = tell_nobody,
) -> Measured:
    """What a protocol, one of PROTOCOLS, finds.

    `model` is the live one: where nothing else is chosen, its cutoffs count. When it was `given`
    to be measured, it scores the examples as it is, and what is learned goes on top of it. Raises
    BadData where the examples are none for the protocol, TooFewExamples.
    """
    cutoffs = model.ham_cutoff, model.spam_cutoff
    if protocol in ("corrections", "online"):
        taught = corrections if protocol == "corrections" else online
        return taught(examples, settings, cutoffs, model if given else None, told)
    if protocol == "online-from-nothing":
        return from_nothing(examples, cutoffs, told)
    if given:
        return frozen(model, examples)
    if protocol == "split":
        return authors_split(examples, settings, cutoffs, told)
    if protocol == "leave-one-video-out":
        return every_video_left_out(examples, settings, cutoffs, told)
    return every_source_left_out(examples, settings, told)


def frozen(model: SpamModel, examples: Sequence[Example]) -> Measured:
    """Each group of counted examples scored by one model, whatever that was trained on."""
    counted = [example for example in examples if example.counted]
    scores = model.score([example.comment for example in counted])
    cutoffs = model.ham_cutoff, model.spam_cutoff
    notes = (f"Scored by model {model.version} as it is.", *learned_before(model, counted))
    return Measured("frozen model", tuple(by_group(counted, scores)), cutoffs, notes)
