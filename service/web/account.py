"""A moderator's own account: changing the password."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.core import throttle
from service.core.store import moderators
from service.core.throttle import Guess
from service.passwords import TooManyAtOnce, WeakPassword, hash_password, is_password
from service.web.auth import (
    BUSY,
    actor_of,
    current_moderator,
    forget_login,
    keep_private,
    require_login,
    try_again,
)
from service.web.parts import parts
from service.web.requests import client_address

account = Blueprint("account", __name__, url_prefix="/queue/account")
account.before_request(require_login)
account.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(account)


@account.get("")
def show() -> str:
    return render_template("queue/account.html", problem="")


@account.post("")
def change_password() -> ResponseReturnValue:
    """Set a new password; every login of this moderator ends, this one too."""
    moderator, new = current_moderator(), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _refuse("The two new passwords differ. Please type the new one twice.")
    if problem := _problem_with_current():
        return _refuse(problem)
    try:
        hashed = hash_password(new)
    except WeakPassword as error:
        return _refuse(f"The new password has {error}.")
    with parts().store.writing() as session:
        moderators.set_password(session, moderator.email, hashed)
        now = parts().clock()
        moderators.audit(session, actor_of(moderator), "password_changed", now)
    flash("Your password is changed. Log in with the new one.")
    return forget_login(redirect(url_for("auth.login"), 303))


def _problem_with_current() -> str:
    """Why the present password was not accepted; guesses count as they do at the login."""
    moderator, now = current_moderator(), parts().clock()
    guess = Guess.of(moderator.email, client_address(), parts().settings.secret_key)
    with parts().store.writing() as session:
        wait_until = throttle.count_guess(session, guess, now)
    if wait_until is not None:
        return try_again(wait_until, now)
    try:
        if not is_password(request.form.get("current", ""), moderator.password_hash):
            return "That is not your present password."
    except TooManyAtOnce:
        with parts().store.writing() as session:
            throttle.forget_guess(session, guess, now)  # nothing was compared
        return BUSY
    with parts().store.writing() as session:
        throttle.forget_guess(session, guess, now)
    return ""


def _refuse(problem: str) -> ResponseReturnValue:
    return render_template("queue/account.html", problem=problem), 422
