"""The audit log, for owners of every site: filtered, a page at a time, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.core.access import Act
from service.core.store import audit_trail, moderators, people, sites
from service.core.store.audit_trail import Wanted
from service.core.store.session import Store
from service.core.store.tables import AuditRow
from service.web import audit_file
from service.web.audit_words import ACTIONS, Line, Names, line_of
from service.web.auth import behind_login, current_moderator
from service.web.parts import parts
from service.web.queue_words import PROGRAMS

PAGE = 50  # rows
BATCH = 1_000  # rows of a file that are read in one transaction

audit_pages = behind_login("audit", "/queue/audit", Act.READ_AUDIT)


def init_app(app: Flask) -> None:
    app.register_blueprint(audit_pages)


@audit_pages.get("")
def index() -> str:
    wanted, after = _wanted(), request.args.get("after", type=int)
    with parts().store.reading() as session:
        rows = audit_trail.page(session, wanted, after, PAGE + 1)
    names, asked = _names(), _asked()
    return render_template(
        "audit/index.html",
        lines=[line_of(row, names) for row in rows[:PAGE]],
        people=sorted(names.people.items(), key=lambda item: item[1]),
        programs=[name for name in PROGRAMS if name != "policy"],
        actions=ACTIONS,
        asked=asked,
        is_first=after is None,
        next_url=rows[PAGE:] and _address(asked | {"after": str(rows[PAGE - 1].id)}),
    )


def _address(asked: dict[str, str]) -> str:
    return f"{url_for('audit.index')}?{urlencode(asked)}"


@audit_pages.get("/hamlet-audit.csv")
def as_csv() -> ResponseReturnValue:
    return _file("text/csv; charset=utf-8", audit_file.csv_lines)


@audit_pages.get("/hamlet-audit.json")
def as_json() -> ResponseReturnValue:
    return _file("application/json", audit_file.json_lines)


def _file(kind: str, write: Callable[[Iterator[Line]], Iterator[str]]) -> Response:
    """All that is wanted, written as it is read; that somebody took it is written down first."""
    wanted, names, store = _wanted(), _names(), parts().store
    name = request.path.rpartition("/")[2]
    with store.writing() as session:
        detail = {"file": name} | _asked()
        actor = current_moderator().actor
        moderators.audit(session, actor, "audit_exported", parts().clock(), detail)
    lines = (line_of(row, names) for row in _all_rows(store, wanted))
    response = Response(write(lines), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _all_rows(store: Store, wanted: Wanted) -> Iterator[AuditRow]:
    after = None
    while True:
        with store.reading() as session:
            rows = audit_trail.page(session, wanted, after, BATCH)
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def _asked() -> dict[str, str]:
    """The filter as it stands in the address; what is empty or makes no sense is left out."""
    wanted = _wanted()
    days = {"from": request.args.get("from", ""), "to": request.args.get("to", "")}
    asked = {"person": wanted.actor, "action": wanted.action}
    asked["from"] = days["from"] if wanted.since else ""
    asked["to"] = days["to"] if wanted.until else ""
    return {name: value for name, value in asked.items() if value}


def _wanted() -> Wanted:
    actor, action = request.args.get("person", ""), request.args.get("action", "")
    last = _day("to")
    return Wanted(
        actor=actor if "\0" not in actor else "",
        action=action if action in ACTIONS else "",
        since=_day("from"),
        until=last + timedelta(days=1) if last else None,
    )


def _day(name: str) -> datetime | None:
    """The beginning of the day, UTC, that the address names; None for none or no day."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
        return datetime.combine(min(day, date(9998, 1, 1)), time(), UTC)
    except ValueError:
        return None


def _names() -> Names:
    with parts().store.reading() as session:
        everyone = people.everyone(session)
        named = {site.id: site.name for site in sites.all_sites(session)}
    return Names({f"moderator:{row.id}": row.email for row in everyone}, named)
