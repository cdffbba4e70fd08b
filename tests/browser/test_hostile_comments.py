"""Hostile comments on every page that shows comments: read, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from service.config import Settings
from service.core import moderation
from service.core.store import sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.verdict import Decision
from service.scoring import Scorer
from service.web.receipts import token_for
from tests.browser.hostile import COVERED, HARM, NAMES, TEXTS, WEBSITES, watched
from tests.browser.tour import log_in
from tests.fakes import FrozenClock
from tests.service.web.moderating import add_comment, add_moderator, judge_all

pytestmark = pytest.mark.browser

EVERYTHING_WAITS = {"ham_cutoff": 0.0, "spam_cutoff": 1.0}
SIZES = ({"width": 390, "height": 844}, {"width": 1280, "height": 844})


@pytest.fixture
def comments(store: Store, scorer: Scorer, clock: FrozenClock, server: str) -> dict[str, UUID]:
    """Each hostile text, waiting, twice alike so that it makes a campaign; and a good neighbour."""
    add_moderator(store, clock)
    with store.writing() as session:
        for name, address in (("blog", "https://blog.example"), ("demo", server)):
            row = sites.add(session, name, address, clock())
            sites.change(session, row.id, EVERYTHING_WAITS)
    found = {}
    for name, text in TEXTS.items():
        fields = {"author_name": NAMES[name], "author_url": WEBSITES.get(name, "")}
        found[name] = add_comment(store, clock, text, user_agent=DEED, referrer=DEED, **fields)
        add_comment(store, clock, text, **fields)
    found["neighbour"] = add_comment(store, clock, "Rye needs longer.", author_name="Ada")
    judge_all(store, scorer, clock)
    return found


DEED = "<script>window.pwned = 1</script>"


@pytest.fixture
def thread(store: Store, scorer: Scorer, clock: FrozenClock, server: str) -> list[UUID]:
    """The same, published under an article of the demo, and answered."""
    with store.writing() as session:
        sites.add(session, "demo", server, clock())
    found = []
    for name, text in TEXTS.items():
        fields = {"author_name": NAMES[name], "author_url": WEBSITES.get(name, "")}
        where = {"article_url": f"{server}/a/demo/welcome", "article_title": DEED}
        found.append(add_comment(store, clock, text, **fields, **where))
    found.append(add_comment(store, clock, "I agree.", parent_id=found[0], **where))
    judge_all(store, scorer, clock)
    with store.writing() as session:
        session.execute(update(CommentRow).values(outcome="published"))
    return found
