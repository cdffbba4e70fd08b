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

BLOCKED_ENOUGH = 0.01  # of good comments filed as spam; above it the page warns
NAMES = {Verdict.HAM: "Passed", Verdict.UNSURE: "Held", Verdict.SPAM: "Filed as spam"}


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
        return f"{number:,.0f}" if number >= 10 or number == 0 else f"{number:.1f}"


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
        Load(name, Share(judged.get(verdict, 0), whole), *_shares(moved, verdict), days)
        for verdict, name in NAMES.items()
    ]


def mistakes_of(labelled: dict[Decision, list[Moved]]) -> list[Mistake]:
    """Good comments filed comes first: nothing is worse."""
    good, spam = labelled[Decision.APPROVE], labelled[Decision.SPAM]
    return [
        Mistake("Good, but filed as spam", *_shares(good, Verdict.SPAM)),
        Mistake("Good, but held", *_shares(good, Verdict.UNSURE)),
        Mistake("Spam, but passed", *_shares(spam, Verdict.HAM)),
        Mistake("Spam, but held", *_shares(spam, Verdict.UNSURE)),
    ]


def labelled_chart(good: list[int], spam: list[int], current: Cutoffs, tried: Cutoffs) -> Chart:
    """Scores of what people judged."""
    return _scores(
        "labelled",
        "Scores of what people called good and spam",
        [Series("Good", "good", good), Series("Spam", "bad", spam)],
        current,
        tried,
    )


def every_chart(counts: list[int], current: Cutoffs, tried: Cutoffs) -> Chart:
    """Scores of all that arrived."""
    series = [Series("All comments", "info", counts)]
    return _scores("every", "Scores of all that arrived", series, current, tried)


def _scores(key: str, title: str, series: list[Series], current: Cutoffs, tried: Cutoffs) -> Chart:
    width = 100 // BINS
    told = "; ".join(
        f"{one.name.lower()}: {sum(one.counts):,}, of them {one.counts[0]:,} below {width} % "
        f"and {one.counts[-1]:,} from {100 - width} % on"
        for one in series
    )
    return Chart(
        key=key,
        title=title,
        told=f"From 0 to 100 %, in steps of {width} %. {told}.",
        columns=[f"{step * width} to {(step + 1) * width} %" for step in range(BINS)],
        column="Score",
        series=series,
        ticks=["0 %", "25 %", "50 %", "75 %", "100 %"],
        marks=_marks(current, tried),
        stacked=False,
    )


def _marks(current: Cutoffs, tried: Cutoffs) -> tuple[Mark, ...]:
    """The cutoffs tried, and those that hold now where they are others."""
    marks = [
        Mark(f"Fine below {tried.ham * 100:g} %", "ham", tried.ham),
        Mark(f"Spam from {tried.spam * 100:g} %", "spam", tried.spam),
    ]
    for name, now, then in (
        ("Now fine below", current.ham, tried.ham),
        ("Now spam from", current.spam, tried.spam),
    ):
        if now != then:
            marks.append(Mark(f"{name} {now * 100:g} %", "now", now))
    return tuple(marks)


def _shares(moved: Sequence[Moved], verdict: Verdict) -> tuple[Share, Share]:
    """What part gets this verdict, before and after."""
    whole = sum(item.number for item in moved)
    before = sum(item.number for item in moved if item.before is verdict)
    after = sum(item.number for item in moved if item.after is verdict)
    return Share(before, whole), Share(after, whole)
