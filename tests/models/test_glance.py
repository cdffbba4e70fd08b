"""A glance at many texts finds each that a closer look would change."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from models.characters import TABLE_SIZE
from models.glance import glance, glance_table
from models.links import scan
from models.text import clean, clean_all

SCRAPS = st.sampled_from(
    [
        "word",
        ".",
        "w.",
        "www.",
        "wWw.%",
        "http://",
        "a.com",
        "x@b.org",
        "<b>",
        "[i]",
        "&lt;",
        "&#13;",
        "\r\n",
        "\x1e",
        "\x00",
        "é",
        "e",
        "́",
        "½",
        "ﷺ",
        "а",
        "a",
        "я",
        "ɢ",
        "\u200b",
        "\u200d",
        "𝓬",
        "漢",
        "ᄒ",
        "ᅡ",
        "ᆫ",
        "丽",
        "�",
        " ",
        "\n",
        "…",
        "१",
        "ା",
        "_",
        "-",
    ]
)
TEXTS = st.lists(st.lists(SCRAPS, max_size=6).map("".join), min_size=8, max_size=12)


@given(TEXTS)
def test_all_texts_at_once_are_cleaned_like_each_alone(texts: list[str]) -> None:
    cleaned, dotted = clean_all(texts)
    assert cleaned == [clean(text) for text in texts]
    for found, may_hold in zip(cleaned, dotted, strict=True):
        assert scan(found.text, dotted=may_hold) == scan(found.text)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=12), min_size=8, max_size=9))
def test_any_texts_at_once_are_cleaned_like_each_alone(texts: list[str]) -> None:
    assert clean_all(texts)[0] == [clean(text) for text in texts]


def test_plain_texts_in_any_script_need_no_closer_look() -> None:
    assert glance(["Plain. Text", "Привет, мир.", "naïve café", "漢字", "", "no\ttab"]) == ([], [])


def test_whatever_normalising_changes_is_in_the_table() -> None:
    passed = "".join(
        chr(code) for code in range(TABLE_SIZE) if not glance_table()[code] & 1 and code != 0x0D
    )
    assert unicodedata.normalize("NFKC", passed) == passed
    assert clean(passed.replace("&", "")).text == passed.replace("&", "").replace("\r", "\n")
