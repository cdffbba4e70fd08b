"""The self-test page, for owners: does an Akismet client get what it needs at this address?"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from service.core.access import Act
from service.core.store import keys, moderators
from service.core.store.tables import SiteRow
from service.outgoing import Caller
from service.selftest import leftovers, own, running
from service.selftest.answer import Grade
from service.selftest.running import Result, Target
from service.web.auth import actor_of, behind_login, current_moderator
from service.web.language import _, later, long_day, marked
from service.web.parts import parts
from service.web.sites import site_called

TOTAL = 20.0  # seconds; the page holds a thread of the server that it calls
KEY = re.compile(r"[0-9a-f]{12}")
PUBLIC, DIRECT = "public", "direct"
LENT, PASTED = "lent", "pasted"
BUSY = later("Another self-test is under way. Please try again in half a minute.")
NOT_OURS = marked(
    "This page calls only this machine’s own addresses, and %(host)s is none of them, or another "
    "port. Set HAMLET_PUBLIC_URL to the address that clients are given, or run "
    "`hamlet doctor --akismet URL KEY` anywhere."
)

selftest_pages = behind_login("selftest", "/queue/sites", Act.SET_UP)
_one_at_a_time = threading.Lock()  # each holds two threads of the server while it runs


def init_app(app: Flask) -> None:
    app.register_blueprint(selftest_pages)


@dataclass(frozen=True, slots=True)
class Way:
    """An address that may be tested, and who calls it."""

    url: str
    caller: Caller


@dataclass(slots=True)
class Asked:
    """What was chosen in the form, and what is wrong with it, by field."""

    way: str = PUBLIC
    key: str = LENT
    problems: dict[str, str] | None = None


@selftest_pages.get("/<name>/self-test")
def show(name: str) -> str:
    return _page(site_called(name), Asked())


@selftest_pages.post("/<name>/self-test")
def start(name: str) -> ResponseReturnValue:
    site, sent = site_called(name), request.form
    asked = Asked(
        DIRECT if sent.get("way") == DIRECT else PUBLIC,
        PASTED if sent.get("key_choice") == PASTED else LENT,
    )
    way, pasted = _ways()[asked.way], sent.get("key", "").strip().lower()
    asked.problems = _problems(way, asked, pasted, site)
    if asked.problems:
        return _page(site, asked), 422
    if not _one_at_a_time.acquire(blocking=False):
        asked.problems = {"all": BUSY}
        return _page(site, asked), 503
    try:
        results = _run(site, way, pasted if asked.key == PASTED else "")
    finally:
        _one_at_a_time.release()
    return _page(site, asked, results, way.url)


def _ways() -> dict[str, Way]:
    """Nothing that a form names is called: only what the operator set, or this very machine."""
    public, here = parts().settings.public_url, Caller(allows=own.is_own)
    reached = f"{request.scheme}://{request.host}"
    return {
        PUBLIC: Way(public, Caller(allow_private=True)) if public else Way(reached, here),
        DIRECT: Way(f"http://127.0.0.1:{_port()}", here),
    }


def _port() -> int:
    return int(request.environ.get("SERVER_PORT") or 0)


def _problems(way: Way, asked: Asked, pasted: str, site: SiteRow) -> dict[str, str]:
    problems = {}
    if parts().settings.public_url is None and not own.is_own_port(way.url, _port()):
        problems["way"] = _(NOT_OURS, host=request.host)
    if asked.key == PASTED and (problem := _problem_with_key(pasted, site)):
        problems["key"] = problem
    return problems


def _problem_with_key(pasted: str, site: SiteRow) -> str:
    """Why the key will not do. Found out here, it counts for no guess at the door."""
    if not KEY.fullmatch(pasted):
        return _("Expected the short key: 12 digits and letters from a to f.")
    with parts().store.reading() as session:
        row = keys.by_key_hash(session, keys.hash_key(pasted, parts().settings.secret_key))
    if row is None:
        return _("Nobody has this key. `hamlet key add NAME` makes one, and shows it once.")
    if row.revoked_at is not None:
        return _("This key was revoked on %(day)s. Make another one.", day=long_day(row.revoked_at))
    if row.site_id not in (None, site.id):
        return _("This key is for another site.")
    return ""


def _run(site: SiteRow, way: Way, pasted: str) -> list[Result]:
    """The calls, with the pasted key or a lent one; what they leave is taken away again."""
    store, secret, now = parts().store, parts().settings.secret_key, parts().clock()
    _note(site, now, pasted)
    if pasted:
        with store.reading() as session:
            row = keys.by_key_hash(session, keys.hash_key(pasted, secret))
        key_id, text = row.id if row else 0, pasted
    else:
        lent = leftovers.lend_key(store, site.id, secret, now)
        key_id, text = lent.id, lent.key
    try:
        return running.run(Target(way.url, text, site.url), way.caller, total=TOTAL)
    finally:
        if pasted:
            leftovers.clear(store, key_id, now)
        else:
            leftovers.take_back(store, key_id, parts().clock())


def _note(site: SiteRow, now: datetime, pasted: str) -> None:
    detail = {"site": site.name, "key": PASTED if pasted else LENT}
    with parts().store.writing() as session:
        moderators.audit(session, actor_of(current_moderator()), "self_test", now, detail)


def _page(
    site: SiteRow, asked: Asked, results: list[Result] | None = None, called: str = ""
) -> str:
    found = results or []
    grades = [result.grade for result in found]
    answered = [result for result in found if result.grade is not Grade.UNSENT]
    return render_template(
        "queue/selftest.html",
        site=site,
        asked=asked,
        problems=asked.problems or {},
        ways=_ways(),
        by_part=[(p, list(of)) for p, of in groupby(answered, lambda result: result.call.part)],
        unsent=running.unsent_by_reason(found),
        counts={grade: grades.count(grade) for grade in Grade},
        called=called,
        is_public=parts().settings.public_url is not None,
    )
