"""The self-test page: through a real server, for owners, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models import SpamModel
from service.app import create_app
from service.config import Settings
from service.core.store import comments, keys, sites
from service.core.store.check_tables import CheckRow, UsageRow
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import AuditRow, KeyRow, LoginFailureRow
from service.outgoing import Caller
from service.scoring import Scorer
from service.selftest.answer import Grade
from service.selftest.judging import SLOW
from service.selftest.running import Target, run
from service.web import selftest
from tests.fakes import FrozenClock, QuietBell
from tests.pages import FormFinder, Reader
from tests.service.selftest.strangers import HTML, answering
from tests.service.web.conftest import SITE_URL, Site
from tests.service.web.live import serving
from tests.service.web.moderating import PASSWORD, Moderator, add_moderator

PAGE = "/queue/sites/blog/self-test"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Patient, lest a busy machine be taken for a slow database."""
    return replace(settings, check_patience=30)


@pytest.fixture
def scorer(shipped: SpamModel) -> Scorer:
    return Scorer(shipped)


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


def owner_at(server: str, store: Store, clock: FrozenClock) -> Reader:
    """An owner who has logged in and looks at the page."""
    add_moderator(store, clock)
    reader = Reader(server)
    reader.visit(PAGE)
    reader.submit("/login", email="owner@paper.example", password=PASSWORD)
    assert reader.url == server + PAGE
    return reader


def rows(store: Store, table: type) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def live_keys(store: Store) -> list[str]:
    with store.reading() as session:
        return [row.name for row in keys.all_keys(session) if row.revoked_at is None]


def test_every_call_is_answered_as_promised(server: str, site: Site) -> None:
    results = run(Target(server, site.key, SITE_URL), Caller(allow_private=True), total=120)
    amiss = {
        result.call.title: result
        for result in results
        if result.grade is not Grade.FINE and result.judgement.remedy != SLOW
    }
    assert amiss == {}


def test_a_proxy_that_strips_headers_and_renames_the_host_is_told(app: Flask, site: Site) -> None:
    whole = app.wsgi_app

    def proxied(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        environ["HTTP_HOST"] = "backend:8000"

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [pair for pair in headers if not pair[0].lower().startswith("x-akismet")]
            return start(status, kept, *rest)

        return whole(environ, begin)

    app.wsgi_app = proxied  # type: ignore[method-assign]
    with serving(app) as port:
        target = Target(f"http://127.0.0.1:{port}", site.key, SITE_URL)
        results = run(target, Caller(allow_private=True), total=120)
    found = {result.call.title: result for result in results}
    assert found["An ordinary comment"].grade is Grade.WRONG
    assert "X-akismet-guid is missing" in found["An ordinary comment"].judgement.remedy
    assert found["The key in the host name"].grade is Grade.ODD
    assert "proxy_set_header Host" in found["The key in the host name"].judgement.remedy
    assert found["“This is spam”"].grade is Grade.FINE


def test_the_page_tests_its_own_server_and_leaves_nothing(
    server: str, site: Site, store: Store, clock: FrozenClock
) -> None:
    reader = owner_at(server, store, clock)
    page = reader.submit(PAGE)
    assert reader.status == 200
    assert "The test author for spam" in page
    assert "viagra-test-123" in page
    assert "went wrong" not in page
    assert "not sent" not in page
    for table in (CheckRow, UsageRow, LoginFailureRow):
        assert rows(store, table) == 0
    with store.reading() as session:
        assert comments.page(session) == []
        [audited] = session.scalars(select(AuditRow).where(AuditRow.action == "self_test"))
    assert audited.detail == {"site": "blog", "key": "lent"}
    assert live_keys(store) == ["blog"]
    assert rows(store, KeyRow) == 1


def test_a_pasted_key_is_tried_and_shown_nowhere(
    server: str, site: Site, store: Store, clock: FrozenClock
) -> None:
    reader = owner_at(server, store, clock)
    page = reader.submit(PAGE, key_choice="pasted", key=f" {site.key.upper()} ")
    assert "went wrong" not in page
    assert f"{site.key[:2]}…" in page
    assert site.key not in page.lower()
    assert rows(store, CheckRow) == 0
    assert live_keys(store) == ["blog"]


def test_a_proxy_that_answers_in_its_stead_is_told(
    settings: Settings, store: Store, site: Site, scorer: Scorer, clock: FrozenClock
) -> None:
    """The public address leads elsewhere; straight to the server all is well."""
    with answering(lambda _path: (502, HTML, b"<h1>Bad gateway</h1>")) as url:
        behind = replace(settings, public_url=url)
        app = create_app(behind, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
        with serving(app) as port:
            reader = owner_at(f"http://127.0.0.1:{port}", store, clock)
            page = reader.submit(PAGE)
            assert "1 of 24 calls went wrong" in page
            assert "The proxy does not reach Hamlet" in page
            assert "&lt;h1&gt;Bad gateway" in page
            assert "went wrong" not in reader.submit(PAGE, way="direct")
    assert live_keys(store) == ["blog"]


class TestWithoutCalling:
    """What is refused before anything is called."""

    @pytest.fixture(autouse=True)
    def owner(self, app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
        assert site.name == "blog"
        add_moderator(store, clock)
        moderator = Moderator(app)
        moderator.log_in()
        moderator.get(PAGE)
        return moderator

    @pytest.mark.parametrize(
        ("key", "told"),
        [("", "Expected the short key"), ("abc", "Expected the short key"),
         ("0123456789ab", "Nobody has this key")],
    )  # fmt: skip
    def test_a_key_that_will_not_do_counts_for_no_guess(
        self, owner: Moderator, store: Store, key: str, told: str
    ) -> None:
        assert owner.press(PAGE, key_choice="pasted", key=key).status_code == 422
        assert told in owner.page
        assert rows(store, LoginFailureRow) == 0

    def test_a_revoked_key_and_one_of_another_site_are_told(
        self, owner: Moderator, store: Store, settings: Settings, clock: FrozenClock
    ) -> None:
        with store.writing() as session:
            other = sites.add(session, "other", "https://other.example", clock())
            foreign = keys.make(session, "b", other.id, settings.secret_key, clock())
            old = keys.make(session, "a", None, settings.secret_key, clock())
            keys.revoke(session, old.id, clock())
        owner.press(PAGE, key_choice="pasted", key=foreign.key)
        assert "This key is for another site." in owner.page
        owner.press(PAGE, key_choice="pasted", key=old.key)
        assert "This key was revoked on 22 November 2026." in owner.page

    def test_another_port_that_a_browser_names_is_not_called(self, owner: Moderator) -> None:
        form = FormFinder()
        form.feed(owner.page)
        fields = next(found.fields for found in form.forms if PAGE in found.action)
        host = {"Host": "localhost:6379"}
        answer = owner.client.post(
            PAGE, data=fields, headers=host, environ_overrides={"REMOTE_ADDR": owner.address}
        )
        assert answer.status_code == 422
        assert "HAMLET_PUBLIC_URL" in answer.text

    def test_one_test_at_a_time(self, owner: Moderator) -> None:
        with selftest._one_at_a_time:
            assert owner.press(PAGE).status_code == 503
        assert "Another self-test is under way" in owner.page

    @pytest.mark.parametrize("role", [Role.MODERATOR, Role.VIEWER])
    def test_only_owners_may(
        self, app: Flask, owner: Moderator, store: Store, clock: FrozenClock, role: Role
    ) -> None:
        add_moderator(store, clock, "other@paper.example", role)
        other = Moderator(app)
        other.log_in("other@paper.example")
        assert other.get(PAGE).status_code == 403
        other.page = owner.page
        assert other.press(PAGE).status_code in (400, 403)

    def test_an_owner_of_another_site_sees_nothing(
        self, app: Flask, store: Store, clock: FrozenClock
    ) -> None:
        with store.writing() as session:
            other = sites.add(session, "other", "https://other.example", clock())
        add_moderator(store, clock, "local@paper.example", Role.OWNER, other.id)
        local = Moderator(app)
        local.log_in("local@paper.example")
        assert local.get(PAGE).status_code == 404

    def test_the_sites_page_leads_there(self, owner: Moderator) -> None:
        assert f'href="{PAGE}"' in owner.get("/queue/sites/blog").text
