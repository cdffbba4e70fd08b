"""The pages of campaigns: look, decide once, undo, take a comment out. All plain forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from werkzeug.exceptions import Forbidden

from service.core import campaigns as deciding
from service.core.campaigns import Deed, Who
from service.core.errors import NothingToUndo, NothingWaits
from service.core.store import campaigns
from service.core.store.moderators import Role
from service.core.verdict import Decision
from service.web import campaign_view as view
from service.web import queue_view
from service.web.auth import actor_of, current_moderator, keep_private, require_login
from service.web.errors import Fault, InvalidRequest
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
    site_id = current_moderator().site_id
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
    lasting = timedelta(hours=parts().settings.campaign_hours)
    try:
        deed = parts().store.write(
            lambda session: deciding.decide(
                session, campaign_id, decision, _who(), loaded_at, now, lasting
            )
        )
    except NothingWaits:
        return _page(campaign_id, is_stale=True), 409
    parts().bell.ring_to_learn()
    flash(
        _("%(decided)s: %(comments)s.", decided=DECIDED[decision], comments=comments(deed.comments))
        + _taught(deed)
    )
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


@door.post("/<int:campaign_id>/undo")
def undo(campaign_id: int) -> ResponseReturnValue:
    number, now = request.form.get("deed", 0, type=int), parts().clock()
    with_late = request.form.get("late") == "yes"
    try:
        deed = parts().store.write(
            lambda session: deciding.undo(session, number, _who(), now, with_inherited=with_late)
        )
    except NothingToUndo:
        return _page(campaign_id, is_stale=True), 409
    parts().bell.ring_to_learn()
    left = (
        " " + _("%(comments)s changed since: left as they are.", comments=comments(deed.left))
        if deed.left
        else ""
    )
    flash(_("Undone, with all it taught: %(comments)s.", comments=comments(deed.comments)) + left)
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)


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
    site_id = current_moderator().site_id
    now = parts().clock()
    which, after = _show(), request.args.get("after", type=UUID)
    with parts().store.reading() as session:
        row = campaigns.by_id(session, campaign_id, site_id)
        [campaign] = view.shown(session, [row], site_id)
        rows = campaigns.members(
            session, campaign_id, site_id, only=LISTS[which][1], after=after, limit=MEMBERS + 1
        )
        cards = queue_view.cards(session, rows[:MEMBERS], {}, site_id=site_id)
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


def _who() -> Who:
    moderator = current_moderator()
    return Who(actor_of(moderator), moderator.site_id)


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
