"""A crowd of made-up comments for the benches of size, the same on PostgreSQL and on SQLite.

Ten sites over 90 days; a tenth of the comments waits and as many are decided; one author in twenty
is the same, so that reading "all of theirs" has no end either.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text

from service.clock import utc_now
from service.core.store import keys
from service.core.store.campaign_tables import CampaignRow, MemberRow
from service.core.store.session import Store
from service.core.store.tables import ArticleRow, CommentRow, EventRow, SiteRow, Table
from service.core.traces import network_trace
from service.core.verdict import Outcome, Verdict
from service.migrations import migrate
from tests import servers

SECRET = "a secret of at least thirty-two characters"
DAYS = 90
SITES = 10
ARTICLES = 200  # a site
AUTHORS, NETWORKS, DOMAINS, SENTENCES, CAMPAIGNS = 5_000, 3_000, 1_000, 5_000, 2_000
DECIDED = 9  # one in so many of those that do not wait
CHUNK = 10_000  # rows
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many comments, and how many of them wait."""

    comments: int
    waiting: int


@contextmanager
def database(url: str) -> Iterator[str]:
    """The database at the address; without one, a PostgreSQL that is gone afterwards."""
    if url:
        yield url
        return
    with servers.postgres() as own:
        yield own


def fill(store: Store, crowd: Crowd) -> None:
    """The crowd, made unless it is there. Ends the program where other comments are."""
    migrate(store.engine)
    with store.reading() as session:
        there = session.scalar(select(func.count()).select_from(CommentRow))
    if there == crowd.comments:
        print(f"{there:,} comments are there from before")
        return
    if there:
        raise SystemExit(f"the database holds {there:,} comments: name an empty one")
    began = time.perf_counter()
    maker = Maker(crowd, utc_now())
    with store.writing() as session:
        session.execute(insert(SiteRow), maker.sites())
        session.execute(insert(ArticleRow), maker.articles())
        session.execute(insert(CampaignRow), maker.campaigns())
    for start in range(0, crowd.comments, CHUNK):
        end = min(start + CHUNK, crowd.comments)
        rows = [maker.comment(number) for number in range(start, end)]
        _write(store, CommentRow, rows)
        _write(store, EventRow, [event for row in rows for event in maker.events(row)])
        _write(store, MemberRow, [maker.member(row) for row in rows if row["outcome"] == "held"])
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if is_postgresql(store) else "ANALYZE"))
    print(f"{crowd.comments:,} comments made in {time.perf_counter() - began:.0f} s")


def is_postgresql(store: Store) -> bool:
    return store.engine.dialect.name == "postgresql"


class Maker:
    """Makes the rows, each from its number alone."""

    def __init__(self, crowd: Crowd, now: datetime) -> None:
        chance = random.Random(5)
        self.crowd, self.now, self.share = crowd, now, crowd.comments // crowd.waiting
        self.step = timedelta(days=DAYS) / crowd.comments
        self.sentences = list(_sentences(chance))
        self.networks = [f"10.{n >> 8}.{n & 255}" for n in range(NETWORKS)]
        self.network_hashes = [network_trace(f"{one}.7", SECRET) for one in self.networks]
        self.author_hashes = [
            keys.hash_person(f"reader{n}@mail.example", SECRET) for n in range(AUTHORS)
        ]
        self.domain_hashes = [
            keys.hash_trace("domain", f"shop{n}.example", SECRET) for n in range(DOMAINS)
        ]

    def sites(self) -> list[Row]:
        return [
            {"name": f"site{n}", "url": f"https://site{n}.example", "created_at": self.now}
            | {"mode": "automatic", "language": ""}
            for n in range(SITES)
        ]

    def articles(self) -> list[Row]:
        return [
            {"site_id": 1 + n % SITES, "url": f"https://site{n % SITES}.example/story-{n}"}
            | {"title": f"Story {n}", "created_at": self.now}
            for n in range(SITES * ARTICLES)
        ]

    def campaigns(self) -> list[Row]:
        span = timedelta(days=DAYS) / CAMPAIGNS
        return [
            {"first_at": self.now - timedelta(days=DAYS), "last_at": self.now - n * span}
            | {"size": 2 * self.crowd.waiting // CAMPAIGNS, "is_open": True}
            for n in range(CAMPAIGNS)
        ]

    def comment(self, number: int) -> Row:
        chance = random.Random(number)
        at = self.now - timedelta(minutes=5) - (self.crowd.comments - number) * self.step
        waits = number % self.share == 0
        author = 0 if chance.random() < 0.05 else chance.randrange(AUTHORS)
        network = 0 if author == 0 else chance.randrange(NETWORKS)
        domain = chance.randrange(DOMAINS) if chance.random() < 0.2 else None
        site = chance.randrange(SITES)
        score = chance.betavariate(0.5, 0.5)
        verdict = _verdict(score, waits)
        decision = self._decision(number, waits, chance)
        outcome = _outcome(verdict, decision)
        body = " ".join(chance.choices(self.sentences, k=1 + chance.randrange(8)))
        if domain is not None:
            body += f" https://shop{domain}.example/{number}"
        return {
            "id": uuid_at(at, number),
            "site_id": 1 + site,
            "article_id": 1 + site + SITES * chance.randrange(ARTICLES),
            "body": body,
            "author_name": f"reader{author}",
            "author_email": f"reader{author}@mail.example",
            "author_url": "",
            "author_hash": self.author_hashes[author],
            "network_hash": self.network_hashes[network],
            "text_hash": f"{chance.getrandbits(128):032x}",
            "link_hashes": [] if domain is None else [self.domain_hashes[domain]],
            "ip": f"{self.networks[network]}.7",
            "user_agent": "Mozilla/5.0",
            "referrer": "",
            "type": "comment",
            "language": chance.choice(("en", "de", "fr", "es")),
            "honeypot": "",
            "created_at": at,
            "received_at": at,
            "outcome": outcome.value,
            "verdict": verdict.value,
            "decision": decision,
            "discard": outcome is Outcome.SPAM and score > 0.99,
            "score": score,
            "urgency": chance.random(),
            "reasons": [] if verdict is Verdict.HAM else _reasons(number),
            "model": "plain-1",
            "judged_at": at,
            "decided_at": at + timedelta(hours=2) if decision else None,
            "spam_since": at if outcome is Outcome.SPAM else None,
            "revision": 3 if decision else 2,
            "attempts": 1,
        }

    def events(self, row: Row) -> Iterator[Row]:
        at = row["received_at"]
        yield _event(row, 1, at, "submitted", "form", {})
        yield _event(
            row,
            2,
            at,
            "judged",
            "model:plain-1",
            {name: row[name] for name in ("verdict", "score")},
        )
        if row["decision"]:
            detail = {"decision": row["decision"], "learn": True, "reason": ""}
            before = {"before": {"decision": None, "label": None}}
            actor = f"moderator:{1 + row['site_id'] % 3}"
            yield _event(row, 3, row["decided_at"], "decided", actor, detail | before)

    def member(self, row: Row) -> Row:
        number = row["id"].int % (2 * CAMPAIGNS)
        return {
            "comment_id": row["id"],
            "campaign_id": 1 + number if number < CAMPAIGNS else None,
            "site_id": row["site_id"],
            "print": b"",
            "at": row["judged_at"],
        }

    def _decision(self, number: int, waits: bool, chance: random.Random) -> str | None:
        if waits or number % DECIDED:
            return None
        return chance.choices(("approve", "spam", "remove"), (6, 3, 1))[0]


def uuid_at(at: datetime, number: int) -> UUID:
    """A version 7 UUID; sorts by time, then by number."""
    milliseconds = int(at.timestamp() * 1000)
    low = (number * 0x9E3779B97F4A7C15) & (2**62 - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | (number & 0xFFF) << 64 | 2 << 62 | low)


def _sentences(chance: random.Random) -> Iterator[str]:
    """Of words as frequent as words are: the n-th is said a n-th as often as the first."""
    parts = ("ba", "ne", "li", "to", "ru", "sa", "mi", "ko", "de", "fu")
    words = ["".join(chance.choices(parts, k=2 + chance.randrange(3))) for _ in range(20_000)]
    words[40] = "offer"
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for _ in range(SENTENCES):
        sentence = " ".join(chance.choices(words, weights, k=6 + chance.randrange(10)))
        yield sentence.capitalize() + "."


def _verdict(score: float, waits: bool) -> Verdict:
    if waits:
        return Verdict.UNSURE
    return Verdict.SPAM if score > 0.7 else Verdict.HAM


def _outcome(verdict: Verdict, decision: str | None) -> Outcome:
    if decision:
        return {"approve": Outcome.PUBLISHED, "spam": Outcome.SPAM, "remove": Outcome.REMOVED}[
            decision
        ]
    return {
        Verdict.UNSURE: Outcome.HELD,
        Verdict.SPAM: Outcome.SPAM,
        Verdict.HAM: Outcome.PUBLISHED,
    }[verdict]


def _reasons(number: int) -> list[Row]:
    code = "copied" if number % 50 == 0 else "word"
    return [{"code": code, "text": f'the word "{number % 400}"', "weight": 1.5}]


def _event(row: Row, revision: int, at: datetime, kind: str, actor: str, detail: Row) -> Row:
    return {"comment_id": row["id"], "revision": revision, "at": at} | {
        "kind": kind,
        "actor": actor,
        "detail": detail,
    }


def _write(store: Store, table: type[Table], rows: Sequence[Row]) -> None:
    if not rows:
        return
    if not is_postgresql(store):
        with store.writing() as session:
            session.execute(insert(table), rows)
        return
    names = list(rows[0])
    copying = f"COPY {table.__tablename__} ({', '.join(names)}) FROM STDIN"
    with store.engine.begin() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row([_stored(row[name]) for name in names])


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value
