"""Statistics are what a plain count over the same past gives, on both databases."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from service.core.store import by_day, statistics
from service.core.store.session import Store
from service.core.store.statistics import BINS, Scope
from service.core.verdict import Cutoffs, Decision, Outcome, Verdict, verdict_for
from tests.fakes import FrozenClock
from tests.service.core.history import (
    CUTOFFS,
    MACHINE,
    Lived,
    Said,
    make_past,
    make_sites,
    utc_midnight,
    write,
)

DAYS = 30
OTHER = Cutoffs(0.35, 0.8)


class Past:
    """A stored past, and the part of it that the statistics are asked about."""

    def __init__(self, store: Store, now: datetime, every_site: bool) -> None:
        site_ids = make_sites(store, now)
        self.store, self.now = store, now
        self.lives = make_past(site_ids, now, 900, DAYS + 20, seed=7)
        write(store, self.lives)
        self.scope = Scope.of_days(site_ids if every_site else site_ids[:1], DAYS, now)
        self.here = [life for life in self.lives if life.site_id in self.scope.site_ids]
        self.arrived = [life for life in self.here if life.received_at >= self.scope.since]

    def said(self) -> list[tuple[Lived, Said]]:
        """What people decided within the time."""
        return [
            (life, said)
            for life in self.here
            for said in life.said
            if said.at >= self.scope.since and said.actor != MACHINE
        ]

    def standing(self) -> list[Lived]:
        """Comments of which a person said within the time what stands now: good or spam."""
        found = {
            life.id: life
            for life, said in self.said()
            if life.decision == said.decision and said.decision in ("approve", "spam")
        }
        return list(found.values())


@pytest.fixture(params=[True, False], ids=["every site", "one site"])
def past(any_store: Store, clock: FrozenClock, request: pytest.FixtureRequest) -> Past:
    return Past(any_store, clock(), request.param)


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[math.ceil(share * len(values)) - 1]


def test_every_figure_is_what_a_plain_count_gives(past: Past) -> None:
    with past.store.reading() as session:
        by_day = statistics.verdicts_by_day(session, past.scope)
        labelled = statistics.labelled(session, past.scope)
        deciding = statistics.by_actor(session, past.scope)
        judged = statistics.as_judged(session, past.scope)
    counted = Counter((life.received_at.date(), life.verdict) for life in past.arrived)
    assert {(day, v): n for day, found in by_day.items() for v, n in found.items()} == counted
    assert labelled == Counter((life.verdict, life.decision) for life in past.standing())
    made = Counter((said.actor, said.decision) for _, said in past.said())
    assert {(one.actor, d): n for one in deciding for d, n in one.counts.items()} == made
    assert [one.total for one in deciding] == sorted((one.total for one in deciding), reverse=True)
    assert judged == Counter(life.verdict for life in past.arrived if life.verdict)


def test_waiting_is_from_arrival_to_the_first_decision(past: Past) -> None:
    waited = [
        (life.said[0].at - life.received_at).total_seconds()
        for life in past.here
        if life.said and life.verdict == Verdict.UNSURE
        if life.said[0].at >= past.scope.since and life.said[0].actor != MACHINE
    ]
    with past.store.reading() as session:
        waits = by_day.waits(by_day.past(session, past.scope))
    assert waits.total == len(waited) > 5
    assert waits.median == pytest.approx(nearest_rank(waited, 0.5), abs=2e-3)
    assert waits.ninetieth == pytest.approx(nearest_rank(waited, 0.9), abs=2e-3)


def step_of(score: float) -> int:
    return min(BINS - 1, int(score * BINS))


def test_the_scores_fall_into_steps(past: Past) -> None:
    with past.store.reading() as session:
        every = statistics.score_bins(session, past.scope)
        labelled = statistics.labelled_bins(session, past.scope)
        by_people = statistics.labelled_arrivals(session, past.scope)
    counted = Counter(step_of(life.score) for life in past.arrived if life.score is not None)
    assert every == [counted[step] for step in range(BINS)]
    arrived = {life.id for life in past.arrived}
    scored = [life for life in past.standing() if life.score is not None]
    assert by_people == sum(life.id in arrived for life in scored)
    said = Counter(
        (life.decision, step_of(life.score)) for life in past.standing() if life.score is not None
    )
    for label in (Decision.APPROVE, Decision.SPAM):
        assert labelled[label] == [said[label, step] for step in range(BINS)]


def bands(life: Lived) -> tuple[Verdict, Verdict]:
    if life.score is None:
        return Verdict.UNSURE, Verdict.UNSURE
    return verdict_for(life.score, CUTOFFS), verdict_for(life.score, OTHER)


def test_a_preview_counts_as_verdicts_are_made(past: Past) -> None:
    with past.store.reading() as session:
        load = statistics.load(session, past.scope, CUTOFFS, OTHER)
        labelled = statistics.labelled_load(session, past.scope, CUTOFFS, OTHER)
    counted = Counter(bands(life) for life in past.arrived if life.verdict)
    assert {(moved.before, moved.after): moved.number for moved in load} == counted
    said = Counter(
        (life.decision, *bands(life)) for life in past.standing() if life.score is not None
    )
    found = {(label, m.before, m.after): m.number for label in labelled for m in labelled[label]}
    assert found == said


def test_nothing_at_all_gives_empty_figures(any_store: Store, clock: FrozenClock) -> None:
    scope = Scope.of_days(make_sites(any_store, clock()), 7, clock())
    with any_store.reading() as session:
        assert statistics.verdicts_by_day(session, scope) == {}
        assert statistics.each_wait(session, scope) == []
        assert statistics.by_actor(session, scope) == []
        assert statistics.score_bins(session, scope) == [0] * BINS
        assert statistics.newest(session, Outcome.SPAM, None, scope.since, 10, 10) == []


def one(site_id: int, number: int, at: datetime) -> Lived:
    return Lived(UUID(int=number), site_id, at, 0.01, Verdict.HAM)


def test_days_begin_at_midnight_utc_wherever_one_is(any_store: Store, clock: FrozenClock) -> None:
    tokyo = timezone(timedelta(hours=9))
    now = datetime(2026, 3, 2, 8, 0, tzinfo=tokyo)  # in UTC it is still the first of March
    [site_id] = make_sites(any_store, clock(), ("blog",))
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    moments = [midnight - timedelta(microseconds=1), midnight, now]
    write(any_store, [one(site_id, number, at) for number, at in enumerate(moments, 1)])
    scope = Scope.of_days([site_id], 2, now)
    assert scope.since == utc_midnight(now, 2) == midnight - timedelta(days=1)
    with any_store.reading() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
        found = statistics.verdicts_by_day(session, scope)
    assert {day.isoformat(): counts for day, counts in found.items()} == {
        "2026-02-28": {"ham": 1},
        "2026-03-01": {"ham": 2},
    }


def test_only_the_newest_are_read_for_reasons_and_links(
    any_store: Store, clock: FrozenClock
) -> None:
    site_ids = make_sites(any_store, clock())
    lives = [
        Lived(UUID(int=number), site_ids[number % 2], clock(), 0.95, Verdict.SPAM)
        for number in range(1, 9)
    ]
    write(any_store, lives, body="buy at once", reasons=[{"code": "word"}])
    with any_store.reading() as session:
        since = clock() - timedelta(days=1)
        every = statistics.newest(session, Outcome.SPAM, None, since, 5, 3)
        here = statistics.newest(session, Outcome.SPAM, site_ids[0], since, 5, 3)
        late = statistics.newest(session, Outcome.SPAM, None, clock() + timedelta(days=1), 5, 3)
    assert [len(every), len(here), len(late)] == [5, 4, 0]
    assert every[0] == ([{"code": "word"}], "buy", "")


def ask_everything(session: Session, scope: Scope) -> None:
    for figure in (
        statistics.verdicts_by_day,
        statistics.each_wait,
        statistics.labelled,
        statistics.by_actor,
        statistics.score_bins,
        statistics.labelled_bins,
        statistics.labelled_arrivals,
        statistics.as_judged,
    ):
        figure(session, scope)
    statistics.load(session, scope, CUTOFFS, OTHER)
    statistics.labelled_load(session, scope, CUTOFFS, OTHER)
    for site_id in (None, scope.site_ids[0]):
        statistics.newest(session, Outcome.SPAM, site_id, scope.since, 10, 10)


def plans_of(session: Session, scope: Scope) -> list[str]:
    """How PostgreSQL would run each statement, with the statement before it."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask_everything(session, scope)
    event.remove(connection, "before_cursor_execute", note)
    plans = []
    for statement, values in asked:
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        plans.append("\n".join([statement, *(row[0] for row in rows)]))
    return plans


@pytest.mark.parametrize(
    "any_store", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_no_figure_is_counted_without_an_index(any_store: Store, clock: FrozenClock) -> None:
    past = Past(any_store, clock(), every_site=True)
    with any_store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Else the plans depend on whether the server has come round to it.
        connection.execute(text("VACUUM ANALYZE comments, events"))
    with any_store.reading() as session:
        # So few comments are soonest gone through one by one; of many, events are found by day.
        session.execute(text("SET LOCAL enable_nestloop = off"))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        plans = plans_of(session, past.scope)
    assert len(plans) == 12
    for plan in plans:
        assert "Seq Scan" not in plan, plan
    of_decisions = [plan for plan in plans if "FROM events" in plan]
    of_arrivals = [plan for plan in plans if "FROM events" not in plan and "LIMIT" not in plan]
    assert (len(of_decisions), len(of_arrivals)) == (6, 4)
    for plan in of_decisions:
        assert "ix_events_decided" in plan, plan
    for plan in of_arrivals:
        assert "Index Only Scan using ix_comments_arrived" in plan, plan
