"""Reading forms: section 3 of the reference, and what quirky clients make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.akismet import form
from service.web.akismet.form import MEDIA_TYPE, Form


def read(body: bytes, query: bytes = b"", charset: str = "") -> Form:
    return form.read(body, query, MEDIA_TYPE, charset)


def test_a_field_is_read_by_its_name() -> None:
    assert read(b"blog=https%3A%2F%2Fb.example&comment_content=a+b%20c").values == {
        "blog": "https://b.example",
        "comment_content": "a b c",
    }


def test_a_bare_name_is_an_empty_value_and_the_key_may_come_last() -> None:
    found = read(b"comment_content=hi&comment_author_url&api_key=aabbccddeeff")
    assert found.get("comment_author_url") == ""
    assert found.get("api_key") == "aabbccddeeff"


def test_the_last_of_two_values_counts() -> None:
    assert read(b"blog=one&blog=two").get("blog") == "two"


def test_the_body_wins_over_the_query() -> None:
    assert read(b"api_key=body", b"api_key=query&month=2026-11").values == {
        "api_key": "body",
        "month": "2026-11",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"comment_context=bread&comment_context=baking",
        b"comment_context[]=bread&comment_context[]=baking",
        b"comment_context%5B0%5D=bread&comment_context%5B1%5D=baking",
    ],
)
def test_comment_context_comes_in_three_spellings(body: bytes) -> None:
    assert read(body).context == ("bread", "baking")


@given(st.text())
def test_what_php_quoted_is_read_as_it_was_typed(typed: str) -> None:
    quoted = typed.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    assert form.as_typed(Form({"comment_content": quoted})).get("comment_content") == typed


@pytest.mark.parametrize("text", ["it's", 'a "word"', "C:\\oven", "it's \\'quoted\\'", "crust \\"])
def test_what_php_did_not_quote_stays_as_it_is(text: str) -> None:
    assert form.as_typed(Form({"comment_content": text})).get("comment_content") == text


def test_json_is_read_as_no_parameters_at_all() -> None:
    assert form.read(b'{"api_key": "aabbccddeeff"}', b"", "application/json", "").values == {}


def test_the_query_does_not_stand_for_a_body_that_is_no_form() -> None:
    """A check of which only the beginning was read would be one of an empty comment."""
    query = b"api_key=aabbccddeeff&blog=https://b.example&user_ip=192.0.2.7"
    for kind in ("application/json", "multipart/form-data", "application/octet-stream"):
        assert form.read(b"spam", query, kind, "").values == {}
        assert form.read(b"", query, kind, "").get("user_ip") == "192.0.2.7"


@pytest.mark.parametrize("declared", ["ISO-8859-1", "iso-8859-1", "latin1", "windows-1252"])
def test_blog_charset_says_how_the_values_are_written(declared: str) -> None:
    body = b"blog_charset=%s&comment_content=caf%%E9" % declared.encode()
    assert read(body).get("comment_content") == "café"


def test_the_content_type_says_it_where_blog_charset_does_not() -> None:
    assert (
        read(b"comment_content=%EF%F0%E8", charset="windows-1251").get("comment_content") == "при"
    )


def test_utf_8_is_seen_where_another_charset_was_declared() -> None:
    body = b"blog_charset=ISO-8859-1&comment_content=caf%C3%A9"
    assert read(body).get("comment_content") == "café"


@pytest.mark.parametrize(
    ("charset", "text"), [("GBK", "联通"), ("Shift_JIS", "パン"), ("big5", "麵包")]
)
def test_charsets_of_several_bytes_are_taken_at_their_word(charset: str, text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode(charset)).encode()
    body = b"blog_charset=%s&comment_content=%s" % (charset.encode(), encoded)
    assert read(body).get("comment_content") == text


@pytest.mark.parametrize("charset", ["rot13", "base64", "utf-7", "unicode_escape", "no-such", "\0"])
def test_what_is_no_charset_of_texts_is_read_as_utf_8(charset: str) -> None:
    found = form.read(b"comment_content=a%C3%A4", b"", MEDIA_TYPE, charset)
    assert found.get("comment_content") == "aä"


def test_bad_bytes_are_replaced() -> None:
    assert read(b"comment_content=a%FF%FEb").get("comment_content") == "a\ufffd\ufffdb"


@pytest.mark.parametrize("value", ["1", "true", "True", "TRUE", "yes"])
def test_a_switch_is_on(value: str) -> None:
    assert Form({"is_test": value}).says_yes("is_test")


@pytest.mark.parametrize("value", ["0", "false", "False", "", "no"])
def test_a_switch_is_off(value: str) -> None:
    assert not Form({"is_test": value}).says_yes("is_test")


def test_of_very_many_fields_the_last_are_read_too() -> None:
    body = b"&".join(b"POST_f%d=x" % number for number in range(20_000)) + b"&api_key=last"
    assert read(body).get("api_key") == "last"


@given(st.binary(max_size=300), st.binary(max_size=50), st.text(max_size=12))
def test_no_bytes_are_refused(body: bytes, query: bytes, charset: str) -> None:
    found = form.read(body, query, MEDIA_TYPE, charset)
    for value in found.values.values():
        value.encode()  # it is text that can be written again
