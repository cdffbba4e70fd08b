"""Keys, leases, logins and lists."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.core import moderation
from service.core.errors import NotFound
from service.core.moderation import Arrival
from service.core.store import comments, keys, leases, moderators
from service.core.store.answers import Once
from service.core.store.comments import Order
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.submission import Submission, checked
from service.core.verdict import Outcome
from service.migrations import is_current
from tests.fakes import FrozenClock
from tests.service.core.conftest import READER, SECRET, World


class TestKeys:
    def test_a_key_has_two_forms_and_neither_is_stored(self, world: World) -> None:
        with world.store.writing() as session:
            made = keys.make(session, "blog", None, SECRET, world.clock())
            assert keys.by_token(session, made.token).id == made.id
            stored = str(session.execute(text("SELECT * FROM keys")).all())
        assert len(made.key) == 12
        assert int(made.key, 16) >= 0
        assert made.token not in stored
        assert made.key not in stored

    def test_a_revoked_key_opens_nothing(self, world: World) -> None:
        with world.store.writing() as session:
            made = keys.make(session, "blog", None, SECRET, world.clock())
            keys.revoke(session, made.id, world.clock())
            with pytest.raises(NotFound):
                keys.by_token(session, made.token)


class TestLeases:
    SIX = timedelta(seconds=6)

    def take(self, world: World, holder: str) -> bool:
        with world.store.writing() as session:
            return leases.take(session, "sweeper", holder, world.clock(), self.SIX)

    def test_one_holds_it_until_it_expires(self, world: World) -> None:
        assert [self.take(world, "one"), self.take(world, "two")] == [True, False]
        world.clock.move(seconds=7)
        assert [self.take(world, "two"), self.take(world, "one")] == [True, False]

    def test_the_holder_renews_it(self, world: World) -> None:
        for _ in range(5):
            assert self.take(world, "one")
            world.clock.move(seconds=4)
        assert not self.take(world, "two")


class TestLogins:
    @pytest.fixture
    def secret(self, world: World) -> str:
        with world.store.writing() as session:
            row = moderators.add(session, "Ann@Example.org", "hash", Role.OWNER, world.clock())
            return moderators.open_login(session, row.id, world.clock())

    def who(self, world: World, secret: str) -> str | None:
        with world.store.reading() as session:
            found = moderators.logged_in(session, secret, world.clock())
            return found[0].email if found else None

    def test_the_secret_stands_for_the_moderator(self, world: World, secret: str) -> None:
        assert self.who(world, secret) == "ann@example.org"
        assert self.who(world, secret + "x") is None

    def test_idleness_and_age_end_a_login(self, world: World, secret: str) -> None:
        world.clock.move(minutes=29)
        with world.store.writing() as session:
            moderators.touch_login(session, secret, world.clock())
        world.clock.move(minutes=29)
        assert self.who(world, secret)
        world.clock.move(minutes=2)
        assert self.who(world, secret) is None

    def test_a_new_password_ends_every_login(self, world: World, secret: str) -> None:
        with world.store.writing() as session:
            moderators.set_password(session, "ann@example.org", "other")
        assert self.who(world, secret) is None


class TestPages:
    def test_paging_by_each_order_shows_every_comment_once(self, world: World) -> None:
        for score in (0.5, 0.6, 0.5, 0.8):
            world.submit_all(["a", "b", "c"])
            world.judge_all(score)
        for order in Order:
            seen, after = [], None
            with world.store.reading() as session:
                while page := comments.page(
                    session, outcome=Outcome.HELD, order=order, after=after, limit=5
                ):
                    seen += [row.id for row in page]
                    after = page[-1].id
            assert len(seen) == len(set(seen)) == 12

    def test_the_likeliest_mistake_comes_first(self, world: World) -> None:
        for score in (0.8, 0.3, 0.6):
            world.submit(f"{score}")
            world.judge_all(score)
        with world.store.reading() as session:
            page = comments.page(session, outcome=Outcome.HELD, order=Order.URGENT)
        assert [row.score for row in page] == [0.3, 0.6, 0.8]


@pytest.mark.postgres
class TestPostgres:
    def test_batches_that_touch_the_same_rows_in_another_order_both_succeed(
        self, migrated_postgres: Store, clock: FrozenClock
    ) -> None:
        world = World(migrated_postgres, clock)
        with world.store.writing() as session:
            key = keys.make(session, "both", None, SECRET, clock())

        def post(names: list[str], title: str) -> None:
            arrivals = [
                Arrival(
                    checked(Submission(article_url=url, article_title=title, body=url), clock()),
                    READER,
                    Once(key.id, url, "h"),
                )
                for url in names
            ]
            world.store.write(
                lambda session: moderation.submit_many(session, arrivals, clock(), SECRET)
            )

        for number in range(3):
            urls = [f"https://blog-{number}-{i}.example/story" for i in range(100)]
            with ThreadPoolExecutor(2) as pool:
                one = pool.submit(post, urls, "One")
                other = pool.submit(post, urls[::-1], "Other")
                one.result()
                other.result()

    def test_an_error_does_not_quote_the_row(
        self, migrated_postgres: Store, clock: FrozenClock
    ) -> None:
        world = World(migrated_postgres, clock)
        comment_id = world.submit("a private word")
        change = text("UPDATE comments SET outcome = 'nonsense' WHERE id = :id")
        with pytest.raises(IntegrityError) as caught, world.store.writing() as session:
            session.execute(change, {"id": comment_id})
        assert "ck_comments_outcome" in str(caught.value)
        assert "private" not in str(caught.value)
        assert "private" not in str(caught.value.orig)


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # of which SQLite tells nothing
def test_the_schema_is_what_the_tables_say(world: World) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from service.core.store.tables import Table

    assert is_current(world.store.engine)
    with world.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
