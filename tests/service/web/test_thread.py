"""How published comments become a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.core.store.tables import CommentRow
from service.web.thread import DEEPEST, Answered, threaded

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def comment(number: int, answers: int | None = None, *, minute: int | None = None) -> CommentRow:
    return CommentRow(
        id=UUID(int=number),
        parent_id=None if answers is None else UUID(int=answers),
        body=f"comment {number}",
        author_name=f"author {number}",
        author_url="",
        created_at=START + timedelta(minutes=number if minute is None else minute),
    )


def shape(rows: list[CommentRow]) -> list[tuple[int, int]]:
    return [(entry.id.int, entry.depth) for entry in threaded(rows)]


def test_replies_stand_below_what_they_answer() -> None:
    rows = [comment(1), comment(2), comment(3, 1), comment(4, 1), comment(5, 3)]
    assert shape(rows) == [(1, 0), (3, 1), (5, 2), (4, 1), (2, 0)]


def test_comments_stand_in_the_order_of_writing_not_of_arrival() -> None:
    assert shape([comment(1, minute=9), comment(2, minute=3)]) == [(2, 0), (1, 0)]


def test_a_reply_whose_parent_is_not_shown_stands_on_its_own() -> None:
    [entry] = threaded([comment(2, 1)])
    assert (entry.depth, entry.answers) == (0, None)


def test_a_reply_says_whom_it_answers_on_another_page() -> None:
    [entry] = threaded([comment(2, 1)], {UUID(int=1): comment(1)})
    assert (entry.depth, entry.answers) == (0, Answered(UUID(int=1), "author 1", True))


def test_a_thread_of_any_depth_is_shown_with_few_steps() -> None:
    entries = threaded([comment(1)] + [comment(n, n - 1) for n in range(2, 1000)])
    assert len(entries) == 999
    assert max(entry.depth for entry in entries) == DEEPEST
    assert entries[-1].answers == Answered(entries[-2].id, entries[-2].author)


def test_a_name_left_out_is_anonymous_and_a_website_is_a_link_only_on_the_web() -> None:
    row = comment(1)
    row.author_name, row.author_url = " ", "javascript:alert(1)"
    [entry] = threaded([row])
    assert (entry.author, entry.website, entry.domain) == ("Anonymous", "", "")
    row.author_url = "https://www.ada.example/garden"
    [entry] = threaded([row])
    assert (entry.website, entry.domain) == (row.author_url, "www.ada.example")
