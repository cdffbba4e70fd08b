"""comment-check: verdicts, test values, headers (section 4), and what is recorded."""

from __future__ import annotations

import re

import pytest

from service.core.store import sites
from service.core.store.session import Store
from service.core.verdict import Mode, UnsureAnswer
from service.scoring import Scorer, drain
from tests.fakes import FrozenClock, PlainModel, QuietBell
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.conftest import SITE_URL, Site

TIP = "X-akismet-pro-tip"


class TestVerdicts:
    def test_ham_is_false(self, door: Door) -> None:
        answer = door.check()
        assert (answer.status_code, answer.data) == (200, b"false")
        assert answer.content_type == "text/plain; charset=utf-8"

    def test_spam_is_true(self, door: Door) -> None:
        answer = door.check("spam")
        assert (answer.status_code, answer.data) == (200, b"true")
        assert TIP not in answer.headers

    def test_blatant_spam_may_be_discarded(self, door: Door) -> None:
        answer = door.check("blatant")
        assert answer.data == b"true"
        assert answer.headers[TIP] == "discard"

    @pytest.mark.parametrize("author", ["viagra-test-123", "akismet-guaranteed-spam"])
    def test_the_guaranteed_author_is_spam_not_to_discard(self, door: Door, author: str) -> None:
        answer = door.check(comment_author=author)
        assert answer.data == b"true"
        assert TIP not in answer.headers
        assert door.comment(answer).outcome == "spam"

    def test_the_guaranteed_e_mail_is_spam_not_to_discard(self, door: Door) -> None:
        answer = door.check(comment_author_email="akismet-guaranteed-spam@example.com")
        assert answer.data == b"true"
        assert TIP not in answer.headers

    def test_an_administrator_is_ham(self, door: Door) -> None:
        assert door.check("spam", user_role="administrator").data == b"false"

    def test_guaranteed_spam_of_an_administrator_is_spam(self, door: Door) -> None:
        answer = door.check(comment_author="viagra-test-123", user_role="administrator")
        assert answer.data == b"true"

    def test_the_discard_test_is_discarded(self, door: Door) -> None:
        answer = door.check(is_test="1", test_discard="1")
        assert answer.data == b"true"
        assert answer.headers[TIP] == "discard"

    def test_test_discard_without_is_test_is_nothing(self, door: Door) -> None:
        assert door.check(test_discard="1").data == b"false"

    def test_only_an_address_leans_to_ham(self, door: Door) -> None:
        answer = door.call("/1.1/comment-check", user_ip="192.0.2.7")
        assert answer.data == b"false"
        assert door.comment(answer).outcome == "published"

    def test_a_filled_honeypot_tells_against_a_comment(self, door: Door) -> None:
        answer = door.check("unsure", honeypot_field_name="trap", trap="http://x.example")
        assert answer.data == b"true"
        assert door.comment(answer).outcome == "spam"

    def test_a_form_filled_in_by_a_program_tells_against_a_comment(self, door: Door) -> None:
        answer = door.check("unsure" * 30, POST_ak_js="97", POST_ak_bkpc="0", POST_ak_bib="1000",
                            POST_ak_bfs="2000")  # fmt: skip
        row = door.comment(answer)
        codes = {reason["code"] for reason in row.reasons}
        assert codes == {"filled_in_fast", "unscripted", "untyped", "word"}
        assert (row.is_scripted, row.key_presses, row.filled_in_ms) == (False, 0, 1000)

    def test_a_model_that_fails_publishes_nothing(self, door: Door) -> None:
        answer = door.check("explode")
        assert answer.data == b"true"
        assert TIP not in answer.headers


class TestWithoutAModel:
    @pytest.fixture
    def scorer(self) -> Scorer:
        return Scorer(None, "the file is gone")

    def test_nothing_is_published(self, door: Door) -> None:
        answer = door.check()
        assert answer.data == b"true"
        assert TIP not in answer.headers
        assert "X-hamlet-score" not in answer.headers
        assert door.comment(answer).outcome == "held"

    def test_nobody_is_told_to_wait_for_what_is_not_running(self, door: Door) -> None:
        answer = door.check(callback="https://blog.example/hook")
        assert answer.data == b"true"
        assert "X-akismet-recheck-after" not in answer.headers

    def test_test_values_are_answered_all_the_same(self, door: Door) -> None:
        assert door.check(user_role="administrator").data == b"false"


class TestUnsure:
    """What an unsure comment answers is a setting of its site."""

    def answering(self, store: Store, site: Site, value: str) -> None:
        with store.writing() as session:
            sites.change(session, site.id, {"unsure_answer": value})

    def test_it_is_held_by_default(self, door: Door) -> None:
        answer = door.check("unsure")
        assert answer.data == b"true"
        assert TIP not in answer.headers
        assert door.comment(answer).outcome == "held"

    def test_a_site_may_let_it_pass(self, door: Door, store: Store, site: Site) -> None:
        self.answering(store, site, UnsureAnswer.LET_THROUGH)
        answer = door.check("unsure")
        assert answer.data == b"false"
        assert door.comment(answer).outcome == "held"

    def test_a_site_that_holds_everything_holds_ham_too(
        self, door: Door, store: Store, site: Site
    ) -> None:
        with store.writing() as session:
            sites.change(session, site.id, {"mode": Mode.HOLD_ALL})
        assert door.check().data == b"true"

    def test_a_known_author_is_known_before_the_comment_is_stored(
        self, door: Door, store: Store, site: Site, clock: FrozenClock
    ) -> None:
        assert door.check("first").data == b"false"
        with store.writing() as session:
            sites.change(session, site.id, {"mode": Mode.HOLD_FIRST_TIMERS})
        clock.move(seconds=3)
        assert door.check("second").data == b"false"
        assert door.check("third", comment_author_email="bob@reader.example").data == b"true"


class TestPingbacks:
    """A client asks twice: before it reads the page that a ping names, and with its words."""

    @pytest.mark.parametrize(
        ("source", "word"), [("spam", b"true"), ("unsure", b"false"), ("fine", b"false")]
    )
    def test_only_clear_spam_is_spam_before_the_page_is_read(
        self, door: Door, model: PlainModel, source: str, word: bytes
    ) -> None:
        model.sees_author_url = True
        asked = {"comment_author": "", "comment_author_email": "", "comment_type": "pingback"}
        address = f"https://{source}.example/post"
        early = door.check("", comment_author_url=address, akismet_pre_check="1", **asked)
        assert early.data == word
        later = door.check("unsure", comment_author_url=address, **asked)
        assert later.data == b"true"
        assert later.headers[GUID] != early.headers[GUID]
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 1

    def test_nothing_passes_because_the_model_failed(self, door: Door) -> None:
        assert door.check("explode", akismet_pre_check="1").data == b"true"


class TestHeaders:
    @pytest.mark.parametrize("text", ["hello", "spam", "blatant", "unsure", "explode"])
    def test_every_check_has_a_guid_of_its_own(self, door: Door, text: str) -> None:
        one, other = door.check(text), door.check(text, comment_author="Bob")
        assert re.fullmatch("[0-9a-f]{32}", one.headers[GUID])
        assert one.headers[GUID] != other.headers[GUID]
        assert one.headers["X-akismet-server"]

    def test_a_verdict_brings_no_header_that_clients_take_for_trouble(self, door: Door) -> None:
        for text in ("hello", "spam", "unsure"):
            names = {name.lower() for name, _ in door.check(text).headers}
            assert not {name for name in names if name.startswith("x-akismet-alert")}
            assert not names & {"x-akismet-debug-help", "x-akismet-error"}
            assert "x-akismet-recheck-after" not in names

    def test_the_classification_is_told_to_those_who_ask(self, door: Door) -> None:
        assert door.check("spam", classify="1").headers["X-akismet-classification"] == "spam"
        assert "X-akismet-classification" not in door.check("blatant").headers
        assert "X-akismet-classification" not in door.check(classify="1").headers

    def test_score_and_reasons_are_told_in_short_ascii(self, door: Door) -> None:
        headers = door.check("spam", comment_author="Ännchen").headers
        assert headers["X-hamlet-score"] == "0.9700"
        assert headers["X-hamlet-reasons"] == "word:+2.5"

    def test_score_and_reasons_are_told_by_guid_too(self, door: Door, site: Site) -> None:
        answer = door.check("spam")
        address = f"/api/v1/comments?guid={answer.headers[GUID]}"
        [found] = door.client.get(address, headers=site.headers).get_json()["comments"]
        assert found["score"] == 0.97
        assert found["reasons"][0]["code"] == "word"

    def test_another_sites_guid_finds_nothing(self, door: Door, every_site: dict[str, str]) -> None:
        unknown = door.client.get(f"/api/v1/comments?guid={'0' * 32}", headers=every_site)
        assert unknown.get_json()["comments"] == []
        wrong = door.client.get("/api/v1/comments?guid=me", headers=every_site)
        assert wrong.status_code == 400


class TestRecord:
    def test_it_is_in_the_queue_with_its_reasons_and_the_workers_events(self, door: Door) -> None:
        row = door.comment(door.check("unsure", permalink="https://blog.example/bread"))
        assert (row.outcome, row.verdict, row.score) == ("held", "unsure", 0.5)
        assert row.reasons[0]["code"] == "word"
        assert door.events(row) == [("submitted", "akismet:blog"), ("judged", "model:plain-1")]
        assert row.revision == 2

    def test_no_worker_and_no_broker_is_needed(self, door: Door, bell: QuietBell) -> None:
        door.check("spam")
        assert bell.rings == 0

    def test_nothing_is_left_for_a_worker(
        self, door: Door, store: Store, scorer: Scorer, model: PlainModel, clock: FrozenClock
    ) -> None:
        from datetime import timedelta

        door.check("spam")
        model.calls.clear()
        assert drain(store, scorer, clock, timedelta(seconds=1))
        assert model.calls == []

    def test_the_same_call_within_a_minute_is_the_same_comment(
        self, door: Door, clock: FrozenClock
    ) -> None:
        """A client that got no answer sends the same check three times."""
        answers = [door.check("unsure") for _ in range(3)]
        assert len({answer.headers[GUID] for answer in answers}) == 1
        assert len(door.all_comments()) == 1
        clock.move(seconds=61)
        assert door.check("unsure").headers[GUID] != answers[0].headers[GUID]

    def test_another_field_makes_it_another_comment(self, door: Door) -> None:
        door.check("spam")
        door.check("spam", user_ip="192.0.2.8")
        assert len(door.all_comments()) == 2

    @pytest.mark.parametrize("reason", ["recheck_queue", "retry", "wp-cli"])
    def test_a_recheck_asks_about_the_comment_already_there(
        self, door: Door, clock: FrozenClock, reason: str
    ) -> None:
        first = door.check("unsure")
        clock.move(hours=1)
        again = door.check("unsure", recheck_reason=reason, comment_ID="7", user_ip="192.0.2.99")
        assert again.headers[GUID] == first.headers[GUID]
        assert again.data == b"true"

    def test_a_recheck_honours_what_a_person_decided_meanwhile(
        self, door: Door, clock: FrozenClock
    ) -> None:
        door.check("spam")
        door.report("ham", "spam")
        clock.move(hours=1)
        assert door.check("spam", recheck_reason="recheck_queue").data == b"false"

    def test_an_edited_comment_is_checked_anew(self, door: Door, clock: FrozenClock) -> None:
        door.check("fine")
        clock.move(hours=1)
        assert door.check("spam", recheck_reason="edit").data == b"true"
        assert len(door.all_comments()) == 2

    def test_a_test_call_is_recorded_and_not_counted(self, door: Door) -> None:
        assert door.check(is_test="1").data == b"false"
        assert len(door.all_comments()) == 1
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 0

    def test_the_key_is_not_stored(self, door: Door, store: Store) -> None:
        door.check("spam", callback="https://blog.example/hook")
        with store.engine.connect() as connection:
            dump = "\n".join(connection.connection.iterdump())  # type: ignore[attr-defined]
        assert "https://blog.example/hook" in dump
        assert door.key not in dump


def test_wordpress_quotes_a_new_comment_but_not_the_row_it_becomes(door: Door) -> None:
    said = {"api_key": door.key, "blog": SITE_URL, "user_ip": "192.0.2.7"}
    headers = {"User-Agent": "WordPress/6.1.9 | Akismet/5.5"}
    quoted = r"it\'s a \"crust\""
    new = said | {"comment_content": quoted, "comment_author": r"O\'Brien"}
    row = said | {"comment_content": quoted, "comment_author": "Ann", "comment_ID": "7"}
    for form in (new, row):
        door.client.post("/1.1/comment-check", data=form, headers=headers)
    kept = {comment.author_name: comment.body for comment in door.all_comments()}
    assert kept == {"O'Brien": 'it\'s a "crust"', "Ann": quoted}
