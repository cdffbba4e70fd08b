"""What the fields mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.submission import MAX_BYTES, Submission, checked
from service.core.verdict import Verdict
from service.web.akismet import comment
from service.web.akismet.comment import NoBlog, submission_of
from service.web.akismet.form import Form

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BLOG = {"blog": "https://blog.example/"}


def submission(**fields: str) -> Submission:
    return submission_of(Form(BLOG | fields), NOW)


def test_every_field_finds_its_place() -> None:
    found = submission(
        user_ip="192.0.2.7",
        user_agent="Mozilla/5.0",
        referrer="https://search.example/",
        permalink="https://blog.example/bread",
        comment_type="forum-post",
        comment_author="Ann",
        comment_author_email="ann@reader.example",
        comment_author_url="https://ann.example",
        comment_content="Lovely crust!",
        comment_date_gmt="2026-11-22T11:59:00Z",
        blog_lang="en, fr_ca",
    )
    assert found == Submission(
        article_url="https://blog.example/bread",
        body="Lovely crust!",
        author_name="Ann",
        author_email="ann@reader.example",
        author_url="https://ann.example",
        ip="192.0.2.7",
        user_agent="Mozilla/5.0",
        referrer="https://search.example/",
        created_at=datetime(2026, 11, 22, 11, 59, tzinfo=UTC),
        type="forum-post",
        language="en",
    )


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-11-22 08:05:09", 8),
        ("2026-11-22T08:05:09Z", 8),
        ("2026-11-22T08:05:09+00:00", 8),
        ("2026-11-22T08:05:09.123Z", 8),
        ("2026-11-22T10:05:09+02:00", 8),
        ("2026-11-22T10:05:09+0200", 8),
    ],
)
def test_dates_come_in_two_formats(text: str, hour: int) -> None:
    created = submission(comment_date_gmt=text).created_at
    assert created == datetime(2026, 11, 22, hour, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01 00:00:00", "0000-00-00 00:00:00", "2126-01-01 00:00:00"]
)
def test_a_date_that_is_none_is_left_out(text: str) -> None:
    assert submission(comment_date_gmt=text).created_at is None


def test_content_type_stands_for_comment_type() -> None:
    assert submission(content_type="post-voting-comment").type == "post-voting-comment"
    assert submission().type == "comment"


def test_the_rows_own_names_stand_in_where_address_and_agent_are_absent() -> None:
    found = submission(comment_author_IP="192.0.2.9", comment_agent="Opera")
    assert (found.ip, found.user_agent) == ("192.0.2.9", "Opera")


def test_an_address_need_not_have_the_form_of_one() -> None:
    assert submission(user_ip="ip").ip == "ip"


@pytest.mark.parametrize(
    ("sent", "language"), [("en, fr_ca", "en"), ("de_DE", "de-DE"), ("", ""), ("pt-br", "pt-br")]
)
def test_blog_lang_is_a_list_or_a_locale(sent: str, language: str) -> None:
    assert submission(blog_lang=sent).language == language


@pytest.mark.parametrize("blog", ["not a url", "ftp://b.example", "http://", "http://[", "blog"])
def test_a_blog_that_is_no_address_is_told(blog: str) -> None:
    with pytest.raises(NoBlog):
        comment.blog_address(blog)


def test_a_blog_may_come_without_its_scheme() -> None:
    assert comment.blog_address("blog.example/de") == "http://blog.example/de"


@pytest.mark.parametrize(
    ("permalink", "article"),
    [
        ("https://blog.example/bread", "https://blog.example/bread"),
        ("http://www.blog.example/bread", "https://blog.example/bread"),
        ("https://elsewhere.example/bread", "https://blog.example/"),
        ("", "https://blog.example/"),
        ("bread", "https://blog.example/"),
        ("https://blog.example/" + "b" * 3000, "https://blog.example/"),
    ],
)
def test_the_article_is_on_the_blogs_own_host(permalink: str, article: str) -> None:
    assert submission(permalink=permalink).article_url == article


@pytest.mark.parametrize(
    "fields",
    [
        {"honeypot_field_name": "trap", "trap": "x"},
        {"honeypot_field_name": "trap", "POST_trap": "x"},
        {"POST_ak_hp_textarea": "x"},
        {"hidden_honeypot_field": "x"},
        {"honeypot_field_name": "hidden_honeypot_field", "hidden_honeypot_field": "x"},
    ],
)
def test_the_honeypot_is_found_under_any_name(fields: dict[str, str]) -> None:
    assert submission(**fields).honeypot == "x"


def test_an_empty_honeypot_is_no_sign() -> None:
    assert submission(honeypot_field_name="trap", trap="").honeypot == ""


@pytest.mark.parametrize(
    ("begun", "sent", "taken"),
    [
        ("1000", "3500", 2500),
        ("3500", "1000", None),
        ("", "3500", None),
        ("soon", "3500", None),
        ("1", "9" * 40, None),
    ],
)
def test_the_time_to_fill_in_is_measured_by_the_forms_script(
    begun: str, sent: str, taken: int | None
) -> None:
    assert submission(POST_ak_bib=begun, POST_ak_bfs=sent).filled_in_ms == taken


@pytest.mark.parametrize(
    ("fields", "ran"),
    [
        ({"POST_ak_js": "1795000000000"}, True),
        ({"POST_ak_js": "97"}, False),
        ({"POST_ak_js": "", "POST_ak_hp_textarea": ""}, False),
        ({"ak_hp_textarea": ""}, False),
        ({"POST_comment": "hi"}, None),
        ({}, None),
    ],
)
def test_the_forms_script_ran_or_not_or_there_is_none(
    fields: dict[str, str], ran: bool | None
) -> None:
    assert submission(**fields).is_scripted is ran


@pytest.mark.parametrize(
    ("sent", "pressed"), [("0", 0), ("312", 312), ("", None), ("-1", None), ("9" * 15, 10**6)]
)
def test_the_forms_script_counts_keys(sent: str, pressed: int | None) -> None:
    assert submission(POST_ak_bkpc=sent).key_presses == pressed


def test_tags_and_categories_name_the_article() -> None:
    found = submission_of(Form(BLOG, ("bread", "baking")), NOW)
    assert found.article_title == "bread, baking"


def test_they_do_not_where_its_address_tells_more() -> None:
    fields = {**BLOG, "permalink": "https://blog.example/rye-bread"}
    assert submission_of(Form(fields, ("Uncategorized",)), NOW).article_title == ""


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = "begin " + "ä" * 250_000 + " end"
    body = submission(comment_content=text).body
    assert body.startswith("begin ä")
    assert body.endswith("ä end")
    assert len(body.encode()) < MAX_BYTES


def test_a_text_as_long_as_clients_send_is_kept_whole() -> None:
    assert submission(comment_content="a" * 32_000).body == "a" * 32_000


NAMES = ["comment_author", "comment_author_email", "comment_author_url", "comment_content",
         "user_ip", "user_agent", "referrer", "permalink", "blog_lang", "comment_type",
         "comment_date_gmt", "POST_ak_bib", "POST_ak_bfs", "hidden_honeypot_field", "callback",
         "user_role", "POST_ak_js", "POST_ak_bkpc"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60)), st.integers(1, 3000))
def test_whatever_is_sent_becomes_a_submission_that_can_be_stored(
    fields: dict[str, str], times: int
) -> None:
    filled = {name: value * times for name, value in fields.items()}
    found = submission(**filled)
    comment.callback_of(Form(BLOG | filled))
    if found.body.strip():
        assert checked(found, NOW) == found


@pytest.mark.parametrize(
    "role", ["administrator", "editor,administrator", "super_admin, Administrator"]
)
def test_a_list_of_roles_with_administrator_is_trusted(role: str) -> None:
    ruling = comment.preset(Form({"user_role": role}), submission())
    assert ruling is not None
    assert ruling.verdict is Verdict.HAM


@pytest.mark.parametrize("role", ["", "editor", "administrators", "subscriber"])
def test_other_roles_are_not(role: str) -> None:
    said = submission(comment_content="hi")
    assert comment.preset(Form({"user_role": role}), said) is None


@pytest.mark.parametrize(
    "callback",
    [
        "https://blog.example/wp-json/akismet/v1/webhook",
        "http://blog.example/hook?a=1",
        "https://www.blog.example/hook",
        "https://blog.example:443/hook",
    ],
)
def test_a_callback_on_the_blogs_host_is_kept(callback: str) -> None:
    assert comment.callback_of(Form(BLOG | {"callback": callback})) == callback


@pytest.mark.parametrize(
    "callback",
    [
        "https://elsewhere.example/hook",
        "https://blog.example.evil.example/hook",
        "https://blog.example@evil.example/hook",
        "https://evil.example\\@blog.example/hook",
        "https://blog.example:6379/",
        "ftp://blog.example/hook",
        "file:///etc/passwd",
        "https://blog.example/\r\nHost: evil.example",
        "https://blog.example/a b",
        "//blog.example/hook",
        "hook",
        "https://[blog.example/",
        "https://blog.example:x/",
        "",
    ],
)
def test_any_other_callback_is_ignored(callback: str) -> None:
    assert comment.callback_of(Form(BLOG | {"callback": callback})) == ""
