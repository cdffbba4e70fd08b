"""WordPress with its bundled Akismet plugin and contrib/wordpress/hamlet.php, against a Hamlet.

Not among the tests of every day: `make test ARGS="-m wordpress"` on a machine with Debian's packages
wordpress, wordpress-theme-twentytwentythree, php-cli, php-mysql, php-curl and mariadb-server.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import pytest

from bench.instance import HAMLET, ROOT, Instance, running
from tests.contrib.wordpress import WordPress, wordpress
from tests.servers import wait_until

pytestmark = [pytest.mark.wordpress, pytest.mark.timeout(300)]

GOOD = {  # each different: what is decided about one teaches nothing about the next
    1: "I tried this with rye flour and the dough needed about an hour longer to rise.",
    2: "Thank you for writing this down. My grandmother made it the same way, with caraway.",
    4: "Does the temperature of the water matter? I used it cold and the crumb was too dense.",
    5: "The photo of the cut loaf helped me; mine was done when it sounded hollow below.",
}
BAD = (
    "CHEAP VIAGRA CIALIS online pharmacy no prescription!!! Best casino bonus, free money "
    '<a href="http://cheap-pills-casino.example/buy">buy now</a> http://casino-bonus.example/win'
)
WEBHOOK = (5, 5)  # the first version of the plugin seen to be told of changes


@dataclass
class Pair:
    """A WordPress and the Hamlet it asks."""

    blog: WordPress
    hamlet: Instance
    key: str
    token: str

    def good(self, number: int) -> int:
        return self.blog.comment(GOOD[number], f"Ann {number}", f"ann{number}@reader.example")

    def bad(self, number: int) -> int:
        author, link = f"Cheap Pills {number}", "http://cheap-pills-casino.example/"
        email = f"win{number}@casino-bonus.example"
        return self.blog.comment(f"{BAD} {number}", author, email, link)

    def known(self, author: str) -> dict[str, Any]:
        """What Hamlet's API tells of the newest comment by this author."""
        with urlopen(self._request("/api/v1/comments?limit=100")) as answer:
            rows = json.load(answer)["comments"]
        number = next(row["id"] for row in rows if row["author_name"] == author)
        with urlopen(self._request(f"/api/v1/comments/{number}")) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def decide(self, author: str, decision: str) -> None:
        row = self.known(author)
        body = {"decision": decision, "revision": row["revision"]}
        urlopen(self._request(f"/api/v1/comments/{row['id']}/decision", body)).close()

    def _request(self, path: str, body: Any = None) -> Request:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return Request(self.hamlet.url + path, data, headers)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAMLET_PRIVATE_CALLBACKS", "yes")
        with running() as hamlet, wordpress(tmp_path_factory.mktemp("wp"), hamlet.url) as blog:
            done = subprocess.run(
                [*HAMLET, "key", "add", "blog", "--json"], cwd=ROOT, env=hamlet.environ,
                stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
            made = json.loads(done.stdout)
            pair = Pair(blog, hamlet, made["key"], made["token"])
            pair.blog.save_key(pair.key)
            yield pair


def test_the_settings_page_takes_a_good_key_and_refuses_another(pair: Pair) -> None:
    assert pair.blog.php("get_option('wordpress_api_key')") == pair.key
    pair.blog.save_key("0123456789ab")
    assert pair.blog.php("get_option('wordpress_api_key')") == pair.key
    page = pair.blog.settings_page()
    assert "could not be established" not in page  # it asks /1.1/test, too


def test_a_good_comment_is_published_as_wordpress_would(pair: Pair) -> None:
    number = pair.good(1)
    assert pair.blog.status(number) == "approved"
    assert pair.blog.history(number)[-1] == "check-ham"
    row = pair.known("Ann 1")
    assert (row["verdict"], row["outcome"]) == ("ham", "published")


def test_spam_is_filed_as_spam_there_and_known_with_its_reasons_here(pair: Pair) -> None:
    number = pair.bad(1)
    assert pair.blog.status(number) == "spam"
    row = pair.known("Cheap Pills 1")
    assert row["verdict"] == "spam"
    assert row["reasons"]


def test_not_spam_and_spam_in_wordpress_decide_here(pair: Pair) -> None:
    bad, good = pair.bad(2), pair.good(2)
    pair.blog.click(bad, "unspamcomment")
    pair.blog.click(good, "spamcomment")
    assert "report-ham" in pair.blog.history(bad)
    assert "report-spam" in pair.blog.history(good)
    for author, decision in (("Cheap Pills 2", "approve"), ("Ann 2", "spam")):
        row = pair.known(author)
        assert row["decision"] == decision
        assert row["events"][-1]["actor"] == "akismet:blog"


def test_the_button_that_checks_for_spam_rechecks_what_is_pending(pair: Pair) -> None:
    bad = pair.bad(3)
    pair.blog.php(f"wp_set_comment_status({bad}, 'hold')")
    assert pair.blog.status(bad) == "unapproved"
    assert pair.blog.check_for_spam()["spam"] == 1
    assert pair.blog.status(bad) == "spam"


def test_a_decision_here_reaches_wordpress(pair: Pair) -> None:
    if pair.blog.plugin_version < WEBHOOK:
        pytest.skip("this version of the plugin cannot be told of changes")
    bad, good = pair.bad(4), pair.good(4)
    pair.decide("Cheap Pills 4", "approve")
    pair.decide("Ann 4", "spam")
    wait_until(lambda: pair.blog.status(good) == "spam", "WordPress to hear of the spam")
    wait_until(lambda: pair.blog.status(bad) == "unapproved", "WordPress to take it out of spam")
    assert pair.blog.history(good)[0] == "webhook-spam"
    events = [event["kind"] for event in pair.known("Ann 4")["events"]]
    assert events.count("decided") == 1  # not sent back as a report


def test_without_hamlet_comments_wait_and_are_rechecked_later(pair: Pair) -> None:
    pair.hamlet.stop()
    try:
        good, bad = pair.good(5), pair.bad(5)
        assert [pair.blog.status(number) for number in (good, bad)] == ["unapproved"] * 2
        assert pair.blog.history(good) == ["check-error"]
        # Not even the moderator's own click is held up by it.
        pair.blog.click(bad, "spamcomment")
    finally:
        pair.hamlet.start()
    pair.blog.recheck_job()
    assert pair.blog.status(good) == "approved"
    assert "cron-retry-ham" in pair.blog.history(good)
    assert pair.known("Ann 5")["verdict"] == "ham"
