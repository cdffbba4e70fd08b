"""Setting up the second step of one's own login: the picture, recovery codes, turning it off."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import totp
from service.core.store import moderators, people, second_steps
from service.web.account import problem_with_password
from service.web.auth import behind_login, current_moderator
from service.web.cookies import login_secret
from service.web.language import _, later
from service.web.login_code import hash_code
from service.web.parts import parts

OFFERED = timedelta(minutes=30)  # how long a picture may be looked at before the code is typed
WRONG = later(
    "That is not the code that the app shows for this picture now. Wait for the next one, and "
    "check that the phone’s clock is right."
)

two_step = behind_login("two_step", "/queue/account/two-step")


def init_app(app: Flask) -> None:
    app.register_blueprint(two_step)


@two_step.get("")
def show() -> str:
    me = current_moderator()
    with parts().store.reading() as session:
        row, left = second_steps.of(session, me.id), second_steps.codes_left(session, me.id)
    if row is not None:
        return render_template("account/two_step.html", since=row.created_at, left=left, problem="")
    return _offer(totp.new_secret())


@two_step.post("/on")
def turn_on() -> ResponseReturnValue:
    """Ask for codes from now on. Every other login of theirs ends."""
    me, now, secret = current_moderator(), parts().clock(), _offered()
    if secret is None:
        flash(_("That picture was shown too long ago. Please take the new one."))
        return redirect(url_for("two_step.show"), 303)
    if problem := problem_with_password():
        return _offer(secret, problem), 422
    step = totp.step_of(secret, totp.bare(request.form.get("code", "")), now)
    if step is None:
        return _offer(secret, WRONG), 422
    seal_id, sealed = totp.sealed(secret, parts().settings.secret_key)
    try:
        with parts().store.writing() as session:
            second_steps.turn_on(session, me.id, seal_id, sealed, step, now)
            codes = _new_codes(session)
            people.end_logins(session, me.id, moderators.hash_secret(login_secret()))
            moderators.audit(session, me.actor, "second_step_on", now)
    except IntegrityError:  # by a second click, or in another window
        flash(_("Your second step is set up already."))
        return redirect(url_for("two_step.show"), 303)
    return render_template("account/recovery_codes.html", codes=codes, is_new=True)


@two_step.post("/codes")
def renew_codes() -> ResponseReturnValue:
    """Other recovery codes instead of the old ones."""
    me = current_moderator()
    if problem := problem_with_password():
        return _refuse(problem)
    with parts().store.writing() as session:
        if second_steps.of(session, me.id) is None:
            return redirect(url_for("two_step.show"), 303)
        codes = _new_codes(session)
        moderators.audit(session, me.actor, "recovery_codes_renewed", parts().clock())
    return render_template("account/recovery_codes.html", codes=codes, is_new=False)


@two_step.post("/off")
def turn_off() -> ResponseReturnValue:
    me = current_moderator()
    if problem := problem_with_password():
        return _refuse(problem)
    with parts().store.writing() as session:
        if second_steps.turn_off(session, me.id):
            moderators.audit(session, me.actor, "second_step_off", parts().clock())
    flash(_("Your password alone lets you in again."))
    return redirect(url_for("account.show"), 303)


def _refuse(problem: str) -> ResponseReturnValue:
    me = current_moderator()
    with parts().store.reading() as session:
        row, left = second_steps.of(session, me.id), second_steps.codes_left(session, me.id)
    if row is None:
        return redirect(url_for("two_step.show"), 303)
    page = render_template(
        "account/two_step.html", since=row.created_at, left=left, problem=problem
    )
    return page, 422


def _offer(secret: str, problem: str = "") -> str:
    """The page with the picture. It carries the secret along, signed, until a code proves it."""
    me = current_moderator()
    return render_template(
        "account/two_step_new.html",
        picture=Markup(totp.picture(totp.address(secret, me.email))),  # noqa: S704  # by segno
        groups=[secret[start : start + 4] for start in range(0, len(secret), 4)],
        offer=_offering().dumps([me.id, secret]),
        problem=problem,
    )


def _offered() -> str | None:
    try:
        age = int(OFFERED.total_seconds())
        whose, secret = _offering().loads(request.form.get("offer", ""), max_age=age)
    except BadSignature:
        return None
    return cast(str, secret) if whose == current_moderator().id else None


def _offering() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().settings.secret_key, salt="second-step")


def _new_codes(session: Session) -> list[str]:
    me, codes = current_moderator(), totp.new_recovery_codes()
    second_steps.set_codes(session, me.id, [hash_code(me.id, code) for code in codes])
    return codes
