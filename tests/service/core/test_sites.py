"""Sites, the origins they list, and their articles; on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from service.core.errors import NotFound
from service.core.moderation import Caller
from service.core.store import sites
from service.core.store.tables import ArticleRow, SiteRow
from service.core.verdict import Mode
from tests.service.core.conftest import World


def test_a_site_with_nul_in_its_name_is_not_there(world: World) -> None:
    with world.store.reading() as session, pytest.raises(NotFound):
        sites.by_name(session, "blog\0")


class TestListedOrigins:
    @pytest.fixture
    def site(self, world: World) -> SiteRow:
        """https://one.example, which lists http://www.one.example."""
        with world.store.writing() as session:
            site = sites.add(session, "one", "https://one.example", world.clock())
            site.mode = Mode.HOLD_ALL
            sites.list_origin(session, site.id, "http://www.one.example")
        return site

    def test_the_sites_own_key_opens_them(self, world: World, site: SiteRow) -> None:
        caller = Caller("key:1", site.id)
        comment_id = world.submit(caller=caller, article_url="http://www.one.example/bread")
        assert world.get(comment_id).site_id == site.id

    def test_a_key_for_every_site_adds_none_for_them(self, world: World, site: SiteRow) -> None:
        comment_id = world.submit(article_url="http://www.one.example/bread")
        world.judge_all(0.02)
        assert (world.get(comment_id).site_id, world.get(comment_id).outcome) == (site.id, "held")
        with world.store.reading() as session:
            assert [row.name for row in sites.all_sites(session)] == ["one"]

    @pytest.mark.usefixtures("site")
    def test_all_share_one_article_with_one_thread(self, world: World) -> None:
        first = world.submit(article_url="https://one.example/bread")
        reply = world.submit(article_url="http://www.one.example/bread", parent_id=first)
        with world.store.reading() as session:
            [article] = session.scalars(select(ArticleRow))
        assert article.url == "https://one.example/bread"
        assert world.get(reply).article_id == article.id

    def test_both_addresses_may_stand_in_one_batch(self, world: World, site: SiteRow) -> None:
        asked = [
            (site.id, "http://www.one.example/bread", "Bread"),
            (site.id, "https://one.example/bread", "Bread"),
        ]
        with world.store.writing() as session:
            found = sites.article_ids(session, asked, world.clock())
        assert list(found) == [(site_id, url) for site_id, url, _ in asked]
        assert len(set(found.values())) == 1

    def test_an_address_that_would_grow_too_long_stays_as_it_is(self, world: World) -> None:
        with world.store.writing() as session:
            site = sites.add(session, "two", "https://www.two.example", world.clock())
            sites.list_origin(session, site.id, "https://two.example")
        address = "https://two.example/" + "x" * 1980
        comment_id = world.submit(article_url=address)
        with world.store.reading() as session:
            article = sites.article_at(session, site.id, address)
        assert article is not None
        assert world.get(comment_id).article_id == article.id

    @pytest.mark.usefixtures("site")
    def test_a_site_is_not_added_where_another_is_listed(self, world: World) -> None:
        with world.store.reading() as session:
            assert sites.is_taken(session, "new", "http://www.one.example")
            assert sites.is_taken(session, "new", "https://one.example")
            assert sites.is_taken(session, "one", "https://new.example")
            assert not sites.is_taken(session, "new", "https://new.example")


def test_titles_change_in_one_order_so_that_no_two_batches_wait_in_a_ring(world: World) -> None:
    changed: list[int] = []

    def note(_connection: object, _cursor: object, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE articles"):
            [parameters] = [rest[0]] if isinstance(rest[0], (dict, tuple)) else rest[0]
            values = parameters.values() if isinstance(parameters, dict) else parameters
            changed.append(next(value for value in values if isinstance(value, int)))

    with world.store.writing() as session:
        site = sites.add(session, "blog", "https://blog.example", world.clock())
        pages = [(site.id, f"https://blog.example/{letter}", "Old") for letter in "abc"]
        ids = sites.article_ids(session, pages, world.clock())
        event.listen(world.store.engine, "before_cursor_execute", note)
        renamed = [(site_id, url, "New") for site_id, url, _ in reversed(pages)]
        sites.article_ids(session, renamed, world.clock())
        event.remove(world.store.engine, "before_cursor_execute", note)
    assert changed == [ids[site_id, url] for site_id, url, _ in pages]
