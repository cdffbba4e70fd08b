"""What each signal is worth, and in which words it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import signals
from service.core.signals import Precedents, Reason, Signals


def reasons(**seen: object) -> dict[str, Reason]:
    found = signals.reasons_of(Signals(**seen))  # type: ignore[arg-type]
    by_code = {reason.code: reason for reason in found}
    assert len(by_code) == len(found)
    return by_code


def weight(code: str, **seen: object) -> float:
    found = reasons(**seen).get(code)
    return found.weight if found else 0.0


def test_a_comment_about_which_nothing_is_known_gets_no_points() -> None:
    assert reasons() == {}


def test_a_filled_honeypot_counts() -> None:
    assert weight("honeypot", honeypot=True) == signals.HONEYPOT_POINTS


@pytest.mark.parametrize(
    ("filled_in_ms", "points"), [(2_999, signals.FAST_POINTS), (3_000, 0), (None, 0)]
)
def test_a_form_filled_in_within_three_seconds_counts(
    filled_in_ms: int | None, points: float
) -> None:
    assert weight("filled_in_fast", filled_in_ms=filled_in_ms, email="ann@paper.org") == points


@pytest.mark.parametrize(
    ("ran", "points"), [(False, signals.UNSCRIPTED_POINTS), (True, 0), (None, 0)]
)
def test_a_form_whose_script_never_ran_counts(ran: bool | None, points: float) -> None:
    assert weight("unscripted", is_scripted=ran) == points


@pytest.mark.parametrize(
    ("presses", "length", "is_one"),
    [(0, 150, True), (0, 149, False), (1, 999, False), (None, 999, False)],
)
def test_a_long_text_without_a_key_pressed_counts(
    presses: int | None, length: int, is_one: bool
) -> None:
    untyped = signals.is_untyped(presses, "x" * length)
    assert untyped is is_one
    assert weight("untyped", is_untyped=untyped) == (signals.UNTYPED_POINTS if is_one else 0)


class TestEmail:
    def test_a_client_that_sends_none_loses_nothing(self) -> None:
        assert reasons(email="") == {}

    def test_a_form_without_one_counts_next_to_nothing(self) -> None:
        found = reasons(email=" ", filled_in_ms=60_000)
        assert list(found) == ["email_missing"]
        assert found["email_missing"].weight <= 0.2

    @pytest.mark.parametrize(
        "email",
        [
            "ann@paper.org",
            "Ann.B.Miller@gmail.com",
            "ann1987@paper.org",
            "dr.ann.b.c.miller@university.edu",
            "12@paper.org",
            "änne@zeitung.de",
        ],
    )
    def test_peoples_addresses_count_nothing(self, email: str) -> None:
        assert reasons(email=email) == {}

    @pytest.mark.parametrize(
        "email", ["ann", "@", "@paper.org", "ann@", "ann@localhost", "ann miller@paper.org"]
    )
    def test_what_cannot_be_an_address_counts(self, email: str) -> None:
        assert list(reasons(email=email)) == ["email_broken"]

    def test_an_address_mostly_of_digits_counts(self) -> None:
        assert list(reasons(email="kt8830471@mail.org")) == ["email_digits"]

    def test_a_mailbox_stretched_with_dots_counts_where_dots_mean_nothing(self) -> None:
        assert list(reasons(email="a.n.n.m.i.l.l@gmail.com")) == ["email_dots"]
        assert reasons(email="a.n.n.m.i.l.l@paper.org") == {}

    def test_linking_in_the_text_to_where_the_mail_comes_from_counts(self) -> None:
        seen = {"email": "ann@kettles.com", "email_domain": "kettles.com"}
        assert weight("own_business", **seen, text_domains=("kettles.com",)) == 0.7
        assert weight("own_business", **seen, text_domains=("tea.com",)) == 0

    def test_an_own_domain_that_people_approved_counts_nothing(self) -> None:
        found = reasons(
            email="ann@kettles.com",
            email_domain="kettles.com",
            text_domains=("kettles.com",),
            domains=[("kettles.com", Precedents(ham=1))],
        )
        assert list(found) == ["domain_before"]


class TestPrecedents:
    @pytest.mark.parametrize(
        ("before", "leaning"),
        [
            (Precedents(), 0),
            (Precedents(spam=1), 0.5),
            (Precedents(ham=1), -0.5),
            (Precedents(spam=1, ham=1), 0),
            (Precedents(spam=9), 0.9),
            (Precedents(ham=9), -0.9),
            (Precedents(spam_elsewhere=1), 0.2),
            (Precedents(spam_elsewhere=1_000), 0.5),
            (Precedents(ham=1, spam_elsewhere=1_000), 0),
        ],
    )
    def test_one_decision_here_outweighs_any_number_elsewhere(
        self, before: Precedents, leaning: float
    ) -> None:
        assert before.leaning == pytest.approx(leaning)

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
    def test_no_number_of_decisions_pushes_beyond_the_reach(
        self, spam: int, ham: int, elsewhere: int
    ) -> None:
        before = Precedents(spam, ham, elsewhere)
        assert -1 < before.leaning < 1
        found = reasons(
            text=before, author=before, network=before, domains=[("tea.com", before)]
        ).values()
        assert -4 <= sum(reason.weight for reason in found) <= 9

    @pytest.mark.parametrize("field", ["text", "author", "network"])
    def test_what_people_called_spam_counts_and_what_they_approved_excuses(
        self, field: str
    ) -> None:
        code = f"{field}_before"
        assert weight(code, **{field: Precedents(spam=2)}) > 0
        assert weight(code, **{field: Precedents(ham=2)}) < 0
        assert weight(code, **{field: Precedents(spam=2, ham=2)}) == 0

    def test_the_same_text_weighs_most_and_the_network_least(self) -> None:
        spam = Precedents(spam=3)
        weights = [
            weight("text_before", text=spam),
            weight("domain_before", domains=[("tea.com", spam)]),
            weight("author_before", author=spam),
            weight("network_before", network=spam),
        ]
        assert weights == sorted(weights, reverse=True)

    def test_the_worst_of_several_links_counts(self) -> None:
        good, bad = ("tea.com", Precedents(ham=9)), ("pills.com", Precedents(spam=1))
        found = reasons(domains=[good, bad])
        assert found["domain_before"].text.startswith("links to pills.com")
        assert found["domain_before"].weight == 1.25

    def test_an_approved_link_does_not_carry_an_unknown_one(self) -> None:
        good, unknown = ("tea.com", Precedents(ham=9)), ("new.com", Precedents())
        assert weight("domain_before", domains=[good]) < 0
        assert weight("domain_before", domains=[good, unknown]) == 0

    @pytest.mark.parametrize(
        ("before", "known"),
        [
            (Precedents(ham=1), True),
            (Precedents(ham=9, spam=1), False),
            (Precedents(ham=9, spam_elsewhere=1), False),
            (Precedents(), False),
        ],
    )
    def test_a_domain_is_known_when_approved_here_and_called_spam_nowhere(
        self, before: Precedents, known: bool
    ) -> None:
        seen = Signals(domains=[("tea.com", before)])
        assert seen.known_domains == ({"tea.com"} if known else set())

    @pytest.mark.parametrize(
        ("before", "told"),
        [
            (Precedents(spam=1), "this very text: called spam once by people here"),
            (
                Precedents(spam=3, ham=2, spam_elsewhere=1),
                "this very text: called spam 3 times and approved twice by people here; "
                "called spam once on other sites",
            ),
            (Precedents(spam_elsewhere=7), "this very text: called spam 7 times on other sites"),
        ],
    )
    def test_they_are_told_in_words(self, before: Precedents, told: str) -> None:
        assert reasons(text=before)["text_before"].text == told


class TestRepeats:
    @pytest.mark.parametrize(("articles", "points"), [(0, 0), (1, 0.8), (2, 1.6), (400, 2.5)])
    def test_the_same_text_on_other_articles_counts(self, articles: int, points: float) -> None:
        assert weight("same_text", articles=articles) == points

    def test_where_it_came_is_told(self) -> None:
        assert reasons(articles=1)["same_text"].text == (
            "the same text came to 1 other article within a day"
        )
        assert reasons(articles=3, sites=2)["same_text"].text == (
            "the same text came to 3 other articles, on 2 other sites, within a day"
        )

    def test_what_people_approved_may_come_often(self) -> None:
        approved = Precedents(ham=1)
        assert weight("same_text", articles=9, text=approved) == 0
        assert weight("same_text", articles=9, text=Precedents(ham=9, spam=1)) > 0

    def test_another_readers_words_count_though_they_were_approved(self) -> None:
        found = reasons(copied=True, text=Precedents(ham=5))
        assert {code: reason.weight for code, reason in found.items()} == {"copied": 1.5}
