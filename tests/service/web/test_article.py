"""The article page: the article, its thread and the form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service import demo
from service.core.moderation import Arrival, Caller, submit
from service.core.store import sites
from service.core.store.session import Store
from service.core.submission import LIMITS, Submission, checked
from service.demo.articles import ARTICLES
from service.scoring import Scorer, drain
from tests.fakes import FrozenClock

SECRET = "a secret of at least thirty-two characters"
ORIGIN = "http://127.0.0.1:8000"
WELCOME = f"{ORIGIN}/a/demo/welcome"


@dataclass
class Courier:
    """The demo site, and comments on it without the detour over the form."""

    store: Store
    scorer: Scorer
    clock: FrozenClock
    site_ids: list[int] = field(default_factory=list)

    def publish(self, body: str = "A good read.", url: str = WELCOME, **fields: object) -> UUID:
        submission = checked(Submission(article_url=url, body=body, **fields), self.clock())  # type: ignore[arg-type]
        with self.store.writing() as session:
            arrival = Arrival(submission, Caller("test"))
            accepted = submit(session, arrival, self.clock(), SECRET)
        drain(self.store, self.scorer, self.clock, timedelta(seconds=1))
        return accepted.comment_id


@pytest.fixture
def courier(store: Store, scorer: Scorer, clock: FrozenClock) -> Iterator[Courier]:
    with store.writing() as session:
        sites.add(session, demo.SITE_NAME, ORIGIN, clock())
    return Courier(store, scorer, clock)


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            attrs for name, attrs in self.found if name == tag and wanted.items() <= attrs.items()
        ]


@pytest.mark.parametrize("name", ARTICLES)
def test_every_demo_article_can_be_read(courier: Courier, client: FlaskClient, name: str) -> None:
    page = client.get(f"/a/demo/{name}")
    assert page.status_code == 200
    assert ARTICLES[name].title in page.text
    assert len(page.text.split()) > 300


def test_the_form_is_the_one_that_readers_know(courier: Courier, client: FlaskClient) -> None:
    text = client.get("/a/demo/welcome").text
    page = Elements(text)
    assert "Your email address will not be published." in text
    assert "Add a comment" in text
    for name in ("author_name", "author_email", "author_url"):
        [control] = page.named("input", name=name)
        assert control["maxlength"] == str(LIMITS[name])
        assert control["autocomplete"]
        assert page.named("label", **{"for": control["id"]})
    assert page.named("a", href="/a/demo/privacy")


def test_the_page_needs_neither_cookie_nor_script_nor_inline_style(
    courier: Courier, client: FlaskClient
) -> None:
    response = client.get("/a/demo/welcome")
    assert "Set-Cookie" not in response.headers
    assert "<script" not in response.text
    assert "style=" not in response.text


def test_the_form_names_the_article_by_the_sites_address_not_by_the_host(
    courier: Courier, client: FlaskClient
) -> None:
    text = client.get("/a/demo/welcome", headers={"Host": "localhost:8000"}).text
    [hidden] = Elements(text).named("input", name="article_url")
    assert hidden["value"] == WELCOME


def test_the_trap_is_hidden_from_people_by_the_stylesheet(
    courier: Courier, client: FlaskClient
) -> None:
    page = Elements(client.get("/a/demo/welcome").text)
    [trap] = page.named("input", name="subject")
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert page.named("div", **{"class": "subject", "aria-hidden": "true"})
    with client.get("/static/page.css") as stylesheet:
        assert ".subject {" in stylesheet.text


def test_only_published_comments_are_shown(courier: Courier, client: FlaskClient) -> None:
    courier.publish("A good read.")
    courier.publish("spam spam")
    courier.publish("unsure what to say")
    text = client.get("/a/demo/welcome").text
    assert "A good read." in text
    assert "1 comment" in text
    assert "spam spam" not in text
    assert "unsure what" not in text


def test_hostile_text_is_shown_as_text(courier: Courier, client: FlaskClient) -> None:
    hostile = "<script>alert(1)</script> {{ 7*7 }} &lt;b&gt;\nsecond line"
    courier.publish(
        hostile, author_name='"><img src=x onerror=x>', author_url='https://x.example/"onclick="x'
    )
    text = client.get("/a/demo/welcome").text
    assert "<script>" not in text
    assert "<img" not in text
    assert "{{ 7*7 }} &amp;lt;b&amp;gt;\nsecond line" in text
    assert not [attrs for _, attrs in Elements(text).found if "onclick" in attrs]


def test_a_website_is_a_link_that_passes_on_no_reputation(
    courier: Courier, client: FlaskClient
) -> None:
    courier.publish(author_name="Ada", author_url="https://ada.example/")
    courier.publish("Another one.", author_name="Eve", author_url="javascript:alert(1)")
    text = client.get("/a/demo/welcome").text
    [link] = Elements(text).named("a", href="https://ada.example/")
    assert link["rel"] == "nofollow ugc noopener"
    assert "javascript:" not in text


def test_a_reply_stands_below_its_comment_and_says_whom_it_answers(
    courier: Courier, client: FlaskClient
) -> None:
    first = courier.publish(author_name="Ada")
    reply = courier.publish("I agree.", author_name="Ben", parent_id=first)
    page = Elements(client.get("/a/demo/welcome").text)
    assert page.named("li", **{"class": "depth-1"})
    assert page.named("article", id=f"comment-{reply}")
    assert len(page.named("a", href=f"#comment-{first}")) == 2


def test_the_reply_link_sets_the_form_to_reply(courier: Courier, client: FlaskClient) -> None:
    first = courier.publish(author_name="Ada")
    [link] = Elements(client.get("/a/demo/welcome").text).named(
        "a", href=f"?reply_to={first}#comment-form"
    )
    text = client.get("/a/demo/welcome" + link["href"].partition("#")[0]).text
    assert "Reply to <bdi>Ada</bdi>" in text
    assert Elements(text).named("input", name="parent_id", value=str(first))
    assert Elements(text).named("a", href="?#comment-form")


@pytest.mark.parametrize("reply_to", ["17", "", "%00", "00000000-0000-0000-0000-000000000000"])
def test_a_reply_to_nothing_is_a_plain_form(
    courier: Courier, client: FlaskClient, reply_to: str
) -> None:
    response = client.get(f"/a/demo/welcome?reply_to={reply_to}")
    assert response.status_code == 200
    assert Elements(response.text).named("input", name="parent_id", value="")


@pytest.mark.parametrize(
    "path",
    [
        "/a/demo/nothing",
        "/a/nowhere/welcome",
        "/a/nowhere/privacy",
        "/a/demo/%00",
        "/a/%00/welcome",
        "/a/%00/privacy",
        "/a/x",
    ],
)
def test_what_is_not_there_is_404(courier: Courier, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_another_sites_article_has_a_page_once_it_is_commented_on(
    courier: Courier, client: FlaskClient, store: Store
) -> None:
    with store.writing() as session:
        sites.add(session, "blog", "https://blog.example", courier.clock())
    assert client.get("/a/blog/2026/caf%C3%A9/").status_code == 404
    url = "https://blog.example/2026/caf%C3%A9/"
    courier.publish("Lovely.", url, article_title="The café")
    text = client.get("/a/blog/2026/caf%C3%A9/").text
    assert "The café" in text
    assert "Lovely." in text
    assert Elements(text).named("link", rel="canonical", href=url)
    assert Elements(text).named("meta", name="robots", content="noindex")
    assert Elements(text).named("input", name="article_url", value=url)


def test_the_privacy_page_states_the_figures_that_purging_uses(
    courier: Courier, client: FlaskClient
) -> None:
    text = client.get("/a/demo/privacy").text
    assert "deleted after 15 days" in text
    assert "30 days" in text
    assert "less than 3 seconds" in text
    assert "127.0.0.1:8000" in text
