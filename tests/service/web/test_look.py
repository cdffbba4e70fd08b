"""What a browser has chosen for itself: colours, density, keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from service.core.store.moderators import Role
from service.core.store.session import Store
from service.web.look import Density, Look, Theme, chosen
from service.web.shortcuts import LINES, Habit, shortcuts_for
from tests.fakes import FrozenClock
from tests.service.web.moderating import Moderator, add_moderator

Enter = Callable[[Role], Moderator]


@pytest.fixture
def enter(app: Flask, store: Store, clock: FrozenClock) -> Enter:
    def enter(role: Role) -> Moderator:
        add_moderator(store, clock, role=role)
        moderator = Moderator(app)
        moderator.log_in()
        return moderator

    return enter


def test_choices_are_kept_in_the_browser(enter: Enter) -> None:
    owner = enter(Role.OWNER)
    assert 'data-theme="auto" data-density="roomy"' in owner.get("/queue").text
    owner.get("/queue/look")
    owner.press("/queue/look", theme="dark", density="dense", habit="coral")
    page = owner.get("/queue").text
    assert 'data-theme="dark" data-density="dense"' in page
    assert 'name="color-scheme" content="dark"' in page
    assert 'data-does="approve" data-keys="f"' in page


def test_a_viewer_may_choose_and_is_told_no_keys_that_decide(enter: Enter) -> None:
    viewer = enter(Role.VIEWER)
    viewer.get("/queue/look")
    assert viewer.press("/queue/look", theme="light").status_code == 303
    assert 'data-theme="light"' in viewer.get("/queue").text
    assert 'data-does="next"' in viewer.page
    assert 'data-does="approve"' not in viewer.page


def test_without_keys_the_page_has_none(enter: Enter) -> None:
    owner = enter(Role.OWNER)
    owner.get("/queue/look")
    owner.press("/queue/look", habit="off")
    assert "data-keys" not in owner.get("/queue").text


def test_what_makes_no_sense_falls_back() -> None:
    values = {"theme": "pink", "density": "dense", "habit": "", "more": "x"}
    assert chosen(values) == Look(Theme.AUTO, Density.DENSE, Habit.WORDPRESS)


@pytest.mark.parametrize("habit", [Habit.WORDPRESS, Habit.CORAL])
def test_no_key_does_two_things(habit: Habit) -> None:
    keys = [key for shortcut in shortcuts_for(Role.OWNER, habit) for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    firsts = {key.split()[0] for key in keys if " " in key}
    assert not firsts & set(keys)
    assert len({line.does for line in LINES}) == len(LINES)
