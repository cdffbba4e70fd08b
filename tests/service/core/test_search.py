"""What can be typed above the queue, and what is said of what makes no sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import search
from service.core.search import Band, InvalidSearch, Is, Search, parse


def test_words_and_operators_stand_side_by_side() -> None:
    found = parse('Bread "free money" Site:Blog author:"Eve B." is:reply IS:linked')
    assert found == Search(
        words=("Bread", "free money"),
        sites=("blog",),
        authors=("Eve B.",),
        flags=(Is.REPLY, Is.LINKED),
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (">0.8", Band(low=0.8, above=True)),
        (">=80%", Band(low=0.8)),
        ("<.5", Band(high=0.5, below=True)),
        ("<=20%", Band(high=0.2)),
        ("0.4..0.6", Band(0.4, 0.6)),
        ("40%-60%", Band(0.4, 0.6)),
        (">0", Band(above=True)),
    ],
)
def test_scores_are_compared_or_lie_between(typed: str, expected: Band) -> None:
    assert parse(f"score:{typed}").scores == (expected,)


def test_times_are_days_or_ages() -> None:
    found = parse("before:12h after:2w after:2026-05-31 before:2026-05-31T14:00+02:00")
    assert found.before == (timedelta(hours=12), datetime(2026, 5, 31, 12, tzinfo=UTC))
    assert found.after == (timedelta(weeks=2), datetime(2026, 5, 31, tzinfo=UTC))


def test_addresses_domains_and_languages_are_made_alike() -> None:
    found = parse(
        "ip:203.0.113.7 ip:203.0.113.9/24 ip:2001:db8::1/64 domain:WWW.Evil.example lang:PT-br"
    )
    assert found.networks == tuple(
        ip_network(text) for text in ("203.0.113.7/32", "203.0.113.0/24", "2001:db8::/64")
    )
    assert found.domains == ("evil.example",)
    assert found.langs == ("pt-br",)


def test_an_address_of_a_page_is_a_word_and_so_is_what_is_quoted() -> None:
    assert parse('https://evil.example/x 12:30 "re: hello"').words == (
        "https://evil.example/x",
        "12:30",
        "re: hello",
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("colour:red", "no operator colour:"),
        ("colour:red", "site: author: ip: domain:"),
        ("score:high", "Expected a probability such as"),
        ("score:2", "Expected a probability"),
        ("score:0.9..0.1", "Expected a probability"),
        ("score:>1..2", "Expected a probability"),
        ("before:soon", "Expected a day such as"),
        ("after:9999-01-01", "a year from 1990"),
        ("is:odd", "one of reply, linked"),
        ("ip:somewhere", "an address such as"),
        ("ip:10.0.0.0/8", "a network of /24"),
        ("domain:https://evil.example", "without https://"),
        ("reason:why-not", "a reason's code"),
        ("lang:english!", "a language's code"),
        ("site: blog", "Nothing follows site:"),
        ('author:""', "Nothing follows author:"),
        ("x" * 301, "at most 300"),
    ],
)
def test_what_makes_no_sense_says_what_was_expected(typed: str, told: str) -> None:
    with pytest.raises(InvalidSearch) as caught:
        parse(typed)
    assert told in str(caught.value)


@given(st.text(max_size=search.LONGEST))
def test_any_text_is_a_search_or_an_error_that_teaches(text: str) -> None:
    try:
        told = repr(parse(text))
    except InvalidSearch as error:
        told = str(error)
    assert len(told) > 20


@given(
    st.sampled_from([name for name in search.OPERATORS if name]),
    st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), max_size=30),
)
def test_an_operator_takes_any_value_or_says_why_not(name: str, value: str) -> None:
    try:
        told = repr(parse(f'{name}:"{value}"'))
    except InvalidSearch as error:
        told = str(error)
    assert name in told.replace("networks", "ip").replace("flags", "is")


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=5))
def test_every_free_word_is_found_again(words: list[str]) -> None:
    assert parse(" ".join(words)).words == tuple(words)


@given(st.from_regex(r"([a-z]{1,5} ?){0,4}", fullmatch=True))
def test_a_term_switched_on_and_off_again_leaves_the_search(text: str) -> None:
    once = search.toggled(text, "is:reply")
    assert parse(once).flags == (Is.REPLY,)
    assert search.toggled(once, "is:reply").split() == text.split()
