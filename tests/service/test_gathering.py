"""What is known of comments beside their texts, gathered for a batch at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update

from service.core import moderation, waiting
from service.core.signals import Precedents, Signals
from service.core.store.same_text import MOST, sightings
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Decision
from service.gathering import gather
from service.scoring import Scorer, drain, reasons_on_view
from tests.fakes import FrozenClock, PlainModel
from tests.service.core.conftest import SECRET, World

PRAISE = "Wonderful article about unsure matters, I learned so much from it today"
ANSWER = "https://blog.example/answer"
ELSEWHERE = "https://paper.example/story"


@pytest.fixture
def world(any_store: Store, clock: FrozenClock) -> World:
    return World(any_store, clock)


@pytest.fixture
def model() -> PlainModel:
    return PlainModel()


@pytest.fixture
def scorer(model: PlainModel) -> Scorer:
    return Scorer(model, secret=SECRET)  # type: ignore[arg-type]  # it has a SpamModel's face


def gathered(world: World) -> dict[UUID, Signals]:
    """What is gathered of the comments that wait."""
    comments = world.claim().comments
    gather(world.store, comments, SECRET)
    return {item.id: item.signals for item in comments}


def judge(world: World, scorer: Scorer, body: str = PRAISE, **fields: object) -> UUID:
    comment_id = world.submit(body, **fields)
    assert drain(world.store, scorer, world.clock, timedelta(seconds=2))
    world.clock.move(seconds=1)
    return comment_id


def decide(world: World, comment_id: UUID, decision: Decision) -> None:
    world.change(moderation.decide, comment_id, decision)


def codes(world: World, comment_id: UUID) -> set[str]:
    return {reason["code"] for reason in world.get(comment_id).reasons}


class TestHistory:
    def test_each_trace_brings_what_people_decided(self, world: World, scorer: Scorer) -> None:
        fields = {
            "author_email": "ann@paper.org",
            "ip": "192.0.2.7",
            "author_url": "https://kettles.com/",
        }
        decide(world, judge(world, scorer, **fields), Decision.SPAM)
        again = world.submit(PRAISE, **(fields | {"ip": "192.0.2.99"}))
        seen = gathered(world)[again]
        once = Precedents(spam=1)
        assert (seen.text, seen.author, seen.network) == (once, once, once)
        assert seen.domains == [("kettles.com", once)]

    def test_another_site_counts_its_spam_apart_and_its_approvals_not(
        self, world: World, scorer: Scorer
    ) -> None:
        decide(world, judge(world, scorer), Decision.SPAM)
        decide(world, judge(world, scorer), Decision.APPROVE)
        there = world.submit(PRAISE, article_url=ELSEWHERE)
        assert gathered(world)[there].text == Precedents(spam_elsewhere=1)

    def test_what_was_called_spam_by_a_person_pushes_the_next_one(
        self, world: World, scorer: Scorer
    ) -> None:
        first = judge(world, scorer)
        decide(world, first, Decision.SPAM)
        second = judge(world, scorer, article_url=ANSWER)
        assert {"text_before", "same_text"} <= codes(world, second)
        assert world.get(second).outcome == "spam"

    def test_the_machines_own_verdicts_push_nothing(self, world: World, scorer: Scorer) -> None:
        judge(world, scorer, body="spam: " + PRAISE)
        again = world.submit("spam: " + PRAISE)
        assert gathered(world)[again].text == Precedents()

    def test_a_published_comment_is_explained_without_its_own_approval(
        self, world: World, scorer: Scorer
    ) -> None:
        body = "A fine recipe that I have baked many times by now"
        first, second = judge(world, scorer, body), judge(world, scorer, body)
        decide(world, first, Decision.APPROVE)

        def explained(comment_id: UUID) -> set[str]:
            found = reasons_on_view(world.store, scorer, [world.get(comment_id)])
            return {reason.code for reason in found[comment_id]}

        assert "text_before" not in explained(first)
        assert "text_before" in explained(second)


class TestKnownDomains:
    @pytest.mark.parametrize(
        ("decision", "known"),
        [(Decision.APPROVE, {"kettles.com"}), (Decision.SPAM, set()), (Decision.HOLD, set())],
    )
    def test_links_to_what_people_approved_on_the_site_are_known_to_the_model(
        self, world: World, scorer: Scorer, decision: Decision, known: set[str]
    ) -> None:
        linking = "unsure, but look at https://www.kettles.com/blue"
        decide(world, judge(world, scorer, linking), decision)
        here = world.submit("See https://kettles.com and https://tea.com")
        there = world.submit("See https://kettles.com", article_url=ELSEWHERE)
        seen = gathered(world)
        assert seen[here].known_domains == known
        assert seen[there].known_domains == set()

    @pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.SPAM])
    @pytest.mark.parametrize("host", ["www.youtube.com", "bit.ly"])
    def test_what_was_decided_on_one_link_to_a_platform_says_nothing_of_another(
        self, world: World, scorer: Scorer, host: str, decision: Decision
    ) -> None:
        decide(world, judge(world, scorer, f"unsure, but look at https://{host}/one"), decision)
        other = world.submit(f"See https://{host}/two")
        assert not gathered(world)[other].domains


class TestSameText:
    def test_the_same_words_on_other_articles_are_counted(
        self, world: World, scorer: Scorer
    ) -> None:
        judge(world, scorer, article_url=ANSWER)
        judge(world, scorer, PRAISE.upper() + "!!!", article_url=ELSEWHERE)
        third = world.submit(PRAISE)
        seen = gathered(world)[third]
        assert (seen.articles, seen.sites, seen.copied) == (2, 1, False)

    def test_so_are_those_of_the_same_batch_before_it(self, world: World) -> None:
        first = world.submit(PRAISE)
        world.clock.move(seconds=1)
        second = world.submit(PRAISE, article_url=ANSWER)
        seen = gathered(world)
        assert (seen[first].articles, seen[second].articles) == (0, 1)

    def test_after_a_day_they_are_not(self, world: World, scorer: Scorer) -> None:
        judge(world, scorer, article_url=ANSWER)
        world.clock.move(hours=25)
        again = world.submit(PRAISE)
        assert gathered(world)[again].articles == 0

    @pytest.mark.parametrize(("name", "copied"), [("Ben", True), ("Ann", False)])
    def test_another_readers_words_on_the_article_are_a_copy_and_ones_own_are_not(
        self, world: World, scorer: Scorer, name: str, copied: bool
    ) -> None:
        judge(world, scorer, author_name="Ann")
        world.clock.move(days=2)
        again = world.submit(PRAISE, author_name=name)
        assert gathered(world)[again].copied is copied

    def test_what_everybody_says_is_no_copy(self, world: World, scorer: Scorer) -> None:
        judge(world, scorer, "Thank you!", author_name="Ann")
        again = world.submit("Thank you!", author_name="Ben")
        assert not gathered(world)[again].copied

    def test_the_text_is_known_again_after_it_was_purged(
        self, world: World, scorer: Scorer
    ) -> None:
        from service.core import retention

        first = judge(world, scorer)
        decide(world, first, Decision.SPAM)
        world.clock.move(days=16)
        with world.store.writing() as session:
            assert retention.purge(session, world.clock()) == 1
        assert world.get(first).body == ""
        again = world.submit(PRAISE)
        assert gathered(world)[again].text == Precedents(spam=1)

    def test_a_flood_of_one_text_hides_no_other(self, world: World) -> None:
        flood, single = "0" * 32, "f" * 32
        ids = world.submit_all(["x"] * (MOST + 20))
        with world.store.writing() as session:
            session.execute(update(CommentRow).values(text_hash=flood))
            session.get_one(CommentRow, ids[-1]).text_hash = single
        with world.store.reading() as session:
            found = sightings(session, {flood, single}, world.clock() - timedelta(days=1))
        assert single in {row.text_hash for row in found}


class TestFaults:
    @pytest.mark.parametrize("table", ["precedents", "comments"])
    def test_a_question_that_fails_costs_its_signal_and_nothing_else(
        self, world: World, scorer: Scorer, table: str
    ) -> None:
        ids = world.submit_all(["fine", "spam", "unsure"])
        with failing(world.store, table):
            assert drain(world.store, scorer, world.clock, timedelta(seconds=2))
        assert [world.get(one).outcome for one in ids] == ["published", "spam", "held"]

    def test_a_text_that_cannot_be_taken_apart_is_judged_without_signals(
        self, world: World
    ) -> None:
        world.submit_all([PRAISE, PRAISE])
        broken, sound = world.claim().comments
        broken.body = None  # type: ignore[assignment]
        gather(world.store, [broken, sound], SECRET)
        assert (broken.traces.text, sound.traces.text != "") == ("", True)


def test_a_batch_asks_a_handful_of_questions_however_large_it_is(
    world: World, scorer: Scorer
) -> None:
    def asked(comments: int) -> int:
        world.submit_all(
            [f"{PRAISE} {number} https://site{number}.com" for number in range(comments)],
            author_email="ann@paper.org",
            ip="192.0.2.7",
        )
        with counting(world.store) as statements:
            claim = world.claim()
            before = len(statements)
            gather(world.store, claim.comments, SECRET)
        assert len(claim.comments) == comments
        assert len(statements) - before == 2
        return len(statements)

    assert asked(2) == asked(waiting.BATCH) <= 6


@contextmanager
def counting(store: Store) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_1: object, _2: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.engine, "before_cursor_execute", note)


@contextmanager
def failing(store: Store, table: str) -> Iterator[None]:
    """The signals' question to this table is one that the database cannot answer."""
    marks = {"precedents": "FROM precedents", "comments": "comments.text_hash !="}

    def spoil(
        _1: object, _2: object, statement: str, values: object, *_rest: object
    ) -> tuple[str, object]:
        wrong = marks[table] in statement and "SELECT" in statement
        return (statement.replace("FROM", "FRMO") if wrong else statement), values

    event.listen(store.engine, "before_cursor_execute", spoil, retval=True)
    yield
    event.remove(store.engine, "before_cursor_execute", spoil)
