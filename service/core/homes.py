"""Homes: which site an address belongs to, for clients that write it now one way, now another."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.errors import WrongSite
from service.core.store import sites
from service.core.store.tables import SiteRow
from service.core.submission import Submission, origin_of


def home(session: Session, key_site_id: int | None, origin: str) -> SiteRow | None:
    """The site at `origin`, or at the same host with or without https and www.

    None where a key for every site may add one. Raises WrongSite.
    """
    spellings = [origin, *_spellings(origin)]
    rows = session.scalars(select(SiteRow).where(SiteRow.url.in_(spellings)))
    found = {row.url: row for row in rows}
    alike = [found[spelling] for spelling in spellings if spelling in found]
    if not alike and (listed := sites.by_origin(session, origin)):
        alike = [listed]
    opened = [site for site in alike if key_site_id in (None, site.id)]
    if not opened and key_site_id is not None:
        raise WrongSite(f"this key does not open {origin}: use the key of that site")
    return opened[0] if opened else None


def moved_home(submission: Submission, site_url: str) -> Submission:
    """The submission with its article on the site's own origin."""
    if origin_of(submission.article_url) == site_url:
        return submission
    return replace(submission, article_url=sites.at_home(site_url, submission.article_url))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are on one host, www or not."""
    return _bare_host(one) == _bare_host(other) != ""


def _spellings(origin: str) -> list[str]:
    parts = urlsplit(origin)
    port = f":{parts.port}" if parts.port else ""
    schemes = [parts.scheme] if port else ["https", "http"]
    bare = _bare_host(origin)
    return [f"{scheme}://{www}{bare}{port}" for scheme in schemes for www in ("", "www.")]


def _bare_host(address: str) -> str:
    return (urlsplit(address).hostname or "").lower().removeprefix("www.")
