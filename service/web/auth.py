"""Moderators come and go: login, logout, guards for the pages behind it, no forged forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask import session as browser  # what Flask signs into a cookie: CSRF token, notices
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from service.core import throttle
from service.core.access import Act, Person
from service.core.store import moderators, second_steps
from service.core.store.moderators import LONGEST, Role
from service.core.store.tables import ModeratorRow
from service.core.throttle import Guess
from service.passwords import TooManyAtOnce, is_password
from service.web.cookies import cookie_name, forget_login, login_secret, read_cookie, set_cookie
from service.web.devices import device_words
from service.web.language import _, clock_time, later, ngettext
from service.web.parts import parts
from service.web.requests import client_address
from service.web.role_words import ACTS, ROLE_NAMES
from service.web.sight import person_of

# Nobody is logged in at these doors: they ask for a token, or are open to every reader.
WITHOUT_LOGIN = {"comments", "akismet", "article", "health"}
REMEMBERED = timedelta(days=90)  # how long a browser counts as having logged in before
WRONG = later("That e-mail address and password do not belong together. Please check both.")
BUSY = later("Too many people are logging in at this moment. Please try again in a few seconds.")
INVISIBLE = re.compile(r"[\x00-\x20\x7f\\]")

auth = Blueprint("auth", __name__)
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    settings = app.extensions["hamlet"].settings
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("-form", settings.cookies_are_secure),
        SESSION_COOKIE_SECURE=settings.cookies_are_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_CHECK_DEFAULT=False,  # `_refuse_forged_forms` says where
        WTF_CSRF_TIME_LIMIT=None,  # a queue page left open over lunch still works
    )
    csrf.init_app(app)
    app.before_request(_refuse_forged_forms)
    app.jinja_env.filters["role"] = lambda role: ROLE_NAMES[role]
    app.register_blueprint(auth)


@auth.after_request
def keep_private(response: Response) -> Response:
    """Nothing behind the login stays in a cache, so Back shows nothing after logging out."""
    response.headers["Cache-Control"] = "no-store"
    return response


def require_login() -> ResponseReturnValue | None:
    """A guard: whoever is not logged in is sent to do so, and comes back afterwards."""
    moderator = logged_in()
    if moderator is None:
        if request.method == "POST":
            flash(_("Your login has ended, so nothing was changed. Log in, then do it again."))
        return redirect(url_for("auth.login", next=_place()))
    g.moderator = moderator
    return _ask_for_second_step(moderator)


def require(act: Act) -> Callable[[], None]:
    """A guard behind `require_login`: only those who may do this pass."""

    def guard() -> None:
        if (person := g.get("moderator")) is not None:
            check(person, act)

    return guard


def behind_login(name: str, prefix: str, act: Act | None = None) -> Blueprint:
    """A blueprint for who is logged in (and may `act`), of whose pages no cache keeps any."""
    pages = Blueprint(name, __name__, url_prefix=prefix)
    pages.before_request(require_login)
    if act is not None:
        pages.before_request(require(act))
    pages.after_request(keep_private)
    return pages


def check(person: Person, act: Act) -> None:
    """Raises Forbidden, with the reason, unless they may do this."""
    if not person.may(act):
        role, deed = ROLE_NAMES[person.role], ACTS[act]
        if person.sites is None:
            raise Forbidden(_("Your role is %(role)s: you may not %(deed)s.", role=role, deed=deed))
        raise Forbidden(
            _("Your role is %(role)s of some sites: you may not %(deed)s.", role=role, deed=deed)
        )


def current_moderator() -> Person:
    """Who is logged in; only behind `require_login`."""
    return cast(Person, g.moderator)


def actor_of(moderator: Person) -> str:
    """How events and the audit trail name a moderator."""
    return moderator.actor


def local_path(text: str) -> str:
    """`text` if it is a path on this server, else the queue's: a login leads nowhere else."""
    if text.startswith("/") and not text.startswith("//") and not INVISIBLE.search(text):
        return text
    return url_for("queue.index")


@auth.get("/login")
def login() -> ResponseReturnValue:
    target = local_path(request.args.get("next", ""))
    if logged_in() is not None:
        return redirect(target)
    return render_template("auth/login.html", email="", next=target, problem="")


@auth.post("/login")
def log_in() -> ResponseReturnValue:
    email, password = _email(), request.form.get("password", "")
    now = parts().clock()
    guess = Guess.of(email, client_address(), parts().settings.secret_key, _remembered())
    with parts().store.writing() as session:
        wait_until = throttle.count_guess(session, guess, now)
    if wait_until is not None:
        return _refuse(429, try_again(wait_until, now), wait_until - now)
    with parts().store.reading() as session:
        moderator = moderators.by_email(session, email)
    try:
        right = is_password(password, moderator.password_hash if moderator else None)
    except TooManyAtOnce:
        with parts().store.writing() as session:
            throttle.forget_guess(session, guess, now)  # nothing was compared
        return _refuse(503, BUSY, timedelta(seconds=5))
    if moderator is None or not right or moderator.deactivated_at is not None:
        return _refuse(422, WRONG)
    with parts().store.reading() as session:
        needs_code = second_steps.of(session, moderator.id) is not None
    if needs_code:
        return _half_way(moderator, guess, now)
    return welcome(moderator, guess, local_path(request.form.get("next", "")), now)


@auth.post("/logout")
def log_out() -> ResponseReturnValue:
    moderator, now = logged_in(), parts().clock()
    with parts().store.writing() as session:
        moderators.close_login(session, login_secret())
        if moderator is not None:
            moderators.audit(session, actor_of(moderator), "logged_out", now)
    flash(_("You are logged out."))
    return forget_login(redirect(url_for("auth.login"), 303))


def logged_in(touches: bool = True) -> Person | None:
    """Whose live login the cookie carries; kept from falling idle if this request `touches` it."""
    secret, now = login_secret(), parts().clock()
    if not secret:
        return None
    with parts().store.reading() as session:
        found = moderators.logged_in(session, secret, now)
        person = person_of(session, found[0]) if found else None
    if found and found[1] and touches:
        with parts().store.writing() as session:
            moderators.touch_login(session, secret, now)
    return person


def try_again(wait_until: datetime, now: datetime, of_codes: bool = False) -> str:
    """A sentence with the time left."""
    minutes = max(1, -(-int((wait_until - now).total_seconds()) // 60))
    many = _("There were too many wrong passwords.")
    if of_codes:
        many = _("There were too many wrong codes.")
    again = ngettext(
        "Please try again in %(num)s minute, at %(time)s UTC.",
        "Please try again in %(num)s minutes, at %(time)s UTC.",
        minutes,
        time=clock_time(wait_until),
    )
    return f"{many} {again}"


def _ask_for_second_step(person: Person) -> ResponseReturnValue | None:
    """Where the operator wants it of owners, they set it up before anything else."""
    wanted = parts().settings.owners_need_second_step and person.role is Role.OWNER
    if not wanted or request.blueprint in ("account", "two_step"):
        return None
    with parts().store.reading() as session:
        if second_steps.of(session, person.id) is not None:
            return None
    flash(_("Owners of this installation log in with a second step. Please set yours up first."))
    return redirect(url_for("two_step.show"))


def _refuse_forged_forms() -> None:
    # Without an endpoint there is nothing to forge: 404 or 405 follows.
    if request.endpoint not in (None, "static") and request.blueprint not in WITHOUT_LOGIN:
        _refuse_other_origins()
        csrf.protect()


def _refuse_other_origins() -> None:
    """A fence before the token: a page of another site says so in every browser of today."""
    origin = request.headers.get("Origin")
    if request.method != "POST" or origin is None:
        return
    public = parts().settings.public_url or request.host_url
    # Only hosts are compared: behind a proxy that ends TLS we do not know our own scheme.
    if _host_of(origin) not in (_host_of(request.host_url), _host_of(public)):
        raise Forbidden(_("This form was sent from another site. Nothing was changed."))


def _host_of(origin: str) -> str:
    return origin.partition("://")[2].rstrip("/")


def _email() -> str:
    """As typed; PostgreSQL would refuse to look for a NUL."""
    return request.form.get("email", "").replace("\0", "")[:320]


def _refuse(status: int, problem: str, wait: timedelta | None = None) -> ResponseReturnValue:
    page = render_template(
        "auth/login.html",
        email=_email(),
        next=local_path(request.form.get("next", "")),
        problem=problem,
    )
    headers = {"Retry-After": str(int(wait.total_seconds()) + 1)} if wait else {}
    return page, status, headers


def _half_way(moderator: ModeratorRow, guess: Guess, now: datetime) -> ResponseReturnValue:
    """The password was right; what the browser holds now only lets it show a code."""
    with parts().store.writing() as session:
        throttle.forget_guess(session, guess, now)
    browser.clear()
    browser["half"] = {
        "moderator": moderator.id,
        "password": moderators.hash_secret(moderator.password_hash)[:16],  # another one ends it
        "at": now.timestamp(),
        "next": local_path(request.form.get("next", "")),
    }
    return redirect(url_for("login_code.ask"), 303)


def welcome(
    moderator: ModeratorRow, guess: Guess, target: str, now: datetime, how: str = ""
) -> ResponseReturnValue:
    """Open a login under a new secret, and drop whatever the browser held before."""
    with parts().store.writing() as session:
        throttle.forget_guess(session, guess, now)
        moderators.close_login(session, login_secret())
        secret = moderators.open_login(session, moderator.id, now, device_words())
        detail = {"by": how} if how else None
        moderators.audit(session, f"moderator:{moderator.id}", "logged_in", now, detail)
    browser.clear()
    response = redirect(target, 303)
    set_cookie(response, "", secret, LONGEST)
    account = Guess.of(moderator.email, client_address(), parts().settings.secret_key).account
    set_cookie(response, "-known", _remembering().dumps(account), REMEMBERED)
    return response


def _remembered() -> str | None:
    """The (hashed) account that this browser has logged in to before, if it can prove that."""
    try:
        age = int(REMEMBERED.total_seconds())
        return cast(str, _remembering().loads(read_cookie("-known"), max_age=age))
    except BadSignature:
        return None


def _remembering() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().settings.secret_key, salt="known-browser")


def _place() -> str:
    """Where to come back to after logging in: this page, or the one that the form was on."""
    if request.method == "GET":
        return local_path(request.full_path.rstrip("?"))
    return local_path(request.form.get("back", ""))
