"""The moderation queue: look through the tabs, decide, undo. Every action is a plain form."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core import moderation, retention
from service.core.access import Act
from service.core.errors import NothingToUndo, StaleRevision
from service.core.search import InvalidSearch
from service.core.store import comments, found, removals, sites, statistics
from service.core.store.comments import Order
from service.core.store.found import Count
from service.core.store.strands import Within
from service.core.store.tables import CommentRow, SiteRow
from service.core.verdict import Decision, EventKind, Outcome, Verdict, outcome_of
from service.scoring import reasons_on_view
from service.web import folded, views
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
from service.web.detail import detail_of, part_of
from service.web.errors import Fault, InvalidRequest, asks_for_json
from service.web.language import _
from service.web.parts import parts
from service.web.queue_place import Place, place_of, scope_of
from service.web.queue_view import Card, Tab
from service.web.removal_words import removal_words
from service.web.sentences import in_words
from service.web.shown_text import pieces

PAGE = 25  # comments
CHECKING = 5  # comments shown beneath those that need review
LASTING_TABS = [(tab, name) for tab, name in view.TAB_NAMES.items() if tab is not Tab.CHECKING]

queue = Blueprint("queue", __name__, url_prefix="/queue")
queue.before_request(require_login)
queue.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(queue)
    app.jinja_env.globals["spam_days"] = retention.SPAM_TEXT.days
    app.jinja_env.globals["identity_days"] = retention.IDENTITY.days
    app.jinja_env.filters["percent"] = words.percent
    app.jinja_env.filters["counted"] = words.counted
    app.jinja_env.filters["many"] = words.many
    app.jinja_env.filters["comments"] = words.comments
    app.jinja_env.filters["pieces"] = pieces
    app.jinja_env.filters["removal"] = removal_words
    app.jinja_env.filters["actor"] = words.actor
    app.jinja_env.filters["outcome"] = lambda outcome: words.OUTCOMES[outcome]
    app.jinja_env.filters["ago"] = lambda start: words.span(start, parts().clock(), is_ago=True)
    app.jinja_env.filters["since"] = lambda start: words.span(start, parts().clock())


@queue.before_request
def forbid_viewers_to_act() -> None:
    if request.method == "POST":
        check(current_moderator(), Act.DECIDE)


@queue.get("")
def index() -> ResponseReturnValue:
    with parts().store.reading() as session:
        seen_sites = visible(sites.all_sites(session))
        place = place_of(request.args, seen_sites, own_site())
        try:
            scope = scope_of(place, seen_sites, own_site())
        except InvalidSearch as problem:
            return _unsearchable(place, seen_sites, problem), 400
        found_page = found.page(session, scope, place.order, place.after, PAGE)
        checking: list[CommentRow] = []
        if place.tab is Tab.REVIEW and place.after is None and not place.q:
            waiting = replace(scope, outcome=Outcome.PENDING, is_folded=False)
            checking = found.page(session, waiting, Order.OLDEST, None, CHECKING).rows
        cards = _cards(session, [*found_page.rows, *checking], site_id=scope.site_id)
        counts = found.counts(session, scope, found_page.matching)
        strip = views.strip(session, place, seen_sites)
        today = _today(session, seen_sites, scope.now) if not found_page.rows else None
        folds = folded.of_cards(session, cards, scope.site_id) if place.is_folded else {}
    return render_template(
        "queue/index.html",
        folds=folds,
        views=strip,
        today=today,
        place=place,
        tabs=_tabs(place, counts),
        sites=seen_sites,
        cards=cards[: len(found_page.rows)],
        checking=cards[len(found_page.rows) :],
        counts={outcome: count.comments for outcome, count in counts.items()},
        matching=counts[scope.outcome],
        actions=[one for one in view.ACTIONS if outcome_of(one.decision, None) != scope.outcome],
        loaded=scope.now.isoformat(),
        reached=found_page.reached,
        next_url=found_page.following and place.url(after=found_page.following),
        back=request.full_path.rstrip("?"),
        done=browser.pop("done", None),
    )


def _unsearchable(place: Place, seen_sites: list[SiteRow], problem: InvalidSearch) -> str:
    """The page with what is wrong about the search, and nothing found."""
    with parts().store.reading() as session:
        strip = views.strip(session, place, seen_sites)
    return render_template(
        "queue/index.html",
        place=place,
        views=strip,
        back=place.url(),
        sites=seen_sites,
        problem=in_words(str(problem)),
        tabs=[(name, place.url(tab=tab), "", tab is place.tab) for tab, name in LASTING_TABS],
    )


@queue.get("/comments/<uuid:comment_id>")
def comment(comment_id: UUID) -> str:
    """One comment by itself, with the whole of its text and history."""
    return _comment_page(comment_id)


@queue.get("/comments/<uuid:comment_id>/detail")
def detail(comment_id: UUID) -> str:
    """The same for the script: one part of what is known, without a page around it."""
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, own_site())
        [card] = _cards(session, [row], whole=True)
        part = detail_of(
            session, card, parts().clock(), own_site(), part_of(request.args.get("part", ""))
        )
    return render_template("queue/detail.html", card=card, detail=part, is_fragment=True)


@queue.post("/comments/<uuid:comment_id>/decision")
def decide(comment_id: UUID) -> ResponseReturnValue:
    decision, reason, revision = _decision(), _reason(comment_id), _revision()
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
                site_id=moderator.within,
                reason=reason,
            )
        parts().bell.ring_to_learn()
    except StaleRevision:
        if not _is_own_doing(comment_id, decision, revision + 1):
            return _conflict(comment_id)
        return back_to_place(comment_id, words.done(decision, removal_words(reason)), revision + 1)
    return back_to_place(comment_id, words.done(decision, removal_words(reason)), row.revision)


@queue.post("/comments/<uuid:comment_id>/undo")
def undo(comment_id: UUID) -> ResponseReturnValue:
    revision, moderator, now = _revision(), current_moderator(), parts().clock()
    try:
        with parts().store.writing() as session:
            row = moderation.undo(
                session, comment_id, revision, actor_of(moderator), now, site_id=moderator.within
            )
        parts().bell.ring_to_learn()
    except (StaleRevision, NothingToUndo):
        return _conflict(comment_id)
    tab = next(tab for tab, outcome in view.OUTCOMES.items() if outcome == row.outcome)
    said = _(
        "Undone, with all it taught: the comment is in “%(tab)s” again.",
        tab=str(view.TAB_NAMES[tab]),
    )
    return back_to_place(comment_id, said)


def _cards(
    session: Session, rows: list[CommentRow], whole: bool = False, site_id: Within = None
) -> list[Card]:
    """The cards; of campaigns they count what is on the site, else on all that one sees."""
    explained = [row for row in rows if whole or view.is_soon_explained(row)]
    reasons = reasons_on_view(parts().store, parts().scorer, explained)
    within = own_site() if site_id is None else site_id
    return view.cards(session, rows, reasons, parts().clock(), whole, within)


def own_site() -> Within:
    """The sites of the moderator's that this request is about; None for every site."""
    return current_moderator().within


def visible(every: list[SiteRow]) -> list[SiteRow]:
    """Those of the sites that the moderator may see."""
    return [site for site in every if current_moderator().sees(site.id)]


def _today(session: Session, seen_sites: list[SiteRow], now: datetime) -> dict[str, int]:
    """What happened since midnight UTC on these sites, by what became of it."""
    site_id = own_site()
    seen = [site.id for site in seen_sites if site_id in (None, site.id)]
    scope = statistics.Scope.of_days(seen, 1, now)
    [arrived] = [*statistics.verdicts_by_day(session, scope).values()] or [{}]
    decided = sum(one.total for one in statistics.by_actor(session, scope))
    return {
        "published": arrived.get(Verdict.HAM, 0),
        "spam": arrived.get(Verdict.SPAM, 0),
        "decided": decided,
    }


def _tabs(place: Place, counts: dict[Outcome, Count]) -> list[tuple[str, str, str, bool]]:
    """(name, address, count, whether open); "being checked" only while something is."""
    return [
        (name, place.url(tab=tab), words.many(counts[view.OUTCOMES[tab]]), tab is place.tab)
        for tab, name in view.TAB_NAMES.items()
        if tab is not Tab.CHECKING or tab is place.tab or counts[Outcome.PENDING].comments
    ]


def _decision() -> Decision:
    """What was pressed; a reason's button stands for removing."""
    try:
        usual = Decision.REMOVE if "reason" in request.form else ""
        return Decision(request.form.get("decision", usual))
    except ValueError as error:
        expected = "expected approve, spam, remove or hold"
        raise InvalidRequest(f"decision: {expected}", [Fault("decision", expected)]) from error


def _reason(comment_id: UUID) -> str:
    """Why it is removed, in the words of its site's list; "" where no reason was chosen."""
    if not (code := request.form.get("reason", "")):
        return ""
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, own_site())
        return removals.words_of(session, row.site_id, code)


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


def back_to_place(comment_id: UUID, text: str, undo: int | None = None) -> ResponseReturnValue:
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
        row = comments.by_id(session, comment_id, own_site())
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
        row = comments.by_id(session, comment_id, own_site())
        [card] = _cards(session, [row], whole=True)
        detail = detail_of(session, card, parts().clock(), own_site())
    here = url_for("queue.comment", comment_id=comment_id)
    return render_template(
        "queue/comment.html",
        card=card,
        detail=detail,
        conflict=conflict,
        done=None if conflict else browser.pop("done", None),
        back=local_path(request.form.get("back", "")) if conflict else here,
    )
