"""The queue at size: server time of its pages and of bulk decisions on a large PostgreSQL.

    python -m bench.queue_size --comments 1000000 --waiting 100000

Without --url it starts a PostgreSQL of its own; with it, that database is emptied and filled.
Comments are made by the database itself. Pages are asked for through the WSGI application, without
a network; each figure is a 95th percentile in milliseconds.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from service.app import create_app
from service.clock import utc_now
from service.config import Settings
from service.core.bulk import MOST
from service.core.store import moderators
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import Table
from service.migrations import migrate
from service.passwords import hash_password
from service.scoring import Scorer
from tests import servers
from tests.fakes import PlainModel, QuietBell
from tests.service.web.moderating import PASSWORD, Moderator

PAGES = {
    "review, most urgent": "/queue",
    "review, newest": "/queue?order=newest",
    "published": "/queue?tab=published",
    "words, common": "/queue?q=offer",
    "words, rare": "/queue?q=zzzz",
    "author": "/queue?q=author:reader77",
    "ip": "/queue?q=ip:10.0.7.7",
    "domain": "/queue?q=domain:shop7.example",
    "score": "/queue?q=score:>90%25",
    "before": "/queue?q=before:1d&order=newest",
    "one site, words": "/queue?q=offer&site=site3",
}
FILL = """
INSERT INTO comments (id, site_id, article_id, body, author_name, author_email, author_url,
  author_hash, network_hash, text_hash, link_hashes, ip, user_agent, referrer, type, language,
  honeypot, created_at, received_at, outcome, verdict, discard, score, urgency, reasons, judged_at,
  revision, attempts)
SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid,
  1 + n % 10, 1 + n % 10,
  'An offer ' || n || ' about ' || h || repeat(' of things that people talk about', 1 + n % 12)
    || CASE WHEN n % 5 = 0 THEN ' https://shop' || n % 1000 || '.example/' ELSE '' END,
  'reader' || n % 5000, '', '', '', 'net' || n % 3000, '', '[]', '10.0.' || n % 256 || '.7',
  '', '', 'comment', 'en', '', to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0),
  CASE WHEN n % :share = 0 THEN 'held' WHEN n % 3 = 1 THEN 'spam' ELSE 'published' END,
  CASE WHEN n % :share = 0 THEN 'unsure' WHEN n % 3 = 1 THEN 'spam' ELSE 'ham' END,
  false, (n % 997) / 997.0, (n % 991) / 991.0, '[]', to_timestamp(ms / 1000.0), 1, 1
FROM (SELECT n, md5(n::text) AS h, :end - (:size - n)::bigint * 2000 AS ms
  FROM generate_series(1, :size) AS n) AS made
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--comments", type=int, default=1_000_000)
    options.add_argument("--waiting", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--url", default="")
    given = options.parse_args()
    with _database(given.url) as url:
        store = Store.open(url)
        migrate(store.engine)
        fill(store, given.comments, given.comments // given.waiting)
        measure(store, url, given.rounds)
        store.close()


@contextmanager
def _database(url: str) -> Iterator[str]:
    if url:
        yield url
        return
    with servers.postgres() as own:
        yield own


def fill(store: Store, size: int, share: int) -> None:
    """Ten sites with `size` comments, one in `share` of them waiting, each with its event."""
    began = time.perf_counter()
    names = ", ".join(table.name for table in Table.metadata.sorted_tables)
    with store.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        connection.execute(
            text(
                "INSERT INTO sites (name, url, mode, language, created_at) SELECT 'site' || n,"
                " 'https://site' || n || '.example', 'automatic', '', now()"
                " FROM generate_series(1, 10) AS n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO articles (site_id, url, title, created_at)"
                " SELECT id, url || '/story', 'A story', now() FROM sites"
            )
        )
        end = int(utc_now().timestamp() * 1000) - 60_000
        connection.execute(text(FILL), {"size": size, "share": share, "end": end})
        connection.execute(
            text(
                "INSERT INTO events (comment_id, revision, at, kind, actor, detail)"
                " SELECT id, 1, received_at, 'submitted', 'bench', '{}' FROM comments"
            )
        )
    with store.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    print(f"{size:,} comments made in {time.perf_counter() - began:.0f} s")


def measure(store: Store, url: str, rounds: int) -> None:
    with store.writing() as session:
        email = "owner@paper.example"
        moderators.add(session, email, hash_password(PASSWORD), Role.OWNER, utc_now())
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=url,
            secret_key="a secret of at least thirty-two characters",
        )
        scorer = Scorer(PlainModel())  # type: ignore[arg-type]  # it has a SpamModel's face
        app = create_app(settings, store=store, bell=QuietBell(), scorer=scorer)  # type: ignore[arg-type]
        owner = Moderator(app)
        owner.log_in()
        for name, path in PAGES.items():
            print(f"{name:24} {_p95(lambda path=path: owner.get(path), rounds):8.0f} ms")
        _bulk(owner)


def _p95(act: Callable[[], object], rounds: int) -> float:
    act()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[int(0.95 * (len(taken) - 1))]


def _bulk(owner: Moderator) -> None:
    """Decide and give back as many as one bulk decision takes."""
    owner.get("/queue")
    began = time.perf_counter()
    owner.press("/queue/bulk", scope="all", decision="spam")
    asked = time.perf_counter()
    page = owner.follow(owner.press("/queue/bulk", decision="spam"))
    done = time.perf_counter()
    assert re.search(f"{MOST:,} comments marked as spam", page), page[:2000]
    page = owner.follow(owner.press("/undo"))
    undone = time.perf_counter()
    assert f"{MOST:,} comments put back" in page
    print(f"{'all that match: asked':24} {(asked - began) * 1000:8.0f} ms")
    print(f"{f'{MOST:,} decided':24} {(done - asked) * 1000:8.0f} ms")
    print(f"{f'{MOST:,} undone':24} {(undone - done) * 1000:8.0f} ms")


if __name__ == "__main__":
    main()
