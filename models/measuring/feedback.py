"""What corrections are worth: sites that the base has never seen, taught by their own decisions.

Everything goes the way it goes at work: comments become lessons, lessons move the site's part, and
the base stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from models.classifier import SpamModel, batches
from models.data.datasets import Example
from models.errors import BadData
from models.learned import Learned
from models.lessons import Base, Lesson, pack, unpack
from models.look import probability
from models.measuring.evaluation import HAM_ENOUGH, Scored, parts, summary
from models.measuring.left_out import models_without
from models.measuring.measured import Cutoffs, Measured, Told, learned_before, tell_nobody
from models.measuring.online import Step, by_file, learning_curve, sites_of, step_of, stream_of
from models.training import Settings

FED_BACK = 200
STOPS = (0, 25, 50, 100, FED_BACK)
"""After so many corrections the rest is scored."""


@dataclass(frozen=True, slots=True)
class _Taught:
    """The rest of a site's comments, scored after each number of corrections."""

    group: str
    fed_back: tuple[int, int]
    rest: Mapping[int, Scored]


def corrections(
    examples: Sequence[Example],
    settings: Settings,
    cutoffs: Cutoffs,
    given: SpamModel | None = None,
    told: Told = tell_nobody,
) -> Measured:
    """Each site's first 200 comments decided, the rest scored, by a base that never saw the site.

    The first in time; where a file has no times, by seed. Sites with a hundred ham and a hundred
    spam left. The base is the `given` model where there is one, whatever it has learned from.
    Raises BadData where no site has enough.
    """
    sites = {
        name: rows
        for name, rows in _in_time(sites_of(examples), settings.seed).items()
        if _enough(rows[FED_BACK:])
    }
    if not sites:
        expected = f"a site with {HAM_ENOUGH} ham and {HAM_ENOUGH} spam beyond {FED_BACK} comments"
        raise BadData(expected, "none", "name larger files")
    found = [
        _teach(group, base, rows)
        for group, base in _bases(_groups(sites), examples, settings, given, told)
        for rows in sites.values()
        if rows[0].group == group
    ]
    notes = (
        f"The first {FED_BACK} comments of each site are fed back, and the rest of it is scored.",
        _base_told(given),
        *(_difference(each) for each in found),
        *(learned_before(given, [e for rows in sites.values() for e in rows]) if given else ()),
    )
    curve = tuple(_step(found, number, cutoffs) for number in STOPS)
    return Measured("corrections", tuple(e.rest[FED_BACK] for e in found), cutoffs, notes, curve)


def online(
    examples: Sequence[Example],
    settings: Settings,
    cutoffs: Cutoffs,
    given: SpamModel | None = None,
    told: Told = tell_nobody,
) -> Measured:
    """All sites with both labels as one stream in time, each comment scored, then learned from.

    Each site has a part of its own on top of a base that never saw the site, or on top of the
    `given` model. Raises BadData when nothing can be streamed.
    """
    stream = stream_of(examples)
    rows: dict[str, list[int]] = {}
    for row, example in enumerate(stream):
        rows.setdefault(example.group, []).append(row)
    scores = np.empty(len(stream))
    for group, base in _bases(sorted(rows), examples, settings, given, told):
        scores[rows[group]] = _one_by_one(base, [stream[row] for row in rows[group]])
    notes = (
        f"{len(stream):,} comments of {len({e.file for e in stream})} sites in order of time.",
        "Each comment is scored, then learned by its own site's part of the weights.",
        _base_told(given),
        *(learned_before(given, stream) if given else ()),
    )
    curve = tuple(learning_curve(stream, scores, cutoffs))
    return Measured("online", by_file(stream, scores), cutoffs, notes, curve)


def _base_told(given: SpamModel | None) -> str:
    if given:
        return f"On top of model {given.version}, which stays as it is."
    return "The base is trained without the site and its whole campaign group, and stays as it is."


def _bases(
    groups: Sequence[str],
    examples: Sequence[Example],
    settings: Settings,
    given: SpamModel | None,
    told: Told,
) -> Iterator[tuple[str, Base]]:
    """What each group is taught on top of."""
    if given:
        return ((group, given) for group in groups)
    return models_without(groups, examples, settings, told)


def _groups(sites: Mapping[str, Sequence[Example]]) -> list[str]:
    return sorted({rows[0].group for rows in sites.values()})


def _in_time(sites: Mapping[str, list[Example]], seed: int) -> dict[str, list[Example]]:
    """Each site's comments in order of time, those without one last; drawn where none has any."""
    found = {}
    for name, rows in sites.items():
        drawn = np.random.default_rng(seed).permutation(len(rows)).tolist()
        shuffled = [rows[place] for place in drawn]
        timed = any(example.written is not None for example in rows)
        found[name] = sorted(rows if timed else shuffled, key=_when)
    return found


def _when(example: Example) -> tuple[bool, float]:
    return example.written is None, example.written or 0.0


def _enough(rows: Sequence[Example]) -> bool:
    spam = sum(example.label for example in rows)
    return min(spam, len(rows) - spam) >= HAM_ENOUGH


def _packed(rows: Sequence[Example]) -> list[bytes]:
    return [raw for part in batches([e.comment for e in rows]) for raw in pack(part)]


def _teach(group: str, base: Base, rows: Sequence[Example]) -> _Taught:
    learned, packed = Learned(base), _packed(rows)
    rest = [unpack(raw) for raw in packed[FED_BACK:]]
    scored = {}
    for number in range(FED_BACK + 1):
        if number in STOPS:
            logits = np.array([learned.logit(features, 0) for features in rest])
            (scored[number],) = parts(rows[FED_BACK:], probability(logits), lambda e: e.file)
        if number < FED_BACK:
            learned.learn(Lesson(0, rows[number].label, 1.0, packed[number]))
    spam = sum(example.label for example in rows[:FED_BACK])
    return _Taught(group, (FED_BACK - spam, spam), scored)


def _one_by_one(base: Base, stream: Sequence[Example]) -> NDArray[np.float64]:
    """The score of each comment before it was learned on its own site. Shape: (n,)."""
    learned, sites = Learned(base), sorted({example.file for example in stream})
    logits = np.empty(len(stream))
    for row, (example, raw) in enumerate(zip(stream, _packed(stream), strict=True)):
        site = sites.index(example.file)
        logits[row] = learned.logit(unpack(raw), site)
        learned.learn(Lesson(site, example.label, 1.0, raw))
    return probability(logits)


def _difference(taught: _Taught) -> str:
    """What the corrections brought to a site, in a sentence."""
    before, after = (summary(taught.rest[number], 0.5, 0.5) for number in (0, FED_BACK))
    ham, spam = taught.fed_back
    gains = (
        f"{name} {100 * (old or 0):.{digits}f} → {100 * (new or 0):.{digits}f} %"
        for name, old, new, digits in (
            ("1-ROCA", before.one_minus_roca, after.one_minus_roca, 2),
            ("caught at 1 % blocked ham", before.caught_at_1, after.caught_at_1, 1),
            ("at 0.1 %", before.caught_at_01, after.caught_at_01, 1),
        )
    )
    return f"{after.source}, {ham} ham and {spam} spam fed back: {', '.join(gains)}."


def _step(found: Sequence[_Taught], number: int, cutoffs: Cutoffs) -> Step:
    """The mean over sites, each counting alike."""
    steps = [step_of(each.rest[number], number, number + 1, 1, cutoffs) for each in found]

    def mean(field: str) -> float | None:
        values = [getattr(step, field) for step in steps]
        return fmean(values) if None not in values else None

    return Step(
        learned_from=number,
        learned_to=number + 1,
        sites=len(steps),
        ham=sum(step.ham for step in steps),
        spam=sum(step.spam for step in steps),
        errors=fmean(step.errors for step in steps),
        one_minus_roca=mean("one_minus_roca"),
        caught_at_1=mean("caught_at_1"),
        ham_filed_spam=mean("ham_filed_spam"),
        spam_filed_spam=mean("spam_filed_spam"),
    )
