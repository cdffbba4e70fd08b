"""What the pages of campaigns show: who, where, since when, and in which words they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

from sqlalchemy.orm import Session

from service.core.store import campaigns, comments, moderators
from service.core.store.campaign_tables import CampaignRow, DeedRow
from service.core.store.strands import Within
from service.core.store.tables import CommentRow
from service.core.verdict import Decision
from service.web.language import _
from service.web.queue_words import DECIDED
from service.web.shown_text import Piece, as_registered, domain_of, pieces

WORDS = 120  # of a text shown as sample
COMPARED = 3  # other members that the sample's words are compared with
NAMED = 6  # authors, domains, sites


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of the sample that the others have too, or not all of them."""

    pieces: list[Piece]
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as a moderator sees it; what it tells of members is of the newest ones."""

    row: CampaignRow
    waiting: int
    sample: list[Stretch]
    authors: list[list[Piece]]
    more_authors: int
    domains: list[str]
    sites: list[str]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about the campaign that stands."""

    deed: DeedRow
    text: str
    by: str
    comments: int
    late: int


def shown(session: Session, rows: Sequence[CampaignRow], site_id: Within) -> list[Campaign]:
    """The campaigns in order."""
    waiting = campaigns.counts(session, [row.id for row in rows], site_id)
    return [_shown(session, row, waiting[row.id], site_id) for row in rows]


def decisions(session: Session, campaign_id: int, site_id: Within) -> list[Decided]:
    """What stands, newest first."""
    deeds = campaigns.deeds(session, campaign_id, site_id)
    done = campaigns.done(session, [deed.id for deed in deeds])
    ids = {int(deed.actor.partition(":")[2]) for deed in deeds}
    names = moderators.emails(session, ids)
    return [
        Decided(
            deed,
            str(DECIDED[Decision(deed.decision)]),
            names.get(int(deed.actor.partition(":")[2]), deed.actor),
            done.get((deed.id, False), 0),
            done.get((deed.id, True), 0),
        )
        for deed in deeds
    ]


def is_lasting(deed: DeedRow, now: datetime) -> bool:
    """Whether late arrivals still inherit it."""
    return deed.inherited_until is not None and now < deed.inherited_until


def sample(texts: Sequence[str]) -> list[Stretch]:
    """The first text, with the words marked that the next ones do not all have."""
    if not texts:
        return []
    words = texts[0].split()[:WORDS]
    differs = [False] * len(words)
    for other in texts[1 : 1 + COMPARED]:
        matcher = SequenceMatcher(None, words, other.split()[:WORDS], autojunk=False)
        for tag, start, end, *_other in matcher.get_opcodes():
            if tag != "equal":
                differs[start:end] = [True] * (end - start)
    cuts = [0, *(i for i in range(1, len(words)) if differs[i] != differs[i - 1]), len(words)]
    return [
        Stretch(list(pieces(" ".join(words[start:end]))), differs[start])
        for start, end in pairwise(cuts)
        if start < end
    ]


def _shown(session: Session, row: CampaignRow, waiting: int, site_id: Within) -> Campaign:
    newest = campaigns.newest(session, row.id, site_id)
    places, _articles = comments.sites_and_articles(session, newest)
    authors = list(dict.fromkeys(one.author_name.strip() or _("No name") for one in newest))
    return Campaign(
        row=row,
        waiting=waiting,
        sample=sample(list(dict.fromkeys(one.body for one in newest if one.body))),
        authors=[list(pieces(name)) for name in authors[:NAMED]],
        more_authors=max(0, len(authors) - NAMED),
        domains=domains_of(newest),
        sites=sorted(site.name for site in places.values()),
    )


def domains_of(rows: Sequence[CommentRow]) -> list[str]:
    """What they link to, the first few."""
    found: dict[str, None] = {}
    for row in rows:
        seen = (piece.text for piece in pieces(row.body[:4_000]) if piece.kind == "domain")
        named = (domain_of(row.author_url), *seen)
        found |= dict.fromkeys(as_registered(domain).lower() for domain in named)
    return [domain for domain in found if domain][:NAMED]
