"""Folding: of a campaign's waiting comments one is shown, and pages follow as without it."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.core import moderation
from service.core.store import folding, found
from service.core.store.comments import Order
from service.core.verdict import Decision
from tests.service.core.conftest import World
from tests.service.core.test_campaigns import READ_WHOLE, Village, spun
from tests.service.core.test_found import asked, plan_of, scope_of

HERE, THERE = "https://blog.example/bread", "https://other.example/x"


@pytest.fixture
def village(world: World) -> Village:
    return Village(world)


@pytest.fixture
def wave(village: Village) -> list[UUID]:
    """Four comments of one campaign, one of them elsewhere, with strangers between them."""
    places = (HERE, THERE, HERE, HERE)
    found = []
    for number, place in enumerate(places):
        score = 0.3 + number / 10  # so that the most urgent is not the newest
        found.append(village.come(spun(number), score, article_url=place, author_name=f"S{number}"))
        village.come(f"A question of my own, the {number}th of them, about rye and about wheat.")
    return found


def all_pages(village: Village, order: Order, site_id: int | None = None) -> list[UUID]:
    """Every comment shown, two to a page."""
    scope = scope_of(village.world, site_id=site_id, is_folded=True)
    shown: list[UUID] = []
    after: UUID | None = None
    with village.world.store.reading() as session:
        while True:
            page = found.page(session, scope, order, after, 2)
            shown += [row.id for row in page.rows]
            if (after := page.following) is None:
                return shown


@pytest.mark.parametrize("order", list(Order))
def test_a_campaign_is_shown_once_by_its_newest_whatever_the_order(
    village: Village, wave: list[UUID], order: Order
) -> None:
    shown = all_pages(village, order)
    assert len(shown) == len(set(shown)) == 5
    assert set(shown) & set(wave) == {wave[-1]}


def test_where_a_campaign_fills_the_window_the_page_says_how_far_it_looked(
    village: Village, wave: list[UUID]
) -> None:
    scope = scope_of(village.world, is_folded=True, window=2)
    with village.world.store.reading() as session:
        first = found.page(session, scope, Order.NEWEST, None, 3)
        assert first.reached is not None
        rest = found.page(session, scope, Order.NEWEST, first.following, 9)
    shown = [row.id for row in (*first.rows, *rest.rows)]
    assert len(shown) == len(set(shown))
    assert set(shown) & set(wave) == {wave[-1]}


def test_what_is_counted_is_comments_not_cards(village: Village, wave: list[UUID]) -> None:
    with village.world.store.reading() as session:
        assert found.count(session, scope_of(village.world, is_folded=True)).comments == 8


def test_on_one_site_the_newest_of_that_site_stands(village: Village, wave: list[UUID]) -> None:
    there = village.world.get(wave[1]).site_id
    assert all_pages(village, Order.NEWEST, there) == [wave[1]]


def test_when_the_newest_is_decided_or_taken_out_the_next_one_stands(
    village: Village, wave: list[UUID]
) -> None:
    village.world.change(moderation.decide, wave[3], Decision.SPAM)
    assert set(all_pages(village, Order.NEWEST)) & set(wave) == {wave[2]}
    village.pull_out(village.campaign_of(wave[0]), wave[2])
    assert set(all_pages(village, Order.NEWEST)) & set(wave) == {wave[1], wave[2]}


def test_a_crowd_tells_how_many_and_who(village: Village, wave: list[UUID]) -> None:
    number = village.campaign_of(wave[0])
    assert number is not None
    with village.world.store.reading() as session:
        crowd = folding.crowds(session, [number], None, 3)[number]
        assert (crowd.looked_at, crowd.sites, crowd.authors, crowd.networks) == (4, 2, 4, 0)
        assert [row.id for row in crowd.newest] == wave[:0:-1]
        site_id = village.world.get(wave[1]).site_id
        assert folding.crowds(session, [number], site_id, 3)[number].looked_at == 1
        assert folding.crowds(session, [], None, 3) == {}


def test_nothing_is_told_of_what_waits_no_more(village: Village, wave: list[UUID]) -> None:
    number = village.campaign_of(wave[0])
    assert number is not None
    village.decide(number)
    with village.world.store.reading() as session:
        assert folding.crowds(session, [number], None, 3) == {}
        assert folding.newest_waiting(session, number, None) is None


def test_folding_reads_no_whole_table(village: Village, wave: list[UUID]) -> None:
    number = village.campaign_of(wave[0])
    assert number is not None
    engine = village.world.store.engine
    with asked(engine) as statements, village.world.store.reading() as session:
        for site_id in (None, village.world.get(wave[0]).site_id):
            scope = scope_of(village.world, site_id=site_id, is_folded=True)
            found.page(session, scope, Order.URGENT, wave[0], 25)
            folding.crowds(session, [number, number + 1], site_id, 5)
    with engine.connect() as connection:
        for statement, values in statements:
            if connection.dialect.name == "sqlite":  # PostgreSQL reads such a small one whole
                assert not READ_WHOLE.search(plan_of(connection, statement, values))
