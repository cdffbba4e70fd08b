"""What a browser may send as a comment form, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType
from werkzeug.test import EnvironBuilder

from service.core.errors import InvalidSubmission
from service.core.submission import LIMITS, MAX_BYTES, MAX_FILLED_IN_MS, Submission
from service.web import forms
from service.web.forms import CommentForm, InvalidForm, Sender, web_address

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "a secret of at least thirty-two characters"
SENDER = Sender("192.0.2.7", "Mozilla/5.0")
GOOD = CommentForm(
    article_url="https://blog.example/bread", author_name="Nadia", body="Lovely crust!"
)


def request(body: bytes, content_type: str = forms.MEDIA_TYPE) -> Request:
    return Request(
        EnvironBuilder(method="POST", data=body, content_type=content_type).get_environ()
    )


def submitted(now: datetime = NOW, **typed: str) -> Submission:
    fields = {name: getattr(GOOD, name) for name in ("article_url", "author_name", "body")}
    return forms.submission(CommentForm(**fields | typed), SENDER, now, SECRET)


def problems(**typed: str) -> dict[str, str]:
    with pytest.raises(InvalidForm) as caught:
        submitted(**typed)
    return caught.value.problems


def test_the_fields_are_read_as_they_were_typed() -> None:
    sent = urlencode({"author_name": "Zoë", "body": "one\r\ntwo  ", "submit": "Add a comment"})
    assert forms.read(request(sent.encode())) == CommentForm(author_name="Zoë", body="one\r\ntwo  ")


@pytest.mark.parametrize("body", [b"body=caf%E9", b"body=caf\xe9", b"body=%ED%A0%80"])
def test_bytes_that_are_no_utf_8_are_refused_with_the_remedy(body: bytes) -> None:
    with pytest.raises(BadRequest, match="accept-charset"):
        forms.read(request(body))


def test_a_field_sent_twice_is_refused() -> None:
    with pytest.raises(BadRequest, match="'author_name' twice"):
        forms.read(request(b"author_name=a&author_name=b"))


def test_hundreds_of_fields_are_refused() -> None:
    with pytest.raises(BadRequest, match="more than"):
        forms.read(request(b"&".join(b"f%d=1" % i for i in range(400))))


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
def test_another_media_type_is_refused(kind: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="urlencoded"):
        forms.read(request(b"body=x", kind))


def status_of(body: bytes) -> int | None:
    try:
        forms.read(request(body))
    except HTTPException as error:
        return error.code
    return 200


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_a_clear_refusal(body: bytes) -> None:
    assert status_of(body) in (200, 400)


def fields_to_mend(typed: dict[str, str]) -> set[str]:
    try:
        submitted(**typed)
    except InvalidForm as error:
        return {name for name, sentence in error.problems.items() if sentence}
    except InvalidSubmission as error:
        return {error.field}
    return set()


@given(st.lists(st.text(max_size=40), min_size=8, max_size=8))
def test_any_text_is_a_submission_or_a_sentence_at_a_field(texts: list[str]) -> None:
    names = CommentForm.__slots__
    assert fields_to_mend(dict(zip(names, texts, strict=True))) <= set(names)


def test_line_ends_and_blanks_are_tidied() -> None:
    made = submitted(author_name=" Nadia \n Berg ", body="\r\none\r\n\r\ntwo\r\n")
    assert (made.author_name, made.body) == ("Nadia Berg", "one\n\ntwo")


def test_a_nul_is_replaced_and_the_rest_kept() -> None:
    assert submitted(body="a\0b").body == "a\N{REPLACEMENT CHARACTER}b"


def test_every_fault_is_told_at_once() -> None:
    found = problems(author_name=" ", author_email="nadia@", author_url="javascript:x()", body="\n")
    assert list(found) == ["author_name", "author_email", "author_url", "body"]


@pytest.mark.parametrize("body", ["", "  \r\n ", "\u200b\u200d", "\u2060"])
def test_a_comment_nobody_could_see_is_refused(body: str) -> None:
    assert "body" in problems(body=body)


@pytest.mark.parametrize("name", ["author_name", "author_email", "author_url"])
def test_a_field_too_long_names_both_lengths(name: str) -> None:
    assert str(LIMITS[name]) in problems(**{name: "x" * 5000})[name]


def test_a_comment_too_big_for_all_fields_together_is_refused() -> None:
    assert "64 KB" in problems(body="é" * (MAX_BYTES // 2))["body"]


@pytest.mark.parametrize("email", ["a@b", "a b@c.de", "@c.de", "a@", "a@@b.c", "<a@b.c>"])
def test_what_is_no_e_mail_address_is_refused(email: str) -> None:
    assert "author_email" in problems(author_email=email)


@pytest.mark.parametrize("email", ["", " ", "a@b.example", "zoë+x@mail.example.org"])
def test_an_e_mail_address_may_be_left_out(email: str) -> None:
    assert submitted(author_email=email).author_email == email.strip()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org", "https://example.org"),
        ("//example.org/a", "https://example.org/a"),
        (" http://example.org ", "http://example.org"),
        ("example.org:8080/a?b=c", "https://example.org:8080/a?b=c"),
        ("HTTPS://Example.org", "HTTPS://Example.org"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_a_website_gets_its_scheme(typed: str, address: str) -> None:
    assert submitted(author_url=typed).author_url == address


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "ftp://example.org",
        "https://",
        "none",
        "https://bank.example@evil.example/",
        "https://evil.example\\@bank.example",
        "https://exam ple.org",
        "https://[example.org",
    ],
)
def test_what_is_no_website_is_refused(typed: str) -> None:
    assert web_address(typed) == ""
    assert "author_url" in problems(author_url=typed)


@given(st.text(max_size=60))
def test_a_link_never_leads_anywhere_but_to_the_web(typed: str) -> None:
    address = web_address(typed)
    assert address == "" or urlsplit(address).scheme in ("http", "https")


def test_the_time_to_fill_in_the_form_cannot_be_forged() -> None:
    made = forms.stamp(NOW, SECRET)
    later = NOW + timedelta(milliseconds=2_500)
    assert submitted(later, made=made).filled_in_ms == 2_500
    assert submitted(later, made=made[:-1] + "~").filled_in_ms is None
    assert submitted(later, made=forms.stamp(NOW, "another secret")).filled_in_ms is None


@pytest.mark.parametrize("elapsed", [-1, MAX_FILLED_IN_MS + 1])
def test_an_impossible_time_to_fill_in_counts_as_unknown(elapsed: int) -> None:
    made = forms.stamp(NOW, SECRET)
    assert submitted(NOW + timedelta(milliseconds=elapsed), made=made).filled_in_ms is None


def test_the_hidden_field_is_kept_as_a_signal() -> None:
    assert submitted(subject="x" * 5000).honeypot == "x" * LIMITS["honeypot"]


def test_the_sender_is_kept_within_the_limits() -> None:
    made = forms.submission(GOOD, Sender("f" * 500, "Mozilla" * 500), NOW, SECRET)
    assert (len(made.ip), len(made.user_agent)) == (LIMITS["ip"], LIMITS["user_agent"])


def test_a_reply_to_what_is_no_id_is_a_fault_of_that_field() -> None:
    assert "parent_id" in problems(parent_id="17")
