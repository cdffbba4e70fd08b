"""What each operator of a search means as a condition on comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from service.core.search import Band, Is, Moment, Network, Search
from service.core.store import keys
from service.core.store.author_tables import EscalationRow
from service.core.store.measures import has_ascii, has_text
from service.core.store.strands import Entity
from service.core.traces import network_trace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_id(at: datetime) -> UUID:
    """What no comment that arrived from then on has a smaller number than."""
    milliseconds = max(0, int((at - EPOCH).total_seconds() * 1000))
    return UUID(int=min(milliseconds, 2**48 - 1) << 80)


def at(moment: Moment, now: datetime) -> datetime:
    """The moment; an age counts back from `now`."""
    if isinstance(moment, datetime):
        return moment
    return max(now, EPOCH + moment) - moment


def network(of: Entity, wanted: Network, secret: str) -> ColumnElement[bool]:
    """Whether it came from the wanted address's network."""
    trace = network_trace(str(wanted.network_address), secret)
    return and_(of.network_hash == trace, of.network_hash != literal_column("''"))


def author(of: Entity, wanted: str, secret: str) -> ColumnElement[bool]:
    """Whether somebody of this e-mail address wrote it; without an @, of this name."""
    if "@" in wanted:
        return and_(
            of.author_hash == keys.hash_person(wanted, secret),
            of.author_hash != literal_column("''"),
        )
    return func.lower(of.author_name) == func.lower(wanted)


def unindexed(of: Entity, search: Search, secret: str) -> list[ColumnElement[bool]]:
    """All that has to be looked for in the comments themselves."""
    return list(_unindexed(of, search, secret))


def _unindexed(of: Entity, search: Search, secret: str) -> Iterator[ColumnElement[bool]]:
    for wanted in search.networks:
        yield network(of, wanted, secret)
        if wanted.num_addresses == 1:
            yield of.ip == str(wanted.network_address)
    yield from (author(of, wanted, secret) for wanted in search.authors)
    yield from (_word(of, word) for word in search.words)
    yield from (_domain(of, domain, secret) for domain in search.domains)
    for code in search.reasons:
        yield cast(of.reasons, Text).contains(f'"code": "{code}"', autoescape=True)
    yield from (_score(of, band) for band in search.scores)
    for code in search.langs:
        lang = func.lower(of.language)
        yield or_(lang == code, lang.startswith(f"{code}-", autoescape=True))
    yield from (FLAGS[flag](of) for flag in search.flags)


def _word(of: Entity, word: str) -> ColumnElement[bool]:
    """In the text, or among what the author called himself and his website."""
    return _holds(_written(of), word)


def _written(of: Entity) -> ColumnElement[str]:
    """All that the author wrote, as one text: looked through once, not a column at a time."""
    return (
        of.body.concat("\n")
        .concat(of.author_name)
        .concat("\n")
        .concat(of.author_email)
        .concat("\n")
        .concat(of.author_url)
    )


def _domain(of: Entity, domain: str, secret: str) -> ColumnElement[bool]:
    """Linked to, as the model read it; or written in full, where that is not known any more."""
    trace = keys.hash_trace("domain", domain, secret)
    marked = [_holds(_written(of), f"{mark}{domain}") for mark in "/.@"]
    return or_(
        cast(of.link_hashes, Text).contains(trace),
        and_(_holds(_written(of), domain), or_(*marked)),
    )


def _holds(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    if word.isascii():
        return has_ascii(text, literal(word.lower()))
    return has_text(text, literal(word))


def _score(of: Entity, band: Band) -> ColumnElement[bool]:
    low = of.score > band.low if band.above else of.score >= band.low
    return and_(low, of.score < band.high if band.below else of.score <= band.high)


def _linked(of: Entity) -> ColumnElement[bool]:
    has_link: InstrumentedAttribute[str] = of.body
    return or_(of.author_url != "", has_link.contains("://"), cast(of.link_hashes, Text) != "[]")


def _escalated(of: Entity) -> ColumnElement[bool]:
    # Not EXISTS: PostgreSQL would make a join of it.
    at = select(EscalationRow.at).where(EscalationRow.comment_id == of.id)
    return at.scalar_subquery().is_not(None)


FLAGS: dict[Is, Callable[[Entity], ColumnElement[bool]]] = {
    Is.REPLY: lambda of: of.parent_id.is_not(None),
    Is.LINKED: _linked,
    Is.DECIDED: lambda of: of.decision.is_not(None),
    Is.UNDECIDED: lambda of: of.decision.is_(None),
    Is.BLATANT: lambda of: of.discard.is_(True),
    Is.UNSCORED: lambda of: and_(of.score.is_(None), of.verdict.is_not(None)),
    Is.WIPED: lambda of: of.text_purged_at.is_not(None),
    Is.ESCALATED: lambda of: _escalated(of),
}
