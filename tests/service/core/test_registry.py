"""The registry of models: one is live, and what did not beat it does not become it."""

from __future__ import annotations

import pytest

from service.core.errors import NotFound
from service.core.store import generations, registry
from service.core.store.lesson_tables import ModelRow
from service.core.store.registry import NotProven, State
from tests.service.core.conftest import World


def enrol(world: World, version: str) -> str | None:
    with world.store.writing() as session:
        return registry.enrol(session, version, b"{}", b"", world.clock())


def propose(world: World, version: str, *, beats: bool, rival: str = "shipped-1") -> bool:
    row = ModelRow(
        version=version, manifest=b"{}", weights=b"", state=State.CANDIDATE, trained_here=True,
        rival=rival, beats=beats, why="figures", created_at=world.clock(), live_since=None,
    )  # fmt: skip
    world.clock.move(seconds=1)
    with world.store.writing() as session:
        return registry.propose(session, row)


def promote(world: World, version: str, *, force: bool = False) -> str | None:
    world.clock.move(seconds=1)
    with world.store.writing() as session:
        return registry.promote(session, version, world.clock(), force=force)


def roll_back(world: World) -> tuple[str, str]:
    with world.store.writing() as session:
        return registry.roll_back(session)


def states(world: World) -> dict[str, str]:
    with world.store.reading() as session:
        return {row.version: row.state for row in registry.every(session)}


def test_the_model_that_comes_with_a_program_goes_live(world: World) -> None:
    assert enrol(world, "shipped-1") == "shipped-1"
    assert enrol(world, "shipped-2") == "shipped-2"
    assert states(world) == {"shipped-1": "retired", "shipped-2": "live"}


def test_an_older_program_beside_a_newer_one_changes_nothing(world: World) -> None:
    enrol(world, "shipped-1")
    enrol(world, "shipped-2")
    assert enrol(world, "shipped-1") == "shipped-2"


def test_an_upgrade_does_not_replace_a_model_made_here(world: World) -> None:
    enrol(world, "shipped-1")
    propose(world, "ours", beats=True)
    promote(world, "ours")
    assert enrol(world, "shipped-2") == "ours"
    with pytest.raises(NotProven, match="came with the program"):
        promote(world, "shipped-2")
    assert promote(world, "shipped-2", force=True) == "ours"


def test_what_did_not_beat_the_live_model_needs_force(world: World) -> None:
    enrol(world, "shipped-1")
    propose(world, "worse", beats=False)
    with pytest.raises(NotProven, match="did not beat the live model: figures"):
        promote(world, "worse")
    assert states(world)["shipped-1"] == "live"
    assert promote(world, "worse", force=True) == "shipped-1"


def test_a_proof_holds_against_the_model_it_was_compared_with(world: World) -> None:
    enrol(world, "shipped-1")
    propose(world, "one", beats=True)
    propose(world, "two", beats=True)
    promote(world, "one")
    with pytest.raises(NotProven, match="compared with shipped-1, and one is live"):
        promote(world, "two")


def test_promoting_the_live_model_changes_nothing(world: World) -> None:
    enrol(world, "shipped-1")
    assert promote(world, "shipped-1") is None


def test_an_unknown_model_cannot_go_live(world: World) -> None:
    with pytest.raises(NotFound, match="hamlet model list"):
        promote(world, "nothing")


def test_rolling_back_goes_one_further_each_time(world: World) -> None:
    enrol(world, "shipped-1")
    for version, rival in (("one", "shipped-1"), ("two", "one")):
        propose(world, version, beats=True, rival=rival)
        promote(world, version)
    assert roll_back(world) == ("two", "one")
    assert roll_back(world) == ("one", "shipped-1")
    with pytest.raises(NotFound, match="nothing to roll back"):
        roll_back(world)
    assert promote(world, "two") == "shipped-1"  # it was proven once
    assert roll_back(world) == ("two", "shipped-1")


def test_only_the_newest_candidates_are_kept(world: World) -> None:
    enrol(world, "shipped-1")
    for number in range(6):
        propose(world, f"try-{number}", beats=False)
    assert set(states(world)) == {"shipped-1", "try-3", "try-4", "try-5"}


def test_the_same_candidate_again_only_brings_its_new_proof(world: World) -> None:
    enrol(world, "shipped-1")
    assert propose(world, "ours", beats=False)
    assert not propose(world, "ours", beats=True)
    assert promote(world, "ours") == "shipped-1"


def test_lessons_are_behind_until_they_are_learned_on_the_live_model(world: World) -> None:
    with world.store.reading() as session:
        assert not registry.is_ahead(session)
    enrol(world, "shipped-1")
    with world.store.writing() as session:
        assert registry.is_ahead(session)
        unborn = generations.conceive(session, "shipped-1", world.clock())
        assert registry.is_ahead(session)
        assert generations.give_birth(session, unborn, None, b"") == 0
        assert not registry.is_ahead(session)
