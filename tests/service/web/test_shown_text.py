"""Hostile text made safe to look at."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.shown_text import FOLD_AFTER, HIDDEN, LISTED, domain_of, folded, pieces

HOSTILE = st.text(
    st.sampled_from(
        "ab .:/@<>&\"'\n\r\t\0\u200b\u202e\u2066\u200d\ufeffé😀https://evil.co.ukwww.x.de"
    )
)


def shown(text: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("see https://shop.example.com/a?b=1).", "example.com"),
        ("https://www.bank.example.com.secure.evil.co.uk/login", "evil.co.uk"),
        ("https://bank.com@evil.net/", "evil.net"),
        ("write to www.pills.de now", "pills.de"),
        ("pills-shop.ru/buy", "pills-shop.ru"),
        ("http://192.0.2.1:8080/x", "192.0.2.1"),
        ("HTTPS://EVIL.COM", "EVIL.COM"),
        ("<a href='https://evil.com/x'>", "evil.com"),
        ("https://münchen.de/", "münchen.de"),
    ],
)
def test_the_domain_that_somebody_registered_stands_out(text: str, domain: str) -> None:
    assert ("domain", domain) in shown(text)
    assert "".join(piece.text for piece in pieces(text) if piece.kind != "mark") == text


def test_a_domain_of_foreign_letters_shows_what_was_registered() -> None:
    assert shown("at https://аpple.com/id now") == [
        ("text", "at "),
        ("link", "https://"),
        ("domain", "аpple.com"),
        ("mark", "xn--pple-43d.com"),
        ("link", "/id"),
        ("text", " now"),
    ]


@pytest.mark.parametrize(
    "text", ["e.g. this", "anna@mail.com", "1.5 percent", "end.Then go", "a.b"]
)
def test_ordinary_dots_are_no_links(text: str) -> None:
    assert shown(text) == [("text", text)]


def test_what_is_invisible_becomes_a_mark_that_says_what_it_is() -> None:
    [before, mark, after] = pieces("photo_\u202egpj.exe")
    assert (before.text, mark.text, after.text) == ("photo_", "U+202E", "gpj.exe")
    assert mark.note == "right-to-left override"


def test_a_run_of_them_is_one_mark() -> None:
    assert shown("a\u200b\u200b\u200bb")[1] == ("mark", "U+200B ×3")
    assert next(iter(pieces("\u200b\u2060"))).note == "zero-width space and others, 2 in all"


@pytest.mark.parametrize("text", ["👨‍👩‍👧", "می‌خواهم", "क्‍ष"])
def test_joiners_that_do_their_work_are_left_alone(text: str) -> None:
    assert shown(text) == [("text", text)]


@pytest.mark.parametrize("text", ["pass\u200dword", "\u200dstart", "end\u200d", "字\u200d字"])
def test_other_joiners_are_marked(text: str) -> None:
    assert ("mark", "U+200D") in shown(text)


@given(HOSTILE | st.text())
def test_nothing_is_lost_and_nothing_stays_hidden(text: str) -> None:
    found = list(pieces(text))
    plain = re.sub("\r\n?", "\n", text)
    visible = "".join(piece.text for piece in found if piece.kind != "mark")
    assert [c for c in visible if not HIDDEN.match(c)] == [c for c in plain if not HIDDEN.match(c)]
    assert not re.search("[\x00-\x08\u200b\u202a-\u202e\u2066-\u2069\ufeff]", visible)


@given(st.text(max_size=40), st.integers(0, 3 * LISTED))
def test_a_long_text_is_folded_and_all_of_it_accounted_for(text: str, times: int) -> None:
    body = (text or "x") * (times // max(1, len(text)))
    whole = folded(body)
    if len(body) <= FOLD_AFTER and body.count("\n") < 14:
        assert not whole.rest
    lead = len(body) - whole.behind - whole.missing if whole.behind else len(body)
    assert 0 <= lead <= FOLD_AFTER
    assert folded(body, None).missing == 0


def test_a_text_of_many_lines_is_folded_too() -> None:
    lead = folded("verse\n" * 40).lead
    assert lead[0].text.count("\n") == 8


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.example.co.uk/me", "example.co.uk"),
        ("example.com", "example.com"),
        ("javascript:alert(1)", ""),
        ("https://аpple.com/", "xn--pple-43d.com"),  # its first letter is Cyrillic
        ("https://" + "w" * 300 + ".example/", ""),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_a_website_is_named_by_its_domain(address: str, domain: str) -> None:
    assert domain_of(address) == domain
