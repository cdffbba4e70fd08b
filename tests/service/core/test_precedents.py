"""What people decided before: kept, counted and forgotten."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from service.core import moderation, retention, waiting
from service.core.store import precedents, same_text
from service.core.store.precedents import NETWORK_KEPT, Count
from service.core.traces import Traces
from service.core.verdict import Decision
from tests.service.core.conftest import World
from tests.service.core.plans import asked, plan_of, planning
from tests.service.core.test_found import copy_comments

TRACES = Traces("a" * 32, {"tea.com": "b" * 32})


def judged(world: World, **fields: object) -> UUID:
    """A comment that the machine held, with the traces of its text and link."""
    comment_id = world.submit(author_email="ann@paper.org", ip="192.0.2.7", **fields)
    claim = world.claim()
    rulings = {item.id: _held(item) for item in claim.comments}
    traces = dict.fromkeys(rulings, TRACES)
    with world.store.writing() as session:
        moderation.judge(session, claim.token, rulings, world.clock(), "plain-1", traces)
    return comment_id


def _held(item: waiting.Waiting) -> moderation.Ruling:
    from service.core import policy

    return policy.rule(0.5, item.circumstances(0.2, 0.9))


def kept(world: World, comment_id: UUID) -> set[str]:
    row = world.get(comment_id)
    return {row.author_hash, row.network_hash, row.text_hash, *row.link_hashes}


def found(world: World, traces: set[str], site_id: int, but: tuple[UUID, ...] = ()) -> list[Count]:
    with world.store.reading() as session:
        return sorted(precedents.counts(session, traces, [site_id], but))


def decide(world: World, comment_id: UUID, decision: Decision, **kw: object) -> None:
    world.change(moderation.decide, comment_id, decision, **kw)


def test_what_the_machine_judged_is_no_precedent(world: World) -> None:
    comment_id = judged(world)
    assert len(kept(world, comment_id) - {""}) == 4
    assert found(world, kept(world, comment_id), world.get(comment_id).site_id) == []


@pytest.mark.parametrize(("decision", "label"), [(Decision.APPROVE, 0), (Decision.SPAM, 1)])
def test_a_decision_is_one_for_each_trace(world: World, decision: Decision, label: int) -> None:
    comment_id = judged(world)
    site_id = world.get(comment_id).site_id
    decide(world, comment_id, decision)
    traces = kept(world, comment_id)
    assert found(world, traces, site_id) == sorted(
        Count(trace, label, site_id, 1) for trace in traces
    )


@pytest.mark.parametrize(
    ("decision", "kw"),
    [(Decision.REMOVE, {}), (Decision.HOLD, {}), (Decision.SPAM, {"learn": False})],
)
def test_what_teaches_nothing_is_no_precedent(
    world: World, decision: Decision, kw: dict[str, object]
) -> None:
    comment_id = judged(world)
    decide(world, comment_id, decision, **kw)
    assert found(world, kept(world, comment_id), world.get(comment_id).site_id) == []


def test_another_decision_takes_the_place_and_undoing_brings_the_first_back(world: World) -> None:
    comment_id = judged(world)
    site_id = world.get(comment_id).site_id
    decide(world, comment_id, Decision.APPROVE)
    decide(world, comment_id, Decision.SPAM)
    assert {count.label for count in found(world, {TRACES.text}, site_id)} == {1}
    world.change(moderation.undo, comment_id)
    assert {count.label for count in found(world, {TRACES.text}, site_id)} == {0}
    world.change(moderation.undo, comment_id)
    assert found(world, {TRACES.text}, site_id) == []


def test_another_sites_spam_is_told_and_its_approvals_are_not(world: World) -> None:
    here = world.get(judged(world)).site_id
    for number, decision in enumerate((Decision.SPAM, Decision.APPROVE)):
        other = judged(world, article_url=f"https://other-{number}.example/")
        decide(world, other, decision)
    assert [(count.label, count.comments) for count in found(world, {TRACES.text}, here)] == [
        (1, 1)
    ]


def test_a_comment_is_no_precedent_for_itself(world: World) -> None:
    comment_id = judged(world)
    decide(world, comment_id, Decision.SPAM)
    assert found(world, {TRACES.text}, world.get(comment_id).site_id, (comment_id,)) == []


def test_a_network_is_forgotten_when_its_addresses_are_and_the_rest_after_half_a_year(
    world: World,
) -> None:
    assert NETWORK_KEPT <= retention.IDENTITY
    comment_id = judged(world)
    row, traces = world.get(comment_id), kept(world, comment_id)
    world.clock.move(days=20)
    decide(world, comment_id, Decision.SPAM)
    left = []
    for days in (0, 11, 168, 2):  # after the decision: 0, 11, 179, 181
        world.clock.move(days=days)
        with world.store.writing() as session:
            retention.purge(session, world.clock())
        left.append({count.trace for count in found(world, traces, row.site_id)})
    assert left == [traces, traces - {row.network_hash}, traces - {row.network_hash}, set()]


def test_a_months_old_comment_holds_no_trace_and_only_a_published_author_is_known(
    world: World,
) -> None:
    held, published = judged(world), judged(world)
    decide(world, published, Decision.APPROVE)
    known = world.get(published).author_hash
    world.clock.move(days=31)
    with world.store.writing() as session:
        retention.purge(session, world.clock())
    assert kept(world, held) == {""}
    assert kept(world, published) == {"", known}


def test_every_question_is_answered_from_an_index(world: World) -> None:
    comment_id = judged(world)
    decide(world, comment_id, Decision.SPAM)
    site_id = world.get(comment_id).site_id
    copy_comments(world.store, 500)
    traces = {f"{number:032}" for number in range(300)}
    with asked(world.store.engine) as statements, world.store.reading() as session:
        precedents.counts(session, traces, range(site_id, site_id + 20))
        same_text.sightings(session, traces, world.clock())
    questions = [one for one in statements if one[0] != "BEGIN"]
    with planning(world.store.engine) as connection:
        plans = [plan_of(connection, *one) for one in questions]
    for plan, index in zip(plans, ("ix_precedents_trace", "ix_comments_text"), strict=True):
        assert index in plan, plan
        assert not re.search("Seq Scan|SCAN (precedents|comments)", plan), plan
