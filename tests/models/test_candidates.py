"""A candidate: learned from decisions, live only when held ones prove it better."""

from __future__ import annotations

import numpy as np
import pytest

from models import CommentText, Lesson, SpamModel, TooFewExamples, load, retrain, unpack_model
from models.candidates import DATA_NAME, lesson_weights, sanity_filed, surely_above_zero
from models.manifest import decode

PLACES = ("bridge", "harbour", "market", "orchard", "station", "mill", "quay", "garden")


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


def comment(number: int, spam: bool) -> CommentText:
    place, other = PLACES[number % 8], PLACES[number // 8 % 8]
    if spam:
        return CommentText(f"zorbax {place} gives you a {other} glow, ask our zorbax team", "Jo")
    return CommentText(f"we walked from the {place} to the {other} on day {number}", "Ann Lee")


def lessons(model: SpamModel, count: int, first: int = 0, site: int = 1) -> list[Lesson]:
    numbers = range(first, first + count)
    made = model.lesson_features([comment(n, spam=n % 2 == 1) for n in numbers])
    return [Lesson(site, n % 2, 1.0, raw) for n, raw in zip(numbers, made, strict=True)]


def test_what_proves_better_beats_the_live_model(model: SpamModel) -> None:
    taught = [each for site in range(4) for each in lessons(model, 60, 60 * site, site)]
    found = retrain(model, taught, lessons(model, 120, 500), "2031-04-05")
    assert found.beats, found.why
    assert found.why.startswith("Beats the live, on 60 ham and 60 spam held back: cost ")
    assert found.candidate.cost < found.live.cost
    assert found.candidate.log_loss < found.live.log_loss


def test_a_candidate_is_a_whole_model(model: SpamModel) -> None:
    taught = lessons(model, 60)
    found = retrain(model, taught, [], "2031-04-05")
    loaded = unpack_model(found.manifest, found.weights)
    assert loaded.version == found.version
    assert found.version.startswith("2031.04-")
    assert decode(found.manifest).data[-1].name == DATA_NAME
    assert decode(found.manifest).settings["retrained_from"] == model.version
    assert loaded.score([comment(1, spam=True)]) > model.score([comment(1, spam=True)])
    assert retrain(model, taught, [], "2031-04-05") == found


def test_a_candidate_of_a_candidate_names_its_lessons_once(model: SpamModel) -> None:
    first = retrain(model, lessons(model, 60), [])
    second = retrain(unpack_model(first.manifest, first.weights), lessons(model, 80), [])
    names = [entry.name for entry in decode(second.manifest).data]
    assert names.count(DATA_NAME) == 1


def test_without_enough_held_back_it_stays_a_candidate(model: SpamModel) -> None:
    found = retrain(model, lessons(model, 120), lessons(model, 60, 500))
    assert not found.beats
    assert "too few lessons are held back" in found.why


def test_wrong_lessons_do_not_go_live(model: SpamModel) -> None:
    wrong = [Lesson(e.site, 1 - e.label, e.trust, e.features) for e in lessons(model, 120)]
    found = retrain(model, wrong, lessons(model, 120, 500))
    assert not found.beats
    assert found.why.startswith("Stays a candidate, ")


def test_too_few_lessons_teach_nothing(model: SpamModel) -> None:
    with pytest.raises(TooFewExamples, match="at least 20 lessons of spam and 20 of ham"):
        retrain(model, lessons(model, 39), [])


def test_no_site_dominates() -> None:
    many = [Lesson(1, n % 2, 1.0, b"") for n in range(2_000)]
    few = [Lesson(2, n % 2, 1.0, b"") for n in range(100)]
    weights = lesson_weights([*many, *few])
    assert weights[:2_000].sum() == pytest.approx(weights[2_000:].sum())
    assert weights.max() == 1


def test_less_trust_and_the_commoner_label_take_smaller_steps() -> None:
    weights = lesson_weights(
        [Lesson(1, 1, 1.0, b""), Lesson(1, 1, 0.5, b""), Lesson(1, 0, 1.0, b"")]
    )
    assert weights[2] > weights[0] > weights[1]


def test_chance_is_told_from_gain() -> None:
    labels = np.tile([0, 1], 100)
    noise = np.random.default_rng(5).normal(0, 1, 200)
    assert not surely_above_zero(noise - noise.mean(), labels)
    assert surely_above_zero(noise - noise.mean() + 0.5, labels)
    assert not surely_above_zero(np.zeros(200), labels)


def test_the_shipped_model_files_none_of_the_everyday_comments(model: SpamModel) -> None:
    assert sanity_filed(model) == set()
