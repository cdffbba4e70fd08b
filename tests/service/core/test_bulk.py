"""Deciding many at once: what as many single decisions would leave, and undone as one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from service.core import bulk, moderation, retention
from service.core.errors import NotFound, NothingToUndo
from service.core.store.bulk_tables import BulkMemberRow
from service.core.store.lesson_tables import ExampleRow
from service.core.store.precedents import PrecedentRow
from service.core.store.tables import AuditRow, CommentRow, EventRow
from service.core.verdict import Decision, Outcome
from tests.service.core.conftest import ANN, World

COLUMNS = ("outcome", "decision", "decided_at", "spam_since", "revision", "verdict")


def decide(world: World, ids: list[UUID], decision: Decision, **options: Any) -> bulk.Done:
    outcome = options.pop("outcome", Outcome.HELD)
    wanted = options.pop("wanted", None) or revisions(world, ids)
    with world.store.writing() as session:
        return bulk.decide_many(
            session, wanted, decision, (outcome,), ANN, world.clock(), **options
        )


def undo(world: World, bulk_id: int, **options: Any) -> bulk.Done:
    with world.store.writing() as session:
        return bulk.undo_many(session, bulk_id, ANN, world.clock(), **options)


def revisions(world: World, ids: list[UUID]) -> dict[UUID, int]:
    return {comment_id: world.get(comment_id).revision for comment_id in ids}


def left_behind(world: World, comment_id: UUID) -> dict[str, Any]:
    """All that is known of a comment, without its own numbers."""
    with world.store.reading() as session:
        row = session.get_one(CommentRow, comment_id)
        example = session.get(ExampleRow, comment_id)
        events = session.scalars(select(EventRow).where(EventRow.comment_id == comment_id))
        traces = session.scalars(
            select(PrecedentRow.label).where(PrecedentRow.comment_id == comment_id)
        )
        return {
            **{name: getattr(row, name) for name in COLUMNS},
            "example": example and (example.label, example.turn, example.actor),
            "events": [(event.kind, event.actor, _plain(event.detail)) for event in events],
            "precedents": sorted(traces),
        }


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name != "bulk"}


def held(world: World, number: int) -> list[UUID]:
    ids = world.submit_all(
        [f"an offer that you will want to read twice, {n}" for n in range(number)],
        author_email="eve@mail.example",
    )
    world.judge_all(0.5)
    return ids


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("earlier", [None, Decision.APPROVE, Decision.SPAM])
def test_a_bulk_decision_leaves_what_single_ones_would_and_so_does_its_undo(
    world: World, decision: Decision, earlier: Decision | None
) -> None:
    alone, together = held(world, 2)
    if earlier:
        for comment_id in (alone, together):
            world.change(moderation.decide, comment_id, earlier)
    outcome = Outcome(world.get(together).outcome)
    done = decide(world, [together], decision, outcome=outcome)
    if done.changed == 0:
        assert world.get(together).outcome == outcome  # it stood like this already
        return
    world.change(moderation.decide, alone, decision)
    assert left_behind(world, together) == left_behind(world, alone)
    world.clock.move(minutes=1)
    assert undo(world, done.bulk_id).changed == 1
    world.change(moderation.undo, alone)
    assert left_behind(world, together) == left_behind(world, alone)


def test_thousands_are_decided_and_given_back(world: World) -> None:
    ids = held(world, 1_100)
    for comment_id in ids[:2]:
        world.change(moderation.decide, comment_id, Decision.HOLD)
    with world.store.reading() as session:
        rows = session.execute(select(CommentRow.id, CommentRow.revision)).all()
    done = decide(world, ids, Decision.SPAM, wanted=dict(rows))
    assert (done.changed, done.left) == (1_100, 0)
    assert outcomes(world) == {("spam", "spam"): 1_100}
    assert undo(world, done.bulk_id).changed == 1_100
    assert outcomes(world) == {("held", None): 1_098, ("held", "hold"): 2}
    with world.store.reading() as session:
        assert not session.scalars(select(PrecedentRow)).all()
        assert {row.label for row in session.scalars(select(ExampleRow))} == {None}


def outcomes(world: World) -> dict[tuple[str, str | None], int]:
    counted: dict[tuple[str, str | None], int] = {}
    with world.store.reading() as session:
        for outcome, decision in session.execute(select(CommentRow.outcome, CommentRow.decision)):
            counted[outcome, decision] = counted.get((outcome, decision), 0) + 1
    return counted


def test_what_has_changed_since_it_was_shown_is_left_alone(world: World) -> None:
    first, second, third = held(world, 3)
    shown = revisions(world, [first, second, third])
    world.change(moderation.decide, second, Decision.APPROVE)
    world.change(moderation.decide, third, Decision.APPROVE)
    world.change(moderation.undo, third)
    done = decide(world, [], Decision.SPAM, wanted=shown)
    assert (done.changed, done.left) == (1, 2)
    assert [world.get(one).outcome for one in (first, second, third)] == [
        "spam",
        "published",
        "held",
    ]


def test_the_undo_leaves_alone_what_was_decided_since(world: World) -> None:
    first, second = held(world, 2)
    done = decide(world, [first, second], Decision.SPAM)
    world.change(moderation.decide, second, Decision.APPROVE)
    undone = undo(world, done.bulk_id)
    assert (undone.changed, undone.left) == (1, 1)
    assert [world.get(one).outcome for one in (first, second)] == ["held", "published"]
    with pytest.raises(NothingToUndo):
        undo(world, done.bulk_id)


def test_each_comment_can_still_be_undone_by_itself(world: World) -> None:
    first, second = held(world, 2)
    done = decide(world, [first, second], Decision.SPAM)
    world.change(moderation.undo, first)
    assert world.get(first).outcome == "held"
    assert undo(world, done.bulk_id).changed == 1


def test_a_moderator_of_one_site_touches_no_other(world: World) -> None:
    here, there = world.submit("here"), world.submit("there", article_url="https://b.example/x")
    world.judge_all(0.5)
    site_id = world.get(here).site_id
    done = decide(world, [here, there], Decision.REMOVE, site_id=site_id)
    assert (done.changed, world.get(there).outcome) == (1, "held")
    every = decide(world, [there], Decision.REMOVE)
    with pytest.raises(NotFound):
        undo(world, every.bulk_id, site_id=site_id)
    with world.store.reading() as session:
        assert [row.id for row in bulk.recent(session, site_id)] == [done.bulk_id]
        assert [row.id for row in bulk.recent(session, None)] == [every.bulk_id, done.bulk_id]


def test_wiped_spam_stays_spam(world: World) -> None:
    wiped = world.submit("spam")
    world.judge_all(0.99)
    world.clock.move(days=16)
    with world.store.writing() as session:
        retention.purge(session, world.clock())
    done = decide(world, [wiped], Decision.APPROVE, outcome=Outcome.SPAM)
    assert (done.changed, done.left) == (0, 1)


def test_events_and_audit_tell_of_the_bulk(world: World) -> None:
    ids = held(world, 2)
    done = decide(world, ids, Decision.SPAM)
    undo(world, done.bulk_id)
    with world.store.reading() as session:
        audited = [(row.action, row.detail) for row in session.scalars(select(AuditRow))]
        members = session.scalars(select(BulkMemberRow.comment_id)).all()
        details = [
            event.detail
            for event in session.scalars(
                select(EventRow).where(EventRow.kind.in_(["decided", "undone"]))
            )
        ]
    assert audited == [
        ("bulk_decided", {"bulk": done.bulk_id, "decision": "spam", "comments": 2}),
        ("bulk_undone", {"bulk": done.bulk_id, "comments": 2}),
    ]
    assert set(members) == set(ids)
    assert all(detail["bulk"] == done.bulk_id for detail in details)
