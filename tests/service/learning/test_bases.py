"""Another base under the lessons: promoted, rolled back, brought along, or of no use here."""

from __future__ import annotations

import pytest

import models
from models import SpamModel
from service.core.store import generations, lessons, registry
from service.core.store.lesson_tables import LessonRow, ModelRow
from service.core.store.session import Store
from service.core.verdict import Decision
from service.learning.relearning import relearn
from tests.fakes import FrozenClock
from tests.service.learning.village import BLOG, PRAISE, TOOLS, Village

OTHER = "2026.12-other"


@pytest.fixture
def village(any_store: Store, clock: FrozenClock, shipped: SpamModel) -> Village:
    village = Village(any_store, clock, shipped)
    village.process().teach()
    for tool in TOOLS[:4]:
        village.decided(PRAISE.format(tool))
    village.process().teach()
    return village


def test_a_promoted_model_is_taken_up_with_all_lessons_and_without_a_restart(
    village: Village,
) -> None:
    teacher, other = village.process(), village.process()
    version, known = other.state()
    village.promote(OTHER, ham_cutoff=0.01)
    assert other.state() == (version, known)  # until the lessons are learned on it
    assert teacher.teach()
    assert other.state() == teacher.state() == (f"{OTHER}+5", known)
    assert other.scorer.model is not None
    assert other.scorer.model.ham_cutoff == 0.01
    village.decided("Another one")
    teacher.teach()
    assert other.state()[0] == f"{OTHER}+6"


def test_a_rollback_goes_back_to_the_base_and_on_with_the_lessons(village: Village) -> None:
    process = village.process()
    _, known = process.state()
    village.promote(OTHER)
    process.teach()
    with village.store.writing() as session:
        registry.roll_back(session)
    process.teach()
    assert process.state() == (f"{village.model.version}+6", known)


def test_a_program_that_cannot_use_the_live_model_keeps_judging_and_teaches_nothing(
    village: Village,
) -> None:
    old, new = village.process(), village.process()
    known = old.state()
    village.promote(OTHER)
    new.teach()
    with village.store.writing() as session:  # as a program with other features has made it
        row = session.get_one(ModelRow, OTHER)
        row.manifest = row.manifest.replace(b'"format":1', b'"format":9')
    assert old.state() == known
    assert OTHER in old.scorer.fault
    comment_id = village.decided("Buy now")
    assert old.teach()
    assert village.due()
    assert village.example(comment_id).attempts == 0
    assert village.verdict("Something else", BLOG, old) != ""


def abandon_a_generation(village: Village) -> None:
    """As a teacher leaves it that dies while it learns everything anew."""
    with village.store.writing() as session:
        unborn = generations.conceive(session, village.model.version, village.clock())
        for row in lessons.part_after(session, 0)[:2]:
            row.generation_id, row.change = unborn, models.Learned(village.model).dump()


def test_a_generation_is_followed_by_nobody_before_it_is_whole(village: Village) -> None:
    known = village.process().state()
    abandon_a_generation(village)
    assert village.process().state() == known


def test_what_an_abandoned_generation_left_is_mended_before_a_lesson_is_taken_back(
    village: Village,
) -> None:
    process = village.process()
    _, known = process.state()
    comment_id = village.decided("One to be undone")
    process.teach()
    abandon_a_generation(village)
    village.undo(village.comment_of_lesson(0))
    village.undo(comment_id)
    assert process.teach()
    assert (village.lessons(), village.due()) == (3, False)
    mended = process.state()[1]
    assert mended != known
    assert village.learn_anew()
    assert process.state()[1] == mended


def test_a_teacher_that_may_not_go_on_leaves_all_as_it_was(village: Village) -> None:
    known = village.process().state()
    assert not relearn(village.store, village.model, village.clock, lambda: False)
    assert village.process().state() == known


def test_a_lesson_that_no_text_and_no_program_can_renew_sleeps(village: Village) -> None:
    with village.store.writing() as session:
        row = lessons.part_after(session, 0)[0]
        session.get_one(LessonRow, row.id).features = b"of another program"
        comment = village.get(row.comment_id)
        session.merge(comment).text_purged_at = village.clock()
    assert village.learn_anew()
    with village.store.reading() as session:
        rows = lessons.part_after(session, 0)
    assert [row.change is None for row in rows] == [True, False, False, False]
    village.decided("Fine", Decision.APPROVE)
    assert village.process().teach()


def test_a_lesson_of_an_older_program_is_renewed_from_its_text(village: Village) -> None:
    known = village.process().state()[1]
    with village.store.writing() as session:
        for row in lessons.part_after(session, 0):
            session.get_one(LessonRow, row.id).features = b"of another program"
    assert village.learn_anew()
    assert village.process().state()[1] == known
