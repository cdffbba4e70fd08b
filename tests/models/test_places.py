"""Where the words of a reason stand in a comment as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import CommentText, Reason, load
from models.places import located, places_of


@pytest.mark.parametrize(
    ("words", "body", "found"),
    [
        (
            "cheap watches",
            "Buy CHEAP watches, cheap  Watches!",
            ["CHEAP watches", "cheap  Watches"],
        ),
        ("cheap watches", "cheap <b>watches</b>", []),
        ("cheap watches", "cheap, watches", ["cheap, watches"]),
        ("watches", "wristwatches", []),
        ("münchen", "Grüße aus MÜNCHEN", ["MÜNCHEN"]),
        ("straße", "Die STRASSE", ["STRASSE"]),
        ("casino", "das c\u200basino", ["c\u200basino"]),
        ("casino", "best с\u0430sino", ["с\u0430sino"]),
        ("file", "the \ufb01le", ["\ufb01le"]),
        ("好文章", "真是好文章。", ["好文章"]),
        ("nothing", "", []),
    ],
)
def test_words_are_found_as_they_were_written(words: str, body: str, found: list[str]) -> None:
    assert [body[start:end] for start, end in places_of(words, body)] == found


def test_at_most_five_places_are_named() -> None:
    assert len(places_of("buy", "buy " * 50)) == 5


def test_only_quoted_words_have_places() -> None:
    link, word = Reason("link_host", "link to “buy”", 1.0), Reason("word", "the word “buy”", 1.0)
    assert [one.places for one in located([link, word], "buy")] == [(), ((0, 3),)]
    assert located([link], "buy") == [link]


def test_the_model_says_where_the_words_are_that_it_names() -> None:
    body = "Honestly, the best online casino bonus is waiting for you"
    (reasons,) = load().explain([CommentText(body)])
    quoted = [reason for reason in reasons if reason.code == "word"]
    assert quoted
    for reason in quoted:
        (start, end), *_ = reason.places
        assert f"“{body[start:end].lower()}”" in reason.text


@given(st.text(max_size=60), st.text(max_size=200))
def test_places_lie_in_the_text_whatever_it_holds(words: str, body: str) -> None:
    assert all(0 <= start < end <= len(body) for start, end in places_of(words, body))
