"""Marks: observations about links, the author and disguise, each a short token `code:detail`.

A token becomes a hashed feature; `wording` turns it back into a moderator's words.
"""

from __future__ import annotations

import re

from models.links import Link, LinkScan
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
    if author is not None and not scan.count:
        marks.append("author_link")
    addresses = links if author is None else (*links, author)
    for link in addresses:
        marks.append(f"link_host:{link.domain or link.host}")
        marks.append(f"link_tld:{link.tld.rpartition('.')[2]}")
        if "xn--" in link.host:
            marks.append("link_idn")
        if link.host.count("-") > 1:
            marks.append("link_hyphens")
    marks += [f"email:{host.lower()}" for host in scan.emails]
    return marks


def link_words(scan: LinkScan, author: Link | None) -> list[str]:
    """The different words of all addresses, in order, sixty at most."""
    addresses = scan.links if author is None else (*scan.links, author)
    words = dict.fromkeys(word for link in addresses for word in link.words())
    return list(words)[:_MOST_WORDS]


def name_marks(name: str) -> list[str]:
    """What an author's name looks like; nothing for an absent one.

    Never the name itself: names tell one site from another, not spam from ham.
    """
    if not name:
        return []
    words = _NAME_WORD.findall(name)
    marks = [f"name_words:{min(len(words), 4)}"]
    if "://" in name or "www." in name or ".com" in name:
        marks.append("name_link")
    if _CAMEL.search(name):
        marks.append("name_camel")
    if any(letter.isdigit() for letter in name):
        marks.append("name_digits")
    if name.islower():
        marks.append("name_lower:" + str(min(len(words), 4)))
    elif name.istitle() and len(words) == 2:
        marks.append("name_first_last")
    if len(name) > 25:
        marks.append("name_long")
    return marks


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


def _count(number: int) -> str:
    """A count in the words "1", "2", "few" (3 to 5), "many"."""
    return str(number) if number < 3 else "few" if number < 6 else "many"


_SENTENCES = {
    "links": {
        "1": "one link",
        "2": "two links",
        "few": "three to five links",
        "many": "six links or more",
    },
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
    "link_in_text": "text around the link",
    "link_hosts": "links to many different sites",
    "link_idn": "link to a host in non-Latin letters",
    "link_hyphens": "link to a host with many hyphens",
    "author_link": "no link but the author's own",
    "name_link": "author name holds a web address",
    "name_camel": "author name glued together from words",
    "name_digits": "author name with digits",
    "name_first_last": "author name like a first and last name",
    "name_long": "very long author name",
    "invisible": "invisible characters hidden in the text",
    "styled": "letters of decorative alphabets",
}


def wording(mark: str) -> tuple[str, str]:
    """A mark's stable code and its sentence for a moderator."""
    code, _, detail = mark.partition(":")
    if code == "link_host":
        return code, f"link to {detail}"
    if code == "link_tld":
        return code, f"address ending in .{detail}" if detail else "address without a known ending"
    if code == "email":
        return code, f"e-mail address at {detail} in the text"
    sentence = _SENTENCES.get(code, {}).get(detail) or _FIXED.get(code, code)
    return code, sentence
