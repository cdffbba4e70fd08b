"""`hamlet site origin`, `key list`, and `moderator` for an operator who is locked out."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from service.clock import utc_now
from service.core.store import moderators, second_steps, sites, usage
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import AuditRow, LoginRow
from service.core.store.usage import Counts
from tests.service.cli.test_run import hamlet


def test_an_origin_is_listed_once_and_for_one_site(tmp_path: Path) -> None:
    hamlet(tmp_path, "migrate")
    for name in ("blog", "paper"):
        assert hamlet(tmp_path, "site", "add", name, f"https://{name}.example").returncode == 0
    listing = hamlet(tmp_path, "site", "origin", "blog", "https://WWW.blog.example/")
    assert listing.stdout == "https://www.blog.example shows the articles of blog too\n"
    assert hamlet(tmp_path, "site", "add", "www", "https://www.blog.example").returncode != 0
    refused = hamlet(tmp_path, "site", "origin", "paper", "https://www.blog.example")
    assert "belongs to the site blog already" in refused.stderr


def test_keys_are_listed_with_what_they_did_this_month(tmp_path: Path) -> None:
    hamlet(tmp_path, "migrate")
    made = hamlet(tmp_path, "key", "add", "blog")
    assert "Akismet" in made.stdout
    key_id = int(hamlet(tmp_path, "key", "list").stdout.split("\t")[0])
    store = Store.open(f"sqlite:///{tmp_path / 'hamlet.sqlite3'}")
    with store.writing() as session:
        site = sites.add(session, "blog", "https://blog.example", utc_now())
        counts = Counts(calls=9, spam=3, ham=5)
        usage.count(session, {(key_id, site.id): counts}, utc_now().date())
    store.close()
    listed = hamlet(tmp_path, "key", "list").stdout
    assert listed.endswith("\tlive\t8 checks this month, 3 spam\n")


def test_who_lost_phone_and_codes_gets_in_by_password_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "hamlet.sqlite3")
    store = Store.open(f"sqlite:///{tmp_path / 'hamlet.sqlite3'}")
    with store.writing() as session:
        row = moderators.add(session, "ann@paper.example", "hash", Role.OWNER, utc_now())
        moderators.open_login(session, row.id, utc_now())
        second_steps.turn_on(session, row.id, uuid4(), "00", 1, utc_now())
    listed = hamlet(tmp_path, "moderator", "list").stdout
    assert listed.startswith("ann@paper.example\towner\tevery site\tlast seen ")
    done = hamlet(tmp_path, "moderator", "reset-totp", "Ann@paper.example")
    assert "the password alone lets ann@paper.example in now" in done.stdout
    with store.reading() as session:
        assert second_steps.of(session, row.id) is None
        assert session.scalar(select(LoginRow)) is None
        assert session.scalars(select(AuditRow.action)).all() == ["second_step_reset"]
    store.close()
    again = hamlet(tmp_path, "moderator", "reset-totp", "ann@paper.example")
    assert "has no second step" in again.stderr
