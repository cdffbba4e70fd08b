"""submit-spam and submit-ham: what a site's people say about a comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from flask import Response

from service.core import reports
from service.core.checking import look
from service.core.places import Places
from service.core.reports import Report
from service.core.store.session import DATABASE_AWAY
from service.gathering import gather
from service.patience import TooSlow
from service.spool import SpoolFull
from service.web.akismet import answers
from service.web.akismet.context import Kept, context, guid_of
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.akismet.requests import MissingField, check_of
from service.web.parts import Parts, parts

log = structlog.get_logger()
SAID = {answers.SPAM: True, answers.HAM: False}


def answer(form: Form, shown: Shown, now: datetime, *, is_spam: bool) -> Response:
    """Thanks, once it is written or kept. Raises WrongSite, NoBlog, MissingField."""
    report = report_of(form, shown, now, is_spam=is_spam)
    here, places = parts(), context().places
    try:
        context().hands.do(lambda: _take(report, now, here, places), here.settings.check_patience)
    except TooSlow:
        context().hands.rest()
        return _spooled(report, now)
    except DATABASE_AWAY as error:
        log.error("database_away", why=type(error).__name__)
        return _spooled(report, now)
    parts().bell.ring_to_learn()
    return answers.text(answers.THANKS)


def _take(report: Report, now: datetime, here: Parts, places: Places) -> None:
    """Write it, with the traces of the comment. Raises WrongSite."""
    store, secret = here.store, here.settings.secret_key
    with store.reading() as session:
        comment = look(session, report.check, places, now, secret).waiting
    gather(store, [comment], here.scorer.secret)
    traced = replace(report, traces=comment.traces)
    store.write(lambda session: reports.take(session, traced, now, secret))


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
