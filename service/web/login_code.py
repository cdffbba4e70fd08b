"""The second step of logging in: a code of the authenticator app, or a recovery code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import totp
from service.core import throttle
from service.core.sealing import BrokenSeal
from service.core.store import keys, moderators, second_steps
from service.core.store.people_tables import SecondStepRow
from service.core.store.tables import ModeratorRow
from service.core.throttle import Guess
from service.web.auth import keep_private, local_path, try_again, welcome
from service.web.language import _, later, ngettext
from service.web.parts import parts
from service.web.requests import client_address

log = structlog.get_logger()
PATIENCE = timedelta(minutes=5)  # between password and code
WRONG = later(
    "That code is wrong, used already or too old. Wait for the next one, and check that the "
    "phone’s clock is right."
)

login_code = Blueprint("login_code", __name__, url_prefix="/login/code")
login_code.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(login_code)


@login_code.get("")
def ask() -> ResponseReturnValue:
    if _half_way() is None:
        return _again()
    return render_template("auth/code.html", problem="")


@login_code.post("")
def answer() -> ResponseReturnValue:
    half, now = _half_way(), parts().clock()
    if half is None:
        return _again()
    moderator, target = half
    # Counted apart from passwords, so that a right one does not pardon wrong codes.
    guess = Guess.of(f"code of {moderator.email}", client_address(), parts().settings.secret_key)
    with parts().store.writing() as session:
        wait_until = throttle.count_guess(session, guess, now)
    if wait_until is not None:
        problem = try_again(wait_until, now, of_codes=True)
        return render_template("auth/code.html", problem=problem), 429
    with parts().store.writing() as session:
        how = _accepted(session, moderator.id, totp.bare(request.form.get("code", "")), now)
        left = second_steps.codes_left(session, moderator.id)
    if not how:
        return render_template("auth/code.html", problem=WRONG), 422
    response = welcome(moderator, guess, target, now, how)
    if how == "recovery code":
        flash(
            ngettext(
                "That recovery code is used up. %(num)s is left: your account page makes new ones.",
                "That recovery code is used up. %(num)s are left: your account page makes new "
                "ones.",
                left,
            )
        )
    return response


def hash_code(moderator_id: int, code: str) -> str:
    """What is stored of a recovery code; 49 bits could be searched for without the secret."""
    text = f"{moderator_id}:{totp.bare(code)}"
    return keys.hash_trace("recovery", text, parts().settings.secret_key)


def _accepted(session: Session, moderator_id: int, code: str, now: datetime) -> str:
    """By what the code lets them in; "" when it does not. It is used up."""
    row = second_steps.of(session, moderator_id)
    if row is None:
        return ""
    if not totp.CODE.fullmatch(code):
        right = second_steps.use_code(session, moderator_id, hash_code(moderator_id, code))
        return "recovery code" if right else ""
    step = totp.step_of(_secret_of(row), code, now)
    return "app" if step is not None and second_steps.use_step(session, moderator_id, step) else ""


def _secret_of(row: SecondStepRow) -> str:
    try:
        return totp.unsealed(row.seal_id, row.sealed_secret, parts().settings.secret_key)
    except BrokenSeal as error:
        log.error("second_step_unreadable", why=str(error), remedy="hamlet moderator reset-totp")
        return totp.new_secret()  # whose codes nobody knows


def _half_way() -> tuple[ModeratorRow, str] | None:
    """Who has shown their password to this browser just now, and where they want to go."""
    half: dict[str, Any] = browser.get("half", {})
    if not half or parts().clock().timestamp() - half["at"] > PATIENCE.total_seconds():
        return None
    with parts().store.reading() as session:
        row = session.get(ModeratorRow, half["moderator"])
    if row is None or row.deactivated_at is not None:
        return None
    same = moderators.hash_secret(row.password_hash)[:16] == half["password"]
    return (row, local_path(half["next"])) if same else None


def _again() -> ResponseReturnValue:
    flash(_("That took too long. Please log in again."))
    return redirect(url_for("auth.login"), 303)
