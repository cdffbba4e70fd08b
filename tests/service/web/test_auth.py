"""Logging in and out, and what slows a guesser."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.app import create_app
from service.config import Settings
from service.core import throttle
from service.core.store.session import Store
from service.core.store.tables import AuditRow, LoginRow
from service.core.throttle import Guess
from service.scoring import Scorer
from service.web.auth import local_path
from tests.fakes import FrozenClock, QuietBell
from tests.service.web.moderating import PASSWORD, Moderator, add_moderator

EMAIL = "owner@paper.example"


@pytest.fixture(autouse=True)
def _owner(store: Store, clock: FrozenClock) -> None:
    add_moderator(store, clock, EMAIL)


@pytest.fixture
def visitor(app: Flask) -> Moderator:
    return Moderator(app)


def actions(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


@pytest.mark.parametrize("path", ["/queue", "/queue/sites", "/queue/account"])
def test_a_stranger_is_asked_to_log_in(visitor: Moderator, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/login?next={path}"


def test_after_the_login_one_is_where_one_wanted_to_go(visitor: Moderator) -> None:
    visitor.get("/login?next=/queue%3Ftab%3Dspam")
    response = visitor.press("/login", email=f" {EMAIL.upper()} ", password=PASSWORD)
    assert response.headers["Location"] == "/queue?tab=spam"
    assert "Moderation queue" in visitor.follow(response)


def test_a_wrong_password_and_an_unknown_account_are_told_alike(visitor: Moderator) -> None:
    wrong = visitor.log_in(EMAIL, "not this one")
    told = visitor.page.replace(EMAIL, "")
    unknown = visitor.log_in("nobody@paper.example", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert "do not belong together" in told
    assert [line for line in told.split("\n") if "csrf" not in line] == [
        line
        for line in visitor.page.replace("nobody@paper.example", "").split("\n")
        if "csrf" not in line
    ]


@pytest.mark.parametrize("email", ["", "\0", "a" * 5000, "owner@paper.example\0", "\ud800", "%00"])
def test_odd_input_is_refused_calmly(visitor: Moderator, email: str) -> None:
    visitor.get("/login")
    response = visitor.press("/login", email=email.encode("utf-8", "replace").decode(), password="")
    assert response.status_code == 422


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Moderator) -> None:
    cookies = visitor.log_in().headers.getlist("Set-Cookie")
    [login] = [cookie for cookie in cookies if cookie.startswith("hamlet=")]
    assert "HttpOnly" in login
    assert "SameSite=Lax" in login
    assert "Path=/" in login


def test_behind_https_every_cookie_is_secure_and_bound_to_the_host(
    settings: Settings, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    secure = replace(settings, public_url="https://moderate.example")
    app = create_app(secure, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    browser = app.test_client()
    page = browser.get("/login", base_url="https://moderate.example")
    [form] = page.headers.getlist("Set-Cookie")
    assert form.startswith("__Host-hamlet-form=")
    assert "Secure" in form
    assert "Domain" not in form


def test_each_login_has_a_new_secret_and_logging_out_ends_it(visitor: Moderator) -> None:
    visitor.log_in()
    first = visitor.client.get_cookie("hamlet")
    visitor.get("/queue")
    visitor.press("/logout")
    assert visitor.client.get_cookie("hamlet") is None
    visitor.log_in()
    second = visitor.client.get_cookie("hamlet")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    visitor.client.set_cookie("hamlet", first.value)
    assert visitor.get("/queue").status_code == 302


def test_logging_out_needs_a_form_of_ours(visitor: Moderator) -> None:
    visitor.log_in()
    assert visitor.get("/logout").status_code == 405
    assert visitor.post("/logout", {}).status_code == 400
    assert visitor.get("/queue").status_code == 200


def test_a_login_ends_after_half_an_hour_without_a_click(
    visitor: Moderator, clock: FrozenClock
) -> None:
    visitor.log_in()
    for _ in range(2):
        clock.move(minutes=29)
        assert visitor.get("/queue").status_code == 200
    clock.move(minutes=31)
    assert visitor.get("/queue").status_code == 302


def test_a_login_ends_after_twelve_hours_of_work(visitor: Moderator, clock: FrozenClock) -> None:
    visitor.log_in()
    for _ in range(26):
        clock.move(minutes=27)
        visitor.get("/queue")
    clock.move(minutes=20)
    assert visitor.get("/queue").status_code == 302


def test_logins_are_audited(visitor: Moderator, store: Store) -> None:
    visitor.log_in()
    visitor.get("/queue")
    visitor.press("/logout")
    assert actions(store) == ["logged_in", "logged_out"]


def guess_wrong(visitor: Moderator, times: int, email: str = EMAIL) -> None:
    for _ in range(times):
        assert visitor.log_in(email, "a wrong guess").status_code == 422


def test_five_wrong_passwords_make_one_wait(visitor: Moderator, clock: FrozenClock) -> None:
    guess_wrong(visitor, 5)
    clock.move(minutes=1)
    response = visitor.log_in()
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "841"
    assert "Please try again in 14 minutes, at 12:15 UTC." in visitor.page
    clock.move(minutes=14, seconds=1)
    assert visitor.log_in().status_code == 303


def test_guessing_elsewhere_does_not_lock_the_honest_user_out(
    app: Flask, visitor: Moderator
) -> None:
    guess_wrong(Moderator(app, "198.51.100.1"), 5)
    assert Moderator(app, "198.51.100.1").log_in().status_code == 429
    assert visitor.log_in().status_code == 303


def test_under_guesses_from_everywhere_a_known_browser_still_gets_in(
    app: Flask, visitor: Moderator, store: Store, settings: Settings, clock: FrozenClock
) -> None:
    visitor.log_in()
    visitor.get("/queue")
    visitor.press("/logout")
    with store.writing() as session:
        for number in range(throttle.PER_ACCOUNT):
            guess = Guess.of(EMAIL, f"198.51.100.{number}", settings.secret_key)
            assert throttle.count_guess(session, guess, clock()) is None
    assert Moderator(app, "192.0.2.1").log_in().status_code == 429
    assert visitor.log_in().status_code == 303


def test_right_passwords_are_not_counted(visitor: Moderator) -> None:
    for _ in range(6):
        assert visitor.log_in().status_code == 303
        visitor.get("/queue")
        visitor.press("/logout")


def test_a_login_form_of_another_site_is_refused(visitor: Moderator, store: Store) -> None:
    response = visitor.post("/login", {"email": EMAIL, "password": PASSWORD})
    assert response.status_code == 400
    with store.reading() as session:
        assert session.scalar(select(LoginRow)) is None


def test_whoever_is_logged_in_is_not_asked_again(visitor: Moderator) -> None:
    visitor.log_in()
    assert visitor.get("/login?next=/queue/sites").headers["Location"] == "/queue/sites"


FOREIGN = ["//evil.test", "https://evil.test", "/\\evil.test", "/\t/evil.test", "javascript:1", ""]


@pytest.mark.parametrize("target", FOREIGN)
def test_a_login_leads_nowhere_else(visitor: Moderator, target: str) -> None:
    visitor.get("/login")
    response = visitor.press("/login", email=EMAIL, password=PASSWORD, next=target)
    assert response.headers["Location"] == "/queue"


@given(st.text(st.sampled_from("/\\.:@?#ex\t\n\r \0%2f"), max_size=12) | st.text(max_size=30))
def test_a_local_path_never_leaves_the_host(text: str) -> None:
    app = Flask("test")
    app.add_url_rule("/queue", "queue.index")
    with app.test_request_context():
        address = urljoin("https://here.example/login", local_path(text))
    assert urlsplit(address).netloc == "here.example"


def test_a_new_password_ends_every_login_of_its_owner(
    app: Flask, visitor: Moderator, store: Store
) -> None:
    elsewhere = Moderator(app)
    elsewhere.log_in()
    visitor.log_in()
    visitor.get("/queue/account")
    new = "another kingdom, please"
    response = visitor.press("/queue/account", current=PASSWORD, new=new, again=new)
    assert "Log in with the new one" in visitor.follow(response)
    assert elsewhere.get("/queue").status_code == 302
    assert visitor.log_in().status_code == 422
    assert visitor.log_in(password=new).status_code == 303
    assert "password_changed" in actions(store)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"current": "wrong", "new": "long enough now", "again": "long enough now"}, "present"),
        ({"current": PASSWORD, "new": "long enough now", "again": "another"}, "differ"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "5 characters; expected at"),
        ({"current": PASSWORD, "new": "x" * 201, "again": "x" * 201}, "expected at most 200"),
    ],
)
def test_a_password_change_that_cannot_be_says_why(
    visitor: Moderator, typed: dict[str, str], told: str
) -> None:
    visitor.log_in()
    visitor.get("/queue/account")
    assert visitor.press("/queue/account", **typed).status_code == 422
    assert told in visitor.page
    assert visitor.get("/queue").status_code == 200


def test_the_present_password_cannot_be_guessed_there_either(visitor: Moderator) -> None:
    visitor.log_in()
    for _ in range(6):
        visitor.get("/queue/account")
        visitor.press("/queue/account", current="wrong", new="x" * 12, again="x" * 12)
    assert "too many wrong passwords" in visitor.page
