"""No page of the queue reads a table from end to end, on either database."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from service.app import create_app
from service.config import Settings
from service.core.store import people, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.scoring import Scorer
from tests.fakes import FrozenClock, QuietBell
from tests.service.core.plans import asked, plan_of, planning, unbounded
from tests.service.core.test_found import QUERIES, copy_comments
from tests.service.web.moderating import Moderator, add_comment, add_moderator, judge_all
from tests.service.web.test_bulk import confirm, decide

QUEUE = [
    *(f"/queue?q={quote(query)}" for query in (*QUERIES, "site:blog-example", "before:1h word")),
    *(f"/queue?q={quote(query)}&order=newest" for query in ("", "word", "author:ann")),
    *(f"/queue?tab={tab}" for tab in ("spam", "published", "removed", "checking")),
    "/queue?order=newest&after={one}",
    "/queue?after={one}",
    "/queue?tab=spam&order=urgent",
    "/queue?site=blog-example",
    "/queue/news?since={one}",
    "/queue/comments/{one}",
    "/queue/campaigns",
    "/queue/bulk",
]


@pytest.fixture
def comment_id(any_store: Store, scorer: Scorer, clock: FrozenClock) -> UUID:
    """One of enough held and published comments that reading all of them is as dear as it is."""
    for name in ("second", "third"):
        add_comment(any_store, clock, "unsure", article_url=f"https://{name}.example/a")
    add_comment(any_store, clock, "unsure", author_email="ann@mail.example", ip="203.0.113.7")
    judge_all(any_store, scorer, clock)
    copy_comments(any_store, 2_000)
    with any_store.reading() as session:
        held = select(CommentRow.id).where(CommentRow.outcome == "held")
        return session.scalars(held.order_by(CommentRow.id.desc()).limit(1)).one()


@pytest.fixture
def app(
    settings: Settings, any_store: Store, bell: QuietBell, scorer: Scorer, clock: FrozenClock
) -> Flask:
    app = create_app(settings, store=any_store, bell=bell, scorer=scorer, clock=clock)  # type: ignore[arg-type]
    app.testing = True
    return app


@pytest.fixture
def pair(any_store: Store, app: Flask, clock: FrozenClock, comment_id: UUID) -> list[Moderator]:
    """An owner of every site, and a moderator of two of three."""
    add_moderator(any_store, clock)
    number = add_moderator(any_store, clock, "two@paper.example", Role.MODERATOR)
    with any_store.writing() as session:
        reach = [row.id for row in sites.all_sites(session)][:2]
        people.set_reach(session, people.by_number(session, number), reach)
    pair = [Moderator(app), Moderator(app)]
    for moderator, email in zip(pair, ("owner@paper.example", "two@paper.example"), strict=True):
        moderator.log_in(email)
    return pair


def test_every_page_is_answered_by_indexes(
    any_store: Store, pair: list[Moderator], comment_id: UUID
) -> None:
    with asked(any_store.engine) as statements:
        for moderator in pair:
            for path in QUEUE:
                answer = moderator.get(path.format(one=comment_id))
                assert answer.status_code == 200, path
            moderator.get("/queue")
            decide(moderator, "all", "spam")
            moderator.follow(confirm(moderator, "spam"))
            moderator.follow(moderator.press("/undo"))
    questions = {text: values for text, values in statements if text.startswith(("SELECT", "("))}
    assert len(questions) > 100
    with planning(any_store.engine) as connection:
        for text, values in questions.items():
            plan = plan_of(connection, text, values)
            assert not unbounded(plan, text), f"{text}\n{plan}"
