"""People: who may do what, who sees whom, and how one is invited."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.store import people, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import AuditRow, LoginRow, ModeratorRow
from service.scoring import Scorer
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import (
    Moderator,
    add_comment,
    add_moderator,
    comment_row,
    judge_all,
)

NEW = {"name": "Nia", "password": "a new kingdom, please", "again": "a new kingdom, please"}


@pytest.fixture
def paper(store: Store, clock: FrozenClock, site: Site) -> int:
    """A second site beside `blog`."""
    with store.writing() as session:
        return sites.add(session, "paper", "https://paper.example", clock()).id


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, paper: int) -> Moderator:
    add_moderator(store, clock)
    return logged_in(app, "owner@paper.example")


def logged_in(app: Flask, email: str) -> Moderator:
    moderator = Moderator(app)
    assert moderator.log_in(email).status_code == 303
    return moderator


def audited(store: Store, action: str) -> list[dict[str, object]]:
    with store.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action == action))
        return [row.detail for row in found]


def invited_link(owner: Moderator, **fields: object) -> str:
    """The path of a new invitation's link, for a viewer of `blog`."""
    asked = {"email": "nia@paper.example", "role": "viewer", "reach": "some", "site": "blog"}
    owner.get("/queue/people/invite")
    assert owner.press("/invite", **(asked | fields)).status_code == 200
    found = re.search(r">http://localhost(/invitation/[^<]+)<", owner.page)
    assert found
    return found[1]


PAGES = {
    "/queue": (Role.OWNER, Role.MODERATOR, Role.VIEWER),
    "/queue/account": (Role.OWNER, Role.MODERATOR, Role.VIEWER),
    "/queue/account/two-step": (Role.OWNER, Role.MODERATOR, Role.VIEWER),
    "/queue/bulk": tuple(Role),
    "/queue/campaigns": tuple(Role),
    "/queue/condition": tuple(Role),
    "/queue/look": tuple(Role),
    "/queue/statistics": tuple(Role),
    "/queue/sites/blog/cutoffs": tuple(Role),
    "/queue/sites": (Role.OWNER,),
    "/queue/sites/blog": (Role.OWNER,),
    "/queue/people": (Role.OWNER,),
    "/queue/people/1": (Role.OWNER,),
    "/queue/people/invite": (Role.OWNER,),
    "/queue/audit": (Role.OWNER,),
    "/queue/audit/hamlet-audit.csv": (Role.OWNER,),
    "/queue/audit/hamlet-audit.json": (Role.OWNER,),
}
ABOUT_AUTHORS = ("standing", "standing/undo", "notes", "hard", "ban")
DEEDS = {
    **{
        f"/queue/comments/00000000-0000-0000-0000-000000000000/{deed}": (Role.OWNER, Role.MODERATOR)
        for deed in ABOUT_AUTHORS
    },
    "/queue/sites/blog": (Role.OWNER,),
    "/queue/sites/blog/reasons": (Role.OWNER,),
    "/queue/sites/blog/self-test": (Role.OWNER,),
    "/queue/sites/blog/cutoffs": (Role.OWNER,),
    "/queue/bulk": (Role.OWNER, Role.MODERATOR),
    "/queue/bulk/1/undo": (Role.OWNER, Role.MODERATOR),
    "/queue/campaigns/1/decision": (Role.OWNER, Role.MODERATOR),
    "/queue/campaigns/1/undo": (Role.OWNER, Role.MODERATOR),
    "/queue/campaigns/1/out/00000000-0000-0000-0000-000000000000": (Role.OWNER, Role.MODERATOR),
    "/queue/people/invite": (Role.OWNER,),
    "/queue/people/1": (Role.OWNER,),
    "/queue/people/1/deactivate": (Role.OWNER,),
    "/queue/people/1/reactivate": (Role.OWNER,),
    "/queue/people/1/end-second-step": (Role.OWNER,),
    "/queue/people/invitations/1/withdraw": (Role.OWNER,),
    "/queue/comments/00000000-0000-0000-0000-000000000000/decision": (Role.OWNER, Role.MODERATOR),
    "/queue/comments/00000000-0000-0000-0000-000000000000/undo": (Role.OWNER, Role.MODERATOR),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.usefixtures("paper")
def test_each_role_may_do_what_is_its_own(
    app: Flask, store: Store, clock: FrozenClock, role: Role
) -> None:
    add_moderator(store, clock)  # number 1
    add_moderator(store, clock, "who@paper.example", role)
    who = logged_in(app, "who@paper.example")
    for path, allowed in PAGES.items():
        assert who.get(path).status_code == (200 if role in allowed else 403), path
    who.get("/queue/account")
    token = re.search(r'name="csrf_token" value="([^"]+)"', who.page)
    assert token
    for path, allowed in DEEDS.items():
        for form in ({}, {"csrf_token": token[1]}):
            refused = who.post(path, form).status_code
            assert (refused == 403) is (role not in allowed and bool(form)), path
            assert form or refused == 400, path  # a forged form, whoever's browser sends it


def test_every_deed_behind_the_login_stands_in_the_list_of_deeds(app: Flask) -> None:
    own = {"account", "two_step", "look", "news", "views"}  # what all may do, about themselves
    adapter = app.url_map.bind("localhost")
    listed = {adapter.match(path, method="POST")[0] for path in DEEDS}
    posted = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule.startswith("/queue")
    }
    assert {name for name in posted if name.split(".")[0] not in own} == listed


def test_another_sites_people_see_nothing_of_this_one(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, site: Site, paper: int,
    scorer: Scorer,
) -> None:  # fmt: skip
    mine = add_comment(store, clock, "unsure, of the blog")
    judge_all(store, scorer, clock)
    for role in Role:
        add_moderator(store, clock, f"{role}@far.example", role, paper)
        far = logged_in(app, f"{role}@far.example")
        pages = ["/queue", "/queue?site=blog", f"/queue/comments/{mine}"]
        for path in [*pages, "/queue/people", "/queue/people/1", "/queue/sites/blog"]:
            far.get(path)
            for secret in ("of the blog", "owner@paper.example", "blog.example"):
                assert secret not in far.page.replace(far.path, ""), (role, path)
    assert comment_row(store, mine).decision is None


def test_an_owner_of_one_site_neither_reads_the_log_nor_manages_others(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, paper: int
) -> None:
    add_moderator(store, clock, "far@paper.example", Role.OWNER, paper)
    far = logged_in(app, "far@paper.example")
    assert far.get("/queue/audit").status_code == 403
    assert "Audit log" not in far.get("/queue/people").text
    assert far.get("/queue/people/1").status_code == 404
    far.get("/queue/people/invite")
    assert "Every site" not in far.page
    response = far.press("/invite", email="x@x.example", role="owner", reach="every")
    assert response.status_code == 422
    response = far.press("/invite", email="x@x.example", role="owner", reach="some", site="blog")
    assert "Choose one site at least." in response.text


def test_somebody_with_two_sites_of_three_works_on_both_or_on_one(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, site: Site, paper: int,
    scorer: Scorer,
) -> None:  # fmt: skip
    places = {"blog": "https://blog.example/a", "paper": "https://paper.example/a"}
    with store.writing() as session:
        sites.add(session, "third", "https://third.example", clock())
    found = {
        name: add_comment(store, clock, f"unsure of {name}", article_url=url)
        for name, url in (places | {"third": "https://third.example/a"}).items()
    }
    judge_all(store, scorer, clock)
    number = add_moderator(store, clock, "two@paper.example", Role.MODERATOR, site.id)
    with store.writing() as session:
        row = people.by_number(session, number)
        people.set_reach(session, row, {site.id, paper})
    two = logged_in(app, "two@paper.example")
    for path, shown in (("/queue", ["blog", "paper"]), ("/queue?site=paper", ["paper"])):
        page = two.get(path).text
        assert [name for name in found if f"unsure of {name}" in page] == shown
    assert "third" not in two.page
    assert "All my sites" in two.page
    for name, status in (("blog", 200), ("paper", 200), ("third", 404)):
        seen = two.get(f"/queue/comments/{found[name]}").status_code
        assert seen == status
        if seen == 200:
            assert two.press("/decision", decision="spam").status_code == 303
    assert [comment_row(store, found[name]).decision for name in found] == ["spam", "spam", None]


def test_a_link_makes_one_person_who_chooses_name_and_password(
    app: Flask, owner: Moderator, store: Store
) -> None:
    link = invited_link(owner)
    assert link not in owner.get("/queue/people").text
    assert "nia@paper.example" in owner.page
    nia = Moderator(app)
    assert "owner@paper.example invites you as viewer of blog" in nia.get(link).text
    assert "Log in with nia@paper.example" in nia.follow(nia.press("/invitation", **NEW))
    assert nia.log_in("nia@paper.example", NEW["password"]).status_code == 303
    assert nia.get("/queue").status_code == 200
    assert nia.get("/queue/people").status_code == 403
    again = Moderator(app)
    assert again.get(link).status_code == 410
    assert "Nia" in owner.get("/queue/people").text
    [accepted] = audited(store, "invitation_accepted")
    assert accepted["invited_by"] == 1
    assert link.rpartition("/")[2] not in str(audited(store, "invited"))


def test_a_page_opened_before_somebody_else_accepted_accepts_no_more(
    app: Flask, owner: Moderator
) -> None:
    link = invited_link(owner)
    first, second = Moderator(app), Moderator(app)
    first.get(link), second.get(link)
    assert first.press("/invitation", **NEW).status_code == 303
    assert second.press("/invitation", **NEW).status_code == 410


def test_an_invitation_ends_after_a_week_or_when_withdrawn(
    app: Flask, owner: Moderator, clock: FrozenClock, store: Store
) -> None:
    first, nia = invited_link(owner), Moderator(app)
    owner.get("/queue/people")
    assert "withdrawn" in owner.follow(owner.press("/withdraw"))
    assert nia.get(first).status_code == 410
    second = invited_link(owner)
    nia.get(second)
    clock.move(days=7, seconds=1)
    assert nia.press("/invitation", **NEW).status_code == 410
    assert nia.get("/invitation/guessed").status_code == 410
    assert len(audited(store, "invitation_withdrawn")) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": " "}, "Please give a name"),
        ({"name": "x" * 81}, "at most 80"),
        ({"again": "another kingdom"}, "differ"),
        ({"password": "short", "again": "short"}, "5 characters; expected at least 12"),
    ],
)
def test_an_invitation_is_not_used_up_by_a_mistake(
    app: Flask, owner: Moderator, typed: dict[str, str], told: str
) -> None:
    link, nia = invited_link(owner), Moderator(app)
    nia.get(link)
    assert nia.press("/invitation", **(NEW | typed)).status_code == 422
    assert told in nia.page
    assert nia.press("/invitation", **NEW).status_code == 303


def test_an_invitation_needs_a_form_of_ours(app: Flask, owner: Moderator) -> None:
    link = invited_link(owner)
    assert Moderator(app).post(link, dict(NEW)).status_code == 400


def test_an_address_that_has_a_login_is_not_taken_over(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    link = invited_link(owner)
    add_moderator(store, clock, "nia@paper.example")
    nia = Moderator(app)
    nia.get(link)
    assert nia.press("/invitation", **NEW).status_code == 409
    assert nia.log_in("nia@paper.example", NEW["password"]).status_code == 422
    owner.get("/queue/people/invite")
    again = owner.press("/invite", email="NIA@paper.example", role="owner", reach="every")
    assert "has a login already" in again.text


@pytest.mark.parametrize("email", ["", "nobody", "a@b c", "a\0@b.example"])
def test_an_invitation_needs_an_address(owner: Moderator, email: str) -> None:
    owner.get("/queue/people/invite")
    response = owner.press("/invite", email=email, role="viewer", reach="every")
    assert "Expected an e-mail address" in response.text


def test_rights_change_at_once_and_are_audited(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    number = add_moderator(store, clock, "ann@paper.example", Role.OWNER)
    ann = logged_in(app, "ann@paper.example")
    owner.get(f"/queue/people/{number}")
    page = owner.follow(owner.press(f"/people/{number}", role="viewer", reach="some", site="paper"))
    assert "Saved." in page
    assert ann.get("/queue/people").status_code == 403
    [detail] = audited(store, "moderator_changed")
    assert detail["changes"] == {"role": ["owner", "viewer"], "sites": ["every", [2]]}


def test_who_is_deactivated_is_out_at_once_and_may_be_let_in_again(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    number = add_moderator(store, clock, "ann@paper.example", Role.MODERATOR)
    ann = logged_in(app, "ann@paper.example")
    owner.get(f"/queue/people/{number}")
    assert "let in no more" in owner.follow(owner.press("/deactivate"))
    assert ann.get("/queue").status_code == 302
    assert ann.log_in("ann@paper.example").status_code == 422
    assert "do not belong together" in ann.page
    assert "may log in again" in owner.follow(owner.press("/reactivate"))
    assert ann.log_in("ann@paper.example").status_code == 303


def test_the_last_owner_is_told_why_they_stay(owner: Moderator, store: Store) -> None:
    owner.get("/queue/people/1")
    assert owner.press("/deactivate").status_code == 409
    assert "the last owner of every site" in owner.page
    assert owner.press("/people/1", role="viewer", reach="every").status_code == 409
    assert owner.get("/queue/people").status_code == 200


def test_when_somebody_was_last_seen_outlives_the_login(
    owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    clock.move(minutes=20)
    owner.get("/queue/people")
    with store.writing() as session:
        people.end_logins(session, 1)
        row = session.get_one(ModeratorRow, 1)
        assert row.seen_at == clock()
        assert session.scalar(select(LoginRow)) is None


AGENTS = {
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Chrome on Android": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile",
}


def test_devices_are_listed_in_words_and_ended_one_or_all(
    app: Flask, store: Store, clock: FrozenClock, site: Site
) -> None:
    add_moderator(store, clock)
    here, *others = (Moderator(app) for _ in range(4))
    for device, agent in zip(others, [*AGENTS.values(), "curl"], strict=True):
        device.client.environ_base["HTTP_USER_AGENT"] = agent
    for device in (here, *others):
        device.log_in()
    page = here.get("/queue/account").text
    assert all(words in page for words in AGENTS)
    with store.reading() as session:
        [phone] = session.scalars(select(LoginRow).where(LoginRow.device == "Chrome on Android"))
    assert phone.secret_hash not in page
    here.press("/logins/end", login=phone.secret_hash[:16])
    assert [device.get("/queue").status_code for device in others] == [200, 302, 200]
    here.get("/queue/account")
    assert "Every other device is logged out" in here.follow(here.press("/end-others"))
    assert [device.get("/queue").status_code for device in others] == [302, 302, 302]
    assert here.get("/queue").status_code == 200
    assert audited(store, "login_ended") == [{"logins": 1}, {"logins": 2}]


def test_nobody_ends_somebody_elses_login(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock
) -> None:
    add_moderator(store, clock, "ann@paper.example", Role.VIEWER)
    ann, mate = (logged_in(app, "ann@paper.example") for _ in range(2))
    with store.reading() as session:
        [theirs] = session.scalars(select(LoginRow).where(LoginRow.moderator_id == 1))
    ann.get("/queue/account")
    for handle in (theirs.secret_hash[:16], "", "0"):
        assert ann.press("/logins/end", login=handle).status_code == 404
        ann.get("/queue/account")
    assert owner.get("/queue").status_code == 200
    assert mate.get("/queue").status_code == 200
