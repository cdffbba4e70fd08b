"""Finding comments: what each operator finds, pages without gap, queries that have an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from service.core import moderation
from service.core.search import parse
from service.core.store import found
from service.core.store.comments import Order
from service.core.store.found import Scope
from service.core.store.insert import insert_into
from service.core.store.session import Store
from service.core.store.tables import CommentRow, EventRow
from service.core.verdict import Decision, Outcome
from tests.service.core.conftest import SECRET, World
from tests.service.core.plans import asked, plan_of, planning, unbounded

EVE = {"author_name": "Eve", "author_email": "Eve@mail.example", "ip": "203.0.113.7"}


def scope_of(world: World, query: str = "", **fields: Any) -> Scope:
    values = {
        "outcome": Outcome.HELD,
        "site_id": None,
        "site_ids": {"blog-example": 1},
        "now": world.clock(),
        "secret": SECRET,
        "search": parse(query),
    }
    return Scope(**values | fields)


def bodies(world: World, query: str, order: Order = Order.NEWEST, **fields: Any) -> list[str]:
    """The texts found, in order; the counts must agree."""
    scope = scope_of(world, query, **fields)
    with world.store.reading() as session:
        rows = found.page(session, scope, order, None, 50).rows
        assert found.count(session, scope) == (len(rows), False)
        assert set(found.revisions(session, scope)[0]) == {row.id for row in rows}
    return [row.body for row in rows]


@pytest.fixture
def held(world: World) -> World:
    """Four held comments and one that is published, an hour apart."""
    world.submit("good bread", author_name="Ada", author_email="ada@mail.example")
    world.judge_all(0.02)
    world.clock.move(hours=1)
    first = world.submit("first, and 100 % sure", language="de-AT", **EVE)
    world.clock.move(hours=1)
    world.submit("see https://www.evil.example/now", author_name="EVE", ip="203.0.113.80")
    world.clock.move(hours=1)
    world.submit("reply", author_name="Bob", article_url="https://other.example/x")
    world.judge_all(0.5)
    world.clock.move(minutes=30)
    world.submit("near spam", parent_id=first, author_url="https://evil.example")
    world.judge_all(0.8)
    return world


FINDS: list[tuple[str, list[str]]] = [
    ("", ["near", "reply", "see", "first,"]),
    ("EVIL", ["near", "see"]),
    ('"100 %"', ["first,"]),
    ("100_%", []),
    ("bob", ["reply"]),
    ("author:eve", ["see", "first,"]),
    ("author:EVE@mail.example", ["first,"]),
    ("author:eve first", ["first,"]),
    ("ip:203.0.113.7", ["first,"]),
    ("ip:203.0.113.0/24", ["see", "first,"]),
    ("ip:203.0.113.0/24 author:eve see", ["see"]),
    ("ip:198.51.100.1", []),
    ("domain:evil.example", ["near", "see"]),
    ("domain:vil.example", []),
    ("site:other-example", ["reply"]),
    ("score:>0.7", ["near"]),
    ("score:<=50%", ["reply", "see", "first,"]),
    ("lang:de", ["first,"]),
    ("lang:d" + "ee", []),
    ("before:2h", ["first,"]),
    ("after:90m", ["near", "reply", "see"]),
    ("is:reply", ["near"]),
    ("is:linked", ["near", "see"]),
    ("is:decided", []),
    ("is:undecided bob", ["reply"]),
    ("is:unscored", []),
    ("reason:copied", []),
]


def test_each_operator_finds_what_it_names(held: World) -> None:
    with held.store.reading() as session:
        site_ids = {row.name: row.id for row in session.execute(text("SELECT id, name FROM sites"))}
    for query, expected in FINDS:
        matching = bodies(held, query, site_ids=site_ids)
        assert [body.split()[0] for body in matching] == expected, query
        by_urgency = bodies(held, query, Order.URGENT, site_ids=site_ids)
        assert sorted(by_urgency) == sorted(matching), query


def test_a_reason_is_found_by_its_code(world: World) -> None:
    trapped = world.submit("trapped", honeypot="x")
    world.submit("not trapped")
    world.judge_all(0.5)
    outcome = Outcome(world.get(trapped).outcome)
    assert bodies(world, "reason:honeypot", outcome=outcome) == ["trapped"]


def test_the_counts_of_all_tabs_follow_the_search(held: World) -> None:
    with held.store.reading() as session:
        counted = found.counts(session, scope_of(held, "bread"))
    assert {outcome: count.comments for outcome, count in counted.items() if count.comments} == {
        Outcome.PUBLISHED: 1
    }


@pytest.mark.parametrize("order", [Order.NEWEST, Order.URGENT])
@pytest.mark.parametrize("query", ["", "even", "author:ann", "author:ann even", "after:1h even"])
def test_pages_of_what_was_found_follow_without_gap_or_repeat(
    world: World, order: Order, query: str
) -> None:
    texts = [f"{'even' if n % 2 == 0 else 'odd'} {n}" for n in range(60)]
    world.submit_all(texts, author_name="Ann")
    world.judge_all(0.5)
    expected = {text for text in texts if "even" in text} if "even" in query else set(texts)
    scope, seen, after = scope_of(world, query), list[str](), None
    while True:
        with world.store.reading() as session:
            page = found.page(session, scope, order, after, 7)
        seen += [row.body for row in page.rows]
        if (after := page.following) is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_a_full_window_leads_on_to_what_lies_behind_it(world: World) -> None:
    world.submit("needle")
    for number in range(3):
        world.clock.move(minutes=1)
        world.submit_all([f"hay {number} {n}" for n in range(8)])
    world.judge_all(0.5)
    scope, after, pages = scope_of(world, "needle", window=10), None, list[found.Page]()
    while not pages or after:
        with world.store.reading() as session:
            pages.append(found.page(session, scope, Order.NEWEST, after, 5))
        after = pages[-1].following
    assert [len(page.rows) for page in pages] == [0, 0, 1]
    assert pages[0].reached is not None
    with world.store.reading() as session:
        assert found.count(session, scope) == (0, True)


def test_what_changed_after_the_fence_is_left_out(world: World) -> None:
    before, changed = world.submit("before"), world.submit("changed")
    world.judge_all(0.5)
    fence = world.clock()
    world.clock.move(seconds=1)
    world.submit("later")
    world.judge_all(0.5)
    world.change(moderation.decide, changed, Decision.SPAM)
    world.change(moderation.undo, changed)
    with world.store.reading() as session:
        matching, more = found.revisions(session, scope_of(world, fence=fence))
    assert (set(matching), more) == ({before}, False)


ORDERS = (Order.NEWEST, Order.URGENT)
QUERIES = [
    "",
    "word",
    "author:ann",
    "author:ann@mail.example",
    "ip:203.0.113.7",
    "domain:evil.example",
    "reason:copied",
    "score:>0.5",
    "lang:de",
    "before:1h",
    "after:1h word",
    "is:reply",
]


def test_no_query_reads_the_whole_table(crowded: World) -> None:
    reaches = (None, 1, frozenset({1, 2, 3}))
    places = [(query, order, site) for query in QUERIES for order in ORDERS for site in reaches]
    questions: dict[str, Any] = {}
    with crowded.store.reading() as session:
        anchor = found.page(session, scope_of(crowded), Order.NEWEST, None, 1).rows[0].id
    for query, order, site in places:
        scope = scope_of(crowded, query, site_id=site)
        with asked(crowded.store.engine) as statements, crowded.store.reading() as session:
            found.page(session, scope, order, None, 25)
            found.page(session, scope, order, anchor, 25)
            if order is Order.NEWEST:
                found.count(session, scope)
                found.revisions(session, replace(scope, fence=crowded.clock()))
        questions |= {text: values for text, values in statements if text != "BEGIN"}
    with planning(crowded.store.engine) as connection:
        for statement, values in questions.items():
            plan = plan_of(connection, statement, values)
            assert not unbounded(plan, statement), f"{statement}\n{plan}"


@pytest.fixture
def crowded(world: World) -> World:
    """Enough comments that reading all of them looks as dear as it is."""
    world.submit("the first", author_name="Ann", author_email="ann@mail.example", ip="::1")
    world.judge_all(0.5)
    copy_comments(world.store, 2_000)
    return world


def copy_comments(store: Store, number: int) -> None:
    """That many copies of the first comment, with an event each, one in 25 of them held."""
    with store.writing() as session:
        first = dict(session.execute(select(CommentRow.__table__).limit(1)).mappings().one())
        rows = [
            first
            | {
                "id": UUID(int=first["id"].int + (n << 70)),
                "outcome": Outcome.PUBLISHED if n % 25 else Outcome.HELD,
                "urgency": n % 97 / 97,
                "author_name": f"name {n}",
                "author_hash": f"hash {n}",
                "network_hash": f"net {n}",
                "body": f"body {n} " * 30,
                "score": n % 89 / 89,
            }
            for n in range(1, number)
        ]
        session.connection().execute(insert_into(CommentRow), rows)
        at = first["received_at"]
        events = [
            {"comment_id": row["id"], "revision": row["revision"], "at": at}
            | {"kind": "submitted", "actor": "reader", "detail": {}}
            for row in rows
        ]
        session.connection().execute(insert_into(EventRow), events)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
