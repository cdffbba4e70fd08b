"""The statistics and cutoffs pages at size: server time, before and after days are counted.

    python -m bench.statistics_size [--rows 1000000] [--url URL]

The database is as for bench.queue_size, which can have filled it. Figures are milliseconds.
"""

from __future__ import annotations

import argparse
import time
from functools import partial

from sqlalchemy import delete, text

from bench.crowd import Crowd, database, fill, is_postgresql
from bench.queue_size import OWNER, page, serving, times, told
from service.clock import utc_now
from service.core.store import day_counts
from service.core.store.day_tables import CountedDayRow, DayCountRow
from service.core.store.session import Store
from tests.service.web.moderating import Moderator

PAGES = {
    "every site, 90 days": "/queue/statistics?days=90",
    "every site, 30 days": "/queue/statistics?days=30",
    "one site, 90 days": "/queue/statistics?days=90&site=site3",
    "cutoffs, 90 days": "/queue/sites/site3/cutoffs?days=90",
    "cutoffs, 90 days, tried": "/queue/sites/site3/cutoffs?days=90&ham_cutoff=17&spam_cutoff=83",
    "cutoffs, 7 days": "/queue/sites/site3/cutoffs?days=7",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000, help="comments")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--url", default="")
    given = options.parse_args()
    with database(given.url) as url:
        store = Store.open(url)
        fill(store, Crowd(given.rows, given.rows // 10))
        with serving(store, url) as log_in:
            measure(store, log_in(OWNER), given.rounds)
        store.close()


def measure(store: Store, owner: Moderator, rounds: int) -> None:
    with store.writing() as session:
        session.execute(delete(DayCountRow))
        session.execute(delete(CountedDayRow))
    print(f"{'':24} {'best':>8} {'median':>8} {'p95':>8}")
    told("uncounted, 90 days", times(partial(page, owner, PAGES["every site, 90 days"]), 3))
    told(f"{day_counts.KEPT} days, counted each", count_days(store))
    for name, path in PAGES.items():
        told(name, times(partial(page, owner, path), rounds))


def count_days(store: Store) -> list[float]:
    """Milliseconds of each day, from least to most."""
    now, taken = utc_now(), []
    with store.reading() as session:
        days = day_counts.due(session, now)
    for day in days:
        began = time.perf_counter()
        with store.reading() as session:
            rows = day_counts.count(session, day)
        with store.writing() as session:
            day_counts.keep(session, day, rows, now)
        taken.append((time.perf_counter() - began) * 1000)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if is_postgresql(store) else "ANALYZE"))
    return sorted(taken)


if __name__ == "__main__":
    main()
