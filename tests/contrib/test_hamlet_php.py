"""The WordPress plugin and the Akismet door name the same things; this much needs no PHP."""

from __future__ import annotations

import re
from pathlib import Path

from service.web.akismet import answers

FOLDER = Path(__file__).parents[2] / "contrib/wordpress"
PLUGIN = (FOLDER / "hamlet.php").read_text(encoding="utf-8")
NOTES = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_it_knows_the_door_by_its_own_words() -> None:
    assert f"'{answers.CHECK_PATH}'" in PLUGIN
    assert f"'{answers.GUID.lower()}'" in PLUGIN


def test_every_function_it_hooks_is_its_own_and_there() -> None:
    hooked = set(re.findall(r"add_(?:filter|action)\( '\w+', '(hamlet_\w+)'", PLUGIN))
    assert hooked
    assert hooked <= set(re.findall(r"^function (\w+)\(", PLUGIN, re.MULTILINE))


def test_its_settings_are_in_its_notes() -> None:
    read = set(re.findall(r"defined\( '(HAMLET_\w+)' \)", PLUGIN))
    assert read == set(re.findall(r"define\( '(HAMLET_\w+)'", NOTES))


def test_it_keeps_away_from_names_of_others() -> None:
    names = re.findall(r"^(?:function|const) (\w+)", PLUGIN, re.MULTILINE)
    assert all(name.lower().startswith("hamlet_") for name in names)
    assert PLUGIN.startswith("<?php\n")
    assert "?>" not in PLUGIN  # what stands after it would be sent before every page
