"""What may be submitted, and what is said to the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import InvalidSubmission
from service.core.submission import MAX_BYTES, Submission, article_address, checked

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://blog.example/bread"


def check(**fields: object) -> Submission:
    return checked(Submission(**({"article_url": URL, "body": "Hello"} | fields)), NOW)  # type: ignore[arg-type]


def test_a_plain_comment_is_kept_as_it_is() -> None:
    assert check(author_name="Ann", body="Tea\nand toast").body == "Tea\nand toast"


def test_a_nul_is_replaced_because_no_database_keeps_it() -> None:
    assert check(body="a\0b").body == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"body": " \n\t"}, "body", "found none"),
        ({"body": "\ud800"}, "body", "surrogate"),
        ({"body": "x" * (MAX_BYTES + 1)}, "body", "at most 65536"),
        ({"author_name": "x" * 201}, "author_name", "201 characters; at most 200"),
        ({"article_url": "bread"}, "article_url", "full address"),
        ({"article_url": "ftp://blog.example/"}, "article_url", "full address"),
        ({"article_url": "http://[::1"}, "article_url", "full address"),
        ({"article_url": "https://blog.example:99999/"}, "article_url", "full address"),
        ({"filled_in_ms": -1}, "filled_in_ms", "expected 0 to"),
        ({"created_at": datetime(2026, 11, 22)}, "created_at", "zone"),  # noqa: DTZ001
        ({"created_at": NOW + timedelta(hours=1)}, "created_at", "between 1990 and now"),
    ],
)
def test_a_bad_field_is_named_with_what_was_expected(
    fields: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(InvalidSubmission, match=message) as caught:
        check(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [
        ("HTTPS://Blog.Example:443/Bread?a=1#comments", "https://blog.example/Bread?a=1"),
        ("http://blog.example:80", "http://blog.example/"),
        ("http://user:word@blog.example:8080/x", "http://blog.example:8080/x"),
        ("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
    ],
)
def test_an_article_has_one_address(given_address: str, kept: str) -> None:
    assert article_address(given_address) == kept


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = article_address(text)
    except InvalidSubmission:
        return
    assert article_address(address) == address


@given(st.text(), st.text(), st.text())
def test_any_text_is_kept_in_a_form_that_databases_keep_or_refused(
    body: str, name: str, url: str
) -> None:
    try:
        kept = check(body=body, author_name=name, author_url=url)
    except InvalidSubmission:
        return
    assert "\0" not in kept.body + kept.author_name + kept.author_url
    assert kept.body.replace("\N{REPLACEMENT CHARACTER}", "\0") == body.replace(
        "\N{REPLACEMENT CHARACTER}", "\0"
    )
