"""Authors: standing, what it does to what they send, and taking all of it back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select

from service.core import authors, bulk, moderation, retention, waiting
from service.core.authors import Author, Standing
from service.core.errors import NotFound, StaleRevision, StaleStanding, UnknownAuthor
from service.core.store import authors as queries
from service.core.store import comments
from service.core.store.author_tables import NoteRow, StandingChangeRow, StandingRow
from service.core.store.session import Store
from service.core.store.tables import AuditRow
from service.core.verdict import Decision, Outcome, Stand
from tests.fakes import FrozenClock
from tests.service.core.conftest import ANN, World

EVE = "eve@mail.example"
WEEK = timedelta(days=7)


def stand(
    world: World, of: UUID, to: Stand | None, lasting: timedelta | None = WEEK, seen: int = 0
) -> int:
    with world.store.writing() as session:
        return authors.stand(session, of, to, lasting, seen, ANN, world.clock())


def undo(world: World, change: int) -> Standing:
    with world.store.writing() as session:
        return authors.undo(session, change, ANN, world.clock())


def comes(world: World, score: float, email: str = EVE) -> UUID:
    found = world.submit(author_email=email)
    world.judge_all(score)
    return found


@pytest.fixture
def eves(world: World) -> UUID:
    """A held comment of Eve's."""
    return comes(world, 0.5)


@pytest.mark.parametrize("score", [0.02, 0.5, 0.9999])
def test_what_a_banned_author_sends_is_removed_with_the_reason(
    world: World, eves: UUID, score: float
) -> None:
    stand(world, eves, Stand.BANNED)
    late = comes(world, score)
    row = world.get(late)
    assert (row.outcome, row.decision, row.discard) == ("removed", "remove", False)
    assert world.kinds(late) == ["submitted", "judged", "decided"]
    assert row.revision == 3
    with world.store.reading() as session:
        told = comments.events_of(session, late)[-1]
    assert (told.actor, told.detail["reason"]) == ("author ban", "author banned")
    assert world.change(moderation.undo, late).outcome in ("held", "spam")


def test_another_sites_comments_and_other_addresses_are_not_touched(
    world: World, eves: UUID
) -> None:
    stand(world, eves, Stand.BANNED)
    elsewhere = world.submit(author_email=EVE, article_url="https://other.example/x")
    namesake = world.submit(author_name="Eve", author_email="")
    world.judge_all(0.02)
    assert [world.get(one).outcome for one in (elsewhere, namesake)] == ["published"] * 2


def test_what_was_sent_before_and_is_not_judged_yet_is_banned_too(world: World, eves: UUID) -> None:
    early = world.submit(author_email=EVE)
    stand(world, eves, Stand.BANNED)
    world.judge_all(0.02)
    assert world.get(early).outcome == "removed"


def test_a_persons_decision_before_the_verdict_stands(world: World, eves: UUID) -> None:
    early = world.submit(author_email=EVE)
    stand(world, eves, Stand.BANNED)
    claim = world.claim()
    world.change(moderation.decide, early, Decision.APPROVE)
    assert world.judge(claim) == 1
    assert (world.get(early).outcome, world.get(early).revision) == ("published", 3)
    assert world.kinds(early) == ["submitted", "decided", "judged"]


def test_trust_publishes_what_is_unclear_and_not_what_is_spam(world: World, eves: UUID) -> None:
    stand(world, eves, Stand.TRUSTED)
    assert [world.get(comes(world, score)).outcome for score in (0.5, 0.95)] == [
        "published",
        "held",
    ]


def test_whom_one_wants_to_be_asked_about_waits(world: World, eves: UUID) -> None:
    stand(world, eves, Stand.PREMODERATED, None)
    assert {world.get(comes(world, score)).outcome for score in (0.02, 0.5, 0.95)} == {"held"}


def test_a_standing_ends_by_itself(world: World, eves: UUID) -> None:
    change = stand(world, eves, Stand.BANNED)
    world.clock.move(days=7)
    assert world.get(comes(world, 0.02)).outcome == "published"
    with world.store.reading() as session:
        key = authors.author_of(world.get(eves))
        assert queries.standing(session, key, world.clock()) == (None, None, change)


def test_a_change_is_undone_to_what_was_before(world: World, eves: UUID) -> None:
    first = stand(world, eves, Stand.TRUSTED, None)
    second = stand(world, eves, Stand.BANNED, WEEK, seen=first)
    assert undo(world, second) == (Stand.TRUSTED, None)
    assert world.get(comes(world, 0.5)).outcome == "published"
    with pytest.raises(StaleStanding):
        undo(world, second)


def test_undoing_does_not_bring_back_what_has_ended_meanwhile(world: World, eves: UUID) -> None:
    first = stand(world, eves, Stand.BANNED, timedelta(days=1))
    second = stand(world, eves, None, seen=first)
    world.clock.move(days=2)
    assert undo(world, second) == (None, None)


def test_of_two_who_change_it_the_later_one_is_told(world: World, eves: UUID) -> None:
    stand(world, eves, Stand.TRUSTED)
    with pytest.raises(StaleStanding, match="since your page was loaded"):
        stand(world, eves, Stand.BANNED)


def test_a_name_alone_tells_nobody(world: World) -> None:
    with pytest.raises(UnknownAuthor):
        stand(world, world.submit(author_name="Eve"), Stand.BANNED)


def test_another_sites_moderator_finds_nothing(world: World, eves: UUID) -> None:
    change = stand(world, eves, Stand.BANNED)
    with world.store.writing() as session, pytest.raises(NotFound):
        authors.stand(session, eves, None, None, change, ANN, world.clock(), site_id=77)
    with world.store.writing() as session, pytest.raises(NotFound):
        authors.undo(session, change, ANN, world.clock(), site_id=77)


def test_the_audit_log_names_the_comment_and_not_its_author(world: World, eves: UUID) -> None:
    undo(world, stand(world, eves, Stand.BANNED))
    with world.store.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        hashed = world.get(eves).author_hash
    assert [row.action for row in rows] == ["author_banned", "author_standing_undone"]
    assert rows[0].detail["comment"] == str(eves)
    assert hashed not in str([row.detail for row in rows])


class TestBanAndRemove:
    def ban(self, world: World, of: UUID, wanted: dict[UUID, int] | None = None) -> bulk.Done:
        with world.store.writing() as session:
            key = authors.author_of(comments.by_id(session, of))
            if wanted is None:
                wanted = queries.revisions(session, key, authors.TAKEN_AWAY, bulk.MOST)
            return authors.ban_and_remove(session, of, wanted, WEEK, 0, ANN, world.clock())

    def test_it_takes_away_what_is_seen_and_leaves_spam_where_it_is(self, world: World) -> None:
        mine = [comes(world, score) for score in (0.02, 0.5, 0.95)]
        waits = world.submit(author_email=EVE)
        other = comes(world, 0.02, "ann@mail.example")
        assert self.ban(world, mine[0])[1:] == (3, 0)
        assert [world.get(one).outcome for one in mine] == ["removed", "removed", "spam"]
        assert [world.get(one).outcome for one in (waits, other)] == ["removed", "published"]

    def test_one_undo_takes_back_both(self, world: World) -> None:
        mine = [comes(world, score) for score in (0.02, 0.5)]
        done = self.ban(world, mine[0])
        with world.store.writing() as session:
            bulk.undo_many(session, done.bulk_id, ANN, world.clock())
            assert authors.undo_bulk(session, done.bulk_id, ANN, world.clock())
        assert [world.get(one).outcome for one in mine] == ["published", "held"]
        assert world.get(comes(world, 0.02)).outcome == "published"

    def test_undoing_it_leaves_a_standing_that_was_changed_since(self, world: World) -> None:
        mine = comes(world, 0.5)
        done = self.ban(world, mine)
        with world.store.reading() as session:
            seen = queries.standing(session, authors.author_of(world.get(mine)), world.clock())
        stand(world, mine, Stand.PREMODERATED, None, seen.change_id)
        with world.store.writing() as session:
            assert not authors.undo_bulk(session, done.bulk_id, ANN, world.clock())

    def test_other_peoples_comments_in_the_form_are_left_alone(self, world: World) -> None:
        mine, other = comes(world, 0.5), comes(world, 0.5, "ann@mail.example")
        self.ban(world, mine, {mine: 2, other: 2})
        assert world.get(other).outcome == "held"

    def test_who_decided_meanwhile_is_not_overruled(self, world: World) -> None:
        mine = comes(world, 0.5)
        world.change(moderation.decide, mine, Decision.APPROVE)
        assert self.ban(world, mine, {mine: 2}).changed == 0
        assert world.get(mine).outcome == "published"


def test_a_decision_on_what_a_ban_removed_needs_its_newest_revision(
    world: World, eves: UUID
) -> None:
    stand(world, eves, Stand.BANNED)
    late = comes(world, 0.02)
    with world.store.writing() as session, pytest.raises(StaleRevision):
        moderation.decide(session, late, Decision.APPROVE, 2, ANN, world.clock())
    assert world.change(moderation.decide, late, Decision.APPROVE).outcome == "published"


def test_the_standing_costs_the_scorer_no_statement_of_its_own(world: World, eves: UUID) -> None:
    ids = world.submit_all(["one", "two"], author_email=EVE)
    stand(world, eves, Stand.BANNED)
    asked: list[str] = []
    event.listen(world.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with world.store.reading() as session:
        assert [one.stand for one in waiting.read(session, ids)] == [Stand.BANNED] * 2
    assert (
        sum("FROM comments" in statement for statement in asked)
        == len([one for one in asked if one.lstrip().startswith("SELECT")])
        == 1
    )


def test_what_was_said_about_an_author_is_forgotten_in_time(world: World, eves: UUID) -> None:
    with world.store.writing() as session:
        queries.note(session, comments.by_id(session, eves), True, "Sly.", ANN, world.clock())
    change = stand(world, eves, Stand.BANNED)

    def left() -> list[int]:
        with world.store.writing() as session:
            queries.expire(session, world.clock())
            tables = (StandingRow, StandingChangeRow, NoteRow)
            return [len(session.scalars(select(table)).all()) for table in tables]

    world.clock.move(days=30)
    assert left() == [1, 1, 1]
    world.clock.move(days=8)
    assert left() == [0, 1, 1]
    world.clock.move(days=150)
    assert left() == [0, 0, 0]
    assert change
    assert retention.purge  # which calls it


def test_what_is_known_about_an_author_stays_while_a_standing_does(
    world: World, eves: UUID
) -> None:
    stand(world, eves, Stand.BANNED, None)
    world.clock.move(days=400)
    with world.store.writing() as session:
        retention.purge(session, world.clock())
        author = Author(
            session.scalars(select(StandingRow.author_hash)).one(), world.get(eves).site_id
        )
        assert queries.standing(session, author, world.clock()).stand is Stand.BANNED
        assert len(queries.changes(session, author)) == 1
    assert world.get(eves).author_hash == ""


def test_an_escalated_comment_is_found_until_somebody_takes_it_up(world: World, eves: UUID) -> None:
    with world.store.writing() as session:
        for actor in (ANN, "moderator:2"):
            queries.escalate(session, eves, actor, world.clock())
        marks = queries.marks(session, [comments.by_id(session, eves)], world.clock())
        assert marks.hard[eves].actor == ANN  # whoever said it first
        queries.take_up(session, eves)
        assert not queries.marks(session, [comments.by_id(session, eves)], world.clock()).hard


def test_each_query_has_its_index(store: Store, clock: FrozenClock) -> None:
    world = World(store, clock)
    mine = comes(world, 0.5)
    asked: list[tuple[str, object]] = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3]))
    )
    row = world.get(mine)
    key = authors.author_of(row)
    change = stand(world, mine, Stand.BANNED)
    with store.writing() as session:
        queries.marks(session, [row], clock())
        queries.changes(session, key)
        queries.by_author(session, row.author_hash, None)
        queries.by_network(session, "a network", None)
        queries.revisions(session, key, authors.TAKEN_AWAY, 9)
        queries.published(session, [mine])
        queries.note(session, row, True, "Sly.", ANN, clock())
        queries.notes_about(session, row)
        queries.escalate(session, mine, ANN, clock())
        queries.take_up(session, mine)
        queries.expire(session, clock())
        authors.undo_bulk(session, 9, ANN, clock())
    undo(world, change)
    seen = [pair for pair in asked if pair[0].startswith(("SELECT", "UPDATE", "DELETE"))]
    with store.engine.connect() as connection:
        for statement, values in seen:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[call-overload]
            assert "SCAN" not in str(plan.all()), statement
    assert len(seen) > 20


def test_an_authors_trail_tells_outcomes_and_stays_on_ones_site(world: World, eves: UUID) -> None:
    world.clock.move(seconds=1)
    comes(world, 0.02)
    world.clock.move(seconds=1)
    world.submit(author_email=EVE, article_url="https://other.example/x")
    row = world.get(eves)
    with world.store.reading() as session:
        every = queries.by_author(session, row.author_hash, None)
        here = queries.by_author(session, row.author_hash, row.site_id)
        assert queries.by_author(session, "", None) == []
    assert [one.outcome for one in every] == [Outcome.PENDING, Outcome.PUBLISHED, Outcome.HELD]
    assert len(here) == 2
