"""Claiming, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import event

from service.core import waiting
from service.core.store import sites
from service.core.store.session import Store
from service.core.verdict import Mode
from tests.fakes import FrozenClock
from tests.service.core.conftest import World


def test_a_claimed_comment_is_nobody_elses(world: World) -> None:
    world.submit_all(["one", "two"])
    assert len(world.claim().comments) == 2
    assert world.claim().comments == ()


def test_a_claim_brings_what_the_model_and_policy_look_at(world: World) -> None:
    world.submit("Lovely", article_title="Bread", author_name="Ann", honeypot="x", filled_in_ms=900)
    [item] = world.claim().comments
    assert (item.body, item.article_title, item.author_name) == ("Lovely", "Bread", "Ann")
    assert item.site_url == "https://blog.example"
    assert (item.signals.honeypot, item.signals.filled_in_ms) == (True, 900)


def test_how_the_form_was_filled_in_is_a_signal(world: World) -> None:
    world.submit("Lovely " * 30, is_scripted=False, key_presses=0)
    [item] = world.claim().comments
    assert (item.signals.is_scripted, item.signals.is_untyped) == (False, True)


def test_an_expired_claim_is_free_again_and_comes_alone(world: World) -> None:
    world.submit_all(["one", "two", "three"])
    world.claim()
    world.clock.move(seconds=11)
    assert [len(world.claim().comments) for _ in range(4)] == [1, 1, 1, 0]


def test_what_no_scorer_survived_three_times_is_left_for_a_person(world: World) -> None:
    world.submit("a killer")
    for _ in range(waiting.MAX_ATTEMPTS):
        assert len(world.claim().comments) == 1
        world.clock.move(seconds=11)
    assert world.claim().comments == ()
    with world.store.writing() as session:
        assert waiting.any_exhausted(session, world.clock())
        assert len(waiting.claim_exhausted(session, world.clock()).comments) == 1


def test_long_comments_make_a_small_batch(world: World) -> None:
    world.submit_all(["x" * 60_000] * 10)
    assert len(world.claim().comments) == waiting.BATCH_CHARACTERS // 60_000


def test_what_was_claimed_before_is_not_for_the_web_server(world: World) -> None:
    comment_id = world.submit()
    world.claim()
    world.clock.move(seconds=11)
    with world.store.writing() as session:
        assert waiting.claim_one(session, comment_id, world.clock()).comments == ()


def test_the_old_have_their_turn_in_a_flood_of_new_ones(world: World) -> None:
    world.submit("old")
    world.claim()
    world.clock.move(seconds=11)
    world.submit_all(["new"] * 3)
    with world.store.writing() as session:
        claim = waiting.claim_pending(session, world.clock(), tried_first=True)
    assert [item.body for item in claim.comments] == ["old"]


def test_what_is_left_behind_is_seen_by_its_age(world: World) -> None:
    world.submit()
    age = timedelta(seconds=1)
    with world.store.reading() as session:
        assert not waiting.any_left_behind(session, world.clock(), age)
    world.clock.move(seconds=2)
    with world.store.reading() as session:
        assert waiting.any_left_behind(session, world.clock(), age)
    world.claim()
    with world.store.reading() as session:
        assert not waiting.any_left_behind(session, world.clock(), age)


def test_an_author_is_known_by_a_published_comment_on_the_same_site(world: World) -> None:
    world.submit(author_email="ann@example.org")
    world.judge_all(0.02)
    world.submit(author_email="ANN@example.org")
    world.submit(author_email="ann@example.org", article_url="https://news.example/")
    world.submit()
    known = {
        (item.author_email, item.site_url) for item in world.claim().comments if item.author_known
    }
    assert known == {("ANN@example.org", "https://blog.example")}


def test_a_sites_settings_come_with_its_comments(world: World) -> None:
    with world.store.writing() as session:
        row = sites.add(session, "blog", "https://blog.example", world.clock())
        row.mode, row.spam_cutoff = Mode.HOLD_ALL, 0.7
    world.submit()
    [item] = world.claim().comments
    seen = item.circumstances(0.2, 0.9)
    assert (seen.mode, seen.cutoffs.ham, seen.cutoffs.spam) == (Mode.HOLD_ALL, 0.2, 0.7)


def test_scorers_that_claim_at_the_same_moment_share_the_work(
    any_store: Store, clock: FrozenClock
) -> None:
    world = World(any_store, clock)
    world.submit_all([f"number {i}" for i in range(600)])
    start, taken = Barrier(4), []

    def work() -> None:
        start.wait()
        while (claim := world.claim()).comments:
            taken.extend(item.id for item in claim.comments)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 600


def test_whether_its_author_is_known_is_asked_of_his_comments_only(
    store: Store, clock: FrozenClock
) -> None:
    """SQLite keeps no figures to choose by: it took the index of all published comments."""
    comment_id = World(store, clock).submit()
    asked: list[tuple[str, object]] = []

    def note(_1: object, _2: object, statement: str, values: object, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    with store.reading() as session:
        waiting.read(session, [comment_id])
    event.remove(store.engine, "before_cursor_execute", note)
    [(statement, values)] = [pair for pair in asked if pair[0].startswith("SELECT")]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[call-overload]
        assert "ix_comments_author" in str(plan.all())
