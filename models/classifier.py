"""The model: comments in, probabilities and reasons out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import artifact
from models.evidence import Reason, reasons
from models.familiarity import familiarity
from models.features import Batch, cells, weigh
from models.learned import Learned
from models.lessons import pack
from models.manifest import Manifest
from models.places import located
from models.site_part import SitePart, site_part, weighed
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
        parts = self._parts(comments, learned, sites)
        logits = [self._at(batch, learned, at)[1] for batch, at in parts]
        return probability(np.concatenate(logits) + self.bias) if logits else np.zeros(0)

    def explain(
        self,
        comments: Sequence[CommentText],
        learned: Learned | None = None,
        sites: Sequence[int] = (),
        *,
        limit: int = 6,
    ) -> list[list[Reason]]:
        """What pushed each comment's score, strongest first, `limit` reasons at most each."""
        found: list[list[Reason]] = []
        for batch, at in self._parts(comments, learned, sites):
            here, _ = self._at(batch, learned, at)
            found += reasons(batch, self.weights, limit, site_part=here)
        return [located(told, one.body) for one, told in zip(comments, found, strict=True)]

    def familiarity(self, comments: Sequence[CommentText]) -> NDArray[np.float64]:
        """How much of each comment is like what was learned from, in [0, 1]. Shape: (n,).

        Below `models.familiarity.FAMILIAR_FROM` a score says too little to call a comment spam.
        """
        shares = [familiarity(Batch(part), self.weights) for part in batches(comments)]
        return np.concatenate(shares) if shares else np.zeros(0)

    def lesson_features(self, comments: Sequence[CommentText]) -> list[bytes]:
        """What a lesson keeps of each comment: features as bytes, no text can be read from them."""
        return [raw for part in batches(comments) for raw in pack(part)]

    def _parts(
        self, comments: Sequence[CommentText], learned: Learned | None, sites: Sequence[int]
    ) -> Iterator[tuple[Batch, Sequence[int]]]:
        """The comments in batches, each with its sites."""
        if learned is not None and len(sites) != len(comments):
            raise ValueError(f"expected a site per comment; found {len(sites)} of {len(comments)}")
        done = 0
        for part in batches(comments):
            yield Batch(part), sites[done : done + len(part)]
            done += len(part)

    def _at(
        self, batch: Batch, learned: Learned | None, sites: Sequence[int]
    ) -> tuple[SitePart | None, NDArray[np.float64]]:
        """The sites' part of a batch, and the logits without the bias. Shape: (n,).

        None where no site of the batch taught anything.
        """
        if learned is None or not any(map(learned.taught_by, set(sites))):
            return None, weigh(batch, self.weights)
        found = cells(batch)
        here = site_part(learned, batch, found, sites)
        return here, weighed(found, self.weights) + here.logits


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
    return unpack_model(*read_bytes(directory))


def read_bytes(directory: Path | None = None) -> tuple[bytes, bytes]:
    """Manifest and weights of that model as bytes, for `unpack_model`. Raises NotTrained."""
    return artifact.read_bytes(SHIPPED if directory is None else directory)


def unpack_model(manifest: bytes, weights: bytes) -> SpamModel:
    """The model of bytes that were kept elsewhere. Raises ArtifactMismatch."""
    model = SpamModel(*artifact.unpack(manifest, weights))
    model.score([CommentText("http://example.com")] * 8)  # fills the tables that the first need
    return model
