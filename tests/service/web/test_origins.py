"""Forms that another site's page sends are refused, whatever token they carry."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.pages import FormFinder


def log_in_from(client: FlaskClient, origin: str) -> int:
    """The status of a login with a good token and a wrong password."""
    finder = FormFinder()
    finder.feed(client.get("/login").text)
    fields = finder.forms[0].fields | {"email": "ann@example.org", "password": "wrong"}
    return client.post("/login", data=fields, headers={"Origin": origin}).status_code


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://[", "http://localhost.evil", "http://"]
)
def test_a_form_from_another_origin_is_refused(client: FlaskClient, origin: str) -> None:
    assert log_in_from(client, origin) == 403


@pytest.mark.parametrize("origin", ["http://localhost", "https://localhost"])
def test_a_form_of_our_own_is_taken_also_behind_a_proxy_that_speaks_tls(
    client: FlaskClient, origin: str
) -> None:
    assert log_in_from(client, origin) == 422  # the password is wrong, not the form
