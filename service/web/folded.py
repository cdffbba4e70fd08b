"""Campaigns in the queue: one card for all that waits of one, decided together or in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from service.core.store import campaigns, comments, folding
from service.core.store.campaigns import Alike
from service.core.store.folding import Crowd
from service.core.store.strands import Within
from service.core.store.tables import ArticleRow, CommentRow, SiteRow
from service.web import queue_view
from service.web.auth import local_path
from service.web.campaign_view import Stretch, domains_of, sample
from service.web.language import _
from service.web.parts import parts
from service.web.queue_view import ACTIONS, Action, Card
from service.web.shown_text import Piece, pieces

LISTED = 12  # members that the card lists, each to be ticked off
SAID = 140  # characters of each


@dataclass(frozen=True, slots=True)
class Member:
    """A line of the card's list."""

    comment: CommentRow
    site: SiteRow
    article: ArticleRow

    @property
    def author(self) -> list[Piece]:
        return list(pieces(self.comment.author_name.strip() or _("No name")))

    @property
    def said(self) -> list[Piece]:
        text = " ".join(self.comment.body[: 4 * SAID].split())
        return list(pieces(text if len(text) <= SAID else text[:SAID].rstrip() + "…"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What the one card of a campaign tells."""

    campaign_id: int
    waiting: int
    crowd: Crowd
    sample: list[Stretch]
    domains: list[str]
    members: list[Member]

    @property
    def more(self) -> int:
        """How many wait that are not listed."""
        return self.waiting - len(self.members)

    @property
    def actions(self) -> list[Action]:
        return [action for action in ACTIONS if action.decision != "hold"]


def of_cards(session: Session, cards: Sequence[Card], site_id: Within) -> dict[UUID, Fold]:
    """The folds of those cards that stand for a campaign, by comment."""
    alike = {card.comment.id: card.alike for card in cards if card.alike}
    numbers = {campaign.campaign_id for campaign in alike.values()}
    crowds = folding.crowds(session, numbers, site_id, LISTED)
    rows = [row for crowd in crowds.values() for row in crowd.newest]
    places = comments.sites_and_articles(session, rows)
    return {
        comment_id: _fold(campaign, crowds[campaign.campaign_id], *places)
        for comment_id, campaign in alike.items()
        if _stands_for(comment_id, crowds.get(campaign.campaign_id))
    }


def fragment(campaign_id: int, site_id: Within) -> str:
    """The campaign's card as it stands now, for the script; "" when nothing of it waits."""
    with parts().store.reading() as session:
        campaigns.by_id(session, campaign_id, site_id)
        row = folding.newest_waiting(session, campaign_id, site_id)
        if row is None:
            return ""
        [card] = queue_view.cards(session, [row], {}, parts().clock(), site_id=site_id)
        folds = of_cards(session, [card], site_id)
    return render_template(
        "queue/fragment.html",
        card=card,
        folds=folds,
        loaded=parts().clock().isoformat(),
        back=local_path(request.form.get("back", "")),
        following=request.form.get("following", type=UUID),
    )


def _stands_for(comment_id: UUID, crowd: Crowd | None) -> bool:
    return crowd is not None and len(crowd.newest) > 1 and crowd.newest[0].id == comment_id


def _fold(
    campaign: Alike, crowd: Crowd, sites: Mapping[int, SiteRow], articles: Mapping[int, ArticleRow]
) -> Fold:
    return Fold(
        campaign_id=campaign.campaign_id,
        waiting=campaign.others + 1,
        crowd=crowd,
        sample=sample(list(dict.fromkeys(row.body for row in crowd.newest if row.body))),
        domains=domains_of(crowd.newest),
        members=[Member(row, sites[row.site_id], articles[row.article_id]) for row in crowd.newest],
    )
