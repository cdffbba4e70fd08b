"""Gathering: what is known about a batch of comments beside their texts.

Three questions to the database for a whole batch at most. One that fails, or a text that cannot be
taken apart, costs its signals and nothing else: the comments are judged without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from service.core.likeness import likeness_of
from service.core.platforms import PLATFORMS, is_everybodys
from service.core.signals import Precedents
from service.core.store import precedents, same_text
from service.core.store.precedents import Count
from service.core.store.same_text import Sighting
from service.core.store.session import Store
from service.core.traces import traces_of
from service.core.waiting import Waiting
from service.texts import read_once

if TYPE_CHECKING:  # importing models loads scikit-learn, which the `hamlet` command need not
    from models import Outline

log = structlog.get_logger()
T = TypeVar("T")
A_DAY = timedelta(days=1)  # in which the same text on other articles counts
LOOKED_BACK = timedelta(days=7)  # for an earlier copy on the same article


def gather(
    store: Store, comments: Sequence[Waiting], secret: str, but: Collection[UUID] = ()
) -> None:
    """Complete the signals and traces of the comments. Never raises.

    `secret` is the installation's. What people decided about the comments in `but` is left out:
    a comment is no precedent for itself.
    """
    if not comments:
        return
    _look_at(comments, secret)
    history = _history(_asked(store, "precedents", lambda session: _counts(session, comments, but)))
    copies = _asked(store, "same_text", lambda session: _sightings(session, comments))
    seen = _by_text([*copies, *_among(comments)])
    for item in comments:
        _add_history(item, history)
        _leave_out_approved(item)
        _add_copies(item, seen.get(item.traces.text, ()))


def _asked(store: Store, signal: str, ask: Callable[[Session], list[T]]) -> list[T]:
    """The answer, nothing where there is none to be had."""
    try:
        with store.reading() as session:
            return ask(session)
    except Exception:  # also what nobody thought of: a signal is never worth a comment
        log.exception("signal_failed", signal=signal)
        return []


def _look_at(comments: Sequence[Waiting], secret: str) -> None:
    """Add what each comment shows without looking at any other."""
    try:
        for item, outline in zip(comments, _outlines(comments), strict=True):
            _add_outline(item, outline, secret)
    except Exception:
        log.exception("signal_failed", signal="outline", comments=len(comments))
        if len(comments) > 1:  # find the one that it is; the others keep theirs
            for item in comments:
                _look_at([item], secret)


def _outlines(comments: Sequence[Waiting]) -> list[Outline]:
    from models import outlines

    return outlines(read_once(comments))


def _add_outline(item: Waiting, outline: Outline, secret: str) -> None:
    domains = dict.fromkeys((*outline.domains, outline.author_domain))
    domains.pop("", None)
    traces = traces_of(outline.words, domains, secret)
    telling = [trace for domain, trace in traces.links.items() if not is_everybodys(domain)]
    likeness = likeness_of(outline.words, item.network_hash, item.author_hash, telling, secret)
    item.traces = replace(traces, likeness=likeness)
    if outline.domains:
        item.signals = replace(
            item.signals, email_domain=outline.email_domain, text_domains=outline.domains
        )


def _traces(item: Waiting) -> tuple[str, ...]:
    """All that people's decisions may be known by."""
    return (
        item.author_hash,
        item.network_hash,
        item.traces.text,
        *item.traces.links.values(),
    )


def _counts(session: Session, comments: Sequence[Waiting], but: Collection[UUID]) -> list[Count]:
    traces = {trace for item in comments for trace in _traces(item)} - {""}
    sites = {item.site_id for item in comments}
    return precedents.counts(session, traces, sites, but)


def _sightings(session: Session, comments: Sequence[Waiting]) -> list[Sighting]:
    texts = {item.traces.text for item in comments} - {""}
    since = min(item.received_at for item in comments) - LOOKED_BACK
    return same_text.sightings(session, texts, since)


def _among(comments: Sequence[Waiting]) -> Iterator[Sighting]:
    """The batch's own comments: their texts are not stored as traces yet."""
    for item in comments:
        if item.traces.text:
            yield Sighting(
                item.traces.text,
                item.id,
                item.site_id,
                item.article_id,
                item.author_hash,
                item.author_name,
                item.received_at,
            )


def _by_text(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    grouped: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        grouped[one.text_hash].append(one)
    return grouped


def _history(counts: Iterable[Count]) -> dict[str, list[Count]]:
    grouped: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        grouped[count.trace].append(count)
    return grouped


def _add_history(item: Waiting, history: Mapping[str, Sequence[Count]]) -> None:
    """Add what people decided before about each of the comment's traces."""
    if not any(trace in history for trace in _traces(item)):
        return

    def before(trace: str) -> Precedents:
        return _before(history.get(trace, ()), item.site_id)

    item.signals = replace(
        item.signals,
        text=before(item.traces.text),
        author=before(item.author_hash),
        network=before(item.network_hash),
        domains=[
            (domain, before(trace))
            for domain, trace in item.traces.links.items()
            if domain not in PLATFORMS
        ],
    )


def _leave_out_approved(item: Waiting) -> None:
    """A domain that people approved here tells no campaign."""
    approved = [item.traces.links[domain] for domain, before in item.signals.domains if before.ham]
    if approved:
        likeness = item.traces.likeness.without(approved)
        item.traces = replace(item.traces, likeness=likeness)


def _before(counts: Sequence[Count], site_id: int) -> Precedents:
    here = [count for count in counts if count.site_id == site_id]
    return Precedents(
        spam=sum(count.comments for count in here if count.label),
        ham=sum(count.comments for count in here if not count.label),
        spam_elsewhere=sum(
            count.comments for count in counts if count.label and count.site_id != site_id
        ),
    )


def _add_copies(item: Waiting, seen: Sequence[Sighting]) -> None:
    """Add where the same text came before."""
    others = [one for one in seen if one.id < item.id] if len(seen) > 1 else []
    if not others:
        return
    recent = [one for one in others if one.received_at >= item.received_at - A_DAY]
    elsewhere = {(one.site_id, one.article_id) for one in recent if not _together(one, item)}
    item.signals = replace(
        item.signals,
        articles=len(elsewhere),
        sites=len({site for site, _ in elsewhere} - {item.site_id}),
        copied=any(_together(one, item) and not _same_author(one, item) for one in others),
    )


def _together(one: Sighting, item: Waiting) -> bool:
    """Whether both are on the same article."""
    return one.article_id == item.article_id


def _same_author(one: Sighting, item: Waiting) -> bool:
    return one.author_hash == item.author_hash and one.author_name == item.author_name
