"""Errors: programs get problem+json, people a page, and nobody sees the inside."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError, TimeoutError

from service.core import errors as core
from service.web.errors import KINDS
from tests.service.web.conftest import Site

FAULTS = {
    "unexpected": RuntimeError("password=hunter2"),
    "away": OperationalError("SELECT secret", {}, Exception("disk I/O error")),
    "busy": TimeoutError("QueuePool limit"),
    "hostile": core.NotFound("<script>alert(1)</script>"),
    "stale": core.StaleRevision(1, 4),
    "field": core.InvalidSubmission("body", "expected some text, found none"),
}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with a route for each fault."""

    @app.get("/break/<how>")
    @app.get("/api/break/<how>")
    def break_down(how: str) -> str:
        if how.isdigit():
            abort(int(how))
        raise FAULTS[how]

    return app


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("unexpected", 500, "unexpected"),
        ("away", 503, "database_away"),
        ("busy", 503, "database_away"),
        ("hostile", 404, "not_found"),
        ("stale", 409, "stale_revision"),
        ("field", 400, "invalid_request"),
        ("411", 411, "length_required"),
        ("413", 413, "request_entity_too_large"),
        ("415", 415, "unsupported_media_type"),
        ("429", 429, "too_many_requests"),
    ],
)
def test_programs_get_a_problem_and_people_a_page(
    client: FlaskClient, how: str, status: int, code: str
) -> None:
    problem = client.get(f"/api/break/{how}")
    assert (problem.status_code, problem.content_type) == (status, "application/problem+json")
    told = problem.get_json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/docs#{code}")
    assert told["request"] == problem.headers["X-Request-Id"]
    page = client.get(f"/break/{how}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert told["title"] in page.text


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_a_program_may_ask_for_a_problem_anywhere(client: FlaskClient, accept: str) -> None:
    response = client.get("/nowhere", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "address", ["/break/unexpected", "/api/break/unexpected", "/api/break/away"]
)
def test_strangers_see_nothing_of_the_inside(client: FlaskClient, address: str) -> None:
    text = client.get(address).text
    assert not any(word in text for word in ("hunter2", "RuntimeError", "Traceback", "SELECT"))


def test_a_database_that_is_away_is_worth_another_try(client: FlaskClient) -> None:
    assert client.get("/api/break/away").headers["Retry-After"] == "2"


def test_a_page_shows_hostile_text_as_text(client: FlaskClient) -> None:
    page = client.get("/break/hostile").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_a_field_is_named(client: FlaskClient) -> None:
    message = "expected some text, found none"
    assert client.get("/api/break/field").get_json()["errors"] == [
        {"field": "body", "message": message}
    ]
    assert message in client.get("/break/field").text


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, site: Site) -> None:
    response = client.delete("/api/v1/comments", headers=site.headers)
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_unknown_call_of_the_api_is_a_404(client: FlaskClient, method: str) -> None:
    assert client.open("/api/v1/nowhere", method=method).status_code == 404


def test_a_body_without_a_length_is_refused(client: FlaskClient, site: Site) -> None:
    response = client.post(
        "/api/v1/comments",
        headers=site.headers | {"Transfer-Encoding": "chunked"},
        content_type="application/json",
    )
    assert response.status_code == 411
    assert "Content-Length" in response.get_json()["detail"]


def test_every_error_of_the_core_has_its_line_in_the_table() -> None:
    family = {
        kind
        for kind in vars(core).values()
        if isinstance(kind, type) and issubclass(kind, core.ModerationError)
    }
    assert family - {core.ModerationError} <= set(KINDS)
