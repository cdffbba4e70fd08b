"""Sites and their articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.core.errors import NotFound, WrongSite
from service.core.store.insert import insert_missing
from service.core.store.tables import ArticleRow, SiteOriginRow, SiteRow
from service.core.submission import LIMITS, article_address, origin_of
from service.core.verdict import Mode

SLUG_BREAK = re.compile(r"[^a-z0-9]+")


def by_name(session: Session, name: str) -> SiteRow:
    """The site called `name`. Raises NotFound."""
    # A name with NUL is nobody's, and PostgreSQL refuses even to look for it.
    site = None if "\0" in name else session.scalar(select(SiteRow).where(SiteRow.name == name))
    if site is None:
        raise NotFound(f"there is no site called {name!r}")
    return site


def by_origin(session: Session, origin: str) -> SiteRow | None:
    """The site at `origin`, else the one that lists it."""
    listed = select(SiteRow).join(SiteOriginRow).where(SiteOriginRow.origin == origin)
    at_home = session.scalar(select(SiteRow).where(SiteRow.url == origin))
    return at_home or session.scalar(listed)


def is_taken(session: Session, name: str, origin: str) -> bool:
    """Whether a site has this name, or is at this origin or lists it."""
    named = session.scalar(select(SiteRow.id).where(SiteRow.name == name))
    return named is not None or by_origin(session, origin) is not None


def all_sites(session: Session) -> list[SiteRow]:
    """Every site, by name."""
    return list(session.scalars(select(SiteRow).order_by(SiteRow.name)))


def add(session: Session, name: str, url: str, now: datetime) -> SiteRow:
    """A new site; `url` is an origin. The caller has checked that both are free."""
    site = SiteRow(name=name, url=url, created_at=now)
    session.add(site)
    session.flush()
    return site


def list_origin(session: Session, site_id: int, origin: str) -> None:
    """Let `origin` show the site's articles too. The caller has checked that it is free."""
    session.add(SiteOriginRow(origin=origin, site_id=site_id))
    session.flush()


def change(session: Session, site_id: int, settings: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give a site other settings. Returns [before, after] of each that differs."""
    site = session.get_one(SiteRow, site_id, with_for_update=True)
    changes = {
        name: [getattr(site, name), value]
        for name, value in settings.items()
        if getattr(site, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(site, name, value)
    return changes


def opened_by(session: Session, key_site_id: int | None, origin: str, now: datetime) -> SiteRow:
    """The site at `origin`, if a key for `key_site_id` (None: every site) opens it.

    A key for every site adds one for an origin not seen before. Raises WrongSite.
    """
    site = by_origin(session, origin)
    if key_site_id is not None and (site is None or site.id != key_site_id):
        raise WrongSite(f"this key does not open {origin}: use the key of that site")
    return site or _add_unseen(session, origin, now)


def home_address(session: Session, site: SiteRow, address: str) -> str:
    """`address` on the site's own origin. Raises InvalidSubmission, WrongSite."""
    address = article_address(address)
    origin = origin_of(address)
    found = by_origin(session, origin)
    if found is None or found.id != site.id:
        raise WrongSite(f"{origin} is not among the origins of the site {site.name!r}")
    return at_home(site.url, address)


def at_home(url: str, address: str) -> str:
    """`address`, of one of a site's origins, on that at `url`: so all of them share one thread.

    One that would become longer than any address may be stays as it is, with its own thread.
    """
    moved = url + address.removeprefix(origin_of(address))
    return moved if len(moved.encode()) <= LIMITS["article_url"] else address


def article_at(session: Session, site_id: int, url: str) -> ArticleRow | None:
    return session.scalar(
        select(ArticleRow).where(ArticleRow.site_id == site_id, ArticleRow.url == url)
    )


def _add_unseen(session: Session, origin: str, now: datetime) -> SiteRow:
    """The site for `origin`, also when another process adds it at the same moment."""
    host = urlsplit(origin).netloc
    slug = SLUG_BREAK.sub("-", host).strip("-")[:60] or "site"
    suffix = 0
    while (site := by_origin(session, origin)) is None:
        suffix += 1
        name = slug if suffix == 1 else f"{slug}-{suffix}"
        row = {"name": name, "url": origin, "created_at": now}
        insert_missing(session, SiteRow, [row | {"mode": Mode.AUTOMATIC, "language": ""}])
    return site


def article_ids(
    session: Session, articles: Iterable[tuple[int, str, str]], now: datetime
) -> dict[tuple[int, str], int]:
    """Ids by (site id, address) of (site id, address, title) triples; new ones are added.

    Addresses on the origins that a site lists name the same article as that on its own. A title
    that differs from the stored one replaces it.
    """
    given = list(articles)
    homes = _homes(session, {site_id for site_id, _, _ in given})
    keys = {(site_id, url): (site_id, at_home(homes[site_id], url)) for site_id, url, _ in given}
    titles = {keys[site_id, url]: title for site_id, url, title in given}
    found = _find_articles(session, titles)
    missing = [key for key in titles if key not in found]
    insert_missing(
        session,
        ArticleRow,
        [
            {"site_id": site_id, "url": url, "title": titles[site_id, url], "created_at": now}
            for site_id, url in sorted(missing)  # one order everywhere, so no two wait in a ring
        ],
    )
    found |= _find_articles(session, missing)
    for key, (article_id, title) in sorted(found.items()):
        if titles[key] and titles[key] != title:
            _retitle(session, article_id, titles[key])
    return {asked: found[key][0] for asked, key in keys.items()}


def _homes(session: Session, site_ids: Iterable[int]) -> dict[int, str]:
    """The sites' own origins by id."""
    rows = session.execute(select(SiteRow.id, SiteRow.url).where(SiteRow.id.in_(site_ids)))
    return {row.id: row.url for row in rows}


def _find_articles(
    session: Session, keys: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], tuple[int, str]]:
    found = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 500):  # SQLite's limit on bound values
        part = wanted[start : start + 500]
        rows = session.execute(
            select(ArticleRow.id, ArticleRow.site_id, ArticleRow.url, ArticleRow.title).where(
                ArticleRow.site_id.in_({site_id for site_id, _ in part}),
                ArticleRow.url.in_([url for _, url in part]),
            )
        )
        found.update({(row.site_id, row.url): (row.id, row.title) for row in rows})
    return {key: found[key] for key in wanted if key in found}


def _retitle(session: Session, article_id: int, title: str) -> None:
    session.execute(update(ArticleRow).where(ArticleRow.id == article_id).values(title=title))
