"""Examples to a model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models import CommentText, TooFewExamples
from models.artifact import weights_bytes
from models.data.datasets import Example
from models.training import (
    Settings,
    data_file_entries,
    example_weights,
    features_of,
    fit,
    fit_twice,
    taught,
    train,
    usable,
    with_fields_dropped,
)
from tests.models import toy


def test_the_same_examples_and_seed_give_the_same_bytes() -> None:
    one, other = (train(toy.examples(), Settings())[0] for _ in range(2))
    assert weights_bytes(one.weights, one.bias) == weights_bytes(other.weights, other.bias)


def test_nothing_is_learned_from_files_whose_licence_forbids_it() -> None:
    examples = toy.examples(("one", "omp_de"))
    alone = Settings(seed_share=0)
    fitted, learned = train(examples, alone)
    assert {example.file for example in learned} == {"one"}
    np.testing.assert_array_equal(fitted.weights, train(toy.examples(("one",)), alone)[0].weights)


@pytest.mark.parametrize("mark", ["duplicate", "by_owner"])
def test_copies_and_owners_replies_teach_nothing(mark: str) -> None:
    example = toy.examples()[0]
    assert usable(example)
    assert not usable(replace(example, **{mark: True}))


def test_too_few_examples_are_refused_with_what_is_missing() -> None:
    with pytest.raises(TooFewExamples, match="19 ham"):
        train(toy.examples(("one",), each=19), Settings())


def test_invented_comments_are_learned_beside_the_data_and_named_in_the_manifest() -> None:
    fitted, learned = train(toy.examples(), Settings())
    entries = {entry.name: entry for entry in data_file_entries(learned, {})}
    assert entries["one"].rows == 64
    assert entries["seeds_de"].sha256
    plea = features_of([CommentText("guys please subscribe to my channel")])
    untaught = train(toy.examples(), Settings(seed_share=0))[0]
    assert fitted.logits(plea)[0] > untaught.logits(plea)[0] + 0.5


def test_ham_that_reads_like_spam_to_all_others_teaches_nothing() -> None:
    spam = next(example for example in toy.examples() if example.label)
    mistaken = [*toy.examples(), replace(spam, label=0)]
    settings = Settings(seed_share=0, screen_strength=10)
    believed, doubted = (
        train(mistaken, replace(settings, screen_from=score))[0] for score in (2.0, 0.5)
    )
    row = features_of([spam.comment])
    assert doubted.logits(row)[0] > believed.logits(row)[0]
    assert doubted.logits(row)[0] == pytest.approx(
        train(toy.examples(), replace(settings, screen_from=2.0))[0].logits(row)[0], abs=0.2
    )


def test_two_models_make_one_that_agrees_with_both_and_weighs_nothing_unseen() -> None:
    examples = toy.examples()
    settings = Settings(seed_share=0)
    rows = taught(features_of([e.comment for e in examples]), examples, settings)
    once, twice = fit(*rows, settings), fit_twice(rows, settings)
    assert ((twice.logits(rows.features) > 0) == (rows.labels == 1)).all()
    assert (np.sign(twice.logits(rows.features)) == np.sign(once.logits(rows.features))).all()
    np.testing.assert_array_equal(twice.weights[once.weights == 0], 0)


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
