"""A comment read once answers all that is asked of it as one that is read each time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models import CommentText, load, outlines, read

PIECES = st.sampled_from(
    [
        "nice post ",
        "http://shop.example/a ",
        "<a href='http://x.example'>b</a> ",
        "\u200b",
        "с\u0430sino ",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=8).map("".join))
COMMENTS = st.builds(
    CommentText, TEXTS, TEXTS, author_url=TEXTS, site_url=st.sampled_from(["", "http://x.example"])
)


def once(comments: list[CommentText]) -> list[CommentText]:
    return [replace(one, read=seen) for one, seen in zip(comments, read(comments), strict=True)]


@given(st.lists(COMMENTS, max_size=10))
def test_what_was_read_before_is_judged_alike(comments: list[CommentText]) -> None:
    model, before = load(), once(comments)
    assert model.score(before).tolist() == model.score(comments).tolist()
    assert model.explain(before) == model.explain(comments)
    assert outlines(before) == outlines(comments)


def test_links_to_the_site_are_left_out_when_it_is_known_not_when_it_is_read() -> None:
    [seen] = read([CommentText("see http://x.example.com/a", author_url="http://x.example.com")])
    own = CommentText("see http://x.example.com/a", site_url="http://x.example.com", read=seen)
    assert outlines([own])[0].domains == ()
    other = replace(own, site_url="http://y.org")
    assert outlines([other])[0].domains == ("example.com",)


def test_what_was_read_takes_no_part_in_comparing_comments() -> None:
    comment = CommentText("the same")
    assert once([comment]) == [comment]


def test_some_may_be_read_already() -> None:
    one, two = CommentText("one"), CommentText("two")
    [seen] = read([one])
    assert read([replace(one, read=seen), two]) == read([one, two])
