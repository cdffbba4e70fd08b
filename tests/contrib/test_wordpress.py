"""WordPress with its bundled Akismet plugin and contrib/wordpress/hamlet.php, against a Hamlet.

Not among the tests of every day: `make test ARGS="-m wordpress"` runs them on a Debian machine with
what contrib/wordpress/README.md names.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

import pytest

from bench.instance import HAMLET, ROOT, Instance, running
from tests.contrib.wordpress import WordPress, wordpress
from tests.servers import wait_until

pytestmark = [pytest.mark.wordpress, pytest.mark.timeout(300)]

GOOD = {  # each different: what is decided about one teaches nothing about the next
    1: "I tried this with rye flour and the dough needed about an hour longer to rise.",
    2: """Thank you, that's just my grandmother's "secret" loaf: rye & caraway, <b>no</b> sugar,
and a crust as thick as a thumb \\o/ \N{BREAD} Gr\u00fc\u00dfe!""",
    4: "Does the temperature of the water matter? I used it cold and the crumb was too dense.",
    5: "The photo of the cut loaf helped me; mine was done when it sounded hollow below.",
    6: "My oven has no steam. A tray of ice cubes on the floor of it did the same for me.",
    7: "We doubled everything for the street party and not a slice was left. Well done!",
    8: "Is spelt all right as well? The children will not eat anything with rye in it.",
    9: "I keep the starter in the fridge and feed it on Fridays; it has never let me down.",
    10: "Mine stuck to the cloth. Rice flour on it helped the second time, as somebody said.",
    11: "Half the salt was enough for us, and a spoon of honey made the crust darker.",
}
BAD = (
    "CHEAP VIAGRA CIALIS online pharmacy no prescription!!! Best casino bonus, free money "
    '<a href="http://cheap-pills-casino.example/buy">buy now</a> http://casino-bonus.example/win'
)
WEBHOOK = (5, 5)  # the first version of the plugin seen to be told of changes
GUID = "0123456789abcdef0123456789abcdef"


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
        """What Hamlet's API tells of the one comment by this author."""
        with urlopen(self._request("/api/v1/comments?limit=100")) as answer:
            rows = json.load(answer)["comments"]
        [number] = [row["id"] for row in rows if row["author_name"] == author]
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


class Stranger(HTTPServer):
    """Answers every call with the same, and notes what it was asked."""

    def __init__(self, status: int, body: str, **headers: str) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.answer = (status, body.encode(), headers)
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Stranger:
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Answers(BaseHTTPRequestHandler):
    server: Stranger

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, self.headers["Host"], parse_qs(text)))
        status, body, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass


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
    assert "Comments are checked by Hamlet" in page
    notice = "apply_filters('akismet_comment_form_privacy_notice_markup', '')"
    assert "by Hamlet at 127.0.0.1" in pair.blog.php(notice)


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
    assert pair.known("Ann 2")["body"] == GOOD[2]


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
    wait_until(lambda: pair.blog.status(bad) == "approved", "WordPress to publish the other")
    assert pair.blog.history(good)[0] == "webhook-spam"
    events = [event["kind"] for event in pair.known("Ann 4")["events"]]
    assert events.count("decided") == 1  # not sent back as a report


def test_without_hamlet_comments_wait_and_are_rechecked_later(pair: Pair) -> None:
    pair.hamlet.stop()
    try:
        good, bad = pair.good(5), pair.bad(5)
        # 5.5 and later would publish the good one: its author needs no approval on this site.
        assert [pair.blog.status(number) for number in (good, bad)] == ["unapproved"] * 2
        assert pair.blog.history(good) == ["check-error"]
        assert not pair.blog.php("get_option('akismet_ssl_disabled')")
        # Not even the moderator's own click is held up by it.
        pair.blog.click(bad, "spamcomment")
    finally:
        pair.hamlet.start()
    pair.blog.recheck_job()
    assert pair.blog.status(good) == "approved"
    assert "cron-retry-ham" in pair.blog.history(good)
    assert pair.known("Ann 5")["verdict"] == "ham"
    if pair.blog.plugin_version >= WEBHOOK:
        pair.decide("Ann 5", "spam")
        wait_until(lambda: pair.blog.status(good) == "spam", "WordPress to hear of it all the same")


@pytest.mark.parametrize(
    ("number", "stranger"),
    [
        (6, (200, "false", {})),  # no guid: not Hamlet
        (7, (302, "false", {"X_akismet_guid": GUID, "Location": "http://127.0.0.1:9/"})),
        (8, (502, "false", {"X_akismet_guid": GUID})),
    ],
)
def test_what_does_not_come_from_hamlet_is_no_verdict(
    pair: Pair, number: int, stranger: tuple[int, str, dict[str, str]]
) -> None:
    status, body, headers = stranger
    with Stranger(status, body, **headers) as server, pair.blog.asking(f"{server.url}/below/"):
        comment = pair.good(number)
    assert pair.blog.status(comment) == "unapproved"
    [(path, host, form)] = server.asked  # once, though the plugin tries failures three times
    assert path == "/below/1.1/comment-check"
    assert f"http://{host}" == server.url
    assert form["comment_content"] == [GOOD[number]]


def test_without_an_address_nothing_is_sent_and_the_owner_is_told(pair: Pair) -> None:
    with pair.blog.asking("comments.example.org"):
        comment = pair.good(9)
        page = pair.blog.settings_page()
    assert pair.blog.status(comment) == "unapproved"
    assert "HAMLET_URL" in page


def test_a_report_names_the_comment_by_its_guid(pair: Pair) -> None:
    good = pair.good(10)
    with Stranger(200, "Thanks") as server, pair.blog.asking(server.url):
        pair.blog.click(good, "spamcomment")
    [(path, _, form)] = server.asked
    assert path == "/1.1/submit-spam"
    if pair.blog.plugin_version >= WEBHOOK:
        assert form["guid"] == [pair.blog.meta(good, "akismet_guid")]


def test_every_way_to_akismet_leads_here_and_no_other(pair: Pair) -> None:
    blog = pair.blog
    assert blog.php(f"Akismet::verify_key('{pair.key}', '192.0.2.1')") == "valid"
    safe = "wp_safe_remote_get('https://rest.akismet.com/1.1/test')"
    assert blog.php(f"wp_remote_retrieve_body({safe})") == "connected"
    other = "wp_remote_get('https://akismet.com.example/1.1/test')"
    assert blog.php(f"is_wp_error({other})")


def test_a_provisional_answer_keeps_the_comment_pending_until_more_is_told(pair: Pair) -> None:
    if pair.blog.plugin_version < WEBHOOK:
        pytest.skip("this version of the plugin cannot be told of changes")
    later = {"X_akismet_guid": GUID, "X_akismet_recheck_after": "120"}
    with Stranger(200, "false", **later) as server, pair.blog.asking(server.url):
        comment = pair.good(11)
    assert pair.blog.status(comment) == "unapproved"
    assert pair.blog.history(comment) == ["check-ham-pending"]
    [callback] = server.asked[0][2]["callback"]
    told = {"key": pair.key, "endpoint": "comment-check",
            "comments": [{"guid": GUID, "result": "false"}]}  # fmt: skip
    headers = {"Content-Type": "application/json", "X-akismet-webhook": "1"}
    urlopen(Request(callback, json.dumps(told).encode(), headers)).close()
    assert pair.blog.status(comment) == "approved"
