"""Days that were counted give the figures that counting everything gives, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service.core.store import by_day, day_counts, statistics
from service.core.store.day_tables import CountedDayRow, DayCountRow
from service.core.store.session import Store
from service.core.store.statistics import Scope
from service.core.verdict import Decision
from tests.fakes import FrozenClock
from tests.service.core.history import CUTOFFS
from tests.service.core.test_statistics import OTHER, Past, past  # noqa: F401  # a fixture


def count_days(store: Store, clock: FrozenClock) -> int:
    """Count whatever is due; how many days it were."""
    with store.reading() as session:
        days = day_counts.due(session, clock())
        rows = [(day, day_counts.count(session, day)) for day in days]
    with store.writing() as session:
        for day, counted in rows:
            day_counts.keep(session, day, counted, clock())
    return len(days)


def figures(past: Past, scope: Scope) -> dict[str, Any]:  # noqa: F811
    """All by_day figures but the times waited."""
    with past.store.reading() as session:
        of = by_day.past(session, scope)
        return {
            "days counted": (of.live.since - scope.since).days,
            "verdicts": by_day.verdicts_by_day(of),
            "as judged": by_day.as_judged(of),
            "labelled": by_day.labelled(of),
            "actors": {one.actor: one.counts for one in by_day.by_actor(of)},
            "scores": by_day.score_bins(of),
            "labelled scores": by_day.labelled_bins(of),
            "labelled arrivals": by_day.labelled_arrivals(of),
            "load": {one[:2]: one.number for one in by_day.load(of, CUTOFFS, OTHER)},
            "labelled load": {
                label: {one[:2]: one.number for one in moved}
                for label, moved in by_day.labelled_load(of, CUTOFFS, OTHER).items()
            },
        }


def test_counted_days_and_the_rest_are_the_whole(past: Past, clock: FrozenClock) -> None:  # noqa: F811
    live = figures(past, past.scope)
    with past.store.reading() as session:
        waited = by_day.waits(by_day.past(session, past.scope))
    assert count_days(past.store, clock) == day_counts.KEPT
    kept = figures(past, past.scope)
    assert (live.pop("days counted"), kept.pop("days counted")) == (0, 29)
    assert kept == live
    with past.store.reading() as session:
        again = by_day.waits(by_day.past(session, past.scope))
        assert statistics.as_judged(session, past.scope) == kept["as judged"]
    assert again.total == waited.total > 5
    assert again.median == pytest.approx(waited.median, rel=0.006, abs=1)
    assert again.ninetieth == pytest.approx(waited.ninetieth, rel=0.006, abs=1)


def test_a_week_is_counted_hourly_and_the_rest_daily(any_store: Store, clock: FrozenClock) -> None:
    assert count_days(any_store, clock) == day_counts.KEPT
    assert count_days(any_store, clock) == 0
    clock.move(hours=1)
    assert count_days(any_store, clock) == day_counts.RECENT
    clock.move(days=1)
    assert count_days(any_store, clock) == day_counts.KEPT
    with any_store.reading() as session:
        days = select(func.count(), func.min(CountedDayRow.day)).select_from(CountedDayRow)
        oldest = clock().date() - timedelta(days=day_counts.KEPT)
        assert session.execute(days).one() == (day_counts.KEPT, oldest)


def test_a_decision_undone_is_counted_no_more_within_the_hour(
    past: Past,  # noqa: F811
    clock: FrozenClock,
) -> None:
    count_days(past.store, clock)
    before = figures(past, past.scope)["labelled"]
    with past.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE comments SET decision = NULL")
    clock.move(hours=12)
    count_days(past.store, clock)
    after = figures(past, Scope.of_days(past.scope.site_ids, 8, clock()))["labelled"]
    assert sum(before.values()) > sum(after.values()) == 0


def test_nothing_is_counted_where_nothing_happened(any_store: Store, clock: FrozenClock) -> None:
    count_days(any_store, clock)
    with any_store.reading() as session:
        assert session.scalar(select(func.count()).select_from(DayCountRow)) == 0
        of = by_day.past(session, Scope.of_days([1], 90, clock()))
        assert by_day.waits(of) == (0, 0, 0)
        assert by_day.labelled_load(of, CUTOFFS, OTHER)[Decision.SPAM] == []
