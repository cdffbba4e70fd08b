"""/openapi.json and /docs: the own API described, from the very classes that it works with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, render_template
from werkzeug import exceptions as http

from service.core.store.comments import Order
from service.core.verdict import Outcome
from service.web.comments import PREFIX, batch, wire
from service.web.comments import representation as shown
from service.web.comments.posting import MAX_WAIT
from service.web.comments.reading import DEFAULT_LIMIT, MAX_LIMIT
from service.web.errors import AWAY, KINDS, UNEXPECTED, Kind, Problem, kind_of_http
from service.web.health import Health, Readiness

REF = "#/components/schemas/{name}"
TEXT = {"type": "string"}
HTTP_ERRORS = (
    http.Unauthorized,
    http.NotFound,
    http.MethodNotAllowed,
    http.LengthRequired,
    http.RequestEntityTooLarge,
    http.UnsupportedMediaType,
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something beside the body; `where` is query, header or path."""

    name: str
    where: str
    text: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: what it takes, and what it answers by status."""

    method: str
    path: str
    summary: str
    answers: dict[int, type[msgspec.Struct]]
    problems: tuple[int, ...] = ()
    body: type[msgspec.Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    lines: bool = False  # NDJSON both ways
    needs_token: bool = True


COMMENT_ID = Parameter("comment_id", "path", "The comment", TEXT | {"format": "uuid"}, True)
CURSOR = Parameter("cursor", "query", "The next_cursor of the page before", TEXT)
ARTICLE = Parameter("url", "query", "The article's full address", TEXT, True)
ONCE = Parameter(
    "Idempotency-Key", "header", "Makes sending again safe for a day", TEXT | {"maxLength": 257}
)
PREFER = Parameter(
    "Prefer",
    "header",
    f"With wait=N it is judged before the answer, N up to {MAX_WAIT} seconds",
    TEXT,
)
FILTERS = (
    Parameter("outcome", "query", "Only these", TEXT | {"enum": [*Outcome]}),
    Parameter("site", "query", "Only those of the site with this name", TEXT),
    Parameter("order", "query", "How they are sorted", TEXT | {"enum": [*Order]}),
    Parameter(
        "limit",
        "query",
        "How many at most",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    CURSOR,
    Parameter(
        "guid", "query", "Only the one whose Akismet check was answered with this guid",
        TEXT | {"pattern": "^[0-9a-f]{32}$"},
    ),
)  # fmt: skip
CALLS = (
    Call(
        "post",
        f"{PREFIX}/comments",
        "Send a comment",
        {202: shown.Receipt, 200: shown.CommentWithEvents},
        (400, 401, 403, 411, 413, 415, 422),
        wire.NewComment,
        (ONCE, PREFER),
    ),
    Call(
        "post",
        f"{PREFIX}/comments/batch",
        f"Send up to {batch.MAX_LINES} comments, one a line; each line is answered in its place",
        {202: shown.LineAnswer},
        (400, 401, 411, 413, 415),
        wire.BatchLine,
        lines=True,
    ),
    Call(
        "get",
        f"{PREFIX}/comments/{{comment_id}}",
        "A comment with its reasons and its history",
        {200: shown.CommentWithEvents},
        (401, 404),
        parameters=(COMMENT_ID,),
    ),
    Call(
        "get",
        f"{PREFIX}/comments",
        "The queue as data",
        {200: shown.Page},
        (400, 401),
        parameters=FILTERS,
    ),
    Call(
        "post",
        f"{PREFIX}/comments/{{comment_id}}/decision",
        "Approve a comment, remove it, hold it, or call it spam",
        {200: shown.CommentWithEvents},
        (400, 401, 404, 409, 411, 413, 415),
        wire.NewDecision,
        (COMMENT_ID,),
    ),
    Call(
        "post",
        f"{PREFIX}/comments/{{comment_id}}/undo",
        "Take back the newest decision that stands",
        {200: shown.CommentWithEvents},
        (400, 401, 404, 409, 411, 413, 415),
        wire.Undo,
        (COMMENT_ID,),
    ),
    Call(
        "get",
        f"{PREFIX}/articles/comments",
        "The published thread of an article",
        {200: shown.Thread},
        (400,),
        parameters=(ARTICLE, CURSOR),
        needs_token=False,
    ),
    Call("get", "/healthz", "Whether the process answers", {200: Health}, needs_token=False),
    Call(
        "get",
        "/readyz",
        "Whether comments get their verdicts",
        {200: Readiness, 503: Readiness},
        needs_token=False,
    ),
)

doors = Blueprint("openapi", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(doors)


@doors.get("/openapi.json")
def openapi_json() -> Response:
    """The description for programs."""
    return Response(msgspec.json.encode(document()), mimetype="application/json")


@doors.get("/docs")
def docs() -> str:
    """The description for people."""
    schemas = document()["components"]["schemas"]
    return render_template("openapi/page.html", calls=CALLS, schemas=schemas, errors=error_kinds())


@cache
def document() -> dict[str, Any]:
    """The API in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hamlet", "version": "1", "summary": "Comment moderation"},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def error_kinds() -> list[Kind]:
    """Every kind of error that a program may be told, by status."""
    kinds = {kind.code: kind for kind in (*KINDS.values(), AWAY, UNEXPECTED)}
    for error in HTTP_ERRORS:
        kind = kind_of_http(error())
        kinds.setdefault(kind.code, kind)
    return sorted(kinds.values(), key=lambda kind: (kind.status, kind.code))


def _operation(call: Call) -> dict[str, Any]:
    media = batch.NDJSON if call.lines else "application/json"
    answers = {str(status): _answer(status, kind, media) for status, kind in call.answers.items()}
    for status in (*call.problems, *((503,) if call.needs_token else ())):
        answers[str(status)] = _answer(status, Problem, "application/problem+json")
    operation: dict[str, Any] = {
        "summary": call.summary,
        "parameters": [_parameter(parameter) for parameter in call.parameters],
        "responses": answers,
        "security": [{"token": []}] if call.needs_token else [],
    }
    if call.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(call.body, media)}
    return operation


def _answer(status: int, kind: type[msgspec.Struct], media: str) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": _content(kind, media)}


def _content(kind: type[msgspec.Struct], media: str) -> dict[str, Any]:
    return {media: {"schema": {"$ref": REF.format(name=kind.__name__)}}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.text,
        "required": parameter.required,
        "schema": parameter.schema,
    }


def _schemas() -> dict[str, Any]:
    kinds: dict[str, type[msgspec.Struct]] = {"Problem": Problem}
    for call in CALLS:
        for kind in (call.body, *call.answers.values()):
            if kind is not None:
                kinds[kind.__name__] = kind
    _, schemas = msgspec.json.schema_components(kinds.values(), ref_template=REF)
    for call in CALLS:
        if call.body is not None:
            _allow_null(schemas[call.body.__name__])
    return dict(sorted(schemas.items()))


def _allow_null(schema: dict[str, Any]) -> None:
    """What may be left out of a request may be null as well."""
    for name, about in schema["properties"].items():
        if name not in schema["required"] and isinstance(about.get("type"), str):
            about["type"] = [about["type"], "null"]
