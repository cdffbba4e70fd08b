"""Scoring: from pending to judged, whatever the model does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from service.config import Settings
from service.core import waiting
from service.core.store.session import Store
from service.scoring import Scorer, drain, score_now
from tests.fakes import FrozenClock, PlainModel
from tests.service.core.conftest import World

STINT = timedelta(seconds=2)


@pytest.fixture
def model() -> PlainModel:
    return PlainModel()


@pytest.fixture
def scorer(model: PlainModel) -> Scorer:
    return Scorer(model)  # type: ignore[arg-type]  # PlainModel has the face of a SpamModel


@pytest.fixture
def world(any_store: Store, clock: FrozenClock) -> World:
    return World(any_store, clock)


def outcomes(world: World, ids: list[UUID]) -> list[str]:
    return [world.get(comment_id).outcome for comment_id in ids]


def test_draining_judges_every_pending_comment_in_batches(
    world: World, scorer: Scorer, model: PlainModel
) -> None:
    ids = world.submit_all(["fine", "spam", "unsure"] * 100)
    assert drain(world.store, scorer, world.clock, STINT)
    assert outcomes(world, ids) == ["published", "spam", "held"] * 100
    assert model.calls == [waiting.BATCH, 300 - waiting.BATCH]


def test_reasons_are_kept_for_what_a_person_may_look_at(world: World, scorer: Scorer) -> None:
    ham, spam = world.submit_all(["fine", "spam"])
    drain(world.store, scorer, world.clock, STINT)
    assert world.get(ham).reasons == []
    assert world.get(spam).reasons == [
        {"code": "word", "text": 'the word "spam"', "weight": 2.5, "places": []}
    ]


def test_a_comment_that_the_model_chokes_on_waits_for_a_person_alone(
    world: World, scorer: Scorer
) -> None:
    ids = world.submit_all(["fine", "explode", "spam"])
    assert drain(world.store, scorer, world.clock, STINT)
    assert outcomes(world, ids) == ["published", "held", "spam"]
    failed = world.get(ids[1])
    assert (failed.score, failed.urgency) == (None, 1.0)
    assert failed.reasons[0]["text"] == "scoring failed: ValueError"


def test_without_a_model_everything_waits_for_a_person(world: World) -> None:
    ids = world.submit_all(["fine", "spam"])
    drain(world.store, Scorer(None, "the file is gone"), world.clock, STINT)
    assert outcomes(world, ids) == ["held", "held"]
    assert "the file is gone" in world.get(ids[0]).reasons[0]["text"]


def test_spam_unlike_anything_learned_waits_for_a_person(world: World, scorer: Scorer) -> None:
    ids = world.submit_all(["strange spam", "spam", "strange but fine"])
    drain(world.store, scorer, world.clock, STINT)
    assert outcomes(world, ids) == ["held", "spam", "published"]
    assert "unfamiliar" in [reason["code"] for reason in world.get(ids[0]).reasons]


def test_what_killed_its_scorer_three_times_waits_for_a_person(
    world: World, scorer: Scorer
) -> None:
    [killer] = world.submit_all(["die at once"])
    for _ in range(waiting.MAX_ATTEMPTS):
        world.claim()  # … and the process is gone
        world.clock.move(seconds=11)
    drain(world.store, scorer, world.clock, STINT)
    assert world.get(killer).outcome == "held"
    assert "tried 3 times" in world.get(killer).reasons[0]["text"]


def test_one_comment_can_be_scored_at_once(world: World, scorer: Scorer) -> None:
    first, second = world.submit_all(["spam", "spam"])
    assert score_now(world.store, scorer, world.clock, second)
    assert outcomes(world, [first, second]) == ["pending", "spam"]


def test_scoring_at_once_leaves_what_another_scorer_has(world: World, scorer: Scorer) -> None:
    [comment_id] = world.submit_all(["spam"])
    world.claim()
    assert not score_now(world.store, scorer, world.clock, comment_id)
    assert outcomes(world, [comment_id]) == ["pending"]


def test_a_model_that_cannot_be_loaded_is_replaced_by_the_shipped_one(
    settings: Settings, tmp_path: Path
) -> None:
    from dataclasses import replace

    scorer = Scorer.load(replace(settings, model_dir=tmp_path / "nothing"))
    assert scorer.model is not None
    assert scorer.fault != ""
