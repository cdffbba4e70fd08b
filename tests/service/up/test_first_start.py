"""The first start: what it makes, and that it happens once."""

from __future__ import annotations

from sqlalchemy import select

from service.core.store import keys, moderators, sites
from service.core.store.session import Store
from service.core.store.tables import ModeratorRow
from service.passwords import is_password
from service.up.first_start import OWNER, Welcome, post_samples, welcome
from tests.fakes import FrozenClock
from tests.servers import free_port

ORIGIN = "http://127.0.0.1:8000"
SECRET = "a secret of at least thirty-two characters"


def test_the_first_start_makes_an_owner_who_can_log_in(store: Store, clock: FrozenClock) -> None:
    made = welcome(store, ORIGIN, SECRET, clock())
    assert made is not None
    with store.reading() as session:
        owner = moderators.by_email(session, OWNER)
        assert owner is not None
        assert owner.role == "owner"
        assert is_password(made.password, owner.password_hash)
        assert made.password not in owner.password_hash


def test_the_demo_site_has_the_printed_origin_and_a_key(store: Store, clock: FrozenClock) -> None:
    made = welcome(store, ORIGIN, SECRET, clock())
    assert made is not None
    with store.reading() as session:
        site = sites.by_name(session, "demo")
        assert site.url == made.site_url == ORIGIN
        assert keys.by_token(session, made.token).site_id == site.id


def test_a_second_start_makes_nothing(store: Store, clock: FrozenClock) -> None:
    welcome(store, ORIGIN, SECRET, clock())
    assert welcome(store, ORIGIN, SECRET, clock()) is None
    with store.reading() as session:
        assert len(session.scalars(select(ModeratorRow)).all()) == 1


def test_a_site_called_demo_keeps_its_name(store: Store, clock: FrozenClock) -> None:
    with store.writing() as session:
        sites.add(session, "demo", "https://demo.example", clock())
    welcome(store, ORIGIN, SECRET, clock())
    with store.reading() as session:
        assert sites.by_name(session, "demo").url == "https://demo.example"
        assert sites.by_origin(session, ORIGIN) is not None


def test_a_site_at_the_origin_becomes_the_demo_site(store: Store, clock: FrozenClock) -> None:
    with store.writing() as session:
        sites.add(session, "blog", ORIGIN, clock())
    made = welcome(store, ORIGIN, SECRET, clock())
    assert made is not None
    with store.reading() as session:
        assert [site.name for site in sites.all_sites(session)] == ["blog"]


def test_two_passwords_are_never_the_same(store: Store, clock: FrozenClock) -> None:
    from service.up.first_start import new_password

    assert len({new_password() for _ in range(100)}) == 100


def test_samples_for_a_server_that_is_away_are_given_up() -> None:
    new = Welcome("ann@example.org", "password", "http://127.0.0.1:1", "token")
    assert not post_samples("127.0.0.1", free_port(), new)
