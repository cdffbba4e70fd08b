"""The calls about keys and accounts: is this key good, and what did it do?"""

from __future__ import annotations

import hmac
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response

from service.core.checking import Opener
from service.core.homes import home
from service.core.store import usage
from service.core.store.tables import SiteRow
from service.core.store.usage import Counts
from service.core.submission import origin_of
from service.web.akismet import answers, comment
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.akismet.requests import MissingField
from service.web.parts import parts

SECONDS_SAVED = 10  # by each spam comment that nobody had to read; a guess, told as one
SPANS = {"60-days": timedelta(days=60), "6-months": timedelta(days=183)}
BY_DAY, BY_MONTH = "%Y-%m-%d", "%Y-%m"
PER_CENT = 100.0


def verify_key(form: Form, shown: Shown, _now: datetime) -> Response:
    """Whether the key opens the blog. Raises MissingField, NoBlog, WrongSite."""
    _site(form, shown.opener)
    return answers.text(answers.VALID)


def deactivate(form: Form, shown: Shown, _now: datetime) -> Response:
    """Notice that a blog stops asking; its key goes on working."""
    _site(form, shown.opener)
    return answers.text("deactivated")


def get_subscription(_form: Form, shown: Shown, _now: datetime) -> Response:
    """What a client wants to know before it keeps a key."""
    return answers.as_json(
        {
            "account_id": shown.opener.id,
            "account_type": "hamlet",
            "account_name": shown.opener.name,
            "status": "active",
            "next_billing_date": False,
            "limit_reached": False,
        }
    )


def token(_form: Form, shown: Shown, _now: datetime) -> Response:
    """An opaque text that tells one key from another; nothing here takes it."""
    secret = parts().settings.secret_key.encode()
    return answers.text(hmac.new(secret, f"token:{shown.opener.id}".encode(), "sha256").hexdigest())


def get_stats(form: Form, shown: Shown, now: datetime) -> Response:
    """What was found on the blog, or with this key everywhere, in total and by day or month."""
    span = form.get("from").strip()
    since = _since(span, now)
    with parts().store.reading() as session:
        site = _named_site(form, shown.opener)
        days = usage.by_day(session, shown.opener.id, since.date(), site.id if site else None)
    pattern = BY_DAY if span == "60-days" else BY_MONTH
    total = Counts()
    periods: dict[str, tuple[Counts, date]] = {}
    for day, counts in days.items():
        if span.isdecimal() and day.year != int(span):
            continue
        total.add(counts)
        period, _ = periods.setdefault(day.strftime(pattern), (Counts(), day))
        period.add(counts)
    breakdown = {
        name: _figures(counts) | {"da": day.isoformat()} for name, (counts, day) in periods.items()
    }
    return answers.as_json(
        _figures(total)
        | {
            "time_saved": total.spam * SECONDS_SAVED,
            "accuracy": f"{accuracy(total):.2f}",
            "breakdown": breakdown,
        }
    )


def accuracy(counts: Counts) -> float:
    """Per cent of the checks that nobody corrected; 100 before the first."""
    checked = counts.spam + counts.ham
    wrong = min(checked, counts.missed_spam + counts.false_positives)
    return PER_CENT * (checked - wrong) / checked if checked else PER_CENT


def _figures(counts: Counts) -> dict[str, Any]:
    return {
        "spam": counts.spam,
        "ham": counts.ham,
        "missed_spam": counts.missed_spam,
        "false_positives": counts.false_positives,
    }


def _since(span: str, now: datetime) -> datetime:
    if span in SPANS:
        return now - SPANS[span]
    return now.replace(year=2005, month=1, day=1)  # everything


def _site(form: Form, opener: Opener) -> SiteRow | None:
    """The site of the blog; None for one not seen yet. Raises MissingField, NoBlog, WrongSite."""
    if not form.get("blog").strip():
        raise MissingField("blog")
    return _named_site(form, opener)


def _named_site(form: Form, opener: Opener) -> SiteRow | None:
    if not form.get("blog").strip():
        return None
    origin = origin_of(comment.blog_address(form.get("blog")))
    with parts().store.reading() as session:
        return home(session, opener.site_id, origin)
