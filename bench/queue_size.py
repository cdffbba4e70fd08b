"""The queue at size: server time of its pages and of bulk decisions.

    python -m bench.queue_size [--rows 1000000] [--waiting 100000] [--url URL]

Without --url it starts a PostgreSQL of its own. A database that is named (PostgreSQL's, or
sqlite:///FILE) is filled if it holds no comments, and used as it is if it holds that many. Pages
are asked for through the WSGI application, without a network; figures are milliseconds.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bench.crowd import SECRET, Crowd, database, fill
from service import logs
from service.app import create_app
from service.clock import utc_now
from service.config import Settings
from service.core.bulk import MOST
from service.core.store import moderators, people
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Outcome
from service.passwords import hash_password
from service.scoring import Scorer
from tests.fakes import PlainModel, QuietBell
from tests.service.web.moderating import PASSWORD, Moderator

OWNER, OF_SOME = "owner@paper.example", "some@paper.example"
PAGES = {
    "review, most urgent": "/queue",
    "review, newest": "/queue?order=newest",
    "review, 100th page": "/queue?order=newest&after={deep}",
    "published": "/queue?tab=published",
    "spam, least sure": "/queue?tab=spam&order=urgent",
    "one site": "/queue?site=site3",
    "words, common": "/queue?q=offer",
    "words, in none": "/queue?q=zzzz",
    "words, in none, ü": "/queue?q=zürich",
    "words, published": "/queue?tab=published&q=zzzz",
    "author": "/queue?q=author:reader77",
    "author of 50,000": "/queue?q=author:reader0",
    "author, e-mail": "/queue?q=author:reader77@mail.example",
    "ip": "/queue?q=ip:10.0.77.7",
    "network": "/queue?q=ip:10.0.0.0/24",
    "domain": "/queue?q=domain:shop7.example",
    "domain, in none": "/queue?tab=published&q=domain:nowhere.example",
    "reason": "/queue?q=reason:copied",
    "score": "/queue?q=score:>90%25",
    "lang": "/queue?q=lang:fr",
    "before": "/queue?q=before:30d&order=newest",
    "after": "/queue?q=after:12h",
    "is:reply, in none": "/queue?q=is:reply",
    "is:linked": "/queue?q=is:linked",
    "site:": "/queue?q=site:site3",
    "several together": "/queue?q=offer+lang:fr+score:>20%25&site=site3",
    "news": "/queue/news?since={deep}",
    "campaigns": "/queue/campaigns",
}
SOME_PAGES = {
    "all of my 3 sites": "/queue",
    "my 3 sites, newest": "/queue?order=newest",
    "my 3 sites, words": "/queue?q=zzzz",
    "my 3 sites, author": "/queue?q=author:reader0",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rows", type=int, default=1_000_000, help="comments")
    options.add_argument("--waiting", type=int, default=0, help="of them; a tenth, unless told")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--url", default="")
    options.add_argument("--only", default="", help="pages whose name holds this; no bulk")
    given = options.parse_args()
    with database(given.url) as url:
        store = Store.open(url)
        fill(store, Crowd(given.rows, given.waiting or given.rows // 10))
        with serving(store, url) as log_in:
            measure(store, log_in, given.rounds, given.only)
        store.close()


@contextmanager
def serving(store: Store, url: str) -> Iterator[Callable[[str], Moderator]]:
    """The application; what is yielded logs somebody in."""
    logs.configure("error")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url, secret_key=SECRET)
        scorer = Scorer(PlainModel())  # type: ignore[arg-type]  # it has a SpamModel's face
        app = create_app(settings, store=store, bell=QuietBell(), scorer=scorer)  # type: ignore[arg-type]
        add_people(store)

        def log_in(email: str) -> Moderator:
            moderator = Moderator(app)
            moderator.log_in(email)
            return moderator

        yield log_in


def add_people(store: Store) -> None:
    """An owner of every site, and a moderator of three."""
    with store.writing() as session:
        if moderators.by_email(session, OWNER) is None:
            hashed = hash_password(PASSWORD)
            moderators.add(session, OWNER, hashed, Role.OWNER, utc_now())
            some = moderators.add(session, OF_SOME, hashed, Role.MODERATOR, utc_now())
            people.set_reach(session, some, (2, 5, 9))


def measure(store: Store, log_in: Callable[[str], Moderator], rounds: int, only: str) -> None:
    with store.reading() as session:
        held = select(CommentRow.id).where(CommentRow.outcome == Outcome.HELD)
        deep = session.scalar(held.order_by(CommentRow.id.desc()).offset(2_500).limit(1))
    print(f"{'':24} {'best':>8} {'median':>8} {'p95':>8}")
    for email, pages in ((OWNER, PAGES), (OF_SOME, SOME_PAGES)):
        somebody = log_in(email)
        for name, path in pages.items():
            if only in name:
                at = path.format(deep=deep)
                told(name, times(partial(page, somebody, at), rounds))
    if not only:
        _bulk(log_in(OWNER))


def page(somebody: Moderator, path: str) -> None:
    response = somebody.get(path)
    assert response.status_code == 200, (path, response.status)


def times(act: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round, from least to most; the first, which warms, is not among them."""
    act()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def told(name: str, taken: list[float]) -> None:
    last = len(taken) - 1
    print(
        f"{name:24} {taken[0]:8.0f} {taken[last // 2]:8.0f} {taken[int(0.95 * last)]:8.0f}",
        flush=True,
    )


def _bulk(owner: Moderator) -> None:
    """Decide and give back as many as one bulk decision takes."""
    owner.get("/queue")
    queue = owner.page

    def ask() -> None:
        owner.page = queue
        owner.press("/queue/bulk", scope="all", decision="spam")

    asked = times(ask, 5)
    began = time.perf_counter()
    done = owner.press("/queue/bulk", decision="spam")
    decided = time.perf_counter()
    page = owner.follow(done)
    found = re.search(f"{MOST:,} comments marked as spam", page)
    assert found, page[:2000]
    again = time.perf_counter()
    done = owner.press("/undo")
    undone = time.perf_counter()
    assert f"{MOST:,} comments put back" in owner.follow(done)
    told("all that match: asked", asked)
    told(f"{MOST:,} decided", [(decided - began) * 1000])
    told(f"{MOST:,} undone", [(undone - again) * 1000])


if __name__ == "__main__":
    main()
