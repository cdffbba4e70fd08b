"""submit-spam and submit-ham: the check is found, its outcome changes, the model learns."""

from __future__ import annotations

import pytest

from service.core import retention
from service.core.store import moderators
from service.core.store.session import Store
from service.core.verdict import Decision
from tests.fakes import FrozenClock
from tests.service.web.akismet.conftest import GUID, Door
from tests.service.web.conftest import Site

THANKS = b"Thanks for making the web a better place."


def test_missed_spam_is_taken_away_and_taught(door: Door) -> None:
    row = door.comment(door.check())
    assert row.outcome == "published"
    answer = door.report("spam")
    assert (answer.status_code, answer.data) == (200, THANKS)
    row = door.all_comments()[0]
    assert (row.outcome, row.decision, row.verdict) == ("spam", "spam", "ham")
    assert door.events(row)[-1] == ("decided", "akismet:blog")
    example = door.example(row)
    assert example is not None
    assert (example.label, example.actor) == (1, "akismet:blog")


def test_a_good_comment_is_put_back_and_taught(door: Door) -> None:
    door.check("spam")
    assert door.report("ham", "spam").data == THANKS
    [row] = door.all_comments()
    assert row.outcome == "published"
    example = door.example(row)
    assert example is not None
    assert example.label == 0


def test_it_finds_its_check_by_guid(door: Door) -> None:
    answer = door.check("spam")
    door.call("/1.1/submit-ham", guid=answer.headers[GUID], comment_content="quite another text")
    assert door.comment(answer).outcome == "published"


def test_anothers_guid_opens_nothing(door: Door, every_site: dict[str, str]) -> None:
    """Comments that came another way, or to another site, are not a client's to decide on."""
    body = {"article_url": "https://other.example/a", "body": "hello"}
    other = door.client.post("/api/v1/comments", json=body, headers=every_site).get_json()["id"]
    door.call("/1.1/submit-spam", guid=other.replace("-", ""), comment_content="unlike")
    page = door.client.get(f"/api/v1/comments/{other}", headers=every_site).get_json()
    assert page["decision"] is None


@pytest.mark.parametrize(
    "stored",
    [
        'Buy <a href="https://x.example" rel="nofollow ugc">pills</a> &amp; more, it&#8217;s cheap',
        "  Buy pills & more, it’s cheap\r\n",
        "<p>Buy pills &#038; more, it’s cheap</p>",
    ],
)
def test_it_finds_its_check_when_the_client_has_changed_the_markup(door: Door, stored: str) -> None:
    answer = door.check('Buy <a href="https://x.example">pills</a> & more, it’s cheap')
    door.report("spam", stored)
    assert door.comment(answer).outcome == "spam"
    assert len(door.all_comments()) == 1


def test_it_finds_its_check_without_address_agent_and_permalink(door: Door) -> None:
    answer = door.check(
        "spam", user_agent="Mozilla/5.0", permalink="https://blog.example/bread", referrer="x"
    )
    door.report("ham", "spam", comment_ID="12", comment_post_ID="3", user_id="0")
    assert door.comment(answer).outcome == "published"


def test_it_finds_its_check_without_any_author(door: Door) -> None:
    text = "a long enough text about crusts and pans"
    answer = door.check(text)
    door.call("/1.1/submit-spam", comment_content=text)
    assert door.comment(answer).outcome == "spam"


def test_a_short_text_without_author_is_anybodys(door: Door) -> None:
    answer = door.check("Thanks!")
    door.call("/1.1/submit-spam", comment_content="Thanks!")
    assert door.comment(answer).outcome == "published"


def test_of_many_alike_the_one_from_the_same_address_is_meant(
    door: Door, clock: FrozenClock
) -> None:
    first = door.check("spam", user_ip="192.0.2.1")
    clock.move(minutes=5)
    second = door.check("spam", user_ip="192.0.2.2")
    door.report("ham", "spam", user_ip="192.0.2.1")
    assert door.comment(first).outcome == "published"
    assert door.comment(second).outcome == "spam"


def test_of_many_alike_the_one_of_that_time_is_meant(door: Door, clock: FrozenClock) -> None:
    first = door.check("spam")
    at = clock().strftime("%Y-%m-%d %H:%M:%S")
    clock.move(hours=5)
    door.check("spam")
    door.report("ham", "spam", comment_date_gmt=at)
    assert door.comment(first).outcome == "published"


def test_reports_on_many_alike_find_one_after_the_other(door: Door, clock: FrozenClock) -> None:
    for _ in range(3):
        door.check()
        clock.move(minutes=5)
    for _ in range(3):
        door.report("spam")
    assert [row.outcome for row in door.all_comments()] == ["spam"] * 3


class TestLater:
    def purge(self, store: Store, clock: FrozenClock) -> None:
        with store.writing() as session:
            retention.purge(session, clock())

    def test_it_finds_its_check_after_the_text_is_wiped(
        self, door: Door, store: Store, clock: FrozenClock
    ) -> None:
        answer = door.check("spam, so it seemed")
        clock.move(days=16)
        self.purge(store, clock)
        assert door.comment(answer).body == ""
        door.report("ham", "spam, so it seemed")
        row = door.comment(answer)
        assert (row.outcome, row.body) == ("published", "spam, so it seemed")
        assert row.text_purged_at is None
        assert len(door.all_comments()) == 1

    def test_it_finds_its_check_after_the_author_is_wiped(
        self, door: Door, store: Store, clock: FrozenClock
    ) -> None:
        answer = door.check()
        clock.move(days=40)
        self.purge(store, clock)
        assert door.comment(answer).author_email == ""
        door.report("spam")
        assert door.comment(answer).outcome == "spam"
        assert door.comment(answer).author_email == ""

    def test_spam_whose_text_is_wiped_is_learned_from_what_the_client_sends(
        self, door: Door, store: Store, clock: FrozenClock
    ) -> None:
        answer = door.check("spam, as ever")
        clock.move(days=16)
        self.purge(store, clock)
        door.report("spam", "spam, as ever")
        row = door.comment(answer)
        assert (row.outcome, row.body) == ("spam", "spam, as ever")
        example = door.example(row)
        assert example is not None
        assert example.label == 1
        self.purge(store, clock)
        assert door.comment(answer).body == ""

    @pytest.mark.parametrize(("kind", "outcome"), [("spam", "spam"), ("ham", "published")])
    def test_where_no_text_is_left_anywhere_nothing_is_learned(
        self, door: Door, store: Store, clock: FrozenClock, kind: str, outcome: str
    ) -> None:
        answer = door.check("spam, as ever")
        clock.move(days=16)
        self.purge(store, clock)
        guid = answer.headers[GUID]
        assert door.call(f"/1.1/submit-{kind}", guid=guid, user_ip="192.0.2.7").data == THANKS
        row = door.comment(answer)
        assert row.outcome == outcome
        assert door.example(row) is None

    def test_what_is_kept_to_match_by_says_nothing(self, door: Door, store: Store) -> None:
        door.check("a remarkable sentence about sourdough")
        with store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM checks").all()
        assert len(rows) == 1
        assert "sourdough" not in str(rows)
        assert "reader.example" not in str(rows)


class TestUnknown:
    def test_a_comment_never_checked_is_stored_and_taught(self, door: Door) -> None:
        assert door.report("spam", "buy now", comment_date_gmt="2026-11-01 10:00:00").data == THANKS
        [row] = door.all_comments()
        assert (row.outcome, row.body, row.created_at.day) == ("spam", "buy now", 1)
        assert door.events(row) == [("submitted", "akismet:blog"), ("decided", "akismet:blog")]
        example = door.example(row)
        assert example is not None
        assert example.label == 1

    def test_it_is_known_afterwards(self, door: Door) -> None:
        door.report("spam", "buy now")
        door.report("ham", "buy now")
        [row] = door.all_comments()
        assert row.outcome == "published"

    def test_an_address_alone_is_enough(self, door: Door) -> None:
        assert door.call("/1.1/submit-spam", user_ip="192.0.2.7").data == THANKS

    def test_nothing_at_all_is_told(self, door: Door) -> None:
        answer = door.call("/1.1/submit-spam")
        assert answer.text == "Missing required field: comment_content."
        assert door.all_comments() == []


class TestTests:
    def test_a_test_report_teaches_nothing(self, door: Door) -> None:
        door.check(is_test="1")
        assert door.report("spam", is_test="1").data == THANKS
        [row] = door.all_comments()
        assert row.outcome == "spam"
        assert door.example(row) is None

    def test_a_test_report_leaves_a_real_comment_alone(self, door: Door) -> None:
        answer = door.check()
        assert door.report("spam", is_test="true").data == THANKS
        assert door.comment(answer).outcome == "published"

    def test_a_test_report_is_not_counted(self, door: Door) -> None:
        door.report("spam", is_test="True")
        assert door.call("/1.1/get-stats").get_json()["missed_spam"] == 0

    def test_is_test_0_is_no_test(self, door: Door) -> None:
        """One client always sends it."""
        door.check(is_test="0")
        door.report("spam", is_test="0")
        assert door.example(door.all_comments()[0]) is not None


def test_the_same_report_twice_is_one_decision(door: Door) -> None:
    row = door.comment(door.check())
    door.report("spam")
    door.report("spam")
    assert [kind for kind, _ in door.events(row)] == ["submitted", "judged", "decided"]


def test_a_later_report_corrects_an_earlier_one(door: Door) -> None:
    answer = door.check()
    door.report("spam")
    door.report("ham")
    assert door.comment(answer).outcome == "published"


def test_the_reporter_is_noted(door: Door, store: Store) -> None:
    from service.core.store import comments

    row = door.comment(door.check())
    door.report("spam", reporter="editor-in-chief")
    with store.reading() as session:
        event = comments.events_of(session, row.id)[-1]
    assert event.detail["reason"] == "reported by editor-in-chief"
    assert event.detail["decision"] == Decision.SPAM


def test_corrections_are_counted_and_first_reports_are_not(door: Door, site: Site) -> None:
    door.check("missed")
    door.report("spam", "missed")
    door.check("spam")
    door.report("ham", "spam", comment_check_response="true")
    door.check("spam, too")
    door.report("spam", "spam, too", comment_check_response="true")
    stats = door.call("/1.1/get-stats").get_json()
    assert (stats["missed_spam"], stats["false_positives"]) == (1, 1)


def test_nothing_of_it_counts_as_a_moderators_login(door: Door, store: Store) -> None:
    door.report("spam", "buy now")
    with store.reading() as session:
        assert not moderators.any_exists(session)
