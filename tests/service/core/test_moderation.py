"""The story of a comment, on SQLite and on PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from service.core import moderation
from service.core.errors import (
    IdempotencyConflict,
    InvalidSubmission,
    ModerationError,
    NotFound,
    NothingToUndo,
    StaleRevision,
    WrongSite,
)
from service.core.moderation import Accepted, Arrival, Caller
from service.core.store import comments, examples, keys, sites
from service.core.store.answers import Once
from service.core.store.tables import ArticleRow, SiteRow
from service.core.submission import Submission, checked
from service.core.verdict import Decision, Outcome, Verdict
from tests.service.core.conftest import ANN, READER, SECRET, World


def submission(body: str = "Hello", **fields: object) -> Submission:
    return Submission(**({"article_url": "https://blog.example/bread", "body": body} | fields))  # type: ignore[arg-type]


def label_of(world: World, comment_id: UUID) -> int | None:
    with world.store.reading() as session:
        return examples.label_of(session, comment_id)


def test_a_submitted_comment_is_pending_with_its_first_event(world: World) -> None:
    comment_id = world.submit("Lovely crust!", author_email="Ann@Example.org")
    comment = world.get(comment_id)
    assert (comment.outcome, comment.revision, comment.body) == ("pending", 1, "Lovely crust!")
    assert comment.author_hash == keys.hash_person("ann@example.org", SECRET)
    assert world.kinds(comment_id) == ["submitted"]


def test_an_origin_not_seen_before_adds_its_site_and_article_once(world: World) -> None:
    world.submit_all(["one", "two"], article_url="https://Blog.Example/bread#x")
    world.submit("three", article_title="Bread")
    with world.store.reading() as session:
        [site] = session.scalars(select(SiteRow))
        [article] = session.scalars(select(ArticleRow))
    assert (site.name, site.url, site.mode) == ("blog-example", "https://blog.example", "automatic")
    assert (article.url, article.title) == ("https://blog.example/bread", "Bread")


def test_two_origins_with_the_same_slug_get_two_names(world: World) -> None:
    world.submit(article_url="https://blog.example/")
    world.submit(article_url="http://blog.example/")
    with world.store.reading() as session:
        assert [site.name for site in sites.all_sites(session)] == [
            "blog-example",
            "blog-example-2",
        ]


def test_a_key_of_one_site_opens_no_other(world: World) -> None:
    with world.store.writing() as session:
        site = sites.add(session, "blog", "https://blog.example", world.clock())
    caller = Caller("key:1", site.id)
    assert world.get(world.submit(caller=caller)).site_id == site.id
    stranger = checked(submission(article_url="https://news.example/x"), world.clock())
    with world.store.writing() as session, pytest.raises(WrongSite, match=r"news\.example"):
        moderation.submit(session, Arrival(stranger, caller), world.clock(), SECRET)


def test_a_refused_line_harms_no_other(world: World) -> None:
    with world.store.writing() as session:
        site = sites.add(session, "blog", "https://blog.example", world.clock())
        stranger = submission(article_url="https://news.example/")
        caller = Caller("key:1", site.id)
        batch = [Arrival(each, caller) for each in (submission("a"), stranger, submission("b"))]
        results = moderation.submit_many(session, batch, world.clock(), SECRET)
    assert [type(result) for result in results] == [Accepted, WrongSite, Accepted]
    with world.store.reading() as session:
        assert comments.counts(session)[Outcome.PENDING] == 2


def test_a_batch_keeps_its_order(world: World) -> None:
    ids = world.submit_all([f"number {i}" for i in range(20)])
    with world.store.reading() as session:
        page = comments.page(session, order=comments.Order.OLDEST)
    assert [row.id for row in page] == ids


def test_a_reply_must_answer_a_comment_on_its_own_article(world: World) -> None:
    parent = world.submit()
    reply = world.submit(parent_id=parent)
    assert world.get(reply).parent_id == parent
    other = submission(article_url="https://blog.example/tea", parent_id=parent)
    with world.store.writing() as session, pytest.raises(InvalidSubmission) as caught:
        moderation.submit(session, Arrival(other, READER), world.clock(), SECRET)
    assert caught.value.field == "parent_id"


class TestIdempotency:
    def submit(
        self, world: World, key: str, body_hash: str = "h", key_id: int = 1
    ) -> Accepted | ModerationError:
        once = Once(key_id, key, body_hash)
        with world.store.writing() as session:
            arrival = Arrival(submission(), READER, once)
            [result] = moderation.submit_many(session, [arrival], world.clock(), SECRET)
        return result

    @pytest.fixture(autouse=True)
    def two_keys(self, world: World) -> None:
        with world.store.writing() as session:
            for name in ("one", "two"):
                keys.make(session, name, None, SECRET, world.clock())

    def test_the_same_key_and_body_is_one_comment(self, world: World) -> None:
        first, again = self.submit(world, "a"), self.submit(world, "a")
        assert isinstance(first, Accepted)
        assert again == Accepted(first.comment_id, replayed=True)
        with world.store.reading() as session:
            assert comments.counts(session)[Outcome.PENDING] == 1

    def test_the_same_key_with_another_body_is_refused(self, world: World) -> None:
        self.submit(world, "a")
        assert isinstance(self.submit(world, "a", body_hash="other"), IdempotencyConflict)

    def test_two_clients_may_use_the_same_idempotency_key(self, world: World) -> None:
        assert self.submit(world, "a") != self.submit(world, "a", key_id=2)

    def test_within_a_batch_the_first_of_a_key_wins(self, world: World) -> None:
        batch = [Arrival(submission("x"), READER, Once(1, "b", "h"))] * 2
        with world.store.writing() as session:
            first, again = moderation.submit_many(session, batch, world.clock(), SECRET)
        assert isinstance(first, Accepted)
        assert again == Accepted(first.comment_id, replayed=True)


class TestJudging:
    @pytest.mark.parametrize(
        ("score", "outcome"), [(0.02, "published"), (0.5, "held"), (0.95, "spam")]
    )
    def test_a_verdict_gives_the_outcome(self, world: World, score: float, outcome: str) -> None:
        comment_id = world.submit()
        assert world.judge_all(score) == 1
        comment = world.get(comment_id)
        assert (comment.outcome, comment.score, comment.model) == (outcome, score, "plain-1")
        assert world.kinds(comment_id) == ["submitted", "judged"]

    def test_a_late_second_verdict_changes_nothing(self, world: World) -> None:
        comment_id = world.submit()
        slow = world.claim()
        world.clock.move(seconds=11)
        quick = world.claim()
        assert world.judge(quick, 0.02) == 1
        assert world.judge(slow, 0.99) == 0
        assert world.get(comment_id).outcome == "published"
        assert world.kinds(comment_id).count("judged") == 1

    def test_a_decision_beats_a_late_score_and_both_are_kept(self, world: World) -> None:
        comment_id = world.submit()
        claim = world.claim()
        world.change(moderation.decide, comment_id, Decision.REMOVE)
        world.judge(claim, 0.02)
        comment = world.get(comment_id)
        assert (comment.outcome, comment.verdict) == ("removed", Verdict.HAM)
        assert world.kinds(comment_id) == ["submitted", "decided", "judged"]


class TestDeciding:
    @pytest.mark.parametrize(
        ("decision", "outcome", "label"),
        [
            (Decision.APPROVE, "published", examples.HAM),
            (Decision.SPAM, "spam", examples.SPAM),
            (Decision.REMOVE, "removed", None),
            (Decision.HOLD, "held", None),
        ],
    )
    def test_a_decision_gives_the_outcome_and_teaches_what_it_says(
        self, world: World, decision: Decision, outcome: str, label: int | None
    ) -> None:
        comment_id = world.submit()
        world.judge_all(0.5)
        assert world.change(moderation.decide, comment_id, decision).outcome == outcome
        assert label_of(world, comment_id) == label

    def test_acting_without_teaching(self, world: World) -> None:
        comment_id = world.submit()
        world.change(moderation.decide, comment_id, Decision.SPAM, learn=False)
        assert world.get(comment_id).outcome == "spam"
        assert label_of(world, comment_id) is None

    def test_a_stale_revision_is_refused_and_nothing_changes(self, world: World) -> None:
        comment_id = world.submit()
        world.judge_all(0.5)
        with (
            world.store.writing() as session,
            pytest.raises(StaleRevision, match="revision 2 now, not 1"),
        ):
            moderation.decide(session, comment_id, Decision.SPAM, 1, ANN, world.clock())
        assert world.get(comment_id).outcome == "held"

    def test_another_sites_comment_is_not_there(self, world: World) -> None:
        comment_id = world.submit()
        with world.store.writing() as session, pytest.raises(NotFound):
            moderation.decide(
                session, comment_id, Decision.SPAM, 1, ANN, world.clock(), site_id=999
            )


class TestUndoing:
    def test_undo_restores_the_verdict_and_takes_back_the_lesson(self, world: World) -> None:
        comment_id = world.submit()
        world.judge_all(0.02)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        comment = world.change(moderation.undo, comment_id)
        assert (comment.outcome, comment.decision) == ("published", None)
        assert label_of(world, comment_id) is None
        assert world.kinds(comment_id) == ["submitted", "judged", "decided", "undone"]

    def test_undo_goes_back_one_decision_at_a_time(self, world: World) -> None:
        comment_id = world.submit()
        world.change(moderation.decide, comment_id, Decision.APPROVE)
        world.change(moderation.decide, comment_id, Decision.SPAM)
        assert world.change(moderation.undo, comment_id).outcome == "published"
        assert label_of(world, comment_id) == examples.HAM
        assert world.change(moderation.undo, comment_id).outcome == "pending"
        with pytest.raises(NothingToUndo):
            world.change(moderation.undo, comment_id)
