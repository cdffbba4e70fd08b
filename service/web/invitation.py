"""The page that an invitation leads to: whoever was invited chooses a name and a password."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from service.core import people
from service.core.errors import NotFound
from service.core.store import invitations, moderators, sites
from service.core.store.people_tables import InvitationRow
from service.passwords import WeakPassword, hash_password
from service.web.auth import keep_private
from service.web.cookies import forget_login
from service.web.language import _, later
from service.web.parts import parts
from service.web.sentences import in_words

LONGEST_NAME = 80
TAKEN = later("Somebody with this e-mail address has a login already. Please log in with that.")

invitation = Blueprint("invitation", __name__, url_prefix="/invitation")
invitation.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(invitation)


@invitation.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    found = _open(secret)
    return _page(found, secret) if found else _ended()


@invitation.post("/<secret>")
def accept(secret: str) -> ResponseReturnValue:
    """Make the login, once; then they log in with it, as every other time."""
    found = _open(secret)
    if found is None:
        return _ended()
    name, password = " ".join(request.form.get("name", "").split()), request.form.get("password")
    if problem := _problem_with(name, password or ""):
        return _page(found, secret, name, problem), 422
    try:
        hashed = hash_password(password or "")
    except WeakPassword as error:
        return _page(
            found, secret, name, _("The password will not do: %(why)s.", why=in_words(str(error)))
        ), 422
    try:
        with parts().store.writing() as session:
            people.accept(session, secret, name, hashed, parts().clock())
    except NotFound:
        return _ended()
    except IntegrityError:
        return _page(found, secret, name, TAKEN), 409
    flash(
        _(
            "Welcome, %(name)s. Log in with %(email)s and your new password.",
            name=name,
            email=found.email,
        )
    )
    return forget_login(redirect(url_for("auth.login"), 303))  # of whoever sat here before


def _open(secret: str) -> InvitationRow | None:
    with parts().store.reading() as session:
        return invitations.open_one(session, secret, parts().clock())


def _problem_with(name: str, password: str) -> str:
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        return _("Please give a name of at most %(count)s characters.", count=LONGEST_NAME)
    if password != request.form.get("again", ""):
        return _("The two passwords differ. Please type it twice.")
    return ""


def _page(found: InvitationRow, secret: str, name: str = "", problem: str = "") -> str:
    reach = invitations.reach_of(found)
    with parts().store.reading() as session:
        names = [row.name for row in sites.all_sites(session) if reach and row.id in reach]
        inviter = moderators.emails(session, [found.invited_by])
    return render_template(
        "auth/invitation.html",
        invitation=found,
        inviter=inviter[found.invited_by],
        secret=secret,
        sites=None if reach is None else names,
        name=name,
        problem=problem,
    )


def _ended() -> ResponseReturnValue:
    return render_template("auth/invitation_ended.html"), 410
