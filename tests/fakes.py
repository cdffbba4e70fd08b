"""Stand-ins that tests hand to the parts: a clock that stands still, a model that is obvious."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray


class FrozenClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class PlainModel:
    """Scores by the text: "spam" 0.97, "unsure" 0.5, "blatant" 0.9999, else 0.02.

    A text with "explode" makes scoring raise; one with "die" ends the process.
    """

    version = "plain-1"
    ham_cutoff, spam_cutoff = 0.2, 0.9
    manifest = SimpleNamespace(created="2026-11-01")
    SCORES = (("blatant", 0.9999), ("spam", 0.97), ("unsure", 0.5))

    def __init__(self) -> None:
        self.calls: list[int] = []  # the size of each batch
        self.sees_author_url = False

    def looks(
        self,
        comments: Sequence[SimpleNamespace],
        _learned: object | None = None,
        _sites: Sequence[int] = (),
    ) -> Iterator[PlainLook]:
        self.calls.append(len(comments))
        yield PlainLook(self, comments)

    def _seen(self, comment: SimpleNamespace) -> str:
        return f"{comment.body} {comment.author_url if self.sees_author_url else ''}"

    def score_of(self, comment: SimpleNamespace) -> float:
        return self._score(self._seen(comment))

    def _score(self, body: str) -> float:
        if "explode" in body:
            raise ValueError("the model choked")
        if "die at once" in body:
            os._exit(70)
        return next((score for word, score in self.SCORES if word in body), 0.02)


class PlainLook:
    """What the plain model says of some comments."""

    def __init__(self, model: PlainModel, comments: Sequence[SimpleNamespace]) -> None:
        self.model, self.comments = model, comments
        self.scores = np.array([model.score_of(comment) for comment in comments])

    def __len__(self) -> int:
        return len(self.comments)

    def among(self, rows: Sequence[int]) -> PlainLook:
        return PlainLook(self.model, [self.comments[row] for row in rows])

    def reasons(self) -> list[list[SimpleNamespace]]:
        reason = SimpleNamespace(code="word", text='the word "spam"', weight=2.5, places=())
        return [[reason] for _ in self.comments]

    def familiarity(self) -> NDArray[np.float64]:
        """1, and 0 for a text with "strange"."""
        return np.array([0.0 if "strange" in one.body else 1.0 for one in self.comments])


class QuietBell:
    """Counts the rings."""

    def __init__(self) -> None:
        self.rings = 0  # for scoring
        self.lessons = 0  # rings for learning
        self.up = True

    def ring(self) -> bool:
        self.rings += 1
        return self.up

    def ring_to_learn(self) -> bool:
        self.lessons += 1
        return self.up

    def ring_to_retrain(self) -> bool:
        return self.up

    def is_up(self) -> bool:
        return self.up
