"""Deciding many comments at once: those ticked, the whole page, or all that match the search."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core import authors
from service.core import bulk as core
from service.core.bulk import Done
from service.core.errors import NothingToUndo
from service.core.store import comments, found, moderators, sites
from service.core.store.tables import CommentRow
from service.core.verdict import Decision, Outcome
from service.web import queue_words as words
from service.web.auth import actor_of, current_moderator, keep_private, local_path, require_login
from service.web.errors import Fault, InvalidRequest
from service.web.language import _, later
from service.web.parts import parts
from service.web.queue import forbid_viewers_to_act, own_site, visible
from service.web.queue_place import place_of, scope_of
from service.web.queue_view import ACTIONS, OUTCOMES
from service.web.sentences import in_words

UNASKED = 25  # comments decided at once without being asked again
SAMPLES = 3
UNCHOSEN = later(
    "Nothing was changed: choose what to do with the comments, such as Spam, then press Apply."
)
SCOPES = ("ticked", "page", "all")

bulk = Blueprint("bulk", __name__, url_prefix="/queue/bulk")
bulk.before_request(require_login)
bulk.before_request(forbid_viewers_to_act)
bulk.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(bulk)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which comments are meant, each at the revision it was shown with."""

    decision: Decision
    outcome: Outcome
    loaded: datetime
    wanted: Mapping[UUID, int]
    more: bool = False  # match, but were not looked at


@bulk.get("")
def index() -> str:
    """What was decided in bulk lately, each with its undo."""
    with parts().store.reading() as session:
        rows = core.recent(session, current_moderator().sites)
        names = moderators.emails(session, {int(row.actor.partition(":")[2]) for row in rows})
    return render_template(
        "queue/bulks.html",
        rows=rows,
        told={row.id: words.many_comments(Decision(row.decision), row.comments) for row in rows},
        names={f"moderator:{key}": email for key, email in names.items()},
        done=browser.pop("done", None),
        back=url_for("bulk.index"),
    )


@bulk.post("")
def decide() -> ResponseReturnValue:
    """Decide; above UNASKED comments only after showing what that would touch."""
    moderator, now = current_moderator(), parts().clock()
    if request.form.get("decision") == "":
        return _back({"text": str(UNCHOSEN)})
    with parts().store.reading() as session:
        choice = _choice(session)
        if len(choice.wanted) > UNASKED and "confirmed" not in request.form:
            return _ask(session, choice)
    if not choice.wanted:
        return _back({"text": _nothing()})
    done = parts().store.write(
        lambda session: core.decide_many(
            session,
            choice.wanted,
            choice.decision,
            (choice.outcome,),
            actor_of(moderator),
            now,
            site_id=moderator.within,
        )
    )
    parts().bell.ring_to_learn()
    return _back(_notice(done, choice.decision))


@bulk.post("/<int:bulk_id>/undo")
def undo(bulk_id: int) -> ResponseReturnValue:
    moderator, now = current_moderator(), parts().clock()
    actor = actor_of(moderator)
    try:
        done, was_ban = parts().store.write(
            lambda session: (
                core.undo_many(session, bulk_id, actor, now, site_id=moderator.sites),
                authors.undo_bulk(session, bulk_id, actor, now),
            )
        )
    except NothingToUndo as error:
        return _back({"text": _("Nothing was changed: %(why)s.", why=in_words(str(error)))})
    parts().bell.ring_to_learn()
    told = _(
        "Undone, with all it taught. Put back: %(comments)s.", comments=words.comments(done.changed)
    )
    if done.left:
        told += " " + _(
            "Left alone, as somebody decided again since: %(comments)s.",
            comments=words.comments(done.left),
        )
    if was_ban:
        told += " " + _("The author’s ban is undone too.")
    return _back({"text": told})


def _choice(session: Session) -> Choice:
    decision = _one_of("decision", tuple(action.decision.value for action in ACTIONS))
    scope_name = _one_of("scope", SCOPES)
    query = dict(parse_qsl(urlsplit(_path()).query))
    seen_sites = visible(sites.all_sites(session))
    place = place_of(query, seen_sites, own_site())
    outcome, loaded = OUTCOMES[place.tab], _loaded()
    if scope_name != "all":
        name = "pick" if scope_name == "ticked" else "on_page"
        wanted = dict(_shown(value) for value in request.form.getlist(name)[: core.MOST])
        return Choice(Decision(decision), outcome, loaded, wanted)
    scope = scope_of(place, seen_sites, own_site(), fence=loaded)
    wanted, more = found.revisions(session, scope)
    return Choice(Decision(decision), outcome, loaded, wanted, more)


def _ask(session: Session, choice: Choice) -> str:
    """The page that asks whether all these are meant."""
    drawn = random.sample(sorted(choice.wanted), min(SAMPLES, len(choice.wanted)))
    rows: list[CommentRow] = list(comments.by_ids(session, drawn).values())
    return render_template(
        "queue/bulk.html",
        choice=choice,
        number=words.comments(len(choice.wanted)),
        action=next(action for action in ACTIONS if action.decision is choice.decision),
        samples=rows,
        sent=[(name, text) for name, text in request.form.items(multi=True) if _is_kept(name)],
        back=_path(),
    )


def _is_kept(name: str) -> bool:
    return name not in ("csrf_token", "decision")


def _notice(done: Done, decision: Decision) -> dict[str, object]:
    text = words.many_comments(decision, done.changed) + "."
    if done.left:
        text += " " + _(
            "Left alone, as changed since the page was loaded: %(comments)s.",
            comments=words.comments(done.left),
        )
    return {"text": text, "bulk": done.bulk_id if done.changed else None}


def _nothing() -> str:
    if request.form.get("scope") == "ticked":
        return _("Nothing was changed: tick the comments that are meant, or choose all of them.")
    return _("Nothing was changed: no comment matches any more.")


def _one_of(name: str, known: tuple[str, ...]) -> str:
    value = request.form.get(name, "")
    if value not in known:
        raise _refused(name, f"expected one of {', '.join(known)}")
    return value


def _loaded() -> datetime:
    """When the page was made. Later arrivals are not touched."""
    try:
        loaded = datetime.fromisoformat(request.form.get("loaded", ""))
        if loaded.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as error:
        raise _refused("loaded", "expected when the page was loaded, with its zone") from error
    return min(loaded, parts().clock())


def _shown(value: str) -> tuple[UUID, int]:
    """A comment's number and the revision it was shown with."""
    number, _, revision = value.partition(":")
    try:
        return UUID(number), int(revision)
    except ValueError as error:
        raise _refused("pick", "expected a comment's number and revision, as NUMBER:3") from error


def _refused(name: str, expected: str) -> InvalidRequest:
    return InvalidRequest(f"{name}: {expected}", [Fault(name, expected)])


def _path() -> str:
    return local_path(request.form.get("back", ""))


def _back(done: dict[str, object]) -> ResponseReturnValue:
    browser["done"] = done
    return redirect(urlsplit(_path())._replace(fragment="main").geturl(), 303)
