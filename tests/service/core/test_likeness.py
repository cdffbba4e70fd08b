"""Which texts are alike, and what marks lead to them."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.likeness import SAYING, Likeness, are_alike, is_by_link, likeness_of

SECRET = "a secret of at least thirty-two characters"
PRAISE = """
    this is really a wonderful piece of writing and it helped my team to bake far better bread every
    morning please visit our little shop for cheap flour kettles and second hand mixers
""".split()  # noqa: SIM905  # a sentence reads better
OTHER = """
    we tried the second recipe twice and the dough never rose so my question is whether fresh yeast
    behaves otherwise when the kitchen is colder than about eighteen degrees in winter
""".split()  # noqa: SIM905


def like(words: list[str], **beside: str) -> Likeness:
    network, author = beside.get("network", ""), beside.get("author", "")
    return likeness_of("".join(words), network, author, [], SECRET)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_a_text_with_a_few_words_swapped_is_alike_and_shares_a_mark(chance: random.Random) -> None:
    swapped = list(PRAISE)
    for place in chance.sample(range(len(PRAISE)), 2):
        swapped[place] = chance.choice(["nice", "splendid", "cheapest", "tools"])
    one, other = like(PRAISE), like(swapped)
    assert are_alike(one.print, other.print)
    assert set(one.marks) & set(other.marks)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_texts_of_other_words_are_not_alike(chance: random.Random) -> None:
    one, other = list(PRAISE), list(OTHER)
    chance.shuffle(other)
    assert not are_alike(like(one).print, like(other).print)


def test_a_short_text_is_known_only_from_the_same_network_or_author() -> None:
    thanks = ["thanks", "great", "post"]
    assert like(thanks).marks == ()
    here, there = like(thanks, network="n1"), like(thanks, network="n2")
    assert not set(here.marks) & set(there.marks)
    assert set(here.marks) & set(like(thanks, network="n1", author="a").marks)


def test_another_secret_shares_nothing() -> None:
    words = "".join(PRAISE)
    one = likeness_of(words, "", "", [], SECRET)
    other = likeness_of(words, "", "", [], "another secret of thirty-two characters")
    assert not set(one.marks) & set(other.marks)
    assert not are_alike(one.print, other.print)


def test_domains_can_be_left_out() -> None:
    found = likeness_of("", "", "", ["hash-of-tea"], SECRET)
    assert [is_by_link(mark) for mark in found.marks] == [True]
    assert found.without(["hash-of-tea"]).marks == ()


@given(st.text(max_size=3 * SAYING))
def test_any_text_has_a_likeness(words: str) -> None:
    found = likeness_of(words, "n", "a", [], SECRET)
    assert are_alike(found.print, found.print) == bool(found.print)
