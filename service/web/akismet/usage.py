"""usage-limit and key-sites: how much a key is used, and where."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response

from service.core.checking import Opener
from service.core.store import sites, usage
from service.core.store.usage import Counts
from service.web.akismet import answers
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.parts import parts

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
ORDERS = {
    "total": "calls",
    "spam": "spam",
    "ham": "ham",
    "missed_spam": "missed_spam",
    "false_positives": "false_positives",
}
LIMIT = 500
MAX_NUMBER = 9  # digits
COLUMNS = ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run

Site = tuple[str, Counts]


def usage_limit(form: Form, shown: Shown, now: datetime) -> Response:
    """Checks this month; nobody limits them here."""
    since, until = month_of(now.strftime("%Y-%m"), now)
    with parts().store.reading() as session:
        counts = usage.of_key(session, shown.opener.id, since, until)
    payload: dict[str, Any] = {
        "limit": "none",
        "usage": counts.spam + counts.ham,
        "percentage": "0",
        "throttled": False,
    }
    if form.says_yes("extended"):
        payload |= {"notice_level": 0, "upgrade": False}
    return answers.as_json(payload)


def key_sites(form: Form, shown: Shown, now: datetime) -> Response:
    """The sites that the key was used on in a month, the busiest first."""
    month = form.get("month").strip()
    since, until = month_of(month, now)
    order = ORDERS.get(form.get("order").strip(), "calls")
    limit, offset = _number(form.get("limit"), LIMIT), _number(form.get("offset"), 0)
    found = _found(shown.opener, form.get("filter").strip(), since, until)
    found.sort(key=lambda site: (-getattr(site[1], order), site[0]))
    page, named = found[offset : offset + limit], since.strftime("%Y-%m")
    if form.get("format").strip().lower() == "csv":
        head = (
            f"Active sites for {shown.text} during {named} "
            f"(limit:{limit}, offset: {offset}, total: {len(found)})"
        )
        return _as_csv(head, page)
    extended = form.says_yes("extended")
    listed = [_shown_site(host, counts, extended=extended) for host, counts in page]
    return answers.as_json({named: listed, "limit": limit, "offset": offset, "total": len(found)})


def month_of(text: str, now: datetime) -> tuple[date, date]:
    """The first day of the month, and of the next; of this month for a text that names none."""
    found = MONTH.fullmatch(text)
    year, month = (int(found[1]), int(found[2])) if found else (now.year, now.month)
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _found(opener: Opener, wanted: str, since: date, until: date) -> list[Site]:
    with parts().store.reading() as session:
        counts = usage.by_site(session, opener.id, since, until)
        urls = {row.id: row.url for row in sites.all_sites(session)}
    return [
        (urlsplit(urls[site_id]).netloc, found)
        for site_id, found in counts.items()
        if wanted.lower() in f"{urls[site_id].lower()}/"
    ]


def _shown_site(host: str, counts: Counts, *, extended: bool) -> dict[str, Any]:
    site = {
        "site": host,
        "api_calls": str(counts.calls),
        "spam": str(counts.spam),
        "ham": str(counts.ham),
        "missed_spam": str(counts.missed_spam),
        "false_positives": str(counts.false_positives),
        "is_revoked": False,
    }
    if extended:
        digest = hashlib.sha256(host.encode()).hexdigest()[:32]
        site |= {"hash": digest, "eligible_for_revoke": False}
    return site


def _as_csv(head: str, page: list[Site]) -> Response:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for host, counts in page:
        safe = f"'{host}" if host.startswith(FORMULA) else host
        numbers = (counts.calls, counts.spam, counts.ham)
        writer.writerow([safe, *numbers, counts.missed_spam, counts.false_positives, "false"])
    response = answers.text(f"{head}\n{lines.getvalue()}")
    response.mimetype = "text/csv"
    return response


def _number(text: str, default: int) -> int:
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER
    return int(text) if is_number else default
