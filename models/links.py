"""Links: found in text and in the author's address, cut into host, registered domain and words.

No regular expression here can backtrack: each is one greedy run of one class, or is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

# http://, https://, ftp:// or www. and what follows. Spelt out behind one class of first letters,
# it passes over other text four times as fast as `https?://…|www\.…` with re.I.
_URL = re.compile(
    r"[hHfFwW](?:(?<=[hH])[tT]{2}[pP][sS]?://|(?<=[fF])[tT][pP]://|(?<=[wW])(?<![\w.@/-].)[wW]{2}\.)"
    r"([^\s<>\"'\[\](){}|]+)"
)
_BARE = re.compile(
    r"(?<![\w.@/-])((?:[^\W_]|-){1,63}(?:\.(?:[^\W_]|-){1,63}){1,4}(?:/[^\s<>\"'\[\](){}|]*)?)(?![\w@])"
)
_INNER_DOT = re.compile(r"\.(?<=\w\.)\w")  # begins with its dot: ten times as fast as \w\.\w
_ADDRESS = re.compile(r"\.[\w-]")  # a dot inside a word: what every host has
_AT = re.compile("@[a-zA-Z0-9-]")
_SCHEME = re.compile("(?:[hH][tT]{2}[pP][sS]?|[fF][tT][pP])$")
_REST = re.compile(r"[^\s<>\"'\[\](){}|]+")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,4})")
_BBCODE = re.compile(r"\[/?(?:url|link|img|b|i|u|size|color|email)(?:=[^\]\n]{0,300})?\]", re.I)
_ANCHOR = re.compile(r"<\s{0,3}a\s[^<>]{0,2000}>?", re.I)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_WORDS = re.compile(r"[^\W\d_]{2,40}")
_COMMON = frozenset({"www", "http", "https", "html", "htm", "php", "asp", "aspx", "index", "com"})
_MOST_LINKS = 50
"""Links looked at one by one in a comment; a dump of more says nothing new. Bounds the cost."""


class Link(NamedTuple):
    """One link. `domain` is the registered domain, "" when the host is none (an IP address)."""

    host: str
    domain: str
    tld: str
    path: str


def words_of(links: Iterable[Link]) -> list[str]:
    """The different words in hosts and paths, lower case, without the public suffixes, in order."""
    found: list[str] = []
    for link in links:
        found += _words_in(link)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=10_000)
def _words_in(link: Link) -> list[str]:
    host, _, tld, path = link
    name = host.removesuffix("." + tld) if tld else host
    words = _WORDS.findall(f"{name} {path[:200]}".lower())
    return [word for word in words if word not in _COMMON]


@dataclass(slots=True)  # frozen would take four times as long to make
class LinkScan:
    """A text taken apart: the text without its links, and what stood there.

    `count` is the number of links, of which `links` holds the first fifty.
    """

    text: str
    links: tuple[Link, ...] = ()
    count: int = 0
    emails: tuple[str, ...] = ()
    anchors: int = 0
    bbcodes: int = 0
    tags: int = 0

    def without(self, own: frozenset[str]) -> LinkScan:
        """The same, links to the registered domains in `own` left out: those are no links."""
        others = tuple([link for link in self.links if link.domain not in own])
        if len(others) == len(self.links):
            return self
        return replace(self, links=others, count=self.count - len(self.links) + len(others))


@cache
def _suffixes() -> PublicSuffixList:
    """The bundled list of public suffixes; no network."""
    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=20_000)
def domain_of(host: str) -> tuple[str, str]:
    """Registered domain and public suffix of a lower-case host, "" each when it has none."""
    if len(host) > 253 or "." not in host:
        return "", ""
    if domain := _suffixes().privatesuffix(host):
        return domain, domain.partition(".")[2]
    return "", _suffixes().publicsuffix(host) or ""


def parse_link(address: str) -> Link:
    """The parts of an address, with or without its scheme. Never raises: a broken one is a host."""
    read = _read_address if len(address) < 300 else _read_address.__wrapped__
    return read(address)


@lru_cache(maxsize=10_000)
def _read_address(address: str) -> Link:
    rest = address.strip()
    cut = rest.find("://")
    if 0 <= cut <= 10:
        rest = rest[cut + 3 :]
    authority, _, path = rest.partition("/")
    authority, _, query = authority.partition("?")
    read = _read_authority if len(authority) < 300 else _read_authority.__wrapped__
    return Link(*read(authority), (path or query)[:500])


@lru_cache(maxsize=20_000)
def _read_authority(authority: str) -> tuple[str, str, str]:
    """Host, registered domain and public suffix of what stands before an address's path."""
    host = authority.rpartition("@")[2].partition(":")[0].strip(".").lower()[:253]
    return (host.removeprefix("www."), *domain_of(host))


def scan(text: str, dotted: bool | None = None) -> LinkScan:
    """Takes links, e-mail addresses and markup out of a normalised text.

    `dotted` is whether a dot in the text may be an address's, None when nobody has looked.
    """
    if dotted is None:
        dotted = "." in text and ("w." in text or "W." in text or bool(_ADDRESS.search(text)))
    if dotted or "<" in text or "[" in text or "://" in text:
        return _take_apart(text)
    return LinkScan(text)


def _take_apart(text: str) -> LinkScan:
    found: list[str] = []
    emails: list[str] = []

    def take_bare(match: re.Match[str]) -> str:
        host = match[1].partition("/")[0].lower()
        if _is_no_address(host) or not domain_of(host)[0]:
            return match[0]
        found.append(match[1])
        return " "

    def take_email(match: re.Match[str]) -> str:
        emails.append(match[1])
        return " "

    text, anchors = _ANCHOR.subn(_keep_addresses, text) if "<" in text else (text, 0)
    text, bbcodes = _BBCODE.subn(_keep_addresses, text) if "[" in text else (text, 0)
    text = _take_urls(text, found)
    if "@" in text:
        text = _replace_inside_words(_EMAIL, _AT, take_email, text)
    text, tags = _TAG.subn(" ", text) if "<" in text else (text, 0)
    if _INNER_DOT.search(text):
        text = _replace_inside_words(_BARE, _ADDRESS, take_bare, text)
    links = tuple([parse_link(address) for address in found[:_MOST_LINKS]])
    return LinkScan(text, links, len(found), tuple(emails[:10]), anchors, bbcodes, tags)


def _take_urls(text: str, found: list[str]) -> str:
    """The text with a space for each address that begins with a scheme or www., added to `found`.

    Looks for the colon: a third of the time of the expression, which is left to www.
    """
    if "ww." in text or "Ww." in text or "W." in text:

        def take(match: re.Match[str]) -> str:
            found.append(match[1])
            return " "

        return _URL.sub(take, text)
    at, done, kept = text.find("://"), 0, []
    while at >= 0:
        scheme = _SCHEME.search(text, max(at - 5, done), at)
        rest = _REST.match(text, at + 3) if scheme else None
        if scheme and rest:
            found.append(rest[0])
            kept.append(text[done : scheme.start()])
            done = rest.end()
        at = text.find("://", max(at + 1, done))
    return " ".join([*kept, text[done:]]) if kept else text


def _replace_inside_words(
    pattern: re.Pattern[str],
    sign: re.Pattern[str],
    replace: Callable[[re.Match[str]], str],
    text: str,
) -> str:
    """`pattern.sub` for what crosses no space and holds `sign`.

    Few parts between spaces do: a tenth of the time of passing over all of the text.
    """
    pieces, done = [], 0
    while match := sign.search(text, done):
        start = max(text.rfind(" ", done, match.start()) + 1, done)
        end = text.find(" ", match.end())
        end = len(text) if end < 0 else end
        pieces += [text[done:start], pattern.sub(replace, text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def _keep_addresses(match: re.Match[str]) -> str:
    """A piece of markup reduced to the address in it, so that links are counted in one place."""
    if "." not in match[0] and "://" not in match[0]:
        return " "
    found = _URL.search(match[0])
    return f" {found[0]} " if found else " "


# What a bare `name.ending` must end in to be an address and not a missing space ("end.Next") or
# a file ("setup.py"): the endings that people write without http. Longer hosts may have any.
_ENDINGS = """
    com net org info biz edu gov ru su ua de fr nl pl cz es pt br ch eu uk au ca jp cn kr tr ir
    io co tv cc ws site online shop store top xyz club win vip pro link live life world space
    website tech click icu buzz fun app dev blog news agency casino bet loan finance рф
"""
_BARE_ENDINGS = frozenset(_ENDINGS.split())


def _is_no_address(host: str) -> bool:
    """Whether a bare `name.ending` is likelier a file or a missing space than an address."""
    name, _, ending = host.rpartition(".")
    return "." not in name and ending not in _BARE_ENDINGS
