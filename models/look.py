"""A look at some comments: taken apart once for their scores, their reasons and all else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.evidence import Reason, reasons
from models.familiarity import familiarity
from models.features import Batch, cells, weigh
from models.learned import Learned
from models.places import located
from models.site_part import SitePart, site_part, weighed
from models.text import CommentText


class Weights(Protocol):
    """A linear model. Shape of weights: (COLUMNS,); bias in logits."""

    @property
    def weights(self) -> NDArray[np.float32]: ...
    @property
    def bias(self) -> float: ...


class Look:
    """What a model says of some comments, few enough for one array.

    With `learned`, each comment is seen as on the site of that number, one per comment.
    """

    def __init__(
        self,
        model: Weights,
        comments: Sequence[CommentText],
        learned: Learned | None = None,
        sites: Sequence[int] = (),
    ) -> None:
        self._model = model
        self._comments = comments
        self._learned = learned
        self._sites = sites
        self._batch = Batch(comments)

    def __len__(self) -> int:
        return len(self._comments)

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Probability that each comment is spam. Shape: (n,), float64 in [0, 1]."""
        return probability(self._weighed[0] + self._model.bias)

    def reasons(self, limit: int = 6) -> list[list[Reason]]:
        """What pushed each comment's score, strongest first, `limit` reasons at most each."""
        found = reasons(self._batch, self._model.weights, limit, site_part=self._weighed[1])
        return [located(told, one.body) for told, one in zip(found, self._comments, strict=True)]

    def familiarity(self) -> NDArray[np.float64]:
        """How much of each comment is like what was learned from. Shape: (n,), in [0, 1]."""
        return familiarity(self._batch, self._model.weights)

    def among(self, rows: Sequence[int]) -> Look:
        """A look at the comments in these rows alone, in that order."""
        if list(rows) == list(range(len(self))):
            return self
        comments = [self._comments[row] for row in rows]
        sites = [self._sites[row] for row in rows] if self._learned else ()
        return Look(self._model, comments, self._learned, sites)

    @cached_property
    def _weighed(self) -> tuple[NDArray[np.float64], SitePart | None]:
        """The logits without the bias, and the sites' part; None if no site taught anything."""
        learned = self._learned
        if learned is None or not any(map(learned.taught_by, set(self._sites))):
            return weigh(self._batch, self._model.weights), None
        found = cells(self._batch)
        here = site_part(learned, self._batch, found, self._sites)
        return weighed(found, self._model.weights) + here.logits, here


def probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function, safe for any finite logit. Shape kept."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))
