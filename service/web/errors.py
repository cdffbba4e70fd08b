"""What goes wrong, told to whoever asked: one table from error class to status, code and title.

Programs get problem+json (RFC 9457), people a plain page. Strangers see a sentence and a code; the
log has the rest, under the request's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from msgspec import structs
from werkzeug.exceptions import BadHost, HTTPException, NotFound, RequestEntityTooLarge

from service.core import errors as core
from service.core.search import InvalidSearch
from service.core.store.session import DATABASE_AWAY
from service.web.sentences import in_words

log = structlog.get_logger()
RETRY_AFTER = 2  # seconds; a database that restarts is usually back by then
PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json")


class Fault(msgspec.Struct, frozen=True):
    """One field that cannot be accepted: what was expected, and what was found instead."""

    field: str
    message: str


class InvalidRequest(Exception):
    """The body or the query of a request cannot be accepted; `faults` names each field."""

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        self.faults = list(faults)
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Kind:
    """How an error is told. Without a `detail` of its own, the error's text is shown."""

    status: int
    code: str
    title: str
    detail: str = ""


AWAY = Kind(
    503,
    "database_away",
    "The database does not answer",
    f"What was sent may not be stored. Send it again in {RETRY_AFTER} seconds; "
    "an Idempotency-Key keeps it from being stored twice.",
)
UNEXPECTED = Kind(
    500,
    "unexpected",
    "Something went wrong on our side",
    "The fault is logged under this request's id; tell it to whoever runs this service.",
)
STALE_FORM = Kind(
    400,
    "stale_form",
    "This form is out of date",
    "Nothing was changed. Go back, reload the page, and send the form again.",
)
NO_PAGE = Kind(
    404,
    "not_found",
    "There is no such page",
    "Look at the address again: a character may be missing. The calls of the API are at /docs.",
)
KINDS: dict[type[Exception], Kind] = {
    InvalidRequest: Kind(400, "invalid_request", "The request cannot be accepted"),
    InvalidSearch: Kind(400, "invalid_search", "This cannot be searched for"),
    core.InvalidSubmission: Kind(400, "invalid_request", "The request cannot be accepted"),
    core.NotFound: Kind(404, "not_found", "There is no such thing here"),
    core.WrongSite: Kind(403, "wrong_site", "This key is for another site"),
    core.StaleRevision: Kind(409, "stale_revision", "The comment has changed"),
    core.StaleStanding: Kind(409, "stale_standing", "The author’s standing has changed"),
    core.UnknownAuthor: Kind(409, "unknown_author", "Nothing tells this author again"),
    core.NothingWaits: Kind(409, "nothing_waits", "Nothing of it waits any more"),
    core.NothingToUndo: Kind(409, "nothing_to_undo", "There is nothing to undo"),
    core.TextGone: Kind(409, "text_gone", "The text is gone"),
    core.LastOwner: Kind(409, "last_owner", "The last owner stays"),
    core.IdempotencyConflict: Kind(
        422, "idempotency_conflict", "This Idempotency-Key was used before"
    ),
    CSRFError: STALE_FORM,
    **dict.fromkeys(DATABASE_AWAY, AWAY),
}


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An error as programs read it (RFC 9457)."""

    type: str  # an address that explains it, relative to this service
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault] = []
    revision: int | None = None  # with a stale one: the comment's present revision
    request: str = ""  # the id under which the log knows this request


def init_app(app: Flask) -> None:
    for error in KINDS:
        app.register_error_handler(error, _tell)
    app.register_error_handler(HTTPException, _tell_http)
    app.register_error_handler(Exception, _tell_unexpected)


def problem_of(error: Exception) -> Problem:
    """What a program is told about an error; one that nobody foresaw is `unexpected`."""
    if isinstance(error, HTTPException) and not isinstance(error, CSRFError):
        return _problem(kind_of_http(error), _http_detail(error))
    known = (KINDS[parent] for parent in type(error).__mro__ if parent in KINDS)
    kind = next(known, UNEXPECTED)
    problem = _problem(kind, kind.detail or str(error))
    if isinstance(error, InvalidRequest):
        problem.errors = error.faults
    elif isinstance(error, core.InvalidSubmission):
        problem.errors = [Fault(error.field, str(error))]
        problem.detail = f"{error.field}: {error}"
    elif isinstance(error, core.StaleRevision):
        problem.revision = error.found
    return problem


def kind_of_http(error: HTTPException) -> Kind:
    """How an error of the web itself is told; its title is HTTP's own name for it."""
    code = error.name.lower().replace(" ", "_")
    return NO_PAGE if isinstance(error, NotFound) else Kind(error.code or 500, code, error.name)


def _problem(kind: Kind, detail: str) -> Problem:
    return Problem(
        type=f"/docs#{kind.code}",
        title=kind.title,
        status=kind.status,
        code=kind.code,
        detail=detail,
    )


def _tell(error: Exception) -> ResponseReturnValue:
    response = _answer(problem_of(error))
    if isinstance(error, DATABASE_AWAY):
        log.error("database_away", why=type(error).__name__)
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _tell_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400 or error.response is not None:
        return error  # a redirect, or an answer that its raiser has made
    response = _answer(problem_of(error))
    for name, value in error.get_headers():
        if name.lower() != "content-type":  # what remains: Allow, WWW-Authenticate, Retry-After
            response.headers[name] = value
    return response


def _http_detail(error: HTTPException) -> str:
    told = error.description or error.name
    if told != type(error).description:
        return told  # the words of whoever raised it
    if isinstance(error, RequestEntityTooLarge):
        return f"At most {request.max_content_length} bytes are accepted here."
    return kind_of_http(error).detail or told


def _tell_unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected_error", kind=type(error).__name__)
    return _answer(problem_of(error))


def _answer(problem: Problem) -> Response:
    problem.request = g.get("request_id", "")
    if _is_for_a_program():
        response = Response(msgspec.json.encode(problem), mimetype="application/problem+json")
    else:
        shown = structs.replace(
            problem, title=in_words(problem.title), detail=_sentence(in_words(problem.detail))
        )
        response = make_response(render_template("errors/page.html", problem=shown))
    response.status_code = problem.status
    response.headers["Cache-Control"] = "no-store"
    return response


def _sentence(words: str) -> str:
    """The words as a sentence; an address or a field's name that they begin with stays as it is."""
    first = words.partition(" ")[0]
    begun = words[:1].upper() + words[1:] if first.isalpha() else words
    return begun if begun.endswith((".", "?")) else f"{begun}."


def _is_for_a_program() -> bool:
    if request.path.startswith(PROGRAMS):
        return True
    if isinstance(request.routing_exception, BadHost):
        return True  # whose page's links would have no host to lead to
    return asks_for_json()


def asks_for_json() -> bool:
    """Whether the request's sender would rather read JSON than a page."""
    kinds = ("text/html", "application/json", "application/problem+json")
    return request.accept_mimetypes.best_match(kinds, "text/html") != "text/html"
