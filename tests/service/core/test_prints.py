"""Prints and seals: what is kept instead of words and keys."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.fingerprint import bare, prints_of
from service.core.homes import same_host
from service.core.sealing import BrokenSeal, seal, unseal
from service.core.submission import Submission

SECRET = "a secret of at least thirty-two characters"


def submission(body: str = "Lovely crust!", **fields: str) -> Submission:
    return Submission(article_url="https://blog.example/", body=body, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fish & chips", "Fish &amp; chips"),
        ("a <b>b</b>", "a b"),
        ("it’s", "it&#8217;s"),
        ("two\r\nlines", "<p>two<br />\nlines</p>"),
        ("STRASSE", "Straße"),
    ],
)
def test_markup_and_case_make_no_difference(one: str, other: str) -> None:
    assert bare(one) == bare(other)


def test_a_text_without_letters_is_itself() -> None:
    assert bare(" 🙂 ") == "🙂"
    assert bare("🙂") != bare("🙁")


def test_lists_of_fields_do_not_run_together() -> None:
    one = prints_of(submission(author_name="ab", author_email="c"), [], SECRET)
    other = prints_of(submission(author_name="a", author_email="bc"), [], SECRET)
    assert one.words != other.words
    assert one.whole != other.whole


def test_another_installation_has_other_prints() -> None:
    assert prints_of(submission(), [], SECRET) != prints_of(submission(), [], SECRET + "x")


def test_what_is_beside_the_comment_tells_calls_apart_not_comments() -> None:
    one, other = (prints_of(submission(), [role], SECRET) for role in ("editor", ""))
    assert one.whole != other.whole
    assert (one.words, one.text) == (other.words, other.text)


def test_few_words_have_no_print_of_their_own() -> None:
    assert prints_of(submission("Thanks!"), [], SECRET).text == ""


@given(st.text(max_size=400))
def test_any_text_has_prints(text: str) -> None:
    assert prints_of(submission(text), [], SECRET) == prints_of(submission(text), [], SECRET)


def test_many_open_brackets_cost_no_more_than_others() -> None:
    assert bare("<" * 50_000) == "<" * 50_000


@given(st.binary(min_size=6, max_size=6))
def test_a_sealed_key_comes_out_as_it_went_in(key: bytes) -> None:
    comment_id = uuid4()
    sealed = seal(key.hex(), comment_id, SECRET)
    assert unseal(sealed, comment_id, SECRET) == key.hex()
    assert key.hex() not in sealed


def test_the_same_key_looks_otherwise_for_every_comment() -> None:
    assert seal("aabbccddeeff", uuid4(), SECRET) != seal("aabbccddeeff", uuid4(), SECRET)


def test_a_seal_of_another_secret_or_comment_is_broken() -> None:
    comment_id = uuid4()
    sealed = seal("aabbccddeeff", comment_id, SECRET)
    for other_id, secret in ((comment_id, SECRET + "x"), (uuid4(), SECRET)):
        with pytest.raises(BrokenSeal):
            unseal(sealed, other_id, secret)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://blog.example/a", "http://www.blog.example:8080", True),
        ("https://blog.example", "https://blog.example.evil.example", False),
        ("", "", False),
    ],
)
def test_hosts_are_compared_without_www(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same
