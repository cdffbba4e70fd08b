"""A lesson's features: kept as bytes, the same that the model weighs."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from models import ArtifactMismatch, CommentText, SpamModel, load
from models.features import VERSION, Batch, matrix
from models.lessons import HERE, NO_NAME, fits, name_column, unpack
from tests.models.samples import COMMENTS


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


def test_what_is_kept_is_what_the_model_weighs(model: SpamModel) -> None:
    expected = matrix(Batch(COMMENTS))
    for row, raw in enumerate(model.lesson_features(COMMENTS)):
        columns, values = unpack(raw).base
        part = slice(expected.indptr[row], expected.indptr[row + 1])
        np.testing.assert_array_equal(columns, expected.indices[part])
        np.testing.assert_array_equal(values.astype(np.float32), expected.data[part])


def test_they_are_small_and_hold_no_text(model: SpamModel) -> None:
    comment = CommentText("the quay and the harbour " * 200, "Ann Lee")
    (raw,) = model.lesson_features([comment])
    assert len(raw) < 400
    assert b"harbour" not in zlib.decompress(raw[8:])


def test_an_author_is_known_by_the_whole_name(model: SpamModel) -> None:
    assert name_column("Ann Lee") == name_column(" ann  LEE ")
    assert len({name_column(name) for name in ("Ann Lee", "Ann", "Lee Ann", "Анна")}) == 4
    assert name_column("Ann") > HERE
    assert name_column("  ") == NO_NAME
    (raw,) = model.lesson_features([CommentText("a plain text", "Ann Lee")])
    assert unpack(raw).site[0][-2:].tolist() == [HERE, name_column("Ann Lee")]


def test_an_author_without_a_name_leaves_the_site_alone(model: SpamModel) -> None:
    (raw,) = model.lesson_features([CommentText("a plain text")])
    columns, values = unpack(raw).site
    assert columns[-1] == HERE
    assert values[-1] > 0


def test_features_of_another_program_are_told_apart(model: SpamModel) -> None:
    (raw,) = model.lesson_features([CommentText("a plain text")])
    assert fits(raw)
    later = raw[:2] + (VERSION + 1).to_bytes(2, "little") + raw[4:]
    assert not fits(later)
    with pytest.raises(ArtifactMismatch, match="make the lesson again"):
        unpack(later)


def test_damaged_features_are_refused(model: SpamModel) -> None:
    (raw,) = model.lesson_features([CommentText("a plain text", "Ann")])
    body = zlib.decompress(raw[8:])
    beyond = body[:-4] + (1 << 30).to_bytes(4, "little")
    packed = (raw[:8] + zlib.compress(each) for each in (body[:-4], b"short", beyond))
    for damaged in (b"", raw[:8], raw[:-2], raw + b"x", *packed):
        with pytest.raises(ArtifactMismatch):
            unpack(damaged)
