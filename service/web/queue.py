"""The moderation queue: look through the tabs, decide, undo. Every action is a plain form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core import moderation, retention
from service.core.access import Act
from service.core.errors import NothingToUndo, StaleRevision
from service.core.store import comments, sites
from service.core.store.comments import Order
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Decision, EventKind, Outcome
from service.scoring import reasons_on_view
from service.web import queue_view as view
from service.web import queue_words as words
from service.web.auth import (
    actor_of,
    check,
    current_moderator,
    keep_private,
    local_path,
    require_login,
)
from service.web.errors import Fault, InvalidRequest, asks_for_json
from service.web.parts import parts
from service.web.queue_view import Card, Tab
from service.web.shown_text import pieces

PAGE = 25  # comments
Choice = TypeVar("Choice", Tab, Order)
CHECKING = 5  # comments shown beneath those that need review

queue = Blueprint("queue", __name__, url_prefix="/queue")
queue.before_request(require_login)
queue.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(queue)
    app.jinja_env.globals["spam_days"] = retention.SPAM_TEXT.days
    app.jinja_env.filters["percent"] = words.percent
    app.jinja_env.filters["counted"] = words.counted
    app.jinja_env.filters["pieces"] = pieces
    app.jinja_env.filters["since"] = lambda start: words.span(start, parts().clock())


@queue.before_request
def forbid_viewers_to_act() -> None:
    if request.method == "POST":
        check(current_moderator(), Act.DECIDE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue a moderator is. All of it stands in the address."""

    tab: Tab
    order: Order
    site: str = ""  # "" for every site
    after: UUID | None = None

    def url(self, **changes: str | UUID | None) -> str:
        """The address of this place; a change of anything but the page begins at the first."""
        values: dict[str, Any] = {"tab": self.tab, "site": self.site}
        if "tab" not in changes:
            values["order"] = self.order
        values |= changes
        if values.get("order") == default_order(Tab(str(values["tab"]))):
            del values["order"]
        return url_for("queue.index", **{name: value for name, value in values.items() if value})


def default_order(tab: Tab) -> Order:
    return Order.URGENT if tab is Tab.REVIEW else Order.NEWEST


@queue.get("")
def index() -> str:
    with parts().store.reading() as session:
        seen_sites = _visible(sites.all_sites(session))
        names = {site.id: site.name for site in seen_sites}
        place = _place(set(names.values()), names.get(_own_site() or 0, ""))
        site_id = next((site.id for site in seen_sites if site.name == place.site), _own_site())
        rows, following = view.page(session, place.tab, place.order, site_id, place.after, PAGE)
        checking: list[CommentRow] = []
        if place.tab is Tab.REVIEW and place.after is None:
            checking, _ = view.page(session, Tab.CHECKING, Order.OLDEST, site_id, None, CHECKING)
        cards = _cards(session, [*rows, *checking])
        counts = comments.counts(session, site_id)
    return render_template(
        "queue/index.html",
        place=place,
        tabs=_tabs(place, counts),
        sites=seen_sites,
        cards=cards[: len(rows)],
        checking=cards[len(rows) :],
        counts=counts,
        next_url=following and place.url(after=following),
        back=request.full_path.rstrip("?"),
        done=browser.pop("done", None),
    )


@queue.get("/comments/<uuid:comment_id>")
def comment(comment_id: UUID) -> str:
    """One comment by itself, with the whole of its text and history."""
    return _comment_page(comment_id)


@queue.post("/comments/<uuid:comment_id>/decision")
def decide(comment_id: UUID) -> ResponseReturnValue:
    decision, revision = _decision(), _revision()
    moderator, now = current_moderator(), parts().clock()
    try:
        with parts().store.writing() as session:
            row = moderation.decide(
                session,
                comment_id,
                decision,
                revision,
                actor_of(moderator),
                now,
                site_id=moderator.site_id,
            )
        parts().bell.ring_to_learn()
    except StaleRevision:
        if not _is_own_doing(comment_id, decision, revision + 1):
            return _conflict(comment_id)
        return _back_to_place(comment_id, words.DONE[decision], revision + 1)
    return _back_to_place(comment_id, words.DONE[decision], row.revision)


@queue.post("/comments/<uuid:comment_id>/undo")
def undo(comment_id: UUID) -> ResponseReturnValue:
    revision, moderator, now = _revision(), current_moderator(), parts().clock()
    try:
        with parts().store.writing() as session:
            row = moderation.undo(
                session, comment_id, revision, actor_of(moderator), now, site_id=moderator.site_id
            )
        parts().bell.ring_to_learn()
    except (StaleRevision, NothingToUndo):
        return _conflict(comment_id)
    tab = next(tab for tab, outcome in view.OUTCOMES.items() if outcome == row.outcome)
    place = f"the comment is in “{view.TAB_NAMES[tab]}” again"
    return _back_to_place(comment_id, f"Undone, with all it taught: {place}.")


def _cards(session: Session, rows: list[CommentRow], whole: bool = False) -> list[Card]:
    explained = [row for row in rows if whole or view.is_soon_explained(row)]
    reasons = reasons_on_view(parts().store, parts().scorer, explained)
    return view.cards(session, rows, reasons, whole, _own_site())


def _own_site() -> int | None:
    """The one site of the moderator's that this request is about; None for every site."""
    return current_moderator().site_id


def _visible(every: list[SiteRow]) -> list[SiteRow]:
    return [site for site in every if current_moderator().sees(site.id)]


def _place(site_names: set[str], usual: str) -> Place:
    """Where the address leads; what it says wrongly or not at all falls back to the usual."""
    tab = _choice(Tab, "tab", Tab.REVIEW)
    site = request.args.get("site", "")
    after = request.args.get("after", type=UUID)
    order = _choice(Order, "order", default_order(tab))
    return Place(tab, order, site if site in site_names else usual, after)


def _choice(kind: type[Choice], name: str, default: Choice) -> Choice:
    try:
        return kind(request.args.get(name, default))
    except ValueError:
        return default


def _tabs(place: Place, counts: dict[Outcome, int]) -> list[tuple[str, str, int, bool]]:
    """(name, address, count, whether open); "being checked" only while something is."""
    return [
        (name, place.url(tab=tab), counts[view.OUTCOMES[tab]], tab is place.tab)
        for tab, name in view.TAB_NAMES.items()
        if tab is not Tab.CHECKING or tab is place.tab or counts[Outcome.PENDING]
    ]


def _decision() -> Decision:
    try:
        return Decision(request.form.get("decision", ""))
    except ValueError as error:
        expected = "expected approve, spam, remove or hold"
        raise InvalidRequest(f"decision: {expected}", [Fault("decision", expected)]) from error


def _revision() -> int:
    revision = request.form.get("revision", type=int)
    if revision is None:
        expected = "expected the number of the comment's revision"
        raise InvalidRequest(f"revision: {expected}", [Fault("revision", expected)])
    return revision


def _is_own_doing(comment_id: UUID, decision: Decision, revision: int) -> bool:
    """Whether the comment has changed by just this click, come a second time."""
    with parts().store.reading() as session:
        newest = comments.events_of(session, comment_id)[-1]
    mine = newest.actor == actor_of(current_moderator()) and newest.revision == revision
    return mine and newest.kind == EventKind.DECIDED and newest.detail["decision"] == decision


def _back_to_place(comment_id: UUID, text: str, undo: int | None = None) -> ResponseReturnValue:
    """Back to the page of the form, with a notice; `undo` is the revision it could undo.

    A script stays on its page, and is handed what to put there.
    """
    if asks_for_json():
        return _for_script(comment_id, text, undo)
    browser["done"] = {"text": text, "comment": str(comment_id), "undo": undo}
    path = urlsplit(local_path(request.form.get("back", "")))
    following = request.form.get("following", type=UUID)
    anchor = f"c-{following}" if following else "main"
    return redirect(path._replace(fragment=anchor).geturl(), 303)


def _conflict(comment_id: UUID) -> ResponseReturnValue:
    if asks_for_json():
        return _for_script(comment_id, "", None), 409
    return _comment_page(comment_id, conflict=True), 409


def _for_script(comment_id: UUID, text: str, undo: int | None) -> dict[str, Any]:
    """The notice's `said`, and either the revision to `undo` or the `card` as it stands now."""
    if undo is not None:
        return {"said": text, "undo": undo}
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, _own_site())
        [card] = _cards(session, [row])
    fragment = render_template(
        "queue/fragment.html",
        card=card,
        conflict=not text,
        back=local_path(request.form.get("back", "")),
        following=request.form.get("following", type=UUID),
    )
    return {"said": text, "card": fragment}


def _comment_page(comment_id: UUID, conflict: bool = False) -> str:
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, _own_site())
        [card] = _cards(session, [row], whole=True)
    here = url_for("queue.comment", comment_id=comment_id)
    return render_template(
        "queue/comment.html",
        card=card,
        conflict=conflict,
        done=None if conflict else browser.pop("done", None),
        back=local_path(request.form.get("back", "")) if conflict else here,
    )
