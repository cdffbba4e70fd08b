"""What the cutoffs page shows: scores of the past, and what two cutoffs make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.core.shares import Share
from service.core.store import by_day
from service.core.store.statistics import BINS, Moved, Scope
from service.core.verdict import Cutoffs, Decision, Verdict
from service.web.charts import Chart, Mark, Series
from service.web.language import _, decimal, later, number, percentage

BLOCKED_ENOUGH = 0.01  # of good comments filed as spam; above it the page warns
NAMES = {
    Verdict.HAM: later("Passed"),
    Verdict.UNSURE: later("Held"),
    Verdict.SPAM: later("Filed as spam"),
}


@dataclass(frozen=True, slots=True)
class Load:
    """What part of all comments gets a verdict: as it was, by the scores now, and then."""

    name: str
    was: Share
    before: Share
    after: Share
    days: int

    def a_day(self, share: Share) -> str:
        number = share.part / self.days
        return decimal(number, 0 if number >= 10 or number == 0 else 1)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What part of the comments of one kind goes wrong, or waits, under each pair of cutoffs."""

    name: str
    before: Share
    after: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All that is known of two cutoffs before they hold."""

    labelled: Chart
    every: Chart
    scored: int  # that arrived
    by_people: int  # of them called good or spam
    load: list[Load]
    changed: int  # comments that would fare otherwise
    mistakes: list[Mistake]

    @property
    def blocked(self) -> Share:
        return self.mistakes[0].after

    @property
    def warns(self) -> bool:
        return (self.blocked.value or 0) > BLOCKED_ENOUGH


def preview(session: Session, scope: Scope, days: int, current: Cutoffs, tried: Cutoffs) -> Preview:
    """What `tried` would have done with what came within the scope, beside `current`."""
    past = by_day.past(session, scope)
    labelled = by_day.labelled_bins(past)
    good, spam = labelled[Decision.APPROVE], labelled[Decision.SPAM]
    every = by_day.score_bins(past)
    moved = by_day.load(past, current, tried)
    judged = by_day.as_judged(past)
    return Preview(
        labelled=labelled_chart(good, spam, current, tried),
        every=every_chart(every, current, tried),
        scored=sum(every),
        by_people=by_day.labelled_arrivals(past),
        load=loads_of(moved, judged, days),
        changed=sum(item.number for item in moved if item.before != item.after),
        mistakes=mistakes_of(by_day.labelled_load(past, current, tried)),
    )


def loads_of(moved: Sequence[Moved], judged: Mapping[str, int], days: int) -> list[Load]:
    """One for each verdict."""
    whole = sum(judged.values())
    return [
        Load(str(name), Share(judged.get(verdict, 0), whole), *_shares(moved, verdict), days)
        for verdict, name in NAMES.items()
    ]


def mistakes_of(labelled: dict[Decision, list[Moved]]) -> list[Mistake]:
    """Good comments filed comes first: nothing is worse."""
    good, spam = labelled[Decision.APPROVE], labelled[Decision.SPAM]
    return [
        Mistake(_("Good, but filed as spam"), *_shares(good, Verdict.SPAM)),
        Mistake(_("Good, but held"), *_shares(good, Verdict.UNSURE)),
        Mistake(_("Spam, but passed"), *_shares(spam, Verdict.HAM)),
        Mistake(_("Spam, but held"), *_shares(spam, Verdict.UNSURE)),
    ]


def labelled_chart(good: list[int], spam: list[int], current: Cutoffs, tried: Cutoffs) -> Chart:
    """Scores of what people judged."""
    return _scores(
        "labelled",
        _("Scores of what people called good and spam"),
        [Series(_("Good"), "good", good), Series(_("Spam"), "bad", spam)],
        current,
        tried,
    )


def every_chart(counts: list[int], current: Cutoffs, tried: Cutoffs) -> Chart:
    """Scores of all that arrived."""
    series = [Series(_("All comments"), "info", counts)]
    return _scores("every", _("Scores of all that arrived"), series, current, tried)


def _scores(key: str, title: str, series: list[Series], current: Cutoffs, tried: Cutoffs) -> Chart:
    width = 100 // BINS
    told = "; ".join(
        _(
            "%(name)s: %(count)s, of them %(low)s below %(first)s and %(high)s from %(last)s on",
            name=one.name,
            count=number(sum(one.counts)),
            low=number(one.counts[0]),
            first=percentage(width / 100),
            high=number(one.counts[-1]),
            last=percentage(1 - width / 100),
        )
        for one in series
    )
    return Chart(
        key=key,
        title=title,
        told=_("From 0 to 100 %%, in steps of %(step)s.", step=percentage(width / 100))
        + f" {told}.",
        columns=[
            _("%(low)s to %(high)s", low=step * width, high=percentage((step + 1) * width / 100))
            for step in range(BINS)
        ],
        column=_("Score"),
        series=series,
        ticks=[percentage(step / 4) for step in range(5)],
        marks=_marks(current, tried),
        stacked=False,
    )


def _marks(current: Cutoffs, tried: Cutoffs) -> tuple[Mark, ...]:
    """The cutoffs tried, and those that hold now where they are others."""
    marks = [
        Mark(_("Fine below %(share)s", share=percentage(tried.ham)), "ham", tried.ham),
        Mark(_("Spam from %(share)s", share=percentage(tried.spam)), "spam", tried.spam),
    ]
    if current.ham != tried.ham:
        name = _("Now fine below %(share)s", share=percentage(current.ham))
        marks.append(Mark(name, "now", current.ham))
    if current.spam != tried.spam:
        name = _("Now spam from %(share)s", share=percentage(current.spam))
        marks.append(Mark(name, "now", current.spam))
    return tuple(marks)


def _shares(moved: Sequence[Moved], verdict: Verdict) -> tuple[Share, Share]:
    """What part gets this verdict, before and after."""
    whole = sum(item.number for item in moved)
    before = sum(item.number for item in moved if item.before is verdict)
    after = sum(item.number for item in moved if item.after is verdict)
    return Share(before, whole), Share(after, whole)
