"""The first start: a demo site, an owner who can log in, and sample comments to look at."""

from __future__ import annotations

import http.client
import secrets
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from service.core.store import keys, moderators, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import SiteRow

log = structlog.get_logger()

OWNER = "owner@hamlet.example"
DEMO = "demo"
ACTOR = "first start"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
PATIENCE = 20  # seconds for the samples to be accepted


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the first start made; the secrets are shown once and stored hashed."""

    email: str
    password: str
    site_url: str
    token: str


def welcome(store: Store, origin: str, secret: str, now: datetime) -> Welcome | None:
    """Make the owner and the demo site at `origin`; None when somebody can log in already."""
    with store.reading() as session:
        if moderators.any_exists(session):
            return None
    from service.passwords import hash_password

    password = new_password()
    hashed = hash_password(password)
    with store.writing() as session:
        site = _demo_site(session, origin, now)
        moderators.add(session, OWNER, hashed, Role.OWNER, now)
        made = keys.make(session, DEMO, site.id, secret, now)
        moderators.audit(session, ACTOR, "set_up", now, {"site": site.name, "key": made.id})
        return Welcome(OWNER, password, site.url, made.token)


def post_samples(host: str, port: int, new: Welcome) -> bool:
    """Send the sample comments, then the replies to them, through the API as any site would.

    Returns whether both were accepted.
    """
    from service.demo import sample_batch, sample_replies

    accepted = _post(host, port, sample_batch(new.site_url), new.token)
    if accepted is None:
        return False
    return _post(host, port, sample_replies(new.site_url, accepted), new.token) is not None


def _post(host: str, port: int, comments: bytes, token: str) -> bytes | None:
    """The answer to a batch of comments, NDJSON; None when it was not accepted."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    try:
        connection.request("POST", "/api/v1/comments/batch", comments, headers)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        log.warning("samples_not_posted", why=type(error).__name__)
        return None
    finally:
        connection.close()
    if response.status == http.HTTPStatus.ACCEPTED:
        return answer
    log.error("samples_not_accepted", status=response.status)
    return None


def _demo_site(session: Session, origin: str, now: datetime) -> SiteRow:
    """The site at `origin`, called `demo` unless another one has that name."""
    if site := sites.by_origin(session, origin):
        return site
    taken = {site.name for site in sites.all_sites(session)}
    name = DEMO if DEMO not in taken else f"{DEMO}-{secrets.token_hex(3)}"
    return sites.add(session, name, origin, now)


def new_password() -> str:
    """Four groups of five letters, 99 bits: easily copied by hand."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
