"""Marks: observations about links, the author and disguise, each a short token `code:detail`.

A token becomes a hashed feature; `wording` turns it back into a moderator's words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from models.links import Link, LinkScan, words_of
from models.text import Cleaned

_MOST_WORDS = 60
_CAMEL = re.compile(r"[a-z][A-Z]")
_NAME_WORD = re.compile(r"\w+")


def link_marks(scan: LinkScan, author: Link | None) -> list[str]:
    """What the links in a text and the author's address say."""
    marks: list[str] = []
    links = scan.links
    if scan.count:
        marks.append(f"links:{_count(scan.count)}")
        marks.append("link_alone" if len(scan.text.strip()) < 20 else "link_in_text")
        if len({link.host for link in links}) > 2:
            marks.append("link_hosts:many")
    if scan.anchors:
        marks.append("markup:html")
    if scan.bbcodes:
        marks.append("markup:bbcode")
    if scan.tags:
        marks.append("markup:tags")
    if author is not None:
        marks.append(f"author_path:{_depth(author.path)}")
        if not scan.count:
            marks.append("author_link")
    addresses = links if author is None else (*links, author)
    for link in addresses:
        marks += _host_marks(link.host, link.domain, link.tld)
    marks += [f"email:{host.lower()}" for host in scan.emails]
    return marks


@lru_cache(maxsize=20_000)
def _host_marks(host: str, domain: str, tld: str) -> list[str]:
    marks = [f"link_host:{domain or host}", f"link_tld:{tld.rpartition('.')[2]}"]
    if "xn--" in host:
        marks.append("link_idn")
    if host.count("-") > 1:
        marks.append("link_hyphens")
    return marks


def link_words(addresses: Sequence[Link]) -> list[str]:
    """The different words of all addresses, in order, sixty at most."""
    return words_of(addresses)[:_MOST_WORDS] if addresses else []


def name_marks(name: str, hosts: Sequence[str] = ()) -> list[str]:
    """What an author's name looks like, and whether it is in one of the linked `hosts`.

    Nothing for an absent one. Never the name itself: that tells one site from another, not
    spam from ham.
    """
    if not name:
        return []
    looks = _looks if len(name) < 100 else _looks.__wrapped__
    marks, words = looks(name)
    if hosts and any(word in host for host in hosts for word in words):
        marks = [*marks, "name_in_host:" + marks[0][-1]]
    return marks


@lru_cache(maxsize=10_000)
def _looks(name: str) -> tuple[list[str], list[str]]:
    """What a name looks like, how many words it has first; and its words that an address may hold.

    The lists are shared: nobody may change them.
    """
    words = _NAME_WORD.findall(name)
    count = "01234"[min(len(words), 4)]
    marks = ["name_words:" + count]
    if "://" in name or "www." in name or ".com" in name:
        marks.append("name_link")
    if name.islower():
        marks.append("name_lower:" + count)
    elif name.istitle():
        if len(words) == 2:
            marks.append("name_first_last")
    elif _CAMEL.search(name):
        marks.append("name_camel")
    if not name.isalpha() and any(map(str.isdigit, name)):
        marks.append("name_digits")
    if len(name) > 25:
        marks.append("name_long")
    return marks, [word.lower() for word in words if len(word) > 3]


def disguise_marks(cleaned: Cleaned, name: Cleaned) -> list[str]:
    """How the text was disguised against filters."""
    marks: list[str] = []
    if folded := cleaned.folded + name.folded:
        marks += ["folded", f"folded:{_count(folded)}"]
    if cleaned.invisible + name.invisible:
        marks.append("invisible")
    if cleaned.styled + name.styled > 3:
        marks.append("styled")
    return marks


def _depth(path: str) -> str:
    """How deep an address leads: a home page, a page, or far inside (profiles, queries)."""
    steps = [step for step in path.split("/") if step]
    if "=" in path or "?" in path or len(steps) > 2:
        return "deep"
    return "page" if steps else "home"


def _count(number: int) -> str:
    """A count in the words "1", "2", "few" (3 to 5), "many"."""
    return str(number) if number < 3 else "few" if number < 6 else "many"


_SENTENCES = {
    "markup": {
        "html": "links written in HTML",
        "bbcode": "links written in forum code (BBCode)",
        "tags": "HTML tags in the text",
    },
    "folded": {
        "": "words with letters of another script in them",
        "1": "a word disguised with look-alike letters",
        "2": "two words disguised with look-alike letters",
        "few": "several words disguised with look-alike letters",
        "many": "many words disguised with look-alike letters",
    },
    "name_words": {
        "0": "author name without a word",
        "1": "author name of one word",
        "2": "author name of two words",
        "3": "author name of three words",
        "4": "author name of four words or more",
    },
    "name_in_host": {
        "1": "author name stands in the linked address",
        "2": "author name stands in the linked address",
        "3": "author name is a phrase from the linked address",
        "4": "author name is a phrase from the linked address",
    },
    "name_lower": {
        "0": "author name without a letter",
        "1": "author name is one lower-case word",
        "2": "author name in lower case",
        "3": "author name reads like a search phrase",
        "4": "author name reads like a search phrase",
    },
}
_FIXED = {
    "link_alone": "hardly any text beside the link",
    "name_link": "author name holds a web address",
    "name_camel": "author name glued together from words",
    "name_digits": "author name with digits",
    "name_first_last": "author name like a first and last name",
    "name_long": "very long author name",
    "invisible": "invisible characters hidden in the text",
    "styled": "letters of decorative alphabets",
}


ABOUT_ADDRESSES = frozenset(
    {"links", "link_in_text", "link_host", "link_tld", "link_idn", "link_hyphens"}
    | {"author_link", "author_path", "link_hosts"}
)
"""The codes that a moderator reads as one reason: where the links lead."""


def address_wording(marks: Sequence[str]) -> tuple[str, str]:
    """The code and sentence for all that a comment's addresses say together."""
    codes = [mark.partition(":") for mark in marks]
    hosts = list(dict.fromkeys(detail for code, _, detail in codes if code == "link_host"))
    shown = ", ".join(host[:60] for host in hosts[:2])
    more = f" and {len(hosts) - 2} more" if len(hosts) > 2 else ""
    if "author_link" in marks:
        return "author_link", f"author's link to {shown}"
    return "link_host", f"link to {shown}{more}"


@lru_cache(maxsize=10_000)
def wording(mark: str) -> tuple[str, str]:
    """A mark's stable code and its sentence for a moderator."""
    code, _, detail = mark.partition(":")
    if code == "email":
        return code, f"e-mail address at {detail} in the text"
    sentence = _SENTENCES.get(code, {}).get(detail) or _FIXED.get(code, code)
    return code, sentence
