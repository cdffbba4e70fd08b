"""Examples to a model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models import CommentText, TooFewExamples
from models.artifact import weights_bytes
from models.datasets import Example
from models.training import Settings, example_weights, train, usable, with_fields_dropped
from tests.models import toy


def test_the_same_examples_and_seed_give_the_same_bytes() -> None:
    one, other = (train(toy.examples(), Settings())[0] for _ in range(2))
    assert weights_bytes(one.weights, one.bias) == weights_bytes(other.weights, other.bias)


def test_nothing_is_learned_from_files_whose_licence_forbids_it() -> None:
    examples = toy.examples(("one", "omp_de"))
    fitted, learned = train(examples, Settings())
    assert {example.file for example in learned} == {"one"}
    np.testing.assert_array_equal(
        fitted.weights, train(toy.examples(("one",)), Settings())[0].weights
    )


@pytest.mark.parametrize("mark", ["duplicate", "by_owner"])
def test_copies_and_owners_replies_teach_nothing(mark: str) -> None:
    example = toy.examples()[0]
    assert usable(example)
    assert not usable(replace(example, **{mark: True}))


def test_too_few_examples_are_refused_with_what_is_missing() -> None:
    with pytest.raises(TooFewExamples, match="19 ham"):
        train(toy.examples(("one",), each=19), Settings())


def test_a_large_source_teaches_more_but_not_in_proportion() -> None:
    examples = toy.examples(("small",), each=4) + toy.examples(("large",), each=400)
    weights = example_weights(examples, Settings())
    sums = Counter[str]()
    for example, weight in zip(examples, weights, strict=True):
        sums[example.file] += weight
    assert sums["large"] / sums["small"] == pytest.approx(10)
    assert weights.mean() == pytest.approx(1)


def test_both_labels_weigh_alike_however_many_there_are() -> None:
    examples = [e for number, e in enumerate(toy.examples()) if e.label or number % 8 == 1]
    weights = example_weights(examples, Settings())
    labels = np.array([example.label for example in examples])
    assert weights[labels == 1].sum() == pytest.approx(weights[labels == 0].sum())


def test_author_fields_are_dropped_from_some_examples_only() -> None:
    comment = CommentText("text", author_name="Ann", author_url="http://a.example.com")
    shown = with_fields_dropped([Example(comment, 0, "one")] * 1000, Settings())
    shares = Counter((bool(c.author_name), bool(c.author_url)) for c in shown)
    assert set(shares) == {(True, True), (True, False), (False, False)}
    assert all(c.body == "text" for c in shown)
