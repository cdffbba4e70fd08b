"""A model of what all sites decided: proposed daily, and live only if it proves better."""

from __future__ import annotations

import zlib
from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from models import CommentText, SpamModel, TooFewExamples
from service.core.store import lessons, registry, sites
from service.core.store.lesson_tables import LessonRow, ModelRow
from service.core.store.session import Store
from service.learning import retraining
from service.learning.retraining import NothingToTrainOn, retrain, retrain_if_due
from tests.fakes import FrozenClock
from tests.service.learning.village import PRAISE, TOOLS, Village

NAMES = UUID("6f1d2d9a-5a0e-4e0c-8f6e-0d5a7d3c1b11")
QUESTIONS = (
    "How long do you let the {0} dough rest on a cold day?",
    "Mine came out flat with {0} flour; did you use more water?",
    "Thank you, the {0} loaf was gone within the hour.",
)


@pytest.fixture
def village(store: Store, clock: FrozenClock, shipped: SpamModel) -> Village:
    village = Village(store, clock, shipped)
    village.process().teach()
    return village


def teach(village: Village, number: int) -> None:
    """So many lessons of each label on each of three sites, written as a teacher writes them."""
    rows = []
    with village.store.writing() as session:
        places = [
            sites.add(session, name, f"https://{name}.example", village.clock()).id
            for name in ("one", "two", "three")
        ]
        for site_id in places:
            for count in range(number):
                for label, texts in ((1, (PRAISE,)), (0, QUESTIONS)):
                    tool, kind = TOOLS[count % len(TOOLS)], f"{count * 7919 % 1000}"
                    body = texts[count % len(texts)].format(f"{tool} {kind}")
                    rows.append((site_id, label, body))
        features = village.model.lesson_features([CommentText(body) for _, _, body in rows])
        lessons.add(session, [
            {
                "comment_id": uuid5(NAMES, f"{index}"), "site_id": site_id, "label": label,
                "trust": 1.0, "features": raw, "generation_id": 1, "change": None, "serial": 0,
                "created_at": village.clock(),
            }
            for index, ((site_id, label, _), raw) in enumerate(zip(rows, features, strict=True))
        ])  # fmt: skip


def live(village: Village) -> str | None:
    with village.store.reading() as session:
        return registry.live_version(session)


def known_models(village: Village) -> dict[str, ModelRow]:
    with village.store.reading() as session:
        return {row.version: row for row in registry.every(session)}


def test_a_candidate_that_proves_better_goes_live_and_is_followed(village: Village) -> None:
    teach(village, 120)
    result = retrain(village.store, village.clock)
    assert result.went_live, result.why
    assert live(village) == result.version
    process = village.process()
    process.teach()
    assert process.state()[0].startswith(result.version)
    assert known_models(village)[result.version].rival == village.model.version


def test_what_went_live_does_not_learn_the_same_lessons_once_more(village: Village) -> None:
    teach(village, 120)
    first = retrain(village.store, village.clock)
    assert first.went_live, first.why
    again = retrain(village.store, village.clock)
    assert (again.version, again.went_live) == (first.version, False)


def test_a_candidate_without_proof_stays_one_and_says_why(village: Village) -> None:
    teach(village, 12)
    result = retrain(village.store, village.clock)
    assert not result.went_live
    assert live(village) == village.model.version
    row = known_models(village)[result.version]
    assert (row.state, row.why) == ("candidate", result.why)
    assert result.why


def test_too_few_lessons_make_no_candidate(village: Village) -> None:
    village.decided("Buy now")
    village.process().teach()
    with pytest.raises(TooFewExamples):
        retrain(village.store, village.clock)
    assert list(known_models(village)) == [village.model.version]


def test_before_any_worker_has_run_there_is_nothing_to_train_on(
    store: Store, clock: FrozenClock
) -> None:
    with pytest.raises(NothingToTrainOn, match="hamlet worker"):
        retrain(store, clock)


def test_it_is_due_when_enough_was_decided_and_then_once_a_day(village: Village) -> None:
    assert not retrain_if_due(village.store, village.clock)
    teach(village, 40)
    assert is_due(village)
    retrain_if_due(village.store, village.clock)
    assert not is_due(village)
    village.clock.now += retraining.EVERY + timedelta(seconds=1)
    assert not is_due(village)  # nothing was decided since


def test_lessons_that_do_not_suffice_are_not_tried_again_the_same_day(village: Village) -> None:
    teach(village, 40)
    with village.store.writing() as session:
        session.query(LessonRow).update({LessonRow.label: 1})
    for _ in range(2):
        assert not retrain_if_due(village.store, village.clock)
    with village.store.writing() as session:
        session.query(LessonRow).where(LessonRow.id % 2 == 0).update({LessonRow.label: 0})
    assert not retrain_if_due(village.store, village.clock)
    assert len(known_models(village)) == 1
    village.clock.move(days=1)
    retrain_if_due(village.store, village.clock)
    assert len(known_models(village)) == 2


def is_due(village: Village) -> bool:
    with village.store.reading() as session:
        return retraining.is_due(session, village.clock())


def test_a_fifth_of_the_lessons_is_held_back_and_stays_so() -> None:
    ids = [uuid5(NAMES, f"{number}") for number in range(2_000)]
    held = [comment_id for comment_id in ids if retraining.is_held(comment_id)]
    assert 300 < len(held) < 500
    assert all(zlib.crc32(comment_id.bytes) % retraining.HELD_OF == 0 for comment_id in held)
