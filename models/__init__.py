"""The classifier's face: what other folders may use."""

from models.candidates import Candidate, retrain
from models.classifier import SpamModel, load, read_bytes, unpack_model
from models.errors import ArtifactMismatch, BadData, ModelError, NotTrained, TooFewExamples
from models.evidence import Reason
from models.familiarity import FAMILIAR_FROM
from models.learned import Learned
from models.lessons import Lesson, fits
from models.look import Look
from models.manifest import Manifest
from models.outline import Outline, outlines
from models.reading import Read, read
from models.text import CommentText, normalise

__all__ = [
    "FAMILIAR_FROM",
    "ArtifactMismatch",
    "BadData",
    "Candidate",
    "CommentText",
    "Learned",
    "Lesson",
    "Look",
    "Manifest",
    "ModelError",
    "NotTrained",
    "Outline",
    "Read",
    "Reason",
    "SpamModel",
    "TooFewExamples",
    "fits",
    "load",
    "normalise",
    "outlines",
    "read",
    "read_bytes",
    "retrain",
    "unpack_model",
]
