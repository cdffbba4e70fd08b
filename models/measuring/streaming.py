"""Training on more comments than fit into memory: read twice, learned from once.

A linear model by AdaGrad's steps from nothing, each comment with the weight that it would have in
training at once. Files are read side by side, each as fast as it is long, and shuffled through a
pool, so that comments of one source do not come in one block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.data.datasets import NEVER_TRAINED, NOT_COMMENTS, Example, file_name, read
from models.errors import TooFewExamples
from models.features import COLUMNS
from models.look import probability
from models.manifest import DataFile
from models.measuring.evaluation import Scored
from models.measuring.measured import Told, tell_nobody
from models.measuring.online import OnlineLogistic
from models.seeds import grammar_hash, seeds
from models.training import Fitted, Settings, features_of, usable, with_fields_dropped

AT_ONCE, POOL = 1_000, 5_000
"""Comments turned to numbers at once, and those waiting in the pool."""
_LEAST = 20
"""Examples of each label without which nothing can be learned."""


class Kind(NamedTuple):
    """What an example's weight depends on."""

    file: str
    group: str
    label: int


@dataclass(frozen=True, slots=True)
class Streamed:
    """A model, how many examples of each kind it learned, and scores of the later half of them.

    Each score was given before its comment was learned, but its source was known by then: on a
    source never seen it would be worse.
    """

    fitted: Fitted
    counts: Mapping[Kind, int]
    scored: tuple[Scored, ...]


def train_stream(paths: Sequence[Path], settings: Settings, told: Told = tell_nobody) -> Streamed:
    """A model of all files, in memory that does not grow with them. Raises TooFewExamples.

    The same files and seed give the same model.
    """
    invented = list(seeds()) if settings.seed_share else []
    counts = Counter(_kind(example) for path in paths for example in _usable(path))
    _refuse_too_few(counts)
    weights = kind_weights(counts, Counter(map(_kind, invented)), settings)
    total = counts.total() + len(invented)
    learner, done = OnlineLogistic(COLUMNS), 0
    scored: list[tuple[Kind, float]] = []
    stream = pooled(side_by_side(paths, counts, invented, settings.seed), settings.seed)
    while chunk := list(islice(stream, AT_ONCE)):
        kinds = [_kind(example) for example in chunk]
        drawn = with_fields_dropped(chunk, replace(settings, seed=settings.seed + done))
        labels = np.array([kind.label for kind in kinds])
        steps = np.array([weights[kind] for kind in kinds])
        scores = probability(learner.partial_fit(features_of(drawn), labels, steps)).tolist()
        done += len(chunk)
        if done > total / 2:
            scored += zip(kinds, scores, strict=True)
        told("learning", done, total)
    fitted = Fitted(learner.weights[:-1].astype(np.float32), float(learner.weights[-1]))
    everything = counts + Counter(map(_kind, invented))
    return Streamed(fitted, everything, _by_group([pair for pair in scored if pair[0] in counts]))


def data_entries(counts: Mapping[Kind, int], hashes: Mapping[str, str]) -> tuple[DataFile, ...]:
    """What was learned from each file, for the manifest; of invented ones, the grammars' hash."""
    rows: Counter[str] = Counter()
    spam: Counter[str] = Counter()
    for kind, number in counts.items():
        rows[kind.file] += number
        spam[kind.file] += number * kind.label
    return tuple(
        DataFile(name, hashes.get(name) or grammar_hash(name), rows[name], spam[name])
        for name in sorted(rows)
    )


def _kind(example: Example) -> Kind:
    return Kind(example.file, example.group, example.label)


def _usable(path: Path) -> Iterator[Example]:
    """What may be learned of a file; nothing where its licence forbids it."""
    if file_name(path) not in NEVER_TRAINED:
        yield from filter(usable, read(path))


def _refuse_too_few(counts: Counter[Kind]) -> None:
    spam = sum(number for kind, number in counts.items() if kind.label)
    ham = counts.total() - spam
    if min(spam, ham) < _LEAST:
        raise TooFewExamples(
            f"at least {_LEAST} spam and {_LEAST} ham",
            f"{spam} spam and {ham} ham",
            "train on more data",
        )


def kind_weights(
    counts: Counter[Kind], invented: Counter[Kind], settings: Settings
) -> dict[Kind, float]:
    """The weight of an example of each kind, as `training.example_weights` has it."""
    found = {
        kind: number**-settings.source_power
        * (settings.other_share if kind.group in NOT_COMMENTS else 1.0)
        for kind, number in counts.items()
    }
    for label in (0, 1):
        kinds = [kind for kind in counts if kind.label == label]
        together = sum(found[kind] * counts[kind] for kind in kinds)
        found |= {kind: found[kind] * 0.5 * counts.total() / together for kind in kinds}
        made = [kind for kind in invented if kind.label == label]
        share = settings.seed_share * 0.5 * counts.total()
        found |= {kind: share / sum(invented[k] for k in made) for kind in made}
    return found


def side_by_side(
    paths: Sequence[Path], counts: Counter[Kind], invented: Sequence[Example], seed: int
) -> Iterator[Example]:
    """The examples of all files, each file's in its order, mixed as evenly as can be."""
    random = np.random.default_rng(seed)
    sizes: Counter[str] = Counter()
    for kind, number in counts.items():
        sizes[kind.file] += number
    streams = [_usable(path) for path in paths]
    left = [sizes[file_name(path)] for path in paths]
    if invented:
        order = random.permutation(len(invented)).tolist()
        streams.append(iter([invented[place] for place in order]))
        left.append(len(invented))
    remaining = np.array(left, dtype=np.float64)
    while remaining.sum() > 0:
        for place in random.choice(remaining.size, AT_ONCE, p=remaining / remaining.sum()).tolist():
            example = next(streams[place], None)
            remaining[place] = 0 if example is None else max(remaining[place] - 1, 0)
            if example is not None:
                yield example


def pooled(stream: Iterator[Example], seed: int) -> Iterator[Example]:
    """The same examples, each drawn from the next few thousand."""
    random = np.random.default_rng(seed)
    pool = list(islice(stream, POOL))
    for example in stream:
        place = int(random.integers(len(pool)))
        yield pool[place]
        pool[place] = example
    yield from (pool[place] for place in random.permutation(len(pool)).tolist())


def _by_group(scored: Sequence[tuple[Kind, float]]) -> tuple[Scored, ...]:
    groups: dict[str, list[tuple[int, float]]] = {}
    for kind, score in scored:
        groups.setdefault(kind.group, []).append((kind.label, score))

    def column(name: str, place: int) -> NDArray[np.float64]:
        return np.array([pair[place] for pair in groups[name]])

    return tuple(
        Scored(name, column(name, 0).astype(np.int64), column(name, 1)) for name in sorted(groups)
    )
