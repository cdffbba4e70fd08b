"""Each source learned and tested apart: what the features can do there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.data.datasets import Example
from models.errors import BadData
from models.measuring.evaluation import Scored, parts
from models.measuring.figures import HALF, mcc_of
from models.measuring.measured import Cutoffs, Measured, Told, tell_nobody
from models.measuring.one_source import learned_alone
from models.training import Settings, features_of, labels_of

SMS, SMS_TRAIN_SHARE = "sms_spam_collection", 0.3
"""Its authors train on the first 30 % and test on the rest."""
HOW = (
    "No field is dropped in training and every example weighs alike; the penalty, the weights of "
    "character pieces and shape, and the cutoff (then moved to 0.5) are chosen by five folds of "
    "the training rows."
)


def authors_split(
    examples: Sequence[Example], settings: Settings, cutoffs: Cutoffs, told: Told = tell_nobody
) -> Measured:
    """Each source learned and tested apart, as those who published it did.

    Rows marked "train" and "test" in their file where it has such marks, each video by itself;
    of the SMS collection the first 30 % and the rest. Copies count, as they do in the papers.
    Raises BadData for any other source, TooFewExamples.
    """
    found: list[Scored] = []
    halves = {name: _halves(name, rows) for name, rows in _parts_of(examples).items()}
    for number, (name, (learned, tested)) in enumerate(halves.items(), start=1):
        scores = _learned_here(learned, tested, settings)
        found += parts(tested, scores, _part_of)
        told(name, number, len(halves))
    notes = (
        "Each source is learned and tested apart; copies count, as in its authors' papers.",
        HOW,
        *_means(examples, found),
    )
    return Measured("split", tuple(found), cutoffs, notes)


def _parts_of(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """What is learned and tested apart: a source, or a video of one."""
    found: dict[str, list[Example]] = {}
    for example in examples:
        found.setdefault(_part_of(example), []).append(example)
    return found


def _means(examples: Sequence[Example], found: Sequence[Scored]) -> list[str]:
    """A sentence for each source that was measured video by video."""
    said = []
    for group in sorted({example.group for example in examples if example.video}):
        known = [mcc_of(part) for part in found if part.source.startswith(f"{group} ")]
        said.append(f"Mean MCC of {group} over {len(known)} videos: {np.mean(known):.3f}.")
    return said


def _part_of(example: Example) -> str:
    return f"{example.group} {example.video}".rstrip()


def every_video_left_out(
    examples: Sequence[Example], settings: Settings, cutoffs: Cutoffs, told: Told = tell_nobody
) -> Measured:
    """Each video by a model of the other videos of its source; copies and nothing else left out.

    Raises BadData where no source has two videos, TooFewExamples.
    """
    found: list[Scored] = []
    videos = [e for e in examples if e.video and e.counted]
    names = sorted({(e.group, e.video) for e in videos})
    if len(names) == len({group for group, _ in names}):
        raise BadData("a source of two videos or more", f"{len(names)} apart", "name such a file")
    for number, (group, video) in enumerate(names, start=1):
        tested = [e for e in videos if (e.group, e.video) == (group, video)]
        learned = [e for e in videos if e.group == group and e.video != video]
        found += parts(tested, _learned_here(learned, tested, settings), _part_of)
        told(f"{group} {video}", number, len(names))
    accuracy = np.mean([((s.scores >= HALF) == s.labels).mean() for s in found])
    notes = (
        "Each video is scored by a model of the other videos alone; copies are left out.",
        HOW,
        f"Mean accuracy over {len(found)} videos, cut at 0.5: {100 * accuracy:.2f} %.",
    )
    return Measured("leave-one-video-out", tuple(found), cutoffs, notes)


def _halves(name: str, rows: list[Example]) -> tuple[list[Example], list[Example]]:
    """What to learn and what to test of one part."""
    if rows[0].group == SMS:
        many = round(SMS_TRAIN_SHARE * len(rows))
        return rows[:many], rows[many:]
    learned = [e for e in rows if e.split == "train"]
    tested = [e for e in rows if e.split == "test"]
    if learned and tested:
        return learned, tested
    raise BadData(
        f'rows with a "split" of "train" and "test", or {SMS}',
        f"none of the two in {name}",
        "leave it out (--exclude), or take --protocol leave-one-source-out",
    )


def _learned_here(
    learned: Sequence[Example], tested: Sequence[Example], settings: Settings
) -> NDArray[np.float64]:
    """Scores by a model of the same source, which may keep what is usual there."""
    features = features_of([example.comment for example in learned])
    scorer = learned_alone(features, labels_of(learned), settings)
    return scorer(features_of([example.comment for example in tested]))
