"""What the queue shows beside a comment: its author, their network, notes, what a button does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlalchemy.orm import Session

from service.core.removing import Removal
from service.core.search import NETWORK_BITS
from service.core.store import authors, comments, examples, moderators, precedents, removals
from service.core.store.author_tables import EscalationRow, NoteRow, StandingChangeRow
from service.core.store.authors import NO_STANDING, WINDOW, Held, Trail
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Decision, Mode, Outcome, Stand
from service.web import standing_words as words
from service.web.charts import Chart, Series
from service.web.language import _, day_of_year, number

WEEKS = 12
LAST = 10  # comments shown
SNIPPET = 90  # characters of each
LINKS = 4  # of a comment, whose precedents are looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What moderators have said about a card's comment and author, and what its buttons will do."""

    standing: Held = NO_STANDING
    notes: int = 0  # about the comment and about its author
    too_hard_for: str = ""  # who left it to another moderator
    removals: Sequence[Removal] = ()
    effects: Mapping[str, str] = field(default_factory=dict)  # by decision

    @property
    def stands(self) -> str:
        """The standing in a word; "" for none."""
        return str(words.STANDS[self.standing.stand][0]) if self.standing.stand else ""


NO_ASIDE = Aside()


@dataclass(frozen=True, slots=True)
class Last:
    """One of the newest comments, with how it begins."""

    id: UUID
    at: datetime
    outcome: str
    words: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The comments of an author or of a network, as far as one looked: how they ended."""

    trails: Sequence[Trail]
    last: Sequence[Last]

    @property
    def is_cut(self) -> bool:
        return len(self.trails) >= WINDOW

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(outcome, its words, how many), those that there are."""
        found = Counter(one.outcome for one in self.trails)
        return [(key.value, word, found[key]) for key, word in words.OUTCOMES.items() if found[key]]

    @property
    def authors(self) -> int:
        """How many different ones: by e-mail address, and by name where there is none."""
        return len({one.author_hash or one.author_name.casefold() for one in self.trails})

    @property
    def sites(self) -> int:
        return len({one.site_id for one in self.trails})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A note or a change of the standing, by whom and when."""

    at: datetime
    by: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A comment that a person decided about and that has something in common with the shown one."""

    id: UUID
    what: str  # that they have in common
    is_spam: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """The author's and the network's panels of a comment's own page."""

    standing: Held
    stands: str  # in words
    is_known: bool  # something tells the author again
    theirs: Group
    weeks: Chart
    changes: Sequence[Said]
    undoable: int | None  # the change that a button takes back
    notes: Sequence[Said]
    network: Group
    network_search: str  # what finds the network's comments; "" once its address is forgotten


def asides(
    session: Session, rows: Sequence[CommentRow], sites: Mapping[int, SiteRow], now: datetime
) -> dict[UUID, Aside]:
    """What stands beside each of a page's cards."""
    marks = authors.marks(session, rows, now)
    offered = removals.by_site(session, sites)
    known = authors.published(session, [row.id for row in rows if _asks(row, sites)])
    names = _names(session, list(marks.hard.values()))

    def aside(row: CommentRow) -> Aside:
        standing = marks.standings.get(_key(row), NO_STANDING)
        site, is_known = sites[row.site_id], row.id in known
        hard = marks.hard.get(row.id) if row.outcome == Outcome.HELD else None
        return Aside(
            standing=standing,
            notes=marks.notes.get(row.id, 0) + marks.author_notes.get(_key(row), 0),
            too_hard_for=names.get(hard.actor, hard.actor) if hard else "",
            removals=offered[row.site_id],
            effects={
                decision.value: words.effect(decision, row, site, standing, is_known)
                for decision in Decision
            },
        )

    return {row.id: aside(row) for row in rows}


def panels(session: Session, row: CommentRow, now: datetime, site_id: Within) -> Panels:
    """All about the comment's author and network; of one site only, where `site_id` names it."""
    standing = authors.standing(session, _key(row), now) if row.author_hash else NO_STANDING
    changes = authors.changes(session, _key(row)) if row.author_hash else []
    notes = authors.notes_about(session, row)
    names = _names(session, [*changes, *notes])
    theirs = authors.by_author(session, row.author_hash, site_id)
    return Panels(
        standing=standing,
        stands=words.told(standing.stand, standing.until),
        is_known=bool(row.author_hash),
        theirs=_group(session, theirs),
        weeks=_weeks(theirs, now),
        changes=[_changed(change, names) for change in changes],
        undoable=changes[0].id if changes and changes[0].undoes is None else None,
        notes=[_noted(note, names) for note in notes],
        network=_group(session, authors.by_network(session, row.network_hash, site_id)),
        network_search=network_of(row.ip),
    )


def known(session: Session, row: CommentRow) -> list[Known]:
    """The nearest known spam and good comments on the site, those with the same text first."""
    shared = {row.text_hash: _("the same text")} if row.text_hash else {}
    shared |= dict.fromkeys(row.link_hashes[:LINKS], _("a link to the same domain"))
    found: dict[UUID, tuple[str, bool]] = {}
    for trace, what in shared.items():
        for label in (examples.SPAM, examples.HAM):
            near = precedents.newest(session, trace, label, row.site_id, row.id)
            if near is not None:
                found.setdefault(near, (what, label == examples.SPAM))
    rows = comments.by_ids(session, found)
    return [
        Known(id=one, what=what, is_spam=is_spam, text=_snippet(rows[one]))
        for one, (what, is_spam) in found.items()
    ]


def network_of(ip: str) -> str:
    """The search for the network of an address: `ip:203.0.113.0/24`; "" for what is none."""
    try:
        address = ip_address(ip.strip())
    except ValueError:
        return ""
    network = ip_network((address, NETWORK_BITS[address.version]), strict=False)
    return f"ip:{network}"


def _key(row: CommentRow) -> tuple[str, int]:
    return row.author_hash, row.site_id


def _asks(row: CommentRow, sites: Mapping[int, SiteRow]) -> bool:
    """Whether it matters here that something of the author's is published."""
    return sites[row.site_id].mode == Mode.HOLD_FIRST_TIMERS and row.outcome == Outcome.HELD


def _group(session: Session, trails: Sequence[Trail]) -> Group:
    shown = trails[:LAST]
    rows = comments.by_ids(session, [one.id for one in shown])
    return Group(
        trails=trails,
        last=[
            Last(one.id, one.received_at, one.outcome.value, words.OUTCOMES[one.outcome],
                 _snippet(rows[one.id]))
            for one in shown
        ],
    )  # fmt: skip


def _snippet(row: CommentRow) -> str:
    if row.text_purged_at is not None:
        return _("(text wiped)")
    text = " ".join(row.body[: 4 * SNIPPET].split())
    return text if len(text) <= SNIPPET else text[:SNIPPET].rstrip() + "…"


def _weeks(trails: Sequence[Trail], now: datetime) -> Chart:
    """How many comments a week, published and other, the last WEEKS."""
    published, other = [0] * WEEKS, [0] * WEEKS
    for one in trails:
        ago = max(0, (now - one.received_at).days) // 7
        if ago < WEEKS:
            column = published if one.outcome is Outcome.PUBLISHED else other
            column[WEEKS - 1 - ago] += 1
    total = sum(published) + sum(other)
    starts = [now - timedelta(weeks=WEEKS - index) for index in range(WEEKS)]
    return Chart(
        key="weeks",
        title=_("Comments a week"),
        told=_(
            "%(total)s in the last %(weeks)s weeks, %(published)s of them published.",
            total=number(total),
            weeks=WEEKS,
            published=number(sum(published)),
        ),
        columns=[_("Week from %(day)s", day=day_of_year(start)) for start in starts],
        column=_("Week"),
        series=[
            Series(_("Published"), "good", published),
            Series(_("Not published"), "bad", other),
        ],
        ticks=[],
    )


def _names(
    session: Session, rows: Sequence[StandingChangeRow | NoteRow | EscalationRow]
) -> dict[str, str]:
    """E-mail addresses of the moderators among the actors."""
    if not rows:
        return {}
    ids = {int(row.actor.partition(":")[2]) for row in rows}
    return {f"moderator:{key}": name for key, name in moderators.emails(session, ids).items()}


def _changed(change: StandingChangeRow, names: Mapping[str, str]) -> Said:
    stand = Stand(change.stand) if change.stand else None
    text = words.told(stand, change.until)
    if change.undoes is not None:
        text = _("Undone: again %(standing)s", standing=text)
    elif change.bulk_id is not None:
        text = _("%(standing)s, and everything removed", standing=text)
    return Said(at=change.at, by=names.get(change.actor, change.actor), text=text)


def _noted(note: NoteRow, names: Mapping[str, str]) -> Said:
    about = _("About this comment") if note.comment_id else _("About the author")
    return Said(at=note.at, by=names.get(note.actor, note.actor), text=note.text, about=about)
