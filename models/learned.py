"""What sites teach: one hashed vector of weights on top of a model that stays as it is.

Each feature is hashed once more together with its site, so that any number of sites share one
vector (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009). Lessons
move it by AdaGrad's steps on the logistic loss, with sums of its own (Duchi, Hazan, Singer, JMLR
12, 2011). Weights and sums are whole numbers of a small unit: adding and taking back is exact and
in any order the same, so that processes that have added the same updates agree to the bit.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ArtifactMismatch
from models.hashing import mix
from models.lessons import Base, Features, Lesson, inflate, unpack

BITS = 22
SLOTS = 1 << BITS
UNIT = 2.0**-20
"""What 1 in the arrays stands for. Units: logits; weights reach 2,000 before they overflow."""
_ODD, _OTHER_ODD = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_SITE_SALT = np.uint64(0x9E3779B97F4A7C15)
_HEAD = struct.Struct("<2sHII")
_MAGIC, _FORMAT = b"HU", 2
_PER_SLOT = _PER_SITE = 12
"""Bytes of an update per slot: the slot, its weight's change, its sum's; per site: its number, and
how many lessons it taught.
"""
_MOST_SITES = 1 << 22
_REMEDY = "learn the lessons again from the beginning"

Whole = NDArray[np.int32]
SiteKeys = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a site learns. Source: docs/model.md, the table of what was tried.

    `first_sum` is where AdaGrad's sums begin; `furthest` what a lesson of trust 1 may move its own
    comment, `limit` what all lessons of a site together may, both in logits.
    """

    rate: float = 1.0
    steps: int = 3
    first_sum: float = 1e-4
    furthest: float = 8.0
    limit: float = 12.0


DEFAULT_PACE = Pace()


@dataclass(frozen=True, slots=True)
class _Change:
    """What an update adds. Shapes: (n,) each, slots in order and different.

    `lessons` are how many more each site taught; fewer below zero.
    """

    slots: NDArray[np.int64]
    weights: Whole
    sums: Whole
    lessons: Counter[int]

    def packed(self) -> bytes:
        gaps = np.diff(self.slots, prepend=0)
        sites = sorted(site for site, lessons in self.lessons.items() if lessons)
        counts = np.array([self.lessons[site] for site in sites])
        arrays = [part.astype("<i4").tobytes() for part in (gaps, self.weights, self.sums, counts)]
        arrays.append(np.array(sites, dtype="<i8").tobytes())
        head = _HEAD.pack(_MAGIC, _FORMAT, self.slots.size, len(sites))
        return head + zlib.compress(b"".join(arrays), 1)


class Learned:
    """The sites' part of the scores of one model. One thread changes it while others score.

    A score that is being made while a lesson is learned may see a part of it, never nonsense.
    """

    def __init__(self, base: Base, pace: Pace = DEFAULT_PACE) -> None:
        self._base = base
        self._pace = pace
        self._weights: Whole = np.zeros(SLOTS, dtype=np.int32)
        self._sums: Whole = np.zeros(SLOTS, dtype=np.int32)
        self._lessons: Counter[int] = Counter()

    def taught_by(self, site: int) -> bool:
        """Whether the site taught anything. What stands in the slots of others is not about them:
        it must not move their scores.
        """
        return self._lessons[site] > 0

    @property
    def limit(self) -> float:
        """The most that a site's part moves a score. Units: logits."""
        return self._pace.limit

    def learn(self, lesson: Lesson) -> bytes:
        """Takes a lesson in. Returns the update, for `follow` elsewhere.

        Raises ArtifactMismatch for features of another program.
        """
        change = self._change(lesson)
        self._add(change)
        return change.packed()

    def follow(self, update: bytes) -> None:
        """Adds an update made elsewhere. Raises ArtifactMismatch; then nothing has changed."""
        self._add(_read(update))

    def replace(self, old: Sequence[bytes], lessons: Sequence[Lesson]) -> tuple[bytes, list[bytes]]:
        """Takes the updates `old` back and learns `lessons` instead.

        Returns the net change as one update, and the update of each lesson. Raises
        ArtifactMismatch; then nothing has changed.
        """
        taken = [_read(update) for update in old]
        for lesson in lessons:
            unpack(lesson.features)  # all or nothing: what cannot be learned is refused before
        for change in taken:
            self._add(change, -1)
        learned = []
        for lesson in lessons:
            learned.append(self._change(lesson))
            self._add(learned[-1])
        net = _net(taken, learned)
        return net.packed(), [change.packed() for change in learned]

    def dump(self) -> bytes:
        """The state: the sum of all updates so far, as one."""
        slots = np.flatnonzero(self._weights | self._sums)
        return _Change(slots, self._weights[slots], self._sums[slots], self._lessons).packed()

    def restore(self, raw: bytes) -> None:
        """Puts a dumped state in place of this one. Raises ArtifactMismatch; then it stays."""
        state = _read(raw)
        weights, sums = np.zeros_like(self._weights), np.zeros_like(self._sums)
        weights[state.slots], sums[state.slots] = state.weights, state.sums
        self._weights, self._sums, self._lessons = weights, sums, state.lessons

    def logit(self, features: Features, site: int) -> float:
        """What a comment scores on a site, in logits; `SpamModel.score` gives its probability."""
        base = features.logit(self._base)
        if not self.taught_by(site):
            return base
        columns, values = features.site
        told = float(self.weights_at(columns, site_keys([site])) @ values) * UNIT
        return base + min(max(told, -self.limit), self.limit)

    def weights_at(self, columns: NDArray[np.signedinteger[Any]], sites: SiteKeys) -> Whole:
        """The weight of each column on the site of those `site_keys`. Shape: (n,); in UNITs."""
        slots, signs = slots_of(columns, sites)
        found: Whole = self._weights.take(slots)
        turned = signs.view(np.int32)
        found ^= -turned  # together with the addition: the other sign where it is 1
        found += turned
        return found

    def _add(self, change: _Change, times: int = 1) -> None:
        self._weights[change.slots] += np.int32(times) * change.weights
        self._sums[change.slots] += np.int32(times) * change.sums
        for site, lessons in change.lessons.items():
            self._lessons[site] += times * lessons

    def _change(self, lesson: Lesson) -> _Change:
        features = unpack(lesson.features)
        base = features.logit(self._base)
        slots, values = _site_values(features, lesson.site)
        before, sums = _real(self._weights[slots]), _real(self._sums[slots])
        after, grown = _stepped(self._pace, lesson, base, values, before, sums)
        change = np.rint((after - before) / UNIT).astype(np.int32)
        growth = np.rint((grown - sums) / UNIT).astype(np.int32)
        some = np.flatnonzero(change | growth)
        return _Change(slots[some], change[some], growth[some], Counter({lesson.site: 1}))


_HIGHEST_SUM = 1_000.0
"""Beyond this, sums stay: they may not overflow."""


def _stepped(
    pace: Pace,
    lesson: Lesson,
    base: float,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and sums after a lesson. Shapes: (n,) all."""
    after, grown = weights, sums
    for _ in range(pace.steps):
        told = float(values @ after)
        if (told > pace.limit) if lesson.label else (told < -pace.limit):
            break  # more would change no score and be the harder to unlearn
        logit = base + min(max(told, -pace.limit), pace.limit)
        slope = (0.5 + 0.5 * np.tanh(0.5 * logit) - lesson.label) * values
        grown = np.minimum(grown + slope * slope, _HIGHEST_SUM)
        after = after - pace.rate * slope / np.sqrt(pace.first_sum + grown)
    step = (after - weights) * lesson.trust
    moved, most = abs(float(values @ step)), pace.furthest * lesson.trust
    return weights + step * min(1.0, most / max(moved, most)), grown


def _site_values(features: Features, site: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A lesson's different slots in order, and the value at each, those that collide in one."""
    columns, values = features.site
    slots, signs = slots_of(columns, site_keys([site]))
    different, places = np.unique(slots, return_inverse=True)
    summed = np.bincount(places, np.where(signs, -values, values), different.size)
    return different.astype(np.int64), summed.astype(np.float64)


def _real(whole: Whole) -> NDArray[np.float64]:
    return whole.astype(np.float64) * UNIT


def site_keys(sites: Sequence[int]) -> SiteKeys:
    """Two well-mixed numbers for each site. Shape: (2, n)."""
    mixed = mix(np.array(sites, dtype=np.int64).astype(np.uint64) + _SITE_SALT)
    return mixed.view(np.uint32).reshape(-1, 2).T.copy()


def slots_of(
    columns: NDArray[np.signedinteger[Any]], sites: SiteKeys
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The slot of each column on each site, and 1 where its weight counts with the other sign.

    Signs make two features that share a slot as often cancel as add up. In 32 bits, which take
    half the time of 64; both numbers of a site go in, else sites could share all their slots.
    """
    mixed = columns.astype(np.uint32) * _ODD
    mixed ^= sites[0]
    mixed ^= mixed >> np.uint32(15)
    mixed *= _OTHER_ODD
    mixed ^= sites[1]
    mixed ^= mixed >> np.uint32(13)
    mixed *= _ODD
    return mixed >> np.uint32(32 - BITS), (mixed >> np.uint32(31 - BITS)) & np.uint32(1)


def _net(taken: Sequence[_Change], learned: Sequence[_Change]) -> _Change:
    """The sum of what was learned less what was taken back."""
    parts = [(change, -1) for change in taken] + [(change, 1) for change in learned]
    lessons: Counter[int] = Counter()
    for change, times in parts:
        for site, count in change.lessons.items():
            lessons[site] += times * count
    if not parts:
        return _Change(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32), lessons)
    every = np.concatenate([change.slots for change, _ in parts])
    slots, places = np.unique(every, return_inverse=True)
    weights, sums = np.zeros((2, slots.size), dtype=np.int32)
    np.add.at(weights, places, np.concatenate([c.weights * np.int32(n) for c, n in parts]))
    np.add.at(sums, places, np.concatenate([c.sums * np.int32(n) for c, n in parts]))
    some = np.flatnonzero(weights | sums)
    return _Change(slots[some], weights[some], sums[some], lessons)


def _read(update: bytes) -> _Change:
    """An update from its bytes, sizes and slots checked. Raises ArtifactMismatch."""
    head = update[: _HEAD.size].ljust(_HEAD.size, b"\0")
    magic, made_as, size, sites = _HEAD.unpack(head)
    if (magic, made_as) != (_MAGIC, _FORMAT) or size > SLOTS or sites > _MOST_SITES:
        expected = f"an update of format {_FORMAT} with at most {SLOTS} slots"
        raise ArtifactMismatch(expected, f"one that begins {head.hex()}", _REMEDY)
    raw = inflate(update[_HEAD.size :], _PER_SLOT * SLOTS + _PER_SITE * _MOST_SITES, _REMEDY)
    expected_size = _PER_SLOT * size + _PER_SITE * sites
    if len(raw) != expected_size:
        raise ArtifactMismatch(f"{expected_size} bytes", f"{len(raw)}", _REMEDY)
    parts = np.frombuffer(raw, "<i4", 3 * size + sites)
    gaps, weights, sums = parts[: 3 * size].reshape(3, size)
    if size and (gaps[0] < 0 or (gaps[1:] <= 0).any() or gaps.sum(dtype=np.int64) >= SLOTS):
        raise ArtifactMismatch(f"different slots below {SLOTS}, in order", "others", _REMEDY)
    taught = np.frombuffer(raw, "<i8", offset=parts.nbytes).tolist()
    lessons = Counter(dict(zip(taught, parts[3 * size :].tolist(), strict=True)))
    return _Change(np.cumsum(gaps, dtype=np.int64), weights, sums, lessons)
