"""submit-spam and submit-ham: what a site's people say about a comment."""

from __future__ import annotations

from datetime import datetime

import structlog
from flask import Response

from service.core import reports
from service.core.reports import Report
from service.core.store.session import DATABASE_AWAY
from service.patience import TooSlow
from service.spool import SpoolFull
from service.web.akismet import answers
from service.web.akismet.context import Kept, context, guid_of
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.akismet.requests import MissingField, check_of
from service.web.parts import parts

log = structlog.get_logger()
SAID = {answers.SPAM: True, answers.HAM: False}


def answer(form: Form, shown: Shown, now: datetime, *, is_spam: bool) -> Response:
    """Thanks, once it is written or kept. Raises WrongSite, NoBlog, MissingField."""
    report = report_of(form, shown, now, is_spam=is_spam)
    store, secret = parts().store, parts().settings.secret_key
    try:
        context().hands.do(
            lambda: store.write(lambda session: reports.take(session, report, now, secret)),
            parts().settings.check_patience,
        )
    except TooSlow:
        context().hands.rest()
        return _spooled(report, now)
    except DATABASE_AWAY as error:
        log.error("database_away", why=type(error).__name__)
        return _spooled(report, now)
    parts().bell.ring_to_learn()
    return answers.text(answers.THANKS)


def report_of(form: Form, shown: Shown, now: datetime, *, is_spam: bool) -> Report:
    """What is reported; a blog and some address or text must be there. Raises MissingField."""
    check = check_of(form, shown, now, parts().settings.secret_key)
    said = check.submission
    if not any((said.body, said.ip, said.author_email, said.author_url, said.author_name)):
        raise MissingField("comment_content")
    return Report(
        check=check,
        is_spam=is_spam,
        comment_id=guid_of(form.get("guid")),
        said_spam=SAID.get(form.get("comment_check_response").strip()),
        reporter=form.get("reporter").strip(),
    )


def _spooled(report: Report, now: datetime) -> Response:
    try:
        context().keep(Kept(at=now, report=report))
    except SpoolFull as error:
        log.error("spool_full", why=str(error))
        return answers.away()
    return answers.text(answers.THANKS)
