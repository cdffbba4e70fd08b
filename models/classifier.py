"""The model: comments in, probabilities and reasons out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import artifact
from models.evidence import Reason, reasons
from models.features import Batch, weigh
from models.manifest import Manifest
from models.text import CommentText

SHIPPED = Path(__file__).parent / "shipped"

_BATCH = 128
"""Comments turned to numbers at once: larger ones gain nothing and hold more memory."""
_BATCH_CHARACTERS = 300_000


class SpamModel:
    """A trained model. Never changes once made, so that any number of threads may use it.

    ham when score < ham_cutoff, spam when score >= spam_cutoff, unsure between.
    """

    def __init__(self, weights: NDArray[np.float32], bias: float, manifest: Manifest) -> None:
        self._weights = weights
        self._weights.setflags(write=False)
        self._bias = bias
        self.manifest = manifest
        self.version = manifest.version
        self.ham_cutoff = manifest.ham_cutoff
        self.spam_cutoff = manifest.spam_cutoff

    def score(self, comments: Sequence[CommentText]) -> NDArray[np.float64]:
        """Probability that each comment is spam.

        Shape: (n,), order kept, float64 in [0, 1]. Never raises on any text.
        Source: tests/models/test_quality.py; docs/model.md, table of left-out sources.
        """
        logits = [self._logits(Batch(part)) for part in batches(comments)]
        return probability(np.concatenate(logits)) if logits else np.zeros(0)

    def explain(self, comments: Sequence[CommentText], *, limit: int = 6) -> list[list[Reason]]:
        """What pushed each comment's score, strongest first, `limit` reasons at most each."""
        found: list[list[Reason]] = []
        for part in batches(comments):
            found += reasons(Batch(part), self._weights, limit)
        return found

    def _logits(self, batch: Batch) -> NDArray[np.float64]:
        return weigh(batch, self._weights) + self._bias


def probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function, safe for any finite logit. Shape kept."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def batches(comments: Sequence[CommentText]) -> Iterator[list[CommentText]]:
    """The comments in parts small enough for one array each, order kept."""
    part: list[CommentText] = []
    characters = 0
    for comment in comments:
        part.append(comment)
        characters += len(comment.body)
        if len(part) == _BATCH or characters > _BATCH_CHARACTERS:
            yield part
            part, characters = [], 0
    if part:
        yield part


def load(directory: Path | None = None) -> SpamModel:
    """The model in `directory`, the shipped one when None. Raises NotTrained, ArtifactMismatch."""
    model = SpamModel(*artifact.read(SHIPPED if directory is None else directory))
    model.score([CommentText("http://example.com")])  # fills the tables that the first one needs
    return model
