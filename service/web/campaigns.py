"""The pages of campaigns: look, decide once, undo, take a comment out. All plain forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from werkzeug.exceptions import Forbidden

from service.core import campaigns as deciding
from service.core.campaigns import Deed, Who
from service.core.errors import NotFound, NothingToUndo, NothingWaits
from service.core.store import campaigns, sites, strands
from service.core.store.moderators import Role
from service.core.store.strands import Within
from service.core.verdict import Decision
from service.web import campaign_view as view
from service.web import folded, queue_view
from service.web.auth import actor_of, current_moderator, keep_private, local_path, require_login
from service.web.errors import Fault, InvalidRequest, asks_for_json
from service.web.language import _, later
from service.web.parts import parts
from service.web.queue_words import DECIDED, comments

PAGE = 20  # campaigns
MEMBERS = 25
DECIDED_SHOWN = 5

door = Blueprint("campaigns", __name__, url_prefix="/queue/campaigns")
door.before_request(require_login)
door.after_request(keep_private)


class Show(StrEnum):
    """Which members the page of a campaign lists; the values stand in addresses."""

    WAITING = "waiting"
    ALL = "all"
    LATE = "late"
    OUT = "out"


LISTS: dict[Show, tuple[str, ColumnElement[bool]]] = {
    Show.WAITING: (later("Waiting"), campaigns.WAITING),
    Show.ALL: (later("All"), campaigns.IN_IT),
    Show.LATE: (later("Came after the decision"), campaigns.LATE),
    Show.OUT: (later("Taken out"), campaigns.TAKEN_OUT),
}


def init_app(app: Flask) -> None:
    app.register_blueprint(door)


@door.before_request
def forbid_viewers_to_act() -> None:
    if request.method == "POST" and current_moderator().role == Role.VIEWER:
        raise Forbidden(_("Your role is viewer: you may look at everything here, but not decide."))


@door.get("")
def index() -> str:
    site_id = current_moderator().sites
    with parts().store.reading() as session:
        rows = campaigns.waiting(session, site_id, _before(), PAGE + 1)
        found = view.shown(session, rows[:PAGE], site_id)
        done = []
        if not _before():
            done = view.shown(session, campaigns.decided(session, site_id, DECIDED_SHOWN), site_id)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = last and url_for("campaigns.index", at=last.last_at.isoformat(), id=last.id)
    return render_template(
        "queue/campaigns.html", campaigns=found, decided=done, next_url=following
    )


@door.get("/<int:campaign_id>")
def show(campaign_id: int) -> str:
    return _page(campaign_id)


@door.post("/<int:campaign_id>/decision")
def decide(campaign_id: int) -> ResponseReturnValue:
    decision, loaded_at, now = _decision(), _loaded_at(), parts().clock()
    who, spared = _who(), _spared()
    lasting = timedelta(hours=parts().settings.campaign_hours)
    try:
        deed = parts().store.write(
            lambda session: deciding.decide(
                session, campaign_id, decision, who, loaded_at, now, lasting, spared
            )
        )
    except NothingWaits:
        if asks_for_json():
            raise
        return _page(campaign_id, is_stale=True), 409
    parts().bell.ring_to_learn()
    told = _(
        "%(decided)s: %(comments)s.", decided=DECIDED[decision], comments=comments(deed.comments)
    ) + _taught(deed)
    if asks_for_json():
        return {"said": told, "undo": deed.id}
    return _onwards(campaign_id, told, deed.id)


@door.post("/<int:campaign_id>/undo")
def undo(campaign_id: int) -> ResponseReturnValue:
    number, now = request.form.get("deed", 0, type=int), parts().clock()
    with_late = request.form.get("late") == "yes"
    try:
        deed = parts().store.write(
            lambda session: deciding.undo(session, number, _who(), now, with_inherited=with_late)
        )
    except NothingToUndo:
        if asks_for_json():
            raise
        return _page(campaign_id, is_stale=True), 409
    parts().bell.ring_to_learn()
    told = _("Undone, with all it taught: %(comments)s.", comments=comments(deed.comments))
    if deed.left:
        told += " " + _(
            "%(comments)s changed since: left as they are.", comments=comments(deed.left)
        )
    if asks_for_json():
        return {"said": told, "card": folded.fragment(campaign_id, _who().site_id)}
    return _onwards(campaign_id, told)


@door.post("/<int:campaign_id>/out/<uuid:comment_id>")
def pull_out(campaign_id: int, comment_id: UUID) -> ResponseReturnValue:
    now = parts().clock()
    parts().store.write(
        lambda session: deciding.pull_out(session, campaign_id, comment_id, _who(), now)
    )
    parts().bell.ring_to_learn()
    flash(_("Taken out: what is decided about the campaign is not decided about this comment."))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


def _page(campaign_id: int, is_stale: bool = False) -> str:
    site_id = current_moderator().sites
    now = parts().clock()
    which, after = _show(), request.args.get("after", type=UUID)
    with parts().store.reading() as session:
        row = campaigns.by_id(session, campaign_id, site_id)
        [campaign] = view.shown(session, [row], site_id)
        rows = campaigns.members(
            session, campaign_id, site_id, only=LISTS[which][1], after=after, limit=MEMBERS + 1
        )
        cards = queue_view.cards(session, rows[:MEMBERS], {}, parts().clock(), site_id=site_id)
        decisions = view.decisions(session, campaign_id, site_id)
    return render_template(
        "queue/campaign.html",
        campaign=campaign,
        cards=cards,
        decisions=decisions,
        lists={show.value: name for show, (name, _) in LISTS.items()},
        which=which,
        following=rows[MEMBERS - 1].id if len(rows) > MEMBERS else None,
        is_stale=is_stale,
        is_lasting=lambda deed: view.is_lasting(deed, now),
        loaded_at=now.isoformat(),
        hours=parts().settings.campaign_hours,
        actions=queue_view.ACTIONS,
    )


def _onwards(campaign_id: int, told: str, undo: int | None = None) -> ResponseReturnValue:
    """To the campaign's page, or back to the queue where that was what one saw."""
    if not request.form.get("back"):
        flash(told)
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
    browser["done"] = {"text": told, "campaign": campaign_id, "deed": undo}
    following = request.form.get("following", type=UUID)
    path = urlsplit(local_path(request.form["back"]))
    return redirect(path._replace(fragment=f"c-{following}" if following else "main").geturl(), 303)


def _who() -> Who:
    """The moderator, confined to the one site that the queue showed, if it was one."""
    moderator = current_moderator()
    within: Within = moderator.sites
    if name := request.form.get("site", ""):
        with parts().store.reading() as session:
            site = sites.by_name(session, name)
        if not strands.holds(within, site.id):
            raise NotFound(f"there is no site {name}")
        within = site.id
    return Who(actor_of(moderator), within)


def _spared() -> set[UUID]:
    """Those that were listed and not ticked; refused where that leaves nothing that was seen."""
    listed = _ids("listed")
    ticked = _ids("member")
    if listed and not ticked:
        expected = "nothing is ticked, so nothing was changed: tick the comments that are meant"
        raise InvalidRequest(f"member: {expected}", [Fault("member", expected)])
    return listed - ticked


def _ids(name: str) -> set[UUID]:
    try:
        return {UUID(value) for value in request.form.getlist(name)}
    except ValueError as error:
        expected = "expected the numbers of comments"
        raise InvalidRequest(f"{name}: {expected}", [Fault(name, expected)]) from error


def _show() -> Show:
    try:
        return Show(request.args.get("show", Show.WAITING))
    except ValueError:
        return Show.WAITING


def _before() -> tuple[datetime, int] | None:
    """Where the page begins: behind this campaign."""
    number = request.args.get("id", type=int)
    try:
        at = datetime.fromisoformat(request.args.get("at", "").replace(" ", "+"))
    except ValueError:
        return None
    return (at, number) if number is not None and at.tzinfo else None


def _decision() -> Decision:
    try:
        return Decision(request.form.get("decision", ""))
    except ValueError as error:
        expected = "expected approve, spam, remove or hold"
        raise InvalidRequest(f"decision: {expected}", [Fault("decision", expected)]) from error


def _loaded_at() -> datetime:
    """When the page was loaded whose button was pressed: what came later is not decided."""
    try:
        at = datetime.fromisoformat(request.form.get("loaded_at", ""))
        return min(at, parts().clock())
    except (ValueError, TypeError) as error:
        expected = "expected the time at which the page was loaded, with its zone"
        raise InvalidRequest(f"loaded_at: {expected}", [Fault("loaded_at", expected)]) from error


def _taught(deed: Deed) -> str:
    return (
        " " + _("Their sites learn from %(count)s of them.", count=deed.taught)
        if deed.taught
        else ""
    )
