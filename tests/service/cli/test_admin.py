"""`hamlet site origin`: another address of the same site. `hamlet key list`: what keys do."""

from __future__ import annotations

from pathlib import Path

from service.clock import utc_now
from service.core.store import sites, usage
from service.core.store.session import Store
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
