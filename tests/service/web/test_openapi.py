"""/openapi.json and /docs: the description says what the application does."""

from __future__ import annotations

import json
import re

from flask import Flask
from flask.testing import FlaskClient

from service.web.comments.wire import NewComment
from service.web.openapi import error_kinds


def test_it_describes_every_call_of_the_api_and_no_other(app: Flask, client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    described = {(path, method.upper()) for path, of in document["paths"].items() for method in of}
    served = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.rule.startswith("/api/v1") or rule.rule in ("/healthz", "/readyz")
    }
    assert described == served


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])


def test_unknown_fields_are_refused_in_the_description_too(client: FlaskClient) -> None:
    schema = client.get("/openapi.json").get_json()["components"]["schemas"]["NewComment"]
    assert set(schema["properties"]) == set(NewComment.__struct_fields__)
    assert schema["required"] == ["article_url", "body"]
    assert schema["additionalProperties"] is False


def test_the_page_has_every_object_and_every_kind_of_error(client: FlaskClient) -> None:
    page = client.get("/docs").text
    ids, links = set(re.findall(r' id="(\w+)"', page)), set(re.findall(r' href="#(\w+)"', page))
    assert links
    assert links <= ids
    assert {kind.code for kind in error_kinds()} <= ids
