"""`hamlet site origin`: another address of the same site."""

from __future__ import annotations

from pathlib import Path

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
