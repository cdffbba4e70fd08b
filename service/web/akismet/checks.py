"""comment-check: judged in this process, recorded, answered in milliseconds.

Whatever goes wrong, the answer is never `false`: a client publishes on that.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import structlog
from flask import Response

from service.core.checking import Check, Seen, Standing, look
from service.core.errors import ModerationError, WrongSite
from service.core.policy import Ruling, heed
from service.core.recording import Judged
from service.core.store.session import DATABASE_AWAY
from service.core.traces import NO_TRACES
from service.core.verdict import Outcome
from service.gathering import gather
from service.patience import TooSlow
from service.spool import SpoolFull
from service.web.akismet import answers, comment
from service.web.akismet.context import Context, Kept, context
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown
from service.web.akismet.requests import MissingField, check_of
from service.web.parts import Parts, parts

log = structlog.get_logger()
RECHECK_AFTER = 120  # seconds; a client that was told to wait waits twice as long


class Stage(Enum):
    """How far a check has come: what is slow, when it is."""

    LOOKING = "looking"
    SCORING = "scoring"
    RECORDING = "recording"


class Asking:
    """One check on its way, which may go on when its caller has left."""

    def __init__(self, check: Check, form: Form, here: Parts, own: Context) -> None:
        self.check, self.preset = check, comment.preset(form, check.submission)
        self.is_early = form.says_yes(comment.PRE_CHECK)
        self.stage = Stage.LOOKING
        self._here, self._own = here, own

    def run(self) -> Standing:
        """What the client is told. Raises WrongSite."""
        here = self._here
        with here.store.reading() as session:
            now, secret = here.clock(), here.settings.secret_key
            seen = look(session, self.check, self._own.places, now, secret)
        if seen.standing is not None:
            return seen.standing
        gather(here.store, [seen.waiting], here.scorer.secret)
        self.stage = Stage.SCORING
        judged = self._judged(seen)
        self.stage = Stage.RECORDING
        return self.record(judged)

    def record(self, judged: Judged) -> Standing:
        """Store it. Raises WrongSite."""
        told = self._own.recorded.write(judged)
        if isinstance(told, ModerationError):
            raise told
        return told

    def _judged(self, seen: Seen) -> Judged:
        """As a worker would judge it; a test call leaves no trace that others are compared with."""
        model = self._here.scorer.follow(self._here.store)
        traces = NO_TRACES if self.check.is_test else seen.waiting.traces
        return Judged(check=self.check, ruling=self._ruling(seen), model=model, traces=traces)

    def _ruling(self, seen: Seen) -> Ruling:
        if self.preset is not None:
            return heed(self.preset, seen.waiting.stand)
        ruling = self._here.scorer.rule([seen.waiting])[self.check.guid]
        return comment.before_reading(ruling) if self.is_early else ruling


def answer(form: Form, shown: Shown, now: datetime) -> Response:
    """The answer to a check. Raises WrongSite, NoBlog, MissingField, DatabaseAway."""
    check = check_of(form, shown, now, parts().settings.secret_key)
    if not check.submission.ip:
        raise MissingField("user_ip")
    asking = Asking(check, form, parts(), context())
    try:
        standing = context().hands.do(asking.run, parts().settings.check_patience)
    except WrongSite:
        raise
    except TooSlow:
        return _too_slow(asking, form, now)
    except DATABASE_AWAY as error:
        log.error("database_away", why=type(error).__name__)
        return _spooled(asking, now)
    except Exception as error:  # never a comment lost, never one published
        log.exception("check_failed", kind=type(error).__name__)
        return _spooled(asking, now)
    return answers.verdict(standing, wants_class=form.says_yes("classify"))


def _too_slow(asking: Asking, form: Form, now: datetime) -> Response:
    """The scorer is stuck: a worker is to judge. The database is: the disk here keeps it."""
    if asking.stage is not Stage.SCORING:
        context().hands.rest()
        return _spooled(asking, now)
    log.error("scoring_too_slow", comment=str(asking.check.guid))
    if asking.is_early:
        return answers.with_guid(answers.away())
    may_wait = bool(asking.check.callback) and not asking.check.is_test and not _is_recheck(form)
    try:
        standing = context().hands.do(
            lambda: asking.record(Judged(check=asking.check, ruling=None, promised=may_wait)),
            parts().settings.check_patience,
        )
    except (TooSlow, *DATABASE_AWAY):
        return _spooled(asking, now)
    parts().bell.ring()
    if may_wait and standing.outcome is Outcome.PENDING:
        context().delivering.start()  # whoever promised sees to it, too
        return answers.provisional(standing.comment_id, RECHECK_AFTER)
    return answers.verdict(standing)


def _is_recheck(form: Form) -> bool:
    return form.get("recheck_reason").strip() not in ("", "edit")


def _spooled(asking: Asking, now: datetime) -> Response:
    """Spam, but nothing to discard: it is judged when the database is back.

    A ping that is asked about early would be lost by that word. There is nothing to keep of it.
    """
    if asking.is_early:
        return answers.with_guid(answers.away())
    check = asking.check
    try:
        context().keep(Kept(at=now, check=check, ruling=asking.preset))
    except SpoolFull as error:
        log.error("spool_full", why=str(error))
        return answers.with_guid(answers.away())
    return answers.with_guid(answers.text(answers.SPAM), check.guid)
