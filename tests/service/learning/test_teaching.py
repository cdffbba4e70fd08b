"""What decisions teach, and undos take back: one teacher, and everybody who follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from models import CommentText, SpamModel
from service.core import moderation, retention
from service.core.store import examples, generations, leases, lessons
from service.core.store.lesson_tables import StepRow
from service.core.store.session import Store
from service.core.verdict import Decision
from service.learning.following import Follower
from service.learning.lecture import Lecture, features_of, texts_of
from service.learning.teaching import LEASE, TEACHER
from tests.fakes import FrozenClock
from tests.service.learning.village import BLOG, NEWS, PRAISE, TOOLS, Process, Village


@pytest.fixture
def village(any_store: Store, clock: FrozenClock, shipped: SpamModel) -> Village:
    return Village(any_store, clock, shipped)


@pytest.fixture
def process(village: Village) -> Process:
    return village.process()


class Choking(SpamModel):
    """Cannot make features of a text with "explode"; one with "die at once" ends its process."""

    def lesson_features(self, comments: Sequence[CommentText]) -> list[bytes]:
        bodies = " ".join(comment.body for comment in comments)
        if "explode" in bodies:
            raise ValueError("the features choked")
        if "die at once" in bodies:
            raise SystemExit(70)
        return super().lesson_features(comments)


@pytest.fixture
def choking(village: Village, shipped: SpamModel) -> Process:
    return village.process(Choking(shipped.weights.copy(), shipped.bias, shipped.manifest))


NEW = PRAISE.format(TOOLS[-1])


class TestTeaching:
    def test_a_dozen_decisions_turn_the_verdict_on_their_site_only(
        self, village: Village, process: Process
    ) -> None:
        before = village.verdict(NEW, BLOG, process)
        decided = [village.decided(PRAISE.format(tool)) for tool in TOOLS[:12]]
        assert process.teach()
        after = village.verdict(NEW, BLOG, process), village.verdict(NEW, NEWS, process)
        assert (before, after[0] != "ham", after[1]) == ("ham", True, "ham")
        for comment_id in decided:
            village.undo(comment_id)
        assert process.teach()
        assert village.verdict(NEW, BLOG, process) == "ham"

    def test_what_waits_is_learned_once(self, village: Village, process: Process) -> None:
        village.decided("Buy now")
        assert process.teach()
        learned = process.state()
        assert process.teach()
        assert (process.state(), village.lessons(), village.due()) == (learned, 1, False)

    def test_the_verdicts_version_says_how_much_was_known(
        self, village: Village, process: Process
    ) -> None:
        process.teach()
        assert process.scorer.version == village.model.version
        village.decided("Buy now")
        village.decided("Lovely crust", Decision.APPROVE)
        process.teach()
        assert village.judged_by("One more", BLOG, process) == f"{village.model.version}+2"

    @pytest.mark.parametrize("decision", [Decision.REMOVE, Decision.HOLD])
    def test_removing_and_holding_teach_nothing(
        self, village: Village, process: Process, decision: Decision
    ) -> None:
        village.decided("Rude, but no spam", decision)
        process.teach()
        assert village.lessons() == 0

    def test_an_undo_leaves_nothing_behind(self, village: Village, process: Process) -> None:
        village.decided(PRAISE.format("Brotmeister"))
        process.teach()
        _, without = process.state()
        gone = village.decided(PRAISE.format("Teigfix"))
        process.teach()
        assert process.state()[1] != without
        village.undo(gone)
        process.teach()
        assert process.state()[1] == without
        assert village.lessons() == 1

    def test_lessons_after_the_one_undone_are_learned_again_without_it(
        self, village: Village, process: Process
    ) -> None:
        first, *others = [village.decided(PRAISE.format(tool)) for tool in TOOLS[:5]]
        process.teach()
        village.undo(first)
        process.teach()
        _, taken_back = process.state()
        assert village.learn_anew()  # all that stands, from the beginning
        assert process.state()[1] == taken_back
        assert village.lessons() == len(others)

    def test_another_label_replaces_the_lesson(self, village: Village, process: Process) -> None:
        comment_id = village.decided(NEW, Decision.SPAM)
        process.teach()
        village.change(moderation.decide, comment_id, Decision.APPROVE)
        process.teach()
        _, replaced = process.state()
        assert village.lessons() == 1
        village.undo(comment_id)
        process.teach()
        assert process.state()[1] != replaced

    def test_what_was_undone_before_it_was_learned_is_never_learned(
        self, village: Village, process: Process
    ) -> None:
        village.undo(village.decided("A slip of the hand"))
        process.teach()
        assert (process.scorer.version, village.lessons()) == (village.model.version, 0)

    def test_a_decision_made_while_an_older_one_is_learned_is_still_due(
        self, village: Village
    ) -> None:
        comment_id = village.decided("Buy now")
        with village.store.writing() as session:
            [seen] = examples.take_up(session)
        village.undo(comment_id)
        with village.store.writing() as session:
            examples.mark_learned(session, [seen], {})
        assert village.due()

    def test_a_programs_decision_moves_less_than_a_moderators(
        self, village: Village, process: Process
    ) -> None:
        comment_id = village.decided("Buy now")
        process.teach()
        with village.store.writing() as session:
            comment = village.get(comment_id)
            examples.label(session, comment, examples.SPAM, "key:importer", village.clock())
        process.teach()
        with village.store.reading() as session:
            [row] = lessons.part_after(session, 0)
        assert (row.trust, village.lessons()) == (0.7, 1)


class TestFollowing:
    def test_every_process_comes_to_know_the_same(self, village: Village) -> None:
        one, two = village.process(), village.process()
        for number, tool in enumerate(TOOLS):
            comment_id = village.decided(PRAISE.format(tool), site=(BLOG, NEWS)[number % 2])
            (one, two)[number % 2].teach()
            if number % 4 == 3:
                village.undo(comment_id)
        one.teach()
        assert one.state() == two.state() == village.process().state()

    def test_a_new_process_starts_from_a_snapshot(self, village: Village, process: Process) -> None:
        for tool in TOOLS[:6]:
            village.decided(PRAISE.format(tool))
        process.teach()
        generation_id, serial = process.follower.mind.place or (0, 0)
        slow = village.process()
        slow.state()
        for _ in range(2):
            village.decided("Another")
            process.teach()
            version, state = process.state()
            with village.store.writing() as session:
                at = int(version.rpartition("+")[2])
                generations.take_snapshot(session, generation_id, at, state)
        with village.store.reading() as session:
            kept = generations.steps_after(session, generation_id, 0)
        assert [step.serial for step in kept] == [serial + 2]  # since the snapshot before the last
        assert slow.state() == village.process().state() == process.state()

    def test_looking_for_news_is_rare(self, village: Village, process: Process) -> None:
        follower = Follower(village.model, look_every=3600)
        process.teach()
        follower.follow(village.store)
        village.decided("Buy now")
        process.teach()
        assert follower.follow(village.store).serial == 0

    def test_a_process_without_its_database_goes_on_with_what_it_knows(
        self, village: Village, process: Process
    ) -> None:
        village.decided("Buy now")
        process.teach()
        follower = Follower(village.model, look_every=0)
        assert follower.follow(village.store).serial == 1
        away = Store.open("sqlite:////nowhere/at/all.sqlite3")
        assert follower.follow(away).serial == 1
        away.close()

    def test_a_lesson_outlives_the_text(self, village: Village, process: Process) -> None:
        comment_id = village.decided(NEW)
        process.teach()
        known = process.state()[1]
        village.clock.move(days=40)
        with village.store.writing() as session:
            assert retention.purge(session, village.clock())
        assert village.get(comment_id).body == ""
        assert village.learn_anew()
        assert process.state()[1] == known

    def test_what_was_wiped_before_it_was_learned_is_given_up(
        self, village: Village, process: Process
    ) -> None:
        comment_id = village.decided(NEW)
        village.clock.move(days=40)
        with village.store.writing() as session:
            assert retention.purge(session, village.clock())
        process.teach()
        assert not village.due()
        assert "wiped" in (village.example(comment_id).failure or "")


class TestTrouble:
    def test_a_text_that_breaks_features_stops_no_other_lesson(
        self, village: Village, choking: Process
    ) -> None:
        village.decided("fine")
        broken = village.decided("explode")
        village.decided("fine as well")
        assert choking.teach()
        assert (village.lessons(), village.due()) == (2, False)
        assert "ValueError" in (village.example(broken).failure or "")

    def test_a_text_that_kills_its_teachers_is_given_up_and_stops_no_other_lesson(
        self, village: Village, choking: Process
    ) -> None:
        killer = village.decided("die at once")
        village.decided("fine")
        for _ in range(examples.MAX_ATTEMPTS):
            with pytest.raises(SystemExit):
                choking.teach()
        assert choking.teach()
        assert (village.lessons(), village.due()) == (1, False)
        assert "never finished" in (village.example(killer).failure or "")

    def test_the_next_teacher_goes_on_where_one_died(
        self, village: Village, process: Process
    ) -> None:
        process.teach()
        for tool in TOOLS[:3]:
            village.decided(PRAISE.format(tool))
        with village.store.writing() as session:
            assert leases.take(session, TEACHER, "the dead one", village.clock(), LEASE)
            due = examples.take_up(session)
        assert len(due) == 3
        assert process.teach()  # it leaves them to the other, as long as that may live
        assert village.lessons() == 0
        village.clock.now += LEASE + timedelta(seconds=1)
        assert process.teach()
        assert (village.lessons(), village.due()) == (3, False)

    def test_of_two_teachers_at_once_one_writes_and_the_other_reads(self, village: Village) -> None:
        one, two = village.process(), village.process()
        one.teach()
        two.catch_up()
        mind = two.follower.mind
        assert mind.learned is not None
        comment_id = village.decided(NEW)
        with village.store.writing() as session:
            [due] = examples.take_up(session)
            [features] = features_of(village.model, texts_of(session, [comment_id])).values()
        late = Lecture(mind, mind.learned, village.clock())
        late.learn(due, examples.SPAM, features)
        assert one.teach()
        with village.store.writing() as session:
            assert not late.write(session, [due])
        two.follower.forget()
        assert one.state() == two.state()
        assert village.lessons() == 1

    def test_steps_of_another_program_are_learned_anew_from_their_lessons(
        self, village: Village, process: Process
    ) -> None:
        village.decided(PRAISE.format("Teigfix"))
        process.teach()
        with village.store.writing() as session:
            session.execute(update(StepRow).values(change=b"of another format"))
        started = village.process()
        village.decided(PRAISE.format("Grano"))
        assert started.teach()
        assert (village.lessons(), village.due()) == (2, False)
        assert started.state() == village.process().state()
