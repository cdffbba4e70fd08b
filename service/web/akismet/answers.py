"""What is answered, byte for byte: bare words, sentences, and headers that clients live by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response

from service.core.checking import Standing
from service.core.policy import Reason

SPAM, HAM = "true", "false"
VALID, INVALID = "valid", "invalid"
THANKS = "Thanks for making the web a better place."
GUID = "X-akismet-guid"
SERVER = ("X-akismet-server", "hamlet")
PRO_TIP = ("X-akismet-pro-tip", "discard")
RECHECK_AFTER = "X-akismet-recheck-after"
DEBUG_HELP = "X-akismet-debug-help"
ERROR = "X-akismet-error"
ALERT_CODE, ALERT_MESSAGE = "X-akismet-alert-code", "X-akismet-alert-msg"
CLASSIFICATION = "X-akismet-classification"
SCORE, REASONS = "X-hamlet-score", "X-hamlet-reasons"

CHECK_PATH = "/1.1/comment-check"
EMPTY = 'Empty "{}" value'
UNKNOWN_KEY = "This key is not known here; `hamlet key list` shows those that are."
BAD_BLOG = "We were unable to parse your blog URI"
REVOKED_CODE, REVOKED = "10403", "This key was revoked; ask whoever runs Hamlet for a new one."
FOREIGN_CODE = "10404"
AWAY = "The database does not answer; try again a little later."
SUSPENDED, MISSING_FIELD, FOREIGN_SITE = "suspended", "missing-required-field", "foreign-site"
MOST_REASONS, MOST_CHARACTERS = 6, 200


def text(body: str, status: int = 200) -> Response:
    """`body` as it is, without a line end: clients compare it byte for byte."""
    response = Response(body, status, mimetype="text/plain")
    response.headers[SERVER[0]] = SERVER[1]
    response.headers["Cache-Control"] = "no-store"
    return response


def with_headers(response: Response, *headers: tuple[str, str]) -> Response:
    for name, value in headers:
        response.headers[name] = value
    return response


def with_guid(response: Response, guid: UUID | None = None) -> Response:
    """Every answer to a check has one: a client publishes what comes without."""
    response.headers[GUID] = (guid or uuid4()).hex
    return response


def as_json(payload: Any) -> Response:
    response = text(json.dumps(payload))
    response.mimetype = "application/json"
    return response


def verdict(standing: Standing, *, wants_class: bool = False) -> Response:
    """The bare word, with the score and what it rests on beside it."""
    response = with_guid(text(SPAM if standing.is_spam else HAM), standing.comment_id)
    if standing.is_spam and standing.discard:
        with_headers(response, PRO_TIP)
    if standing.is_spam and wants_class:
        with_headers(response, (CLASSIFICATION, "spam"))
    if standing.score is not None:
        with_headers(response, (SCORE, f"{standing.score:.4f}"))
    if standing.reasons:
        with_headers(response, (REASONS, short(standing.reasons)))
    return response


def provisional(guid: UUID, seconds: int) -> Response:
    """Not spam so far: more is told at the callback within twice that time."""
    return with_headers(with_guid(text(HAM), guid), (RECHECK_AFTER, str(seconds)))


def unknown_key() -> Response:
    return with_headers(text(INVALID), (DEBUG_HELP, UNKNOWN_KEY))


def revoked_key() -> Response:
    return with_headers(
        text(INVALID),
        (ERROR, SUSPENDED),
        (ALERT_CODE, REVOKED_CODE),
        (ALERT_MESSAGE, REVOKED),
        (DEBUG_HELP, REVOKED),
    )


def foreign_site(why: str) -> Response:
    """The key opens one site, and this is another."""
    said = ascii_line(why)
    return with_headers(
        text(INVALID),
        (ERROR, FOREIGN_SITE),
        (ALERT_CODE, FOREIGN_CODE),
        (ALERT_MESSAGE, said),
        (DEBUG_HELP, said),
    )


def missing(name: str) -> Response:
    """A field that must be there is not."""
    return with_headers(
        text(f"Missing required field: {name}."),
        (DEBUG_HELP, EMPTY.format(name)),
        (ERROR, MISSING_FIELD),
    )


def bad_blog() -> Response:
    return with_headers(text(INVALID), (DEBUG_HELP, BAD_BLOG))


def too_many_guesses(until: datetime, now: datetime) -> Response:
    seconds = max(1, int((until - now).total_seconds()))
    said = "Too many unknown keys came from this address. Try again later."
    return with_headers(text(said, 429), ("Retry-After", str(seconds)))


def away() -> Response:
    return with_headers(text(AWAY, 503), ("Retry-After", "10"))


def wrong_method(*allowed: str) -> Response:
    named = ", ".join(allowed)
    return with_headers(text(f"Send this call by {named}.", 405), ("Allow", named))


def short(reasons: Sequence[Reason]) -> str:
    """The strongest reasons by their codes: no words of readers stand in a header."""
    told = (f"{ascii_line(reason.code)}:{reason.weight:+.1f}" for reason in reasons[:MOST_REASONS])
    return ", ".join(told)[:MOST_CHARACTERS]


def ascii_line(text: str) -> str:
    """The text as a header may have it."""
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in text)
