"""Hostile comments on every page that shows comments: read, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import update

from service.config import Settings
from service.core.store import moderators, sites
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.scoring import Scorer
from service.web.receipts import token_for
from tests.browser.hostile import COVERED, HARM, NAMES, TEXTS, WEBSITES, watched
from tests.browser.tour import log_in
from tests.fakes import FrozenClock
from tests.service.web.moderating import add_comment, add_moderator, judge_all

pytestmark = pytest.mark.browser

EVERYTHING_WAITS = {"ham_cutoff": 0.0, "spam_cutoff": 1.0}
SIZES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 1280, "height": 844})
PARTS = ".card, .campaign, .members li, .comment, .people tbody tr"
DEED = "<script>window.pwned = 1</script>"


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


def test_moderators_read_them_and_nothing_happens(
    open_page: Callable[..., Page], comments: dict[str, UUID]
) -> None:
    page = open_page()
    acted = watched(page)
    log_in(page)
    pages = ["/queue?order=newest", "/queue/campaigns", "/queue/statistics", "/queue/bulk"]
    harm = {path: found for path in pages if (found := _harm(page, path))}
    for name, comment_id in comments.items():
        if found := _harm(page, f"/queue/comments/{comment_id}"):
            harm[name] = found
    page.goto("/queue/campaigns")
    links = page.locator(".campaign h2 a").evaluate_all("all => all.map(link => link.href)")
    assert len(links) >= 3
    harm |= {link: found for link in links if (found := _harm(page, link))}
    assert harm == {}
    assert acted == []


def test_many_are_decided_at_once_and_nothing_happens(
    open_page: Callable[..., Page], comments: dict[str, UUID], store: Store, clock: FrozenClock
) -> None:
    for number in range(10):
        add_comment(store, clock, TEXTS["deeds"], author_name=f"{NAMES['bidi']} {number}")
    with store.writing() as session:
        session.execute(update(CommentRow).values(outcome="held"))
    page = open_page()
    acted = watched(page)
    log_in(page)
    page.goto("/queue")
    page.get_by_label("Decide", exact=True).select_option("all")
    page.get_by_label("as", exact=True).select_option("spam")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("?")
    assert page.evaluate(HARM) == []
    page.locator("form.sure button").click()
    page.wait_for_load_state("load")
    assert _harm(page, "/queue?tab=spam") == []
    assert acted == []


def test_hostile_names_of_people_do_nothing_in_the_audit_log(
    open_page: Callable[..., Page], comments: dict[str, UUID], store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "<script>window.pwned=1</script>@\u202epaper.example")
    with store.writing() as session:
        for name in NAMES.values():
            moderators.audit(
                session, f"moderator:{name}", name, clock(), {name: [name], "site": name}
            )
    page = open_page()
    acted = watched(page)
    log_in(page)
    assert _harm(page, "/queue/audit") == []
    assert _harm(page, "/queue/people") == []
    assert acted == []


def test_readers_read_them_and_nothing_happens(
    open_page: Callable[..., Page], thread: list[UUID], settings: Settings
) -> None:
    page = open_page()
    acted = watched(page)
    assert _harm(page, "/a/demo/welcome") == []
    for name, comment_id in zip(NAMES, thread, strict=False):
        assert _harm(page, f"/c/{token_for(comment_id, settings.secret_key)}") == [], name
        page.goto(f"/a/demo/welcome?reply_to={comment_id}")
        assert page.evaluate(HARM) == []
    neighbour = f"#comment-{thread[-1]}"
    page.goto("/a/demo/welcome")
    assert page.evaluate(COVERED, neighbour) == []
    assert acted == []


def test_a_link_of_a_reader_shows_where_it_leads(
    open_page: Callable[..., Page], thread: list[UUID]
) -> None:
    page = open_page()
    page.goto("/a/demo/welcome")
    link = page.locator(f"#comment-{thread[list(TEXTS).index('links')]} h3 a")
    expect(link).to_have_attribute("rel", "nofollow ugc noopener")
    expect(page.locator(f"#comment-{thread[list(TEXTS).index('links')]} header")).to_contain_text(
        "xn--"  # аpple.com, of which the first letter is Cyrillic
    )


def _harm(page: Page, path: str) -> list[str]:
    """What the page at `path` suffers at each size, with all that folds unfolded."""
    page.goto(path)
    folds = "details:not(.menu, .removing)"  # menus lie over what is beneath: that is their purpose
    page.evaluate(f"for (const fold of document.querySelectorAll('{folds}')) fold.open = true")
    found: list[str] = []
    for size in SIZES:
        page.set_viewport_size(size)
        found += page.evaluate(HARM) + page.evaluate(COVERED, PARTS)
    return found
