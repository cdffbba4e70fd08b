"""Site settings: only for owners, checked, audited."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.store import sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import AuditRow
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_moderator

SETTINGS = {"mode": "hold_all", "ham_cutoff": "10,5", "spam_cutoff": "95 %"}


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock, site: Site) -> Moderator:
    add_moderator(store, clock)
    moderator = Moderator(app)
    moderator.log_in()
    moderator.get("/queue/sites/blog")
    return moderator


def stored(store: Store) -> tuple[str, float | None, float | None]:
    with store.reading() as session:
        row = sites.by_name(session, "blog")
    return row.mode, row.ham_cutoff, row.spam_cutoff


def audited(store: Store) -> list[dict[str, object]]:
    with store.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action == "site_changed"))
        return [row.detail for row in found]


def test_settings_are_saved_and_audited(owner: Moderator, store: Store) -> None:
    page = owner.follow(owner.press("/queue/sites/blog", **SETTINGS))
    assert "Saved." in page
    assert 'value="10.5"' in page
    assert stored(store) == ("hold_all", 0.105, 0.95)
    [detail] = audited(store)
    assert detail["site"] == "blog"
    assert detail["changes"] == {
        "mode": ["automatic", "hold_all"],
        "ham_cutoff": [None, 0.105],
        "spam_cutoff": [None, 0.95],
    }


def test_what_clients_are_told_of_unsure_comments_is_chosen(owner: Moderator, store: Store) -> None:
    page = owner.follow(owner.press("/queue/sites/blog", unsure_answer="pass"))
    assert "Saved." in page
    [detail] = audited(store)
    assert detail["changes"] == {"unsure_answer": ["hold", "pass"]}
    response = owner.press("/queue/sites/blog", unsure_answer="maybe")
    assert response.status_code == 422
    assert "Choose one of the two." in response.text


def test_an_empty_cutoff_means_the_models_own(owner: Moderator, store: Store) -> None:
    owner.follow(owner.press("/queue/sites/blog", **SETTINGS))
    owner.follow(owner.press("/queue/sites/blog", mode="automatic", ham_cutoff="", spam_cutoff=" "))
    assert stored(store) == ("automatic", None, None)


def test_a_site_can_have_a_language(owner: Moderator, store: Store) -> None:
    page = owner.follow(owner.press("/queue/sites/blog", mode="automatic", language=" pt-BR "))
    assert 'value="pt-BR"' in page
    with store.reading() as session:
        assert sites.by_name(session, "blog").language == "pt-BR"
    assert audited(store)[0]["changes"] == {"language": ["", "pt-BR"]}


def test_saving_what_is_so_already_is_no_change(owner: Moderator, store: Store) -> None:
    owner.get("/queue/sites/blog")
    page = owner.follow(owner.press("/queue/sites/blog", mode="automatic"))
    assert "Nothing changed." in page
    assert audited(store) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"mode": "publish_all"}, "Choose one of the three."),
        ({"mode": ""}, "Choose one of the three."),
        ({"ham_cutoff": "lots"}, "Expected a percentage"),
        ({"spam_cutoff": "101"}, "Expected a percentage"),
        ({"ham_cutoff": "-1"}, "Expected a percentage"),
        ({"ham_cutoff": "nan"}, "Expected a percentage"),
        ({"language": "English"}, "Expected a code such as en"),
        ({"language": "en-" + "x" * 40}, "Expected a code such as en"),
        ({"ham_cutoff": "60", "spam_cutoff": "50"}, "Spam must begin at or above"),
        ({"ham_cutoff": "95", "spam_cutoff": ""}, "Spam must begin at or above"),  # the model's: 90
        ({"ham_cutoff": "", "spam_cutoff": "10"}, "Spam must begin at or above"),  # the model's: 20
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(
    owner: Moderator, store: Store, typed: dict[str, str], told: str
) -> None:
    response = owner.press("/queue/sites/blog", **(SETTINGS | typed))
    assert response.status_code == 422
    assert told in owner.page
    assert stored(store) == ("automatic", None, None)


def test_every_mode_says_what_it_does(owner: Moderator) -> None:
    for words in ("only unclear ones wait", "first comment waits", "Nothing appears before"):
        assert words in owner.page


def test_the_list_shows_every_site(owner: Moderator) -> None:
    assert "https://blog.example" in owner.get("/queue/sites").text


def test_an_unknown_site_is_not_found(owner: Moderator) -> None:
    assert owner.get("/queue/sites/nowhere").status_code == 404
    assert owner.get("/queue/sites/%00").status_code == 404


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.VIEWER])
def test_only_owners_set_sites_up(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, role: Role
) -> None:
    add_moderator(store, clock, "other@paper.example", role)
    other = Moderator(app)
    other.log_in("other@paper.example")
    for path in ("/queue/sites", "/queue/sites/blog"):
        assert other.get(path).status_code == 403
        assert "you may not set up sites" in other.page


def test_an_owner_of_one_site_sees_no_other(
    app: Flask, owner: Moderator, store: Store, clock: FrozenClock, site: Site
) -> None:
    with store.writing() as session:
        sites.add(session, "other", "https://other.example", clock())
    add_moderator(store, clock, "local@paper.example", Role.OWNER, site.id)
    local = Moderator(app)
    local.log_in("local@paper.example")
    assert "other.example" not in local.get("/queue/sites").text
    assert local.get("/queue/sites/other").status_code == 404
