"""A moderator's own account: the password, and the devices that are logged in."""

from __future__ import annotations

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core import throttle
from service.core.errors import NotFound
from service.core.store import moderators, people, second_steps
from service.core.store.moderators import IDLE, LONGEST
from service.core.store.tables import LoginRow
from service.core.throttle import Guess
from service.passwords import TooManyAtOnce, WeakPassword, hash_password, is_password
from service.web.auth import BUSY, behind_login, current_moderator, try_again
from service.web.cookies import forget_login, login_secret
from service.web.devices import shown_device
from service.web.language import _
from service.web.parts import parts
from service.web.requests import client_address
from service.web.sentences import in_words

HANDLE = 16  # characters of a login's hash that name it in a form: they open nothing

account = behind_login("account", "/queue/account")


def init_app(app: Flask) -> None:
    app.register_blueprint(account)
    app.jinja_env.filters["device"] = shown_device


@account.get("")
def show() -> str:
    return _page()


@account.post("")
def change_password() -> ResponseReturnValue:
    """Set a new password; every login of this moderator ends, this one too."""
    moderator, new = current_moderator(), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _refuse(_("The two new passwords differ. Please type the new one twice."))
    if problem := problem_with_password():
        return _refuse(problem)
    try:
        hashed = hash_password(new)
    except WeakPassword as error:
        return _refuse(_("The new password will not do: %(why)s.", why=in_words(str(error))))
    with parts().store.writing() as session:
        moderators.set_password(session, moderator.email, hashed)
        moderators.audit(session, moderator.actor, "password_changed", parts().clock())
    flash(_("Your password is changed. Log in with the new one."))
    return forget_login(redirect(url_for("auth.login"), 303))


@account.post("/logins/end")
def end_login() -> ResponseReturnValue:
    """End one of one's own logins, named by the beginning of its hash."""
    me, handle = current_moderator(), request.form.get("login", "")
    with parts().store.writing() as session:
        if len(handle) != HANDLE or not people.end_login(session, me.id, handle):
            raise NotFound("that device is logged out already")
        moderators.audit(session, me.actor, "login_ended", parts().clock(), {"logins": 1})
    flash(_("That device is logged out."))
    return redirect(url_for("account.show", _anchor="devices"), 303)


@account.post("/logins/end-others")
def end_other_logins() -> ResponseReturnValue:
    me = current_moderator()
    with parts().store.writing() as session:
        ended = people.end_logins(session, me.id, moderators.hash_secret(login_secret()))
        if ended:
            moderators.audit(session, me.actor, "login_ended", parts().clock(), {"logins": ended})
    flash(_("Every other device is logged out."))
    return redirect(url_for("account.show", _anchor="devices"), 303)


def problem_with_password() -> str:
    """Why the present password was not accepted; guesses count as they do at the login."""
    moderator, now = current_moderator(), parts().clock()
    guess = Guess.of(moderator.email, client_address(), parts().settings.secret_key)
    with parts().store.writing() as session:
        wait_until = throttle.count_guess(session, guess, now)
        stored = people.by_number(session, moderator.id).password_hash
    if wait_until is not None:
        return try_again(wait_until, now)
    try:
        if not is_password(request.form.get("current", ""), stored):
            return _("That is not your present password.")
    except TooManyAtOnce:
        with parts().store.writing() as session:
            throttle.forget_guess(session, guess, now)  # nothing was compared
        return str(BUSY)
    with parts().store.writing() as session:
        throttle.forget_guess(session, guess, now)
    return ""


def _refuse(problem: str) -> ResponseReturnValue:
    return _page(problem), 422


def _page(problem: str = "") -> str:
    me = current_moderator()
    with parts().store.reading() as session:
        logins = _logins(session)
        second_step = second_steps.of(session, me.id)
    return render_template(
        "account/show.html",
        problem=problem,
        logins=logins,
        here=moderators.hash_secret(login_secret()),
        handle_length=HANDLE,
        second_step=second_step,
    )


def _logins(session: Session) -> list[LoginRow]:
    """Those that are open still, this one first."""
    now, here = parts().clock(), moderators.hash_secret(login_secret())
    found = people.logins_of(session, current_moderator().id, now - IDLE)
    alive = [row for row in found if now - row.created_at <= LONGEST]
    return sorted(alive, key=lambda row: row.secret_hash != here)
