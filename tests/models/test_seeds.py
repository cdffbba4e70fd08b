"""The invented comments that training adds to the data."""

from __future__ import annotations

from collections import Counter

import pytest

from models import BadData
from models.links import parse_link, scan
from models.seeds import expand, grammar_hash, languages, parse, seeds

INVENTED = list(seeds())
COMMON = "$first = Ann | Bob"


def test_they_are_the_same_each_time() -> None:
    assert list(seeds()) == INVENTED


def test_every_language_has_spam_and_ham_in_like_numbers() -> None:
    counts = Counter((e.language, e.label) for e in INVENTED)
    assert {language for language, _ in counts} == set(languages())
    assert len(languages()) >= 12
    for language in languages():
        assert 0.5 < counts[language, 0] / counts[language, 1] < 2


def test_no_text_stands_under_both_labels() -> None:
    spam, ham = ({e.comment.body.lower() for e in INVENTED if e.label == of} for of in (1, 0))
    assert not spam & ham


def test_no_choice_is_left_open_in_any_text() -> None:
    for example in INVENTED:
        comment = example.comment
        assert comment.body
        assert not set("{}|") & set(comment.body + comment.author_name + comment.author_url)


def test_hosts_are_nobodys_or_those_that_everybody_links_to() -> None:
    known = (".example", "youtube.com", "youtu.be", "wikipedia.org", "github.com")
    for example in INVENTED:
        links = scan(example.comment.body).links
        if example.comment.author_url:
            links += (parse_link(example.comment.author_url),)
        assert all(link.host.endswith(known) for link in links), links


def test_choices_lists_and_author_are_filled_in() -> None:
    grammar = "$fruit = pears | figs\n\nspam shop, name {first}, address http://{fruit}.example\n"
    made = list(expand(grammar + "  (buy|get) {fruit} now\n", COMMON, "en", 50))
    assert {e.comment.body.lower() for e in made} == {
        f"{verb} {fruit} now" for verb in ("buy", "get") for fruit in ("pears", "figs")
    }
    assert {e.comment.author_name for e in made} == {"Ann", "Bob"}
    assert {e.label for e in made} == {1}
    assert {e.file for e in made} == {"seeds_en"}


def test_brackets_without_a_choice_stay_as_they_are() -> None:
    (made,) = expand("ham talk\n  we met (in june)\n", COMMON, "en", 1)
    assert made.comment.body.lower() == "we met (in june)"
    assert made.label == 0


@pytest.mark.parametrize(
    ("grammar", "said"),
    [
        ("ham talk\n  {nothing}\n", "nothing"),
        ("$a = {a}\nham talk\n  {a}\n", "come to an end"),
        ("what is this\n", "line 1"),
    ],
)
def test_a_broken_grammar_is_refused_with_its_fault(grammar: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        list(expand(grammar, COMMON, "en", 1))


def test_templates_before_any_family_are_refused() -> None:
    with pytest.raises(BadData, match="line 1"):
        parse("  lost line\n")


def test_the_manifest_can_name_each_grammar_by_its_hash() -> None:
    hashes = {grammar_hash(f"seeds_{language}") for language in languages()}
    assert len(hashes) == len(languages())
    assert grammar_hash("blog_seeds") == grammar_hash("seeds_xx") == ""
