"""About a comment's author: standing, notes, too hard a case, ban and remove all. Plain forms."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from service.core import authors as core
from service.core import bulk, submission
from service.core.store import authors, comments
from service.core.verdict import Decision, Stand
from service.web import queue_words
from service.web import standing_words as words
from service.web.auth import actor_of, current_moderator, keep_private, require_login
from service.web.errors import Fault, InvalidRequest
from service.web.language import _
from service.web.parts import parts
from service.web.queue import back_to_place, forbid_viewers_to_act, own_site

LONGEST_NOTE = 1_000  # characters
SAMPLES = 3
ENDED = "none"

author_pages = Blueprint("authors", __name__, url_prefix="/queue/comments/<uuid:comment_id>")
author_pages.before_request(require_login)
author_pages.before_request(forbid_viewers_to_act)
author_pages.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(author_pages)
    app.jinja_env.globals["stands"] = words.STANDS
    app.jinja_env.globals["lasting"] = words.LASTING


@author_pages.post("/standing")
def stand(comment_id: UUID) -> ResponseReturnValue:
    """Trust, ban, always ask, or end any of it."""
    wanted, lasting, now = _stand(), _lasting(), parts().clock()
    moderator = current_moderator()
    change = parts().store.write(
        lambda session: core.stand(
            session,
            comment_id,
            wanted,
            lasting,
            _number("seen"),
            actor_of(moderator),
            now,
            site_id=moderator.within,
        )
    )
    until = now + lasting if lasting and wanted else None
    browser["done"] = {
        "text": _(
            "Noted for this author on this site: %(standing)s.",
            standing=words.told(wanted, until),
        ),
        "change": [str(comment_id), change],
    }
    return _to_author(comment_id)


@author_pages.post("/standing/undo")
def undo(comment_id: UUID) -> ResponseReturnValue:
    moderator, now, change = current_moderator(), parts().clock(), _number("change")
    back = parts().store.write(
        lambda session: core.undo(
            session, change, actor_of(moderator), now, site_id=moderator.within
        )
    )
    text = words.told(back.stand, back.until)
    browser["done"] = {
        "text": _("Undone. The author’s standing is again: %(standing)s.", standing=text)
    }
    return _to_author(comment_id)


@author_pages.post("/notes")
def note(comment_id: UUID) -> ResponseReturnValue:
    """Add a note, about the comment or about its author on the site."""
    text = submission.clean("text", request.form.get("text", "")).strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        raise _refused("text", f"expected a note of 1 to {LONGEST_NOTE} characters")
    about = _one_of("about", ("comment", "author"))
    with parts().store.writing() as session:
        row = comments.by_id(session, comment_id, own_site())
        if about == "author":
            core.author_of(row)
        actor = actor_of(current_moderator())
        authors.note(session, row, about == "author", text, actor, parts().clock())
    browser["done"] = {"text": _("Your note is kept.")}
    return redirect(url_for("queue.comment", comment_id=comment_id, _anchor="notes"), 303)


@author_pages.post("/hard")
def hard(comment_id: UUID) -> ResponseReturnValue:
    """Leave a comment that is too hard to another moderator, or take it up again."""
    is_hard = _one_of("hard", ("yes", "no")) == "yes"
    with parts().store.writing() as session:
        row = comments.by_id(session, comment_id, own_site())
        if is_hard:
            actor = actor_of(current_moderator())
            authors.escalate(session, row.id, actor, parts().clock())
        else:
            authors.take_up(session, row.id)
    if is_hard:
        return back_to_place(comment_id, _("Left to another moderator: find it by is:escalated."))
    return back_to_place(comment_id, _("Taken up again."))


@author_pages.get("/ban")
def ask(comment_id: UUID) -> ResponseReturnValue:
    """How much a ban together with removing everything would touch."""
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, own_site())
        author = core.author_of(row)
        standing = authors.standing(session, author, parts().clock())
        wanted = authors.revisions(session, author, core.TAKEN_AWAY, bulk.MOST)
        drawn = random.sample(sorted(wanted), min(SAMPLES, len(wanted)))
        samples = list(comments.by_ids(session, drawn).values())
    return render_template(
        "queue/ban.html",
        comment=row,
        standing=standing,
        number=queue_words.comments(len(wanted)),
        typed=len(wanted),
        samples=samples,
        done=browser.pop("done", None),
    )


@author_pages.post("/ban")
def ban(comment_id: UUID) -> ResponseReturnValue:
    """Ban the author and remove all of theirs, if the number typed is the number there is."""
    lasting, now, seen = _lasting(), parts().clock(), _number("seen")
    typed = request.form.get("typed", type=int)
    moderator = current_moderator()
    with parts().store.reading() as session:
        row = comments.by_id(session, comment_id, own_site())
        wanted = authors.revisions(session, core.author_of(row), core.TAKEN_AWAY, bulk.MOST)
    if typed != len(wanted):
        browser["done"] = {
            "text": _("Nothing was changed: the number typed is not how many there are now.")
        }
        return redirect(url_for("authors.ask", comment_id=comment_id), 303)
    done = parts().store.write(
        lambda session: core.ban_and_remove(
            session,
            comment_id,
            wanted,
            lasting,
            seen,
            actor_of(moderator),
            now,
            site_id=moderator.within,
        )
    )
    parts().bell.ring_to_learn()
    until = now + lasting if lasting else None
    removed = queue_words.many_comments(Decision.REMOVE, done.changed)
    browser["done"] = {
        "text": _(
            "%(standing)s; %(removed)s. One undo takes back both.",
            standing=words.told(Stand.BANNED, until),
            removed=removed,
        ),
        "bulk": done.bulk_id,
    }
    return _to_author(comment_id)


def _to_author(comment_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("queue.comment", comment_id=comment_id, _anchor="author"), 303)


def _stand() -> Stand | None:
    value = _one_of("stand", (*(stand.value for stand in Stand), ENDED))
    return None if value == ENDED else Stand(value)


def _one_of(name: str, known: tuple[str, ...]) -> str:
    value = request.form.get(name, "")
    if value not in known:
        raise _refused(name, f"expected one of {', '.join(known)}")
    return value


def _lasting() -> timedelta | None:
    return words.LASTING[_one_of("lasting", tuple(words.LASTING))][1]


def _number(name: str) -> int:
    value = request.form.get(name, type=int)
    if value is None:
        raise _refused(name, "expected a number")
    return value


def _refused(name: str, expected: str) -> InvalidRequest:
    return InvalidRequest(f"{name}: {expected}", [Fault(name, expected)])
