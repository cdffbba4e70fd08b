"""The classifier's face: what other folders may use."""

from models.classifier import SpamModel, load
from models.errors import ArtifactMismatch, BadData, ModelError, NotTrained, TooFewExamples
from models.evidence import Reason
from models.manifest import Manifest
from models.text import CommentText, normalise

__all__ = [
    "ArtifactMismatch",
    "BadData",
    "CommentText",
    "Manifest",
    "ModelError",
    "NotTrained",
    "Reason",
    "SpamModel",
    "TooFewExamples",
    "load",
    "normalise",
]
