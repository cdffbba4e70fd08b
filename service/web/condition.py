"""The word in the top bar that tells whether all is well, and the page that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from flask import Blueprint, Flask, g, render_template
from sqlalchemy.orm import Session

from service.core.store import examples, sites, standing
from service.core.store.tables import SiteRow
from service.core.verdict import Outcome
from service.web.auth import current_moderator, keep_private, require_login
from service.web.health import MAX_PENDING_AGE, MAX_UNLEARNED_AGE
from service.web.language import _
from service.web.parts import parts
from service.web.queue_words import span

LATE = timedelta(hours=24)  # readers who wait longer than this for an answer have gone

condition_page = Blueprint("condition", __name__, url_prefix="/queue/condition")
condition_page.before_request(require_login)
condition_page.after_request(keep_private)


class Line(NamedTuple):
    """One thing that is well or is not: a colour's name, what it is, how it stands, what to do."""

    colour: str
    name: str
    state: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """How Hamlet stands, as one look at the database tells it."""

    has_worker: bool
    pending: timedelta | None  # how long the oldest comment waits for the model
    unlearned: timedelta | None  # the same of decisions to be learned
    held: timedelta | None  # and of comments to be decided by people
    model: str
    model_fault: str

    @property
    def lines(self) -> list[Line]:
        return [self._worker(), self._checking(), self._model(), self._learning(), self._review()]

    @property
    def colour(self) -> str:
        """The worst of the lines."""
        return min((line.colour for line in self.lines), key=("bad", "warn", "good").index)

    @property
    def word(self) -> str:
        return next(self._words(), _("All well"))

    def _words(self) -> Iterator[str]:
        if not self.model:
            yield _("No model")
        if not self.has_worker:
            yield _("No worker")
        if _over(self.pending, MAX_PENDING_AGE):
            yield _("Checking is slow")
        if self.model_fault:
            yield _("Other model")
        if _over(self.unlearned, MAX_UNLEARNED_AGE):
            yield _("Learning is slow")
        if self.held is not None and self.held > LATE:
            yield _("Readers wait")

    def _worker(self) -> Line:
        if self.has_worker:
            return Line("good", _("Worker"), _("At work"))
        advice = _(
            "Start one: `hamlet up` does, or `hamlet worker`. Until then comments only wait."
        )
        return Line("bad", _("Worker"), _("None has shown itself"), advice)

    def _checking(self) -> Line:
        if not _over(self.pending, MAX_PENDING_AGE):
            return Line("good", _("Checking comments"), _("Keeps up"))
        advice = _(
            "More arrives than the workers can check, or one is stuck: see the worker's log."
        )
        return Line(
            "bad",
            _("Checking comments"),
            _("The oldest waits %(time)s", time=_told(self.pending)),
            advice,
        )

    def _model(self) -> Line:
        if not self.model:
            return Line(
                "bad", _("Model"), _("None: every comment waits for a person"), self.model_fault
            )
        state = _("%(model)s, of %(day)s", model=self.model, day=_made())
        return Line("warn" if self.model_fault else "good", _("Model"), state, self.model_fault)

    def _learning(self) -> Line:
        if not _over(self.unlearned, MAX_UNLEARNED_AGE):
            return Line("good", _("Learning from decisions"), _("Keeps up"))
        state = _("The oldest decision waits %(time)s", time=_told(self.unlearned))
        return Line("warn", _("Learning from decisions"), state, _("See the worker's log."))

    def _review(self) -> Line:
        if self.held is None:
            return Line("good", _("Needs review"), _("Nothing waits"))
        colour = "warn" if self.held > LATE else "good"
        return Line(
            colour, _("Needs review"), _("The oldest comment waits %(time)s", time=_told(self.held))
        )


class TopBar(NamedTuple):
    """What the bar above every page shows beside its links."""

    sites: list[SiteRow]
    condition: Condition


def init_app(app: Flask) -> None:
    app.register_blueprint(condition_page)
    app.jinja_env.globals["top_bar"] = top_bar


@condition_page.get("")
def show() -> str:
    return render_template("queue/condition.html", condition=top_bar().condition)


def top_bar() -> TopBar:
    """Of this request, looked up once."""
    if "top_bar" not in g:
        with parts().store.reading() as session:
            every = sites.all_sites(session)
            g.top_bar = TopBar(
                [site for site in every if current_moderator().sees(site.id)], _condition(session)
            )
    return cast(TopBar, g.top_bar)


def _condition(session: Session) -> Condition:
    now, scorer = parts().clock(), parts().scorer
    pending = standing.oldest(session, Outcome.PENDING)
    held = standing.oldest(session, Outcome.HELD, current_moderator().within)
    return Condition(
        has_worker=standing.has_worker(session, now),
        pending=_age(pending, now),
        unlearned=_age(examples.oldest_due(session), now),
        held=_age(held, now),
        model=scorer.version if scorer.model else "",
        model_fault=scorer.fault,
    )


def _made() -> str:
    """The day on which the model was trained."""
    model = parts().scorer.model
    return model.manifest.created if model else ""


def _over(age: timedelta | None, seconds: int) -> bool:
    return age is not None and age.total_seconds() > seconds


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else now - since


def _told(age: timedelta | None) -> str:
    now = parts().clock()
    return span(now - (age or timedelta(0)), now)
