"""Search: what a moderator types above the queue becomes a Search, or an error that teaches.

    eve "free money" author:"Eve B." score:>80% before:12h

Words and operators all have to hold; what holds a blank stands in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from service.core.errors import ModerationError

LONGEST = 300  # characters
TERM = re.compile(r'(?:([A-Za-z]+):(?!//))?(?:"([^"]*)"?|([^\s"]+))')
AGE = re.compile(r"([0-9]{1,4})([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
NUMBER = r"([0-9]{0,3}\.?[0-9]{1,8}%?)"
SCORE = re.compile(rf"(>=|<=|>|<)?{NUMBER}(?:(?:\.\.|-){NUMBER})?")
NETWORK_BITS = {4: 24, 6: 64}  # the network that comments are known by; see traces.py


class InvalidSearch(ModerationError):
    """A term of a search makes no sense; the message says what was expected."""


class Is(StrEnum):
    """What `is:` can ask."""

    REPLY = "reply"  # answers another comment
    LINKED = "linked"  # holds a link, in its text or as the author's website
    DECIDED = "decided"  # by a person
    UNDECIDED = "undecided"
    BLATANT = "blatant"
    UNSCORED = "unscored"
    WIPED = "wiped"  # its text is gone
    ESCALATED = "escalated"  # too hard for somebody, left to another


Network = IPv4Network | IPv6Network
Moment = datetime | timedelta  # an age is counted back from when the page is made


@dataclass(frozen=True, slots=True)
class Band:
    """A range of scores, in [0, 1]; an end belongs to it unless it is `above` or `below` it."""

    low: float = 0.0
    high: float = 1.0
    above: bool = False  # more than `low`
    below: bool = False  # less than `high`


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Everything has to hold at once; the same operator twice asks for both."""

    words: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()  # names, or e-mail addresses where there is an @
    networks: tuple[Network, ...] = ()  # single addresses too
    domains: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    scores: tuple[Band, ...] = ()
    langs: tuple[str, ...] = ()
    before: tuple[Moment, ...] = ()
    after: tuple[Moment, ...] = ()
    flags: tuple[Is, ...] = ()


EVERYTHING = Search()


def parse(text: str) -> Search:
    """What the text asks for. Raises InvalidSearch."""
    if len(text) > LONGEST:
        raise InvalidSearch(f"{len(text)} characters; a search has at most {LONGEST}")
    found: dict[str, list[object]] = {}
    for operator, value in _terms(text.replace("\0", " ")):
        name, read = _operator(operator)
        found.setdefault(name, []).append(read(value))
    return Search(**{name: tuple(values) for name, values in found.items()})  # type: ignore[arg-type]


def terms(text: str) -> list[str]:
    """The terms of a search as they were typed."""
    return [match.group() for match in TERM.finditer(text)]


def toggled(text: str, term: str) -> str:
    """The search without the term if it is there, else with it."""
    there = terms(text)
    kept = [one for one in there if one != term]
    return " ".join(kept if term in there else [*kept, term])


def _terms(text: str) -> Iterator[tuple[str, str]]:
    """(operator, value) of each term; "" for a free word."""
    for match in TERM.finditer(text):
        operator, quoted, bare = match.groups()
        value = (bare if quoted is None else quoted).strip()
        alone = f"{operator}:" if operator and not value else value
        if quoted in (None, "") and re.fullmatch("[A-Za-z]+:", alone):
            raise InvalidSearch(
                f"Nothing follows {alone} Write what to look for without a blank after the colon, "
                f"such as site:blog or author:eve."
            )
        if value:
            yield (operator or "").lower(), value


def _operator(name: str) -> tuple[str, Callable[[str], object]]:
    """The field of Search that an operator fills, and what reads its value."""
    try:
        return OPERATORS[name]
    except KeyError as error:
        known = " ".join(f"{one}:" for one in OPERATORS if one)
        raise InvalidSearch(
            f"There is no operator {name}: to search with. There are: {known} "
            f"To look for the words themselves, put them in quotation marks."
        ) from error


def _as_typed(value: str) -> str:
    return value


def _site(value: str) -> str:
    return value.lower()


def _network(value: str) -> Network:
    try:
        network = ip_network(value.strip("[]"), strict=False)
    except ValueError as error:
        raise _unexpected("ip", value, "an address such as 203.0.113.7") from error
    if network.prefixlen not in (network.max_prefixlen, NETWORK_BITS[network.version]):
        expected = "one address, or a network of /24 (IPv4) or /64 (IPv6)"
        raise _unexpected("ip", value, expected)
    return network


def _domain(value: str) -> str:
    domain = value.lower().removeprefix("www.").strip(".")
    if not re.fullmatch(r"[^\s/@:%_\\]+\.[^\s/@:%_\\]+", domain):
        raise _unexpected("domain", value, "a domain such as example.org, without https://")
    return domain


def _reason(value: str) -> str:
    code = value.lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code):
        raise _unexpected("reason", value, "a reason's code such as copied or own_business")
    return code


def _score(value: str) -> Band:
    expected = "a probability such as >0.8, <=20% or 0.4..0.6"
    if (match := SCORE.fullmatch(value)) is None:
        raise _unexpected("score", value, expected)
    compared, first, second = match.groups()
    try:
        numbers = [_probability(text) for text in (first, second) if text is not None]
    except ValueError as error:
        raise _unexpected("score", value, expected) from error
    if len(numbers) == 2:
        if compared or numbers[0] > numbers[1]:
            raise _unexpected("score", value, expected)
        return Band(low=numbers[0], high=numbers[1])
    if compared is None:
        raise _unexpected("score", value, expected)
    if compared.startswith(">"):
        return Band(low=numbers[0], above=compared == ">")
    return Band(high=numbers[0], below=compared == "<")


def _probability(text: str) -> float:
    number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= number <= 1:
        raise ValueError(text)
    return number


def _lang(value: str) -> str:
    code = value.lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", code):
        raise _unexpected("lang", value, "a language's code such as de or pt-br")
    return code


def _moment(name: str) -> Callable[[str], Moment]:
    def read(value: str) -> Moment:
        if match := AGE.fullmatch(value.lower()):
            return timedelta(**{UNITS[match.group(2)]: int(match.group(1))})
        try:
            at = datetime.fromisoformat(value)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            expected = "a day such as 2026-05-31, or an age such as 12h or 7d (m, h, d, w)"
            raise _unexpected(name, value, expected) from error
        if not 1990 <= at.year <= 2999:
            raise _unexpected(name, value, "a year from 1990 to 2999")
        return at

    return read


def _flag(value: str) -> Is:
    try:
        return Is(value.lower())
    except ValueError as error:
        raise _unexpected("is", value, "one of " + ", ".join(Is)) from error


def _unexpected(name: str, value: str, expected: str) -> InvalidSearch:
    return InvalidSearch(f"{name}:{value} cannot be searched for. Expected {expected}.")


OPERATORS: dict[str, tuple[str, Callable[[str], object]]] = {
    "": ("words", _as_typed),
    "site": ("sites", _site),
    "author": ("authors", _as_typed),
    "ip": ("networks", _network),
    "domain": ("domains", _domain),
    "reason": ("reasons", _reason),
    "score": ("scores", _score),
    "lang": ("langs", _lang),
    "before": ("before", _moment("before")),
    "after": ("after", _moment("after")),
    "is": ("flags", _flag),
}
