"""The calls about keys and their use: sections 2, 7 and 8 of the reference."""

from __future__ import annotations

import pytest

from service.config import Settings
from service.core.store import keys
from service.core.store.session import Store
from tests.fakes import FrozenClock
from tests.service.web.akismet.conftest import Door
from tests.service.web.conftest import Site


@pytest.fixture
def everywhere(door: Door, store: Store, settings: Settings, clock: FrozenClock) -> Door:
    """The same door with a key for every site."""
    with store.writing() as session:
        key = keys.make(session, "all", None, settings.secret_key, clock())
    return Door(door.client, key.key, store)


def test_verify_key_says_valid(door: Door) -> None:
    answer = door.call("/1.1/verify-key")
    assert (answer.status_code, answer.data) == (200, b"valid")
    assert answer.content_type == "text/plain; charset=utf-8"


def test_deactivate_is_a_notice_and_no_revocation(door: Door) -> None:
    assert door.call("/1.1/deactivate").data == b"deactivated"
    assert door.call("/1.1/verify-key").data == b"valid"


def test_get_subscription_says_what_a_client_keeps_a_key_for(door: Door) -> None:
    assert door.call("/1.1/get-subscription").get_json() == {
        "account_id": 1,
        "account_type": "hamlet",
        "account_name": "blog",
        "status": "active",
        "next_billing_date": False,
        "limit_reached": False,
    }


def test_token_is_opaque_and_the_same_each_time(door: Door) -> None:
    token = door.call("/1.1/token").text
    assert len(token) == 64
    assert door.call("/1.1/token").text == token
    assert door.key not in token


def test_test_says_connected(door: Door) -> None:
    answer = door.client.get("/1.1/test")
    assert (answer.status_code, answer.data) == (200, b"connected")


def test_compatible_plugins_is_an_empty_list(door: Door) -> None:
    assert door.client.get("/1.2/compatible-plugins").get_json() == []


class TestStats:
    def test_get_stats_counts_and_breaks_down(self, door: Door, clock: FrozenClock) -> None:
        for number in range(3):
            door.check(f"spam {number}")
        door.check("missed")
        door.report("spam", "missed")
        clock.move(days=1)
        door.check("fine")
        found = door.call("/1.1/get-stats", **{"from": "60-days"}).get_json()
        assert found == {
            "spam": 3,
            "ham": 2,
            "missed_spam": 1,
            "false_positives": 0,
            "time_saved": 30,
            "accuracy": "80.00",
            "breakdown": {
                "2026-11-22": {
                    "spam": 3,
                    "ham": 1,
                    "missed_spam": 1,
                    "false_positives": 0,
                    "da": "2026-11-22",
                },
                "2026-11-23": {
                    "spam": 0,
                    "ham": 1,
                    "missed_spam": 0,
                    "false_positives": 0,
                    "da": "2026-11-23",
                },
            },
        }

    @pytest.mark.parametrize(
        ("span", "spam", "periods"),
        [
            ("60-days", 1, ["2026-11-22"]),
            ("6-months", 2, ["2026-08", "2026-11"]),
            ("all", 3, ["2025-11", "2026-08", "2026-11"]),
            ("", 3, ["2025-11", "2026-08", "2026-11"]),
            ("2025", 1, ["2025-11"]),
        ],
    )
    def test_from_chooses_the_span(
        self, door: Door, clock: FrozenClock, span: str, spam: int, periods: list[str]
    ) -> None:
        for back in (365, 92, 0):
            clock.move(days=-back)
            door.check(f"spam {back}")
            clock.move(days=back)
        found = door.call("/1.1/get-stats", **{"from": span}).get_json()
        assert (found["spam"], list(found["breakdown"])) == (spam, periods)

    def test_get_key_stats_is_the_same_under_the_newer_path(self, door: Door) -> None:
        door.check("spam")
        assert door.call("/1.2/get-key-stats").get_json() == door.call("/1.1/get-stats").get_json()

    def test_it_counts_one_blog_of_many(self, everywhere: Door) -> None:
        everywhere.check("spam", blog="https://one.example")
        everywhere.check("spam", blog="https://two.example")
        for blog, spam in (("https://one.example", 1), ("", 2)):
            found = everywhere.call("/1.2/get-key-stats", blog=blog).get_json()
            assert found["spam"] == spam

    def test_nobody_was_wrong_before_the_first_check(self, door: Door) -> None:
        assert door.call("/1.1/get-stats").get_json()["accuracy"] == "100.00"


class TestUsageLimit:
    def test_it_counts_this_months_checks(self, door: Door, clock: FrozenClock) -> None:
        clock.move(days=-30)
        door.check("long ago")
        clock.move(days=30)
        door.check("spam")
        door.check("fine")
        door.report("spam", "fine")
        assert door.call("/1.2/usage-limit").get_json() == {
            "limit": "none",
            "usage": 2,
            "percentage": "0",
            "throttled": False,
        }

    def test_a_repeat_is_not_counted_again(self, door: Door) -> None:
        for _ in range(3):
            door.check()
        assert door.call("/1.2/usage-limit").get_json()["usage"] == 1

    @pytest.mark.parametrize("extended", ["true", "1"])
    def test_extended_says_more(self, door: Door, extended: str) -> None:
        found = door.call("/1.2/usage-limit", extended=extended).get_json()
        assert found["notice_level"] == 0
        assert found["upgrade"] is False


class TestKeySites:
    @pytest.fixture(autouse=True)
    def _used(self, everywhere: Door) -> None:
        for name, texts in {
            "one": ["spam 1", "spam 2", "fine"],
            "two": ["fine 1", "fine 2", "fine 3", "fine 4"],
            "three": ["spam"],
        }.items():
            for text in texts:
                everywhere.check(text, blog=f"https://{name}.example/")
        everywhere.report("spam", "fine", blog="https://one.example/")

    def sites(self, door: Door, **query: str) -> list[str]:
        found = door.call("/1.2/key-sites", **query).get_json()
        return [site["site"].removesuffix(".example") for site in found["2026-11"]]

    def test_it_lists_what_came_from_where(self, everywhere: Door) -> None:
        found = everywhere.call("/1.2/key-sites", filter="one").get_json()
        assert found == {
            "2026-11": [
                {
                    "site": "one.example",
                    "api_calls": "4",
                    "spam": "2",
                    "ham": "1",
                    "missed_spam": "1",
                    "false_positives": "0",
                    "is_revoked": False,
                }
            ],
            "limit": 500,
            "offset": 0,
            "total": 1,
        }

    @pytest.mark.parametrize(
        ("order", "first"),
        [("total", "one"), ("spam", "one"), ("ham", "two"), ("missed_spam", "one"), ("", "one")],
    )
    def test_the_largest_comes_first(self, everywhere: Door, order: str, first: str) -> None:
        assert self.sites(everywhere, order=order)[0] == first

    def test_by_false_positives_too(self, everywhere: Door) -> None:
        everywhere.report("ham", "spam", blog="https://three.example/")
        assert self.sites(everywhere, order="false_positives")[0] == "three"

    @pytest.mark.parametrize(
        ("part", "found"),
        [("ONE", ["one"]), ("https://t", ["two", "three"]), (".example/", 3), ("nowhere", [])],
    )
    def test_the_filter_is_a_part_of_the_address(
        self, everywhere: Door, part: str, found: list[str] | int
    ) -> None:
        listed = self.sites(everywhere, filter=part)
        assert (len(listed) if isinstance(found, int) else listed) == found

    def test_it_comes_in_pages(self, everywhere: Door) -> None:
        assert self.sites(everywhere, order="ham", limit="1", offset="1") == ["one"]
        found = everywhere.call("/1.2/key-sites", limit="1", offset="1").get_json()
        assert (found["limit"], found["offset"], found["total"]) == (1, 1, 3)

    @pytest.mark.parametrize(("name", "value"), [("limit", "-1"), ("offset", "x"), ("limit", "²")])
    def test_a_number_that_is_none_is_left_out(
        self, everywhere: Door, name: str, value: str
    ) -> None:
        assert len(self.sites(everywhere, **{name: value})) == 3

    def test_another_month_is_empty(self, everywhere: Door) -> None:
        found = everywhere.call("/1.2/key-sites", month="2026-10").get_json()
        assert found["2026-10"] == []

    @pytest.mark.parametrize("month", ["2026-13", "soon", "2026-1"])
    def test_a_month_that_is_none_is_this_one(self, everywhere: Door, month: str) -> None:
        assert len(self.sites(everywhere, month=month)) == 3

    def test_extended_says_more(self, everywhere: Door) -> None:
        found = everywhere.call("/1.2/key-sites", extended="true").get_json()
        assert len(found["2026-11"][0]["hash"]) == 32
        assert found["2026-11"][0]["eligible_for_revoke"] is False

    def test_csv_has_two_lines_before_the_sites(self, everywhere: Door) -> None:
        answer = everywhere.call("/1.2/key-sites", format="csv", limit="10", filter="o")
        assert answer.content_type == "text/csv; charset=utf-8"
        assert answer.text == (
            f"Active sites for {everywhere.key} during 2026-11 (limit:10, offset: 0, total: 2)\n"
            "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked\n"
            "one.example,4,2,1,1,0,false\n"
            "two.example,4,0,4,0,0,false\n"
        )

    def test_another_keys_sites_are_not_listed(self, door: Door) -> None:
        assert door.call("/1.2/key-sites").get_json()["total"] == 0


def test_a_site_shows_its_answer_for_unsure_comments(site: Site, store: Store) -> None:
    from service.core.store import sites

    with store.reading() as session:
        assert sites.by_name(session, site.name).unsure_answer == "hold"
