"""Links, taken out of text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.links import parse_link, scan, words_of


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("see http://cheap-pills.example.com/buy?x=1 now", ["cheap-pills.example.com"]),
        ("see www.example.org.", ["example.org"]),
        ("[url=http://a.example.net/x]pills[/url]", ["a.example.net"]),
        ('<a href="https://b.example.co.uk">bags</a>', ["b.example.co.uk"]),
        ("<a href=https://c.example.com>no end", ["c.example.com"]),
        ("visit shop-now.com/deal today", ["shop-now.com"]),
        ("no link at all. None.", []),
        ("run setup.py and read README.md", []),
        ("version 2.0.1 or e.g. that", []),
        ("end of sentence.Next one", []),
    ],
)
def test_links_are_found_however_they_are_written(text: str, hosts: list[str]) -> None:
    assert [link.host for link in scan(text).links] == hosts


def test_the_text_is_left_without_its_links_and_markup() -> None:
    found = scan('Buy <a href="http://x.example.com">cheap bags</a> [b]here[/b]')
    assert found.text.split() == ["Buy", "cheap", "bags", "here"]
    assert (found.count, found.anchors, found.bbcodes) == (1, 1, 2)


def test_an_address_of_mail_is_no_link() -> None:
    found = scan("write to anna@mail.example.com please")
    assert (found.count, found.emails) == (0, ("mail.example.com",))


def test_links_to_the_site_itself_are_no_links() -> None:
    found = scan("see https://www.blog.com/a and http://other.com").without(frozenset({"blog.com"}))
    assert ([link.host for link in found.links], found.count) == (["other.com"], 1)


def test_a_flood_of_links_is_counted_but_not_looked_at_one_by_one() -> None:
    found = scan("http://a.com " * 500)
    assert (found.count, len(found.links)) == (500, 50)


@pytest.mark.parametrize(
    ("address", "host", "domain", "tld"),
    [
        (
            "https://user:pw@Shop.Example.co.uk:8080/x",
            "shop.example.co.uk",
            "example.co.uk",
            "co.uk",
        ),
        ("http://me.blogspot.com", "me.blogspot.com", "me.blogspot.com", "blogspot.com"),
        ("http://[", "[", "", ""),
        ("http://", "", "", ""),
        ("//x", "", "", ""),
        ("http://192.168.0.1/", "192.168.0.1", "", ""),
    ],
)
def test_an_address_is_taken_apart(address: str, host: str, domain: str, tld: str) -> None:
    link = parse_link(address)
    assert (link.host, link.domain, link.tld) == (host, domain, tld)


def test_words_are_read_from_host_and_path() -> None:
    words = words_of([parse_link("http://cheap-pills24.example.com/buy-now/index.html")])
    assert words == ["cheap", "pills", "example", "buy", "now"]


@given(st.text(st.sampled_from("ab.:/@[]<>=\"' htpw#?-%й\n"), max_size=200))
def test_no_text_breaks_the_scanner(text: str) -> None:
    scan(text)
    parse_link(text)


HOSTILE = ["a", "a.", "http://", "<a ", "<", "[url=", "www.", "a@", "a-", "..", "[url]", "a.b.c.d."]


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_cost_is_linear_in_the_text(piece: str) -> None:
    text = piece * (65536 // len(piece))
    started = time.process_time()
    scan(text)
    assert time.process_time() - started < 0.5
