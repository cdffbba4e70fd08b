"""The sites' part of a batch: the same as lesson by lesson, and its share in the reasons."""

from __future__ import annotations

import numpy as np
import pytest

from models import CommentText, Learned, Lesson, SpamModel, load
from models.evidence import Reason, reasons
from models.features import Batch, cells, weigh
from models.learned import Pace
from models.lessons import unpack
from models.site_part import site_part, weighed
from tests.models.samples import COMMENTS

SITES = [1 + row % 3 for row in range(len(COMMENTS))]


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


@pytest.fixture(scope="module")
def learned(model: SpamModel) -> Learned:
    found = Learned(model)
    for row, raw in enumerate(model.lesson_features(COMMENTS)):
        found.learn(Lesson(1 + row % 3, row % 2, 1.0, raw))
    return found


def logits_of(scores: np.ndarray) -> np.ndarray:
    return np.log(scores / (1 - scores))


def all_reasons(model: SpamModel, learned: Learned) -> list[list[Reason]]:
    batch = Batch(COMMENTS)
    part = site_part(learned, batch, cells(batch), SITES)
    return reasons(batch, model.weights, 10**6, 0.0, part)


def test_a_batch_scores_as_its_lessons_do_one_by_one(model: SpamModel, learned: Learned) -> None:
    packed = model.lesson_features(COMMENTS)
    expected = [learned.logit(unpack(raw), site) for raw, site in zip(packed, SITES, strict=True)]
    found = logits_of(model.score(COMMENTS, learned, SITES))
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_comment_scores_the_same_alone_and_among_many(model: SpamModel, learned: Learned) -> None:
    many = model.score(COMMENTS * 5, learned, SITES * 5)[-len(COMMENTS) :]
    alone = [model.score([c], learned, [site])[0] for c, site in zip(COMMENTS, SITES, strict=True)]
    np.testing.assert_allclose(many, alone, rtol=1e-9)


def test_the_models_part_is_weighed_as_without_sites(model: SpamModel) -> None:
    batch = Batch(COMMENTS)
    np.testing.assert_array_equal(weighed(cells(batch), model.weights), weigh(batch, model.weights))


def test_all_reasons_together_still_make_up_the_score(model: SpamModel, learned: Learned) -> None:
    scores = logits_of(model.score(COMMENTS, learned, SITES))
    for found, logit in zip(all_reasons(model, learned), scores, strict=True):
        total = model.bias + sum(reason.weight for reason in found)
        assert total == pytest.approx(logit, abs=0.005 + 0.0006 * len(found))


def test_a_part_beyond_its_limit_is_cut_in_the_reasons_too(model: SpamModel) -> None:
    tight = Learned(model, Pace(limit=0.5))
    for row, raw in enumerate(model.lesson_features(COMMENTS)):
        tight.learn(Lesson(1 + row % 3, row % 2, 1.0, raw))
    plain = logits_of(model.score(COMMENTS))
    scores = logits_of(model.score(COMMENTS, tight, SITES))
    assert np.abs(scores - plain).max() == pytest.approx(0.5, abs=1e-6)
    for found, logit in zip(all_reasons(model, tight), scores, strict=True):
        total = model.bias + sum(reason.weight for reason in found)
        assert total == pytest.approx(logit, abs=0.005 + 0.0006 * len(found))


def test_what_was_decided_here_is_told_from_what_the_model_knows(model: SpamModel) -> None:
    comment = CommentText("our pottery kiln grew quite hot", "Zelda Quux")
    learned = Learned(model)
    (raw,) = model.lesson_features([comment])
    for _ in range(3):
        learned.learn(Lesson(4, 1, 1.0, raw))
    (here,) = model.explain([comment], learned, [4])
    (elsewhere,) = model.explain([comment], learned, [5])
    assert {"word", "author_here"} <= {reason.code for reason in here}
    assert any("as decided here before" in reason.text for reason in here)
    assert not any("here before" in reason.text for reason in elsewhere)
    assert [(r.code, r.text) for r in elsewhere] == [
        (r.code, r.text) for r in model.explain([comment])[0]
    ]


def test_no_comments_have_no_reasons(model: SpamModel, learned: Learned) -> None:
    assert model.explain([], learned, []) == []
    assert model.score([], learned, []).size == 0


def test_a_site_that_taught_nothing_is_scored_by_the_model_alone(model: SpamModel) -> None:
    crowded = Learned(model)
    for row, raw in enumerate(model.lesson_features(COMMENTS)):
        for site in range(1, 40):  # as many as it takes for all to share slots with another
            crowded.learn(Lesson(site, row % 2, 1.0, raw))
    alone = model.score(COMMENTS)
    stranger, mixed = [99] * len(COMMENTS), [1, *[99] * (len(COMMENTS) - 1)]
    np.testing.assert_array_equal(model.score(COMMENTS, crowded, stranger), alone)
    np.testing.assert_allclose(model.score(COMMENTS, crowded, mixed)[1:], alone[1:], rtol=1e-12)
    assert model.explain(COMMENTS, crowded, stranger) == model.explain(COMMENTS)
