"""What the queue's pages show: tabs, cards, and every fact about a comment put in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from service.core import moderation
from service.core.policy import Reason
from service.core.store import campaigns, comments, examples, lessons, moderators
from service.core.store.campaigns import Alike
from service.core.store.lessons import Taught
from service.core.store.strands import Within
from service.core.store.tables import ArticleRow, CommentRow, EventRow, SiteRow
from service.core.verdict import Decision, Outcome, Verdict, outcome_of
from service.web import author_view
from service.web.author_view import NO_ASIDE, Aside
from service.web.language import _, later, points
from service.web.queue_words import DECIDED, actor, told
from service.web.sentences import in_words
from service.web.shown_text import Folded, Piece, domain_of, folded, pieces

CHIPS = 3
BAR = 3.0  # logits; a reason of this weight fills its half of the bar
QUOTE = 90  # characters of the comment replied to
EXPLAINED = 4_000  # characters; a page full of longer ones would take seconds to explain


class Tab(StrEnum):
    """The queue's tabs; their values stand in addresses."""

    REVIEW = "review"
    CHECKING = "checking"
    SPAM = "spam"
    PUBLISHED = "published"
    REMOVED = "removed"


OUTCOMES = {
    Tab.REVIEW: Outcome.HELD,
    Tab.CHECKING: Outcome.PENDING,
    Tab.SPAM: Outcome.SPAM,
    Tab.PUBLISHED: Outcome.PUBLISHED,
    Tab.REMOVED: Outcome.REMOVED,
}
TAB_NAMES = {
    Tab.REVIEW: later("Needs review"),
    Tab.CHECKING: later("Being checked"),
    Tab.SPAM: later("Spam"),
    Tab.PUBLISHED: later("Published"),
    Tab.REMOVED: later("Removed"),
}
HELD_BY_MODE = {"mode_hold_all", "first_comment", "always_ask"}
STANDING = {"author_banned", "trusted_author", "always_ask_spam"}
FIRST = HELD_BY_MODE | STANDING | {"strange_script", "unfamiliar"}


@dataclass(frozen=True, slots=True)
class Action:
    """A button that would change something."""

    decision: Decision
    label: str
    icon: str

    @property
    def done(self) -> str:
        return DECIDED[self.decision]


ACTIONS = (
    Action(Decision.APPROVE, later("Approve"), "check"),
    Action(Decision.SPAM, later("Spam"), "ban"),
    Action(Decision.REMOVE, later("Remove"), "trash"),
    Action(Decision.HOLD, later("Back to review"), "eye"),
)


@dataclass(frozen=True, slots=True)
class Band:
    """What the machine thinks, as a word, a colour's name and an icon."""

    colour: str
    word: str
    icon: str


CHECKING = Band("info", later("Being checked"), "clock")
NOT_SCORED = Band("warn", later("Not scored"), "question")
FINE = Band("good", later("Looks fine"), "check")
UNSURE = Band("warn", later("Unsure"), "question")
SPAM = Band("bad", later("Spam"), "ban")
BLATANT = Band("bad", later("Blatant spam"), "ban")


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason with its weight in words and as a bar, in hundredths of its half."""

    code: str
    text: list[Piece]
    weight: float
    bar: int

    @property
    def side(self) -> str:
        return "spam" if self.weight > 0 else "good" if self.weight < 0 else "none"

    @property
    def points(self) -> str:
        return points(self.weight)

    @property
    def towards(self) -> str:
        names = {
            "spam": _("%(points)s towards spam", points=self.points),
            "good": _("%(points)s towards good", points=self.points),
            "none": _("%(points)s decides no score", points=self.points),
        }
        return names[self.side]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a comment's history."""

    at: datetime
    text: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A comment as a moderator sees it."""

    comment: CommentRow
    site: SiteRow
    article: ArticleRow
    parent: CommentRow | None
    body: Folded
    band: Band
    reasons: list[ShownReason]
    is_explained: bool  # False: only its own page says why
    history: list[Happening]
    lesson: Happening | None  # what the site has learned from it, as long as that stands
    alike: Alike | None = None  # its campaign, while something else of it waits
    aside: Aside = NO_ASIDE

    @property
    def author(self) -> list[Piece]:
        return list(pieces(self.comment.author_name.strip() or _("No name")))

    @property
    def title(self) -> list[Piece]:
        return list(pieces(self.article.title.strip() or self.article.url))

    @property
    def domain(self) -> str:
        return domain_of(self.comment.author_url)

    @property
    def quote(self) -> list[Piece]:
        """The beginning of what is replied to."""
        text = " ".join(self.parent.body.split()) if self.parent else ""
        return list(pieces(text if len(text) <= QUOTE else text[:QUOTE].rstrip() + "…"))

    @property
    def chips(self) -> list[ShownReason]:
        """The reasons to show at a glance; why it is held whatever its score comes first."""
        return sorted(self.reasons, key=lambda reason: reason.code not in FIRST)[:CHIPS]

    @property
    def is_waiting(self) -> bool:
        return self.comment.outcome in (Outcome.HELD, Outcome.PENDING)

    @property
    def actions(self) -> list[Action]:
        """The buttons; one that would change nothing is left out."""
        return [action for action in ACTIONS if self._makes_sense(action.decision)]

    def _makes_sense(self, decision: Decision) -> bool:
        outcome = outcome_of(decision, None)
        if self.comment.text_purged_at is not None and outcome in moderation.NEEDS_TEXT:
            return False
        if self.comment.outcome == Outcome.PENDING and outcome is Outcome.HELD:
            return False
        return outcome != self.comment.outcome

    @property
    def decided(self) -> Happening | None:
        """Who decided what stands, and when."""
        if self.comment.decision is None:
            return None
        name = str(DECIDED[Decision(self.comment.decision)])
        return next((item for item in reversed(self.history) if item.text.startswith(name)), None)


def cards(
    session: Session,
    rows: Sequence[CommentRow],
    reasons: Mapping[UUID, Sequence[Reason]],
    now: datetime,
    whole: bool = False,
    site_id: Within = None,
) -> list[Card]:
    """The cards of the comments, in order; `whole` shows even very long texts to the end.

    Of campaigns it counts what is on the sites `site_id` (None: any).
    A comment without an entry in `reasons` is explained on its own page.
    """
    found_sites, articles = comments.sites_and_articles(session, rows)
    parents = comments.by_ids(session, [row.parent_id for row in rows if row.parent_id])
    events = comments.events_by_comment(session, [row.id for row in rows])
    taught = lessons.taught_by(session, [row.id for row in rows])
    alike = campaigns.alike(session, [row.id for row in rows], site_id)
    asides = author_view.asides(session, rows, found_sites, now)
    names = _names(session, (event for group in events.values() for event in group))
    return [
        Card(
            comment=row,
            site=found_sites[row.site_id],
            article=articles[row.article_id],
            parent=parents.get(row.parent_id) if row.parent_id else None,
            body=folded(row.body, None) if whole else folded(row.body),
            band=band_of(row),
            reasons=shown_reasons(reasons.get(row.id, ())),
            is_explained=row.id in reasons,
            history=[_happening(event, names) for event in events.get(row.id, [])],
            lesson=_lesson(taught[row.id]) if row.id in taught else None,
            alike=alike.get(row.id),
            aside=asides[row.id],
        )
        for row in rows
    ]


def is_soon_explained(comment: CommentRow) -> bool:
    """Whether its reasons are kept, or the text is short enough to compute them among others'."""
    return comment.verdict != Verdict.HAM or len(comment.body) < EXPLAINED


def band_of(comment: CommentRow) -> Band:
    """What the machine thinks of the comment, whatever a person decided."""
    if comment.verdict is None:
        return CHECKING
    if comment.verdict == "spam":
        return BLATANT if comment.discard else SPAM
    if comment.verdict == "ham" or HELD_BY_MODE & {reason["code"] for reason in comment.reasons}:
        return FINE
    return NOT_SCORED if comment.score is None else UNSURE


def shown_reasons(reasons: Sequence[Reason]) -> list[ShownReason]:
    """The reasons in words, the strongest first."""
    return [
        ShownReason(
            code=reason.code,
            text=list(pieces(in_words(reason.text))),
            weight=reason.weight,
            bar=round(100 * min(abs(reason.weight), BAR) / BAR),
        )
        for reason in reasons
    ]


def _names(session: Session, events: Iterable[EventRow]) -> dict[str, str]:
    """E-mail addresses of the moderators among the actors."""
    actors = {event.actor for event in events if event.actor.startswith("moderator:")}
    ids = {int(actor.partition(":")[2]) for actor in actors}
    return {f"moderator:{key}": email for key, email in moderators.emails(session, ids).items()}


def _lesson(taught: Taught) -> Happening:
    if taught.label == examples.SPAM:
        told = _("Learned as spam, step %(number)s", number=taught.serial)
    else:
        told = _("Learned as a good comment, step %(number)s", number=taught.serial)
    return Happening(taught.at, told, taught.site)


def _happening(event: EventRow, names: dict[str, str]) -> Happening:
    return Happening(event.at, told(event), names.get(event.actor) or actor(event.actor))
