"""Saved views: ready-made ones, and each moderator's own."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from service.core.store import sites, views
from service.core.store.moderators import Role
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_moderator


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
    add_moderator(store, clock)
    moderator = Moderator(app)
    moderator.log_in()
    return moderator


def strip(page: str) -> dict[str, str]:
    """The views above the comments: name → address."""
    there = page.partition('<nav class="views"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]+)"[^>]*><bdi>([^<]+)', there)
    return {unescape(name): unescape(url) for url, name in found}


def save(moderator: Moderator, path: str, name: str) -> str:
    moderator.get(path)
    return moderator.follow(moderator.press("/queue/views", name=name))


def test_some_views_are_ready_made(owner: Moderator, store: Store, site: Site) -> None:
    assert list(strip(owner.get("/queue").text)) == ["Links", "Waited over 12 h"]
    with store.writing() as session:
        sites.change(session, site.id, {"mode": "hold_first_timers"})
    found = strip(owner.get("/queue").text)
    assert found["First-time authors"] == "/queue?tab=review&q=reason:first_comment"
    owner.get(found["First-time authors"])
    assert 'aria-current="true"><bdi>First-time authors' in owner.page


def test_a_view_is_saved_renamed_and_deleted(owner: Moderator) -> None:
    page = save(owner, "/queue?tab=spam&q=lang:de+is:linked&order=oldest", "Deutsch <b>")
    assert "Saved as" in page
    address = strip(page)["Deutsch <b>"]
    assert address == "/queue?tab=spam&q=lang:de+is:linked&order=oldest"
    assert "Save this view" not in page  # it is one already
    page = owner.follow(owner.press("/rename", name="German links"))
    assert strip(page)["German links"] == address
    page = owner.follow(owner.press_named("/rename", "/delete"))
    assert "“German links” is deleted." in page
    assert list(strip(page)) == ["Links", "Waited over 12 h"]


def test_the_same_name_again_replaces_the_view(owner: Moderator) -> None:
    save(owner, "/queue?q=tea", "Drinks")
    page = save(owner, "/queue?q=coffee", "Drinks")
    assert strip(page)["Drinks"] == "/queue?tab=review&q=coffee"
    page = save(owner, "/queue?q=cake", "Food")
    assert "another view called “Food”" in owner.follow(owner.press("/rename", name="Food"))


def test_what_cannot_be_saved_is_told(owner: Moderator, store: Store, clock: FrozenClock) -> None:
    assert "give the view a name" in save(owner, "/queue?q=tea", " \0 ")
    with store.writing() as session:
        for number in range(views.MOST):
            views.save(session, 1, f"view {number}", "q=x", clock())
    assert "Delete one first" in save(owner, "/queue?q=tea", "One more")
    assert "Saved as" in save(owner, "/queue?q=tea", "view 3")


def test_a_tab_as_it_comes_needs_no_saving(owner: Moderator) -> None:
    for path in ("/queue", "/queue?tab=spam", "/queue?site=blog"):
        assert "Save this view" not in owner.get(path).text


def test_views_are_their_moderators_own(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    save(owner, "/queue?q=tea", "Drinks")
    add_moderator(store, clock, "vic@paper.example", Role.VIEWER)
    viewer = Moderator(app)
    viewer.log_in("vic@paper.example")
    assert "Drinks" not in viewer.get("/queue").text
    assert "Saved as" in save(viewer, "/queue?q=tea", "Drinks")
    forged = viewer.page.replace("/queue/views/2/", "/queue/views/1/")
    viewer.page = forged
    assert viewer.press("/rename", name="Mine").status_code == 404
    viewer.page = forged
    assert viewer.press_named("/rename", "/delete").status_code == 404


@pytest.mark.parametrize("query", ["tab=nonsense&site=gone&order=%00", "q=colour:red", "%ff=%00"])
def test_a_view_that_makes_no_sense_any_more_still_leads_somewhere(
    owner: Moderator, store: Store, clock: FrozenClock, query: str
) -> None:
    with store.writing() as session:
        views.save(session, 1, "Old", query, clock())
    address = strip(owner.get("/queue").text)["Old"]
    assert owner.get(address).status_code in (200, 400)
    assert "Old" in strip(owner.page)
