"""The model: comments in, probabilities and reasons out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import artifact
from models.evidence import Reason
from models.learned import Learned
from models.lessons import pack
from models.look import Look
from models.manifest import Manifest
from models.text import CommentText

SHIPPED = Path(__file__).parent / "shipped"

_BATCH = 256
"""Comments turned to numbers at once: larger ones gain nothing and hold more memory."""
_BATCH_CHARACTERS = 300_000


class SpamModel:
    """A trained model. Never changes once made, so that any number of threads may use it.

    ham when score < ham_cutoff, spam when score >= spam_cutoff, unsure between.
    """

    def __init__(self, weights: NDArray[np.float32], bias: float, manifest: Manifest) -> None:
        self.weights = weights
        self.weights.setflags(write=False)
        self.bias = bias
        self.manifest = manifest
        self.version = manifest.version
        self.ham_cutoff = manifest.ham_cutoff
        self.spam_cutoff = manifest.spam_cutoff

    def score(
        self,
        comments: Sequence[CommentText],
        learned: Learned | None = None,
        sites: Sequence[int] = (),
    ) -> NDArray[np.float64]:
        """Probability that each comment is spam.

        With `learned`, each comment is scored as on the site of that number, one per comment.
        Shape: (n,), order kept, float64 in [0, 1]. Never raises on any text.
        Source: tests/models/test_quality.py; docs/model.md, table of left-out sources.
        """
        scores = [look.scores for look in self.looks(comments, learned, sites)]
        return np.concatenate(scores) if scores else np.zeros(0)

    def explain(
        self,
        comments: Sequence[CommentText],
        learned: Learned | None = None,
        sites: Sequence[int] = (),
        *,
        limit: int = 6,
    ) -> list[list[Reason]]:
        """What pushed each comment's score, strongest first, `limit` reasons at most each."""
        looks = self.looks(comments, learned, sites)
        return [found for look in looks for found in look.reasons(limit)]

    def familiarity(self, comments: Sequence[CommentText]) -> NDArray[np.float64]:
        """How much of each comment is like what was learned from, in [0, 1]. Shape: (n,).

        Below `models.familiarity.FAMILIAR_FROM` a score says too little to call a comment spam.
        """
        shares = [look.familiarity() for look in self.looks(comments)]
        return np.concatenate(shares) if shares else np.zeros(0)

    def looks(
        self,
        comments: Sequence[CommentText],
        learned: Learned | None = None,
        sites: Sequence[int] = (),
    ) -> Iterator[Look]:
        """Looks at all of the comments in order, for who asks for more than their scores."""
        if learned is not None and len(sites) != len(comments):
            raise ValueError(f"expected a site per comment; found {len(sites)} of {len(comments)}")
        done = 0
        for part in batches(comments):
            yield Look(self, part, learned, sites[done : done + len(part)])
            done += len(part)

    def lesson_features(self, comments: Sequence[CommentText]) -> list[bytes]:
        """What a lesson keeps of each comment: features as bytes, no text can be read from them."""
        return [raw for part in batches(comments) for raw in pack(part)]


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
    return unpack_model(*read_bytes(directory))


def read_bytes(directory: Path | None = None) -> tuple[bytes, bytes]:
    """Manifest and weights of that model as bytes, for `unpack_model`. Raises NotTrained."""
    return artifact.read_bytes(SHIPPED if directory is None else directory)


def unpack_model(manifest: bytes, weights: bytes) -> SpamModel:
    """The model of bytes that were kept elsewhere. Raises ArtifactMismatch."""
    model = SpamModel(*artifact.unpack(manifest, weights))
    model.score([CommentText("http://example.com")] * 8)  # fills the tables that the first need
    return model
