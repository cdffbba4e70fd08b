"""What a measured source comes to: every figure of the tables and pictures, and the worst rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import matthews_corrcoef

from models.manifest import TestedSource
from models.measuring.evaluation import HAM_ENOUGH, Scored, summary

HALF = 0.5
"""The score from which an answer without an unsure one would be spam: for MCC and errors."""
BINS = 10
_DRAWS = 400
_COVERED = (0.025, 0.975)
_CELLS = 1_000_000
"""Counts held at once while drawing."""

Interval = tuple[float, float]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """A source's figures; None where it has no spam or no ham to take them from.

    Shares are in [0, 1]. Intervals hold the figure in 95 of 100 draws of its rows (bootstrap).
    `ham_over_half` is the share of ham that scores 0.5 or more. `calibration_error` is how far
    score and share of spam lie apart in the mean, over ten bins of equal width.
    """

    tested: TestedSource
    roca_interval: Interval | None
    caught_interval_1: Interval | None
    caught_interval_01: Interval | None
    mcc: float | None
    ham_over_half: float | None
    calibration_error: float


def figures_of(scored: Scored, cutoffs: tuple[float, float], seed: int) -> Figures:
    """All figures of one source. The same seed draws the same intervals."""
    both = bool(scored.ham.size and scored.spam.size)
    intervals = _intervals(scored, seed) if both else None
    enough = intervals is not None and scored.ham.size >= HAM_ENOUGH
    return Figures(
        tested=summary(scored, *cutoffs),
        roca_interval=intervals[0] if intervals else None,
        caught_interval_1=intervals[1] if intervals and enough else None,
        caught_interval_01=intervals[2] if intervals and enough else None,
        mcc=mcc_of(scored) if both else None,
        ham_over_half=float((scored.ham >= HALF).mean()) if scored.ham.size else None,
        calibration_error=calibration_error(scored),
    )


def mcc_of(scored: Scored) -> float:
    """Matthews' correlation of label and score, cut at 0.5."""
    return float(matthews_corrcoef(scored.labels, scored.scores >= HALF))


def _intervals(scored: Scored, seed: int) -> tuple[Interval, Interval, Interval]:
    """Of 1-ROCA and of spam caught at 1 % and 0.1 % blocked ham; ham and spam drawn apart."""
    random = np.random.default_rng(seed)
    values, place = np.unique(scored.scores, return_inverse=True)
    ham, spam = place[scored.labels == 0], place[scored.labels == 1]
    at_once = max(_CELLS // values.size, 1)
    found = []
    for done in range(0, _DRAWS, at_once):
        draws = min(at_once, _DRAWS - done)
        hams, spams = (_drawn(rows, values.size, draws, random) for rows in (ham, spam))
        found.append(
            (
                area_missing(hams, spams),
                caught_by_draw(hams, spams, 0.01),
                caught_by_draw(hams, spams, 0.001),
            )
        )
    low, high = np.quantile(np.hstack(found), _COVERED, axis=1).tolist()
    return (low[0], high[0]), (low[1], high[1]), (low[2], high[2])


def _drawn(rows: Counts, values: int, draws: int, random: np.random.Generator) -> Counts:
    """How often each score comes up when as many rows are drawn again. Shape: (draws, values)."""
    picks = random.choice(rows, (draws, rows.size)) + values * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * values).reshape(draws, values)


def area_missing(hams: Counts, spams: Counts) -> NDArray[np.float64]:
    """The area missing above the ROC curve, from counts per score, the lowest score first.

    Shapes: (draws, values) both; returned: (draws,).
    """
    below = np.cumsum(hams, axis=1) - hams / 2
    area = (spams * below).sum(axis=1)
    missing: NDArray[np.float64] = 1 - area / (hams.sum(axis=1) * spams.sum(axis=1))
    return missing


def caught_by_draw(hams: Counts, spams: Counts, blocked: float) -> NDArray[np.float64]:
    """Spam caught at most `blocked` ham; shapes as above."""
    allowed = (blocked * hams.sum(axis=1)).astype(np.int64)[:, None]
    from_here_up = np.cumsum(hams[:, ::-1], axis=1)[:, ::-1]
    caught = np.where(from_here_up <= allowed, spams, 0).sum(axis=1)
    share: NDArray[np.float64] = caught / spams.sum(axis=1)
    return share


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose score lies from `low` to below `high`: their number, mean, share of spam."""

    low: float
    high: float
    rows: int
    mean_score: float
    spam: float


def calibration_bins(scored: Scored) -> list[Bin]:
    """The bins that hold any rows, lowest first."""
    places = np.minimum((scored.scores * BINS).astype(np.int64), BINS - 1)
    found = []
    for place in np.unique(places).tolist():
        inside = places == place
        mean, spam = scored.scores[inside].mean(), scored.labels[inside].mean()
        low, high = place / BINS, (place + 1) / BINS
        found.append(Bin(low, high, int(inside.sum()), float(mean), float(spam)))
    return found


def calibration_error(scored: Scored) -> float:
    """Mean distance of score and share of spam in a bin, weighed by the bins' rows."""
    bins = calibration_bins(scored)
    rows = sum(found.rows for found in bins)
    return sum(found.rows * abs(found.mean_score - found.spam) for found in bins) / max(rows, 1)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row and its score: where to find it, never what it says."""

    id: str
    source: str
    score: float


def worst(sources: Sequence[Scored], count: int) -> tuple[list[Mistake], list[Mistake]]:
    """The `count` ham of highest and the `count` spam of lowest score, worst first."""
    rows = [
        (Mistake(row, source.source, score), label)
        for source in sources
        for row, label, score in zip(
            source.ids, source.labels.tolist(), source.scores.tolist(), strict=True
        )
    ]
    ham = [mistake for mistake, label in rows if not label]
    spam = [mistake for mistake, label in rows if label]
    return (
        sorted(ham, key=lambda m: (-m.score, m.id))[:count],
        sorted(spam, key=lambda m: (m.score, m.id))[:count],
    )


def by_language(sources: Sequence[Scored]) -> list[Scored]:
    """The rows of all sources by the language that their data name, most rows first."""
    languages = np.array([lang or "not named" for s in sources for lang in s.languages])
    labels = np.concatenate([source.labels for source in sources])
    scores = np.concatenate([source.scores for source in sources])
    found = [
        Scored(name, labels[languages == name], scores[languages == name])
        for name in np.unique(languages).tolist()
    ]
    return sorted(found, key=lambda part: (-part.labels.size, part.source))
