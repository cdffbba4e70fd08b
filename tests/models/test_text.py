"""The one normalisation."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import normalise
from models.text import clean

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain text, unchanged", "plain text, unchanged"),
        ("Ｆｒｅｅ ｃａｓｉｎｏ", "Free casino"),
        ("𝓬𝓱𝓮𝓪𝓹 𝐩𝐢𝐥𝐥𝐬", "cheap pills"),
        ("vi\u200bag\u00adra", "viagra"),
        ("vi\u202ear\u202cga", "viarga"),
        ("vіаgrа", "viagra"),
        ("кaзинo", "казино"),
        ("ɢooɢle", "google"),
        ("&lt;b&gt;caf&eacute; &amp; bar", "<b>café & bar"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x1fc", "a b c"),
        ("cafe\u0301", "café"),
    ],
)
def test_disguises_are_undone(written: str, read: str) -> None:
    assert normalise(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "Привет, как дела?",
        "Καλημέρα σας",
        "Բարև ձեզ",
        "ışık ve ğ",
        "日本語の文章",
        "naïve café",
        "Hello мир",
    ],
)
def test_honest_writing_in_any_script_passes_unchanged(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFKC", text)


def test_what_was_hidden_is_counted() -> None:
    cleaned = clean("vіаgrа ｃheap pi\u200blls")
    assert (cleaned.folded, cleaned.invisible, cleaned.styled) == (1, 1, 1)


def test_emoji_joiners_are_no_disguise() -> None:
    assert clean("well done \U0001f468\u200d\U0001f469\u200d\U0001f467").invisible == 0


@given(ANY_TEXT)
def test_any_text_can_be_normalised_and_nothing_invisible_stays(text: str) -> None:
    read = normalise(text)
    assert not any(unicodedata.category(letter) == "Cs" for letter in read)
    assert "\u200b" not in read
    assert "\u202e" not in read


@pytest.mark.parametrize("piece", ["a", "&", "а", "aа", "ﷺ", "&amp;", "\u200b", "<", "e\u0301"])
def test_the_cost_is_linear_in_the_text(piece: str) -> None:
    text = piece * (65536 // len(piece.encode()))
    started = time.process_time()
    normalise(text)
    assert time.process_time() - started < 0.5
