"""Comments to numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import norm

from models import CommentText
from models.features import (
    BLOCK_WEIGHTS,
    CHAR_START,
    COLUMNS,
    MARK_START,
    SHAPE_START,
    Batch,
    matrix,
    weigh,
)
from tests.models import plain
from tests.models.samples import COMMENTS as SAMPLES


def row(comment: CommentText) -> sparse.csr_matrix:
    return matrix(Batch([comment]))


def same(one: sparse.csr_matrix, other: sparse.csr_matrix) -> bool:
    """Whether two matrices have the same cells, to rounding."""
    return one.shape == other.shape and abs(one - other).sum() < 1e-5


SCRAPS = (
    "http://a.com/x-y|WWW.Shop.ru|see.Next|a-.com|pills.co.uk.|me@mail.org|<a href=|<b>|[url=|]"
    "|vіаgrа|кaзинo|Ｆree|ɢo|\u200b|\r\n|\x1e|&lt;|漢字|\U00030000|İΣ|word| | |\n|.|://|aа|_|7|é\u0301"
)
WRITING = st.lists(st.sampled_from(SCRAPS.split("|")), max_size=20).map("".join) | st.text(
    max_size=40
)


def agrees_with_the_plain_path(comments: list[CommentText]) -> None:
    made = matrix(Batch(comments))
    for number, comment in enumerate(comments):
        cells = made[number, :SHAPE_START].tocoo()
        found = dict(zip(cells.col.tolist(), cells.data.tolist(), strict=True))
        assert found == plain.row(comment)


def test_the_samples_have_the_features_that_plain_python_finds() -> None:
    bare = [replace(comment, site_url="", article_url="") for comment in SAMPLES]
    agrees_with_the_plain_path(bare)


@given(st.lists(st.builds(CommentText, WRITING, WRITING, author_url=WRITING), max_size=6))
@settings(max_examples=200)
def test_any_text_has_the_features_that_plain_python_finds(comments: list[CommentText]) -> None:
    agrees_with_the_plain_path(comments)


@pytest.mark.parametrize("size", [1, 300, 3000])
def test_keys_of_large_batches_hold_as_much_as_those_of_small_ones(size: int) -> None:
    many = [SAMPLES[number % len(SAMPLES)] for number in range(size)]
    last = matrix(Batch(many))[size - 1]
    assert same(last, row(many[-1]))


def test_a_comment_has_the_same_features_alone_and_in_any_company() -> None:
    together, backwards = matrix(Batch(SAMPLES)), matrix(Batch(SAMPLES[::-1]))
    alone = sparse.vstack([row(comment) for comment in SAMPLES]).tocsr()
    assert same(together, alone)
    assert same(backwards[::-1], alone)


@given(st.lists(st.text(st.sampled_from("ab й漢.!/:<\x1e\n "), max_size=30), max_size=5))
@settings(max_examples=50)
def test_neighbours_never_leak_into_each_other(bodies: list[str]) -> None:
    made = [CommentText(body, author_name=body[::-1]) for body in bodies]
    together = matrix(Batch(made))
    assert together.shape == (len(made), COLUMNS)
    assert all(same(together[number], row(comment)) for number, comment in enumerate(made))


def test_blocks_of_words_characters_and_marks_have_a_length_of_their_own() -> None:
    long = CommentText("one two three four five six seven http://a.com http://b.org", "Jo Doe 7")
    cells = row(long).toarray()[0]
    lengths = [np.linalg.norm(part) for part in np.split(cells, [CHAR_START, MARK_START])]
    np.testing.assert_allclose(lengths[:2], BLOCK_WEIGHTS[:2], rtol=1e-5)


def test_little_text_says_little() -> None:
    short, long = row(CommentText("one two")), row(CommentText("one two three four five six"))
    assert norm(short[:, :CHAR_START]) < norm(long[:, :CHAR_START])


def test_weighing_is_the_matrix_times_the_weights() -> None:
    weights = np.random.default_rng(1).normal(size=COLUMNS).astype(np.float32)
    batch = Batch(SAMPLES)
    np.testing.assert_allclose(weigh(batch, weights), matrix(batch) @ weights, atol=1e-4)


def test_an_empty_comment_has_features_of_shape_only() -> None:
    assert row(CommentText("")).indices.min() >= SHAPE_START


@pytest.mark.parametrize("field", ["author_email", "language", "site_url", "article_url"])
def test_fields_that_would_tell_the_source_change_nothing(field: str) -> None:
    comment = SAMPLES[0]
    other = replace(comment, **{field: "https://somewhere.example.org/x"})
    assert same(row(comment), row(other))


def test_a_link_to_the_site_itself_is_no_link() -> None:
    linked = CommentText("see https://blog.com/old-post there", site_url="https://www.blog.com")
    assert same(row(linked), row(CommentText("see   there")))


def test_a_link_to_what_people_approved_on_the_site_is_no_link() -> None:
    linked = CommentText("see https://tea.com/green there", known_domains=frozenset({"tea.com"}))
    assert same(row(linked), row(CommentText("see   there")))
    by_author = replace(linked, body="see there", author_url="http://shop.tea.com")
    assert same(row(by_author), row(CommentText("see there")))


def test_a_disguised_word_is_the_same_word() -> None:
    plain, hidden = row(CommentText("cheap viagra")), row(CommentText("cheap vіаgrа"))
    assert same(plain[:, :MARK_START], hidden[:, :MARK_START])
    assert not same(plain, hidden)
