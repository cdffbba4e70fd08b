"""The shipped model on a small frozen set of our own, with a stated margin."""

from __future__ import annotations

import pytest

from models import SpamModel, load
from tests.models.samples import HAM, PRAISE, SPAM, Sample


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


def ids(samples: list[Sample]) -> list[str]:
    return [f"{sample.kind}: {sample.comment.body[:30]}" for sample in samples]


@pytest.mark.parametrize("sample", HAM, ids=ids(HAM))
def test_no_genuine_comment_in_any_language_is_filed_as_spam(
    model: SpamModel, sample: Sample
) -> None:
    assert model.score([sample.comment])[0] < model.spam_cutoff


def test_nine_in_ten_genuine_comments_are_published_at_once(model: SpamModel) -> None:
    scores = model.score([sample.comment for sample in HAM])
    assert (scores < model.ham_cutoff).mean() >= 0.9


def test_nine_in_ten_spam_comments_are_filed_or_held_and_many_filed(model: SpamModel) -> None:
    scores = model.score([sample.comment for sample in SPAM])
    assert (scores >= model.ham_cutoff).mean() >= 0.9
    assert (scores >= model.spam_cutoff).mean() >= 0.4


def test_praise_that_names_nothing_is_neither_spam_nor_trusted_more_than_ham(
    model: SpamModel,
) -> None:
    praise = model.score([sample.comment for sample in PRAISE])
    ham = model.score([sample.comment for sample in HAM])
    assert (praise < model.spam_cutoff).all()
    assert praise.min() > sorted(ham)[len(ham) // 2]
