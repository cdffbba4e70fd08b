"""What a text can be told again by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models import CommentText, Outline, outlines


def outline(comment: CommentText) -> Outline:
    [found] = outlines([comment])
    return found


def words(body: str) -> str:
    return outline(CommentText(body)).words


def test_the_same_words_in_another_dress_have_the_same_outline() -> None:
    plain = words("Come and see our kettles, half price!")
    assert plain == "comeandseeourkettleshalfprice"
    for disguised in (
        "COME and see -- our kettles... half price",
        "C\u043eme and see our k\u0435ttles, half price",  # two Cyrillic letters
        "Come and see our ket\u200btles, half price",
        "<b>Come and see</b> our kettles, half&nbsp;price",
    ):
        assert words(disguised) == plain


def test_another_address_makes_no_other_text() -> None:
    assert words("See https://one.example/a for more") == words("See https://two.example/ for more")


def test_domains_are_the_registered_ones_each_once_in_order() -> None:
    found = outline(
        CommentText(
            "http://b.shop.co.uk/x https://www.tea.com http://shop.co.uk/y http://192.0.2.7/z",
            author_url="https://blog.kettle.org/about",
            author_email="ann@mail.kettle.org",
        )
    )
    assert found.domains == ("shop.co.uk", "tea.com", "192.0.2.7")
    assert (found.author_domain, found.email_domain) == ("kettle.org", "kettle.org")


def test_links_to_the_site_itself_are_none() -> None:
    own = CommentText(
        "As in https://www.paper.com/old",
        author_url="https://paper.com",
        site_url="https://paper.com",
    )
    assert outline(own)[1:] == ((), "", "")


def test_of_a_dump_of_links_the_first_ten_count() -> None:
    body = " ".join(f"http://number{i}.com" for i in range(40))
    assert outline(CommentText(body)).domains == tuple(f"number{i}.com" for i in range(10))


@given(st.text(), st.text())
def test_no_text_makes_it_fail(body: str, address: str) -> None:
    found = outline(CommentText(body, author_url=address))
    assert isinstance(found, Outline)
    assert outline(CommentText(body, author_url=address)) == found


def test_many_at_once_have_the_outlines_that_each_has_alone() -> None:
    comments = [
        CommentText(body) for body in ("Plain words", "H\u0435llo http://tea.com", "", "x.y")
    ]
    assert outlines(comments) == [outline(comment) for comment in comments]
    assert outlines([]) == []
