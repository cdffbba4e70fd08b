"""The Akismet door: every client of its protocol works by changing a host name.

form, comment, keyring   what clients send, in every form that is seen
answers                  what they are answered, byte for byte
checks, reports          comment-check; submit-spam and submit-ham
account, usage           the calls about keys
requests, context        what these share

The contract, with what each client lives by, is told in docs/akismet.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.core.errors import WrongSite
from service.core.store.session import DATABASE_AWAY
from service.patience import TooSlow
from service.web.akismet import account, answers, checks, context, keyring, reports, usage
from service.web.akismet.comment import NoBlog
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.akismet.requests import MissingField, find_key, read_form
from service.web.parts import parts

log = structlog.get_logger()
Call = Callable[[Form, Shown, datetime], Response]
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
VERIFY = "/1.1/verify-key"
CHECK = answers.CHECK_PATH.removeprefix("/1.1")  # also where an address is misspelt before it

POSTED: dict[str, Call] = {
    answers.CHECK_PATH: checks.answer,
    "/1.1/submit-spam": partial(reports.answer, is_spam=True),
    "/1.1/submit-ham": partial(reports.answer, is_spam=False),
    "/1.1/token": account.token,
}
ABOUT_KEYS: dict[str, Call] = {  # here `key` holds the key, and `api_key` maybe an older one
    VERIFY: account.verify_key,
    "/1.1/deactivate": account.deactivate,
    "/1.1/get-subscription": account.get_subscription,
    "/1.1/get-stats": account.get_stats,
}
ASKED: dict[str, Call] = {  # by GET or POST
    "/1.2/usage-limit": usage.usage_limit,
    "/1.2/key-sites": usage.key_sites,
    "/1.2/get-key-stats": account.get_stats,
}

door = Blueprint("akismet", __name__)


def init_app(app: Flask) -> None:
    context.init_app(app)
    app.register_blueprint(door)


def _answer(call: Call, methods: tuple[str, ...], key_first: bool) -> Response:
    if not _is_asked_by(*methods):
        return answers.wrong_method(*methods)
    try:
        form = read_form()
        return call(form, find_key(form, key_first=key_first), parts().clock())
    except keyring.NoKey:
        return _no_key()
    except keyring.UnknownKey:
        return _bad_key(answers.unknown_key())
    except keyring.RevokedKey:
        return _bad_key(answers.revoked_key())
    except keyring.TooManyGuesses as error:
        return answers.too_many_guesses(error.until, parts().clock())
    except MissingField as error:
        return answers.missing(error.name)
    except NoBlog:
        return answers.bad_blog()
    except WrongSite as error:
        return answers.foreign_site(str(error))
    except (keyring.DatabaseAway, TooSlow, *DATABASE_AWAY) as error:
        log.error("database_away", why=type(error).__name__)
        return answers.away()


def _is_asked_by(*methods: str) -> bool:
    """Whether the request comes by one of these methods; what can be had can be looked for."""
    return request.method in methods or (request.method == "HEAD" and "GET" in methods)


def _no_key() -> Response:
    if request.path == VERIFY or request.path.startswith("/1.2/"):
        said = answers.text(answers.INVALID)
        return answers.with_headers(said, (answers.DEBUG_HELP, answers.EMPTY.format("api_key")))
    return answers.missing("api_key")


def _bad_key(told: Response) -> Response:
    """Asked whether a key is good, a bare `invalid` says it all: clients throw on more."""
    return answers.text(answers.INVALID) if request.path == VERIFY else told


@door.route("/1.1/test", methods=ALL_METHODS)
def test() -> Response:
    """Whether the service can be reached."""
    return answers.text("connected") if _is_asked_by("GET") else answers.wrong_method("GET")


@door.route("/1.2/compatible-plugins", methods=ALL_METHODS)
def compatible_plugins() -> Response:
    """A list that one client shows on its settings page; there is nothing to advertise."""
    return answers.as_json([]) if _is_asked_by("GET") else answers.wrong_method("GET")


@door.route("/1.1/<path:_rest>", methods=ALL_METHODS)
@door.route("/1.2/<path:_rest>", methods=ALL_METHODS)
def nothing_here(_rest: str) -> Response:
    return answers.text("There is no such call.", 404)


@door.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    response = answers.text(error.description or error.name, error.code or 500)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


@door.errorhandler(Exception)
def _failed(error: Exception) -> Response:
    log.exception("unexpected_error", kind=type(error).__name__)
    return answers.text("Something went wrong on our side; it is in the log.", 500)


@door.after_app_request  # also where no view was found for the request
def _with_guid(response: Response) -> Response:
    """One client publishes a known author's comment unchecked when this is missing."""
    if request.path.rstrip("/").endswith(CHECK) and answers.GUID not in response.headers:
        answers.with_guid(response)
    return response


def _add(calls: dict[str, Call], methods: tuple[str, ...], *, key_first: bool = False) -> None:
    for path, call in calls.items():
        name = path.replace("/", "_").replace(".", "_")
        view = partial(_answer, call, methods, key_first)
        door.add_url_rule(path, name, view, methods=ALL_METHODS)


_add(POSTED, ("POST",))
_add(ABOUT_KEYS, ("POST",), key_first=True)
_add(ASKED, ("GET", "POST"))
