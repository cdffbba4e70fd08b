"""Hostile text made safe to look at: what is invisible becomes a mark, links show their domain.

Nothing here makes HTML: the templates escape every piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from service.web.language import _, later

LONGEST_HOST = 253  # characters of a name that the network can find
FOLD_AFTER = 1_200  # characters
FOLD_LINES = 14
LEAD = 700  # characters shown of a folded text
LEAD_LINES = 8
LISTED = 8_000  # characters of one text among others; its own page shows the whole

NAMES = {
    "\u00ad": later("soft hyphen"),
    "\u034f": later("grapheme joiner"),
    "\u061c": later("Arabic letter mark"),
    "\u115f": later("Hangul filler"),
    "\u1160": later("Hangul filler"),
    "\u180e": later("Mongolian vowel separator"),
    "\u200b": later("zero-width space"),
    "\u200c": later("zero-width non-joiner"),
    "\u200d": later("zero-width joiner"),
    "\u200e": later("left-to-right mark"),
    "\u200f": later("right-to-left mark"),
    "\u2028": later("line separator"),
    "\u2029": later("paragraph separator"),
    "\u202a": later("left-to-right embedding"),
    "\u202b": later("right-to-left embedding"),
    "\u202c": later("end of direction change"),
    "\u202d": later("left-to-right override"),
    "\u202e": later("right-to-left override"),
    "\u2060": later("word joiner"),
    "\u2066": later("left-to-right isolate"),
    "\u2067": later("right-to-left isolate"),
    "\u2068": later("first-strong isolate"),
    "\u2069": later("end of isolate"),
    "\u3164": later("Hangul filler"),
    "\ufeff": later("zero-width no-break space"),
    "\uffa0": later("Hangul filler"),
}
JOINERS = ("\u200c", "\u200d")
# What a joiner properly stands between: Arabic and Indic letters, emoji and their modifiers.
JOINING = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]{2}"
)
HIDDEN = re.compile(
    r"(?:[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\U000e0000-\U000e0fff])+"
)
LINK = re.compile(
    r"(?i:\bhttps?:/{1,2}|\bwww\.)[^\s<>\"'\x00-\x1f]+"
    r"|(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.)+[a-z]{2,24}(?![\w@-])(?:/[^\s<>\"']*)?"
)
TRAILING = ".,;:!?)]}'\"»”’"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of one kind: "text", "link", "domain" (the telling part), "mark"."""

    kind: str
    text: str
    note: str = ""  # what a mark stands for


@dataclass(frozen=True, slots=True)
class Folded:
    """A text to show: the beginning, and what is behind a fold (empty when it is short)."""

    lead: list[Piece]
    rest: list[Piece]
    behind: int = 0  # characters behind the fold
    missing: int = 0  # characters not shown at all, for want of room


def folded(text: str, limit: int | None = LISTED) -> Folded:
    """The pieces of the first `limit` characters, the end of a long text apart."""
    if len(text) <= FOLD_AFTER and text.count("\n") < FOLD_LINES:
        return Folded(list(pieces(text)), [])
    cut = _cut(text)
    rest = text[cut:limit]
    missing = len(text) - cut - len(rest)
    return Folded(list(pieces(text[:cut])), list(pieces(rest)), len(rest), missing)


def pieces(text: str) -> Iterator[Piece]:
    """`text` as pieces, in order; line breaks are all "\\n"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    end = 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(TRAILING)
        span = _domain_span(address)
        if span is None:
            continue
        start, (left, right) = match.start(), span
        yield from _marked(text[end:start], "text")
        yield from _marked(address[:left], "link")
        domain = address[left:right]
        yield from _marked(domain, "domain")
        if (plain := as_registered(domain)) != domain:
            yield Piece("mark", plain, "this domain as it is registered")
        yield from _marked(address[right:], "link")
        end = start + len(address)
    yield from _marked(text[end:], "text")


def domain_of(address: str) -> str:
    """The registered domain, else the host, that a website field names; "" when it names none.

    As it is registered: https://аpple.com/ with a Cyrillic letter is xn--pple-43d.com.
    """
    address = address.strip()
    if "://" not in address:
        address = f"http://{address}"
    span = _domain_span(address)
    host = address[slice(*span)] if span else ""
    return as_registered(host) if "." in host and len(host) <= LONGEST_HOST else ""


def as_registered(domain: str) -> str:
    """The domain in the letters of the network: xn--… where it has others, which may look alike."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain  # nobody can register it


def _cut(text: str) -> int:
    """Where to fold: after some lines, at a blank if there is one near."""
    lines = list(re.finditer(r"\n", text[:LEAD]))
    cut = lines[LEAD_LINES - 1].end() if len(lines) >= LEAD_LINES else LEAD
    blank = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    return blank + 1 if blank > cut - 80 else cut


def _domain_span(address: str) -> tuple[int, int] | None:
    """Where in an address the domain stands that somebody had to register; None if there is none.

    In https://bank.example.evil.test/ that is evil.test.
    """
    start = re.match(r"(?:https?:/{1,2})?(?:[^/?#@\\]*@)?", address, re.IGNORECASE)
    offset = start.end() if start else 0
    host = re.split(r"[/?#:\\]", address[offset:], maxsplit=1)[0].rstrip(".")
    if not host:
        return None
    registered = _suffixes().privatesuffix(host.lower())
    if registered is None:
        named = address.lower().startswith("http")
        return (offset, offset + len(host)) if named else None
    return offset + len(host) - len(registered), offset + len(host)


@cache
def _suffixes() -> PublicSuffixList:
    """The bundled list; reading it takes a tenth of a second, so not before the first link."""
    return PublicSuffixList(accept_unknown=False)


def _marked(text: str, kind: str) -> Iterator[Piece]:
    end = 0
    for match in HIDDEN.finditer(text):
        if _is_proper_joiner(text, match):
            continue
        if match.start() > end:
            yield Piece(kind, text[end : match.start()])
        yield _mark(match.group())
        end = match.end()
    if end < len(text):
        yield Piece(kind, text[end:])


def _mark(run: str) -> Piece:
    name = str(NAMES.get(run[0], later("invisible character")))
    if len(run) == 1:
        return Piece("mark", f"U+{ord(run):04X}", name)
    told = _("%(name)s and others, %(count)s in all", name=name, count=len(run))
    if run == run[0] * len(run):
        told = _("%(name)s, %(count)s in all", name=name, count=len(run))
    return Piece("mark", f"U+{ord(run[0]):04X} ×{len(run)}", told)


def _is_proper_joiner(text: str, match: re.Match[str]) -> bool:
    """Whether a joiner does its work: between parts of an emoji or letters that join."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return match.group() in JOINERS and bool(JOINING.fullmatch(before + after))
