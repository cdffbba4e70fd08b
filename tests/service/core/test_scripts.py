"""Whether a text is in another writing system than its site's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.scripts import strange_script

RUSSIAN = "Очень вкусный хлеб, спасибо!"
GREEK = "Πολύ καλό ψωμί, ευχαριστώ!"
CHINESE = "这个面包很好吃，谢谢！"
JAPANESE = "とても美味しいパンでした"


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        (RUSSIAN, "en", "Cyrillic"),
        (GREEK, "de-AT", "Greek"),
        (CHINESE, "en_US", "Chinese"),
        (RUSSIAN, "el", "Cyrillic"),
        ("빵이 정말 맛있어요", "ja", "Hangul"),
    ],
)
def test_a_strange_script_is_named(text: str, language: str, script: str) -> None:
    assert strange_script(text, language) == script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (RUSSIAN, "ru"),
        (RUSSIAN, "uk-UA"),
        (CHINESE, "zh"),
        (CHINESE, "ja"),
        (JAPANESE, "ja"),
        ("Très bon pain, déjà essayé", "en"),
        ("Great bread, thank you", "ru"),  # Latin is at home everywhere
        ("Bánh mì rất ngon, cảm ơn", "de"),
    ],
)
def test_the_sites_own_script_and_latin_are_at_home(text: str, language: str) -> None:
    assert strange_script(text, language) == ""


def test_a_site_without_a_language_knows_no_strangers() -> None:
    assert strange_script(RUSSIAN, "") == ""


def test_a_few_strange_letters_are_a_quotation() -> None:
    assert strange_script("The word «хлеб» means bread in Russian", "en") == ""
    assert strange_script("да!", "en") == ""


@given(st.text(), st.text(max_size=8))
def test_no_text_makes_it_fail(text: str, language: str) -> None:
    assert isinstance(strange_script(text, language), str)
