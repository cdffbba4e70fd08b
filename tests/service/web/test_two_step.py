"""The second step: setting it up, logging in with it, and what does not get past it."""

from __future__ import annotations

import re
from dataclasses import replace

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, text

from service.app import create_app
from service.config import Settings
from service.core.store.session import Store
from service.core.store.tables import AuditRow
from service.scoring import Scorer
from tests.fakes import FrozenClock, QuietBell
from tests.service.web.moderating import PASSWORD, Moderator, add_moderator

SETUP = "/queue/account/two-step"


class Phone:
    """An authenticator app that has scanned the page's picture, and the recovery codes."""

    def __init__(self, page: str, clock: FrozenClock) -> None:
        found = re.search(r'class="letters">(.*?)</p>', page, re.S)
        assert found
        self.secret = "".join(re.findall(r"[A-Z2-7]{4}", found[1]))
        self.clock = clock
        self.recovery: list[str] = []

    def code(self, seconds: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.clock().timestamp()) + seconds)


@pytest.fixture
def ann(app: Flask, store: Store, clock: FrozenClock) -> Moderator:
    add_moderator(store, clock)
    ann = Moderator(app)
    ann.log_in()
    return ann


@pytest.fixture
def phone(ann: Moderator, clock: FrozenClock) -> Phone:
    """Set up in `ann`'s account, half a minute ago."""
    phone = Phone(ann.get(SETUP).text, clock)
    ann.press("/two-step/on", code=phone.code(), current=PASSWORD)
    phone.recovery = re.findall(r"<code>([a-z0-9-]+)</code>", ann.page)
    clock.move(seconds=30)
    return phone


@pytest.fixture
def visitor(app: Flask, phone: Phone) -> Moderator:
    """Somebody who has typed the right password."""
    visitor = Moderator(app)
    response = visitor.log_in()
    assert response.headers["Location"] == "/login/code"
    visitor.follow(response)
    return visitor


def answer(visitor: Moderator, code: str) -> int:
    visitor.get("/login/code")
    return visitor.press("/login/code", code=code).status_code


def actions(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def test_the_password_alone_lets_nobody_in(visitor: Moderator, store: Store) -> None:
    assert visitor.get("/queue").status_code == 302
    assert visitor.client.get_cookie("hamlet") is None
    assert actions(store) == ["logged_in", "second_step_on"]


def test_password_and_code_do(visitor: Moderator, phone: Phone, store: Store) -> None:
    assert answer(visitor, f"{phone.code()[:3]} {phone.code()[3:]}") == 303
    assert visitor.get("/queue").status_code == 200
    assert actions(store)[-1] == "logged_in"


def test_one_arrives_where_one_wanted_to_go(app: Flask, phone: Phone) -> None:
    visitor = Moderator(app)
    visitor.get("/login?next=/queue%3Ftab%3Dspam")
    visitor.follow(visitor.press("/login", email="owner@paper.example", password=PASSWORD))
    response = visitor.press("/login/code", code=phone.code())
    assert response.headers["Location"] == "/queue?tab=spam"


def test_a_code_works_once(app: Flask, visitor: Moderator, phone: Phone) -> None:
    code = phone.code()
    assert answer(visitor, code) == 303
    thief = Moderator(app)
    thief.follow(thief.log_in())
    assert answer(thief, code) == 422
    assert answer(thief, phone.code(-30)) == 422  # an older one neither
    assert answer(thief, phone.code(30)) == 303


def test_the_code_of_the_set_up_does_not_log_in(visitor: Moderator, phone: Phone) -> None:
    assert answer(visitor, phone.code(-30)) == 422


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (30, 303), (60, 422)])
def test_the_clock_may_drift_by_one_step(
    visitor: Moderator, phone: Phone, seconds: int, status: int
) -> None:
    assert answer(visitor, phone.code(seconds)) == status


def test_codes_cannot_be_guessed(app: Flask, visitor: Moderator, phone: Phone) -> None:
    for _ in range(5):
        assert answer(visitor, "000000") == 422
        phone.clock.move(seconds=1)
    assert answer(visitor, phone.code()) == 429
    assert "too many wrong codes" in visitor.page
    again = Moderator(app)  # a right password pardons no wrong code
    again.follow(again.log_in())
    assert answer(again, phone.code()) == 429


def test_a_recovery_code_works_once(app: Flask, visitor: Moderator, phone: Phone) -> None:
    code = phone.recovery[0]
    assert len(phone.recovery) == 10
    assert answer(visitor, f" {code.upper()}") == 303
    assert "9 are left" in visitor.get("/queue").text
    thief = Moderator(app)
    thief.follow(thief.log_in())
    assert answer(thief, code) == 422


def test_neither_secret_nor_recovery_codes_are_stored(phone: Phone, store: Store) -> None:
    with store.reading() as session:
        for table in ("second_steps", "recovery_codes", "audit"):
            stored = str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
            assert phone.secret not in stored
            assert not any(code in stored for code in phone.recovery)


def test_between_the_steps_one_may_not_dawdle(visitor: Moderator, phone: Phone) -> None:
    phone.clock.move(minutes=6)
    assert visitor.press("/login/code", code=phone.code()).status_code == 303
    assert visitor.get("/queue").status_code == 302
    assert visitor.get("/login/code").status_code == 303


def test_another_password_ends_what_was_half_done(
    visitor: Moderator, phone: Phone, ann: Moderator
) -> None:
    new = "another kingdom, please"
    ann.get("/queue/account")
    ann.press("/queue/account", current=PASSWORD, new=new, again=new)
    assert visitor.press("/login/code", code=phone.code()).status_code == 303
    assert visitor.get("/queue").status_code == 302


def test_without_the_password_there_is_no_code_to_answer(app: Flask, phone: Phone) -> None:
    stranger = Moderator(app)
    assert stranger.get("/login/code").headers["Location"] == "/login"
    assert stranger.post("/login/code", {"code": phone.code()}).status_code == 400


def test_the_login_gets_a_new_secret_and_form_token(visitor: Moderator, phone: Phone) -> None:
    planted = "planted-before-the-login"
    visitor.client.set_cookie("hamlet", planted)
    before = visitor.client.get_cookie("hamlet-form")
    assert answer(visitor, phone.code()) == 303
    after = visitor.client.get_cookie("hamlet")
    assert after is not None
    assert after.value != planted
    now = visitor.client.get_cookie("hamlet-form")
    assert before is not None
    assert now is None or now.value != before.value


def test_setting_it_up_needs_password_and_a_code_and_ends_other_logins(
    app: Flask, ann: Moderator, clock: FrozenClock
) -> None:
    elsewhere = Moderator(app)
    elsewhere.log_in()
    phone = Phone(ann.get(SETUP).text, clock)
    assert ann.press("/on", code=phone.code(), current="wrong").status_code == 422
    assert phone.secret[:4] in ann.page  # the picture stays the same
    assert ann.press("/on", code="000000", current=PASSWORD).status_code == 422
    assert elsewhere.get("/queue").status_code == 200
    assert ann.press("/on", code=phone.code(), current=PASSWORD).status_code == 200
    assert elsewhere.get("/queue").status_code == 302
    assert ann.get("/queue").status_code == 200


def test_a_picture_offered_to_somebody_else_is_refused(
    app: Flask, ann: Moderator, store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "eve@paper.example")
    eve = Moderator(app)
    eve.log_in("eve@paper.example")
    phone = Phone(eve.get(SETUP).text, clock)
    offer = re.search(r'name="offer" value="([^"]+)"', eve.page)
    assert offer
    ann.get(SETUP)
    sent = ann.press("/on", offer=offer[1], code=phone.code(), current=PASSWORD)
    assert "shown too long ago" in ann.follow(sent)
    assert "second_step_on" not in actions(store)


def test_it_is_turned_off_and_codes_renewed_with_the_password_only(
    app: Flask, ann: Moderator, phone: Phone, store: Store
) -> None:
    for action in ("/off", "/codes"):
        ann.get(SETUP)
        assert ann.press(action, current="wrong").status_code == 422
    ann.get(SETUP)
    ann.press("/codes", current=PASSWORD)
    assert phone.recovery[0] not in ann.page
    ann.get(SETUP)
    assert ann.press("/off", current=PASSWORD).status_code == 303
    assert Moderator(app).log_in().headers["Location"] == "/queue"
    assert actions(store)[-3:-1] == ["recovery_codes_renewed", "second_step_off"]


def test_an_owner_takes_it_off_who_lost_the_phone(
    app: Flask, ann: Moderator, phone: Phone, store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "boss@paper.example")
    boss = Moderator(app)
    boss.log_in("boss@paper.example")
    boss.get("/queue/people/1")
    boss.follow(boss.press("/end-second-step"))
    assert ann.get("/queue").status_code == 302  # whoever found the phone is out, too
    assert ann.log_in().headers["Location"] == "/queue"
    assert "second_step_reset" in actions(store)


def test_where_owners_must_have_it_they_set_it_up_before_all_else(
    settings: Settings, store: Store, scorer: Scorer, clock: FrozenClock
) -> None:
    strict = replace(settings, owners_need_second_step=True)
    app = create_app(strict, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    add_moderator(store, clock)
    owner = Moderator(app)
    owner.log_in()
    for path in ("/queue", "/queue/people", "/queue/sites"):
        assert owner.get(path).headers["Location"] == SETUP
    phone = Phone(owner.get(SETUP).text, clock)
    owner.press("/on", code=phone.code(), current=PASSWORD)
    assert owner.get("/queue").status_code == 200


def test_under_another_secret_key_the_app_counts_for_nothing_but_shows_no_error(
    settings: Settings, store: Store, scorer: Scorer, phone: Phone, clock: FrozenClock
) -> None:
    changed = replace(settings, secret_key="another secret of at least thirty-two characters")
    app = create_app(changed, store=store, bell=QuietBell(), scorer=scorer, clock=clock)  # type: ignore[arg-type]
    visitor = Moderator(app)
    visitor.follow(visitor.log_in())
    assert answer(visitor, phone.code()) == 422
