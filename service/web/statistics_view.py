"""What the statistics page shows: every figure with its name and what it is computed from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from service.core.shares import Share
from service.core.store import by_day, moderators, statistics
from service.core.store.statistics import Decisions, Sampled, Scope, Waits
from service.core.store.strands import Within
from service.core.verdict import Decision, Outcome, Verdict
from service.web.charts import Chart, Series
from service.web.language import _, day_of_year, later, long_day, number, percentage
from service.web.queue_words import actor
from service.web.sentences import in_words
from service.web.shown_text import as_registered, domain_of, pieces

NEWEST = 500  # comments filed, and as many held, whose reasons and links are counted
READ = 2_000  # characters of each
LISTED = 10
VERDICTS = (
    (Verdict.HAM, later("Passed"), "good"),
    (Verdict.UNSURE, later("Held"), "warn"),
    (Verdict.SPAM, later("Filed as spam"), "bad"),
    (None, later("Not judged yet"), "info"),
)
# Reasons whose words tell numbers or names: they are counted together under these.
COMMON = {
    "filled_in_fast": later("written and sent faster than people type"),
    "own_business": later("links in the text to where its e-mail address is"),
    "text_before": later("people called this very text spam before"),
    "author_before": later("people called this e-mail address spam before"),
    "network_before": later("people called this network spam before"),
    "domain_before": later("people called what it links to spam before"),
    "same_text": later("the same text came elsewhere within a day"),
    "not_scored": later("could not be scored"),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """Two shares of what people looked at."""

    filed: Share  # of what was filed as spam: that is spam
    missed: Share  # of what was passed: that is spam


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of a top list, its bar in hundredths of the first one's."""

    name: str
    count: int
    bar: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Who decided how often."""

    name: str
    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of the page."""

    verdicts: Chart
    totals: list[tuple[str, str, Share]]  # name, colour, share of what arrived
    arrived: int
    waits: Waits
    quality: Quality
    sampled: int
    reasons: list[Ranked]
    domains: list[Ranked]
    deciding: list[Busy]


def figures(session: Session, scope: Scope, site_id: Within, now: datetime) -> Figures:
    """Counted now. `site_id` are the sites of the scope, None when it is all there are."""
    past = by_day.past(session, scope)
    verdicts = by_day.verdicts_by_day(past)
    sample = [
        found
        for outcome in (Outcome.SPAM, Outcome.HELD)
        for found in statistics.newest(session, outcome, site_id, scope.since, NEWEST, READ)
    ]
    chart = verdict_chart(verdicts, scope.since.date(), now.astimezone(UTC).date())
    return Figures(
        verdicts=chart,
        totals=_totals(chart),
        arrived=sum(sum(series.counts) for series in chart.series),
        waits=by_day.waits(past),
        quality=quality_of(by_day.labelled(past)),
        sampled=len(sample),
        reasons=ranked(name for found in sample for name in reason_names(found)),
        domains=ranked(name for found in sample for name in domains_of(found)),
        deciding=_named(session, by_day.by_actor(past)),
    )


def verdict_chart(
    by_day: Mapping[date, Mapping[str | None, int]], first: date, last: date
) -> Chart:
    """A column for every day, those without a comment too."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    series = [
        Series(str(name), colour, [by_day.get(day, {}).get(verdict, 0) for day in days])
        for verdict, name, colour in VERDICTS
    ]
    shown = [one for one in series if any(one.counts) or one.colour != "info"]
    told = ", ".join(f"{one.name} {number(sum(one.counts))}" for one in shown)
    return Chart(
        key="verdicts",
        title=_("Verdicts a day"),
        told=_(
            "%(count)s days to %(day)s (UTC). In all: %(told)s.",
            count=len(days),
            day=long_day(last),
            told=told,
        ),
        columns=[day_of_year(day, weekday=True) for day in days],
        column=_("Day (UTC)"),
        series=shown,
        ticks=[day_of_year(day) for day in (days[0], days[len(days) // 2], days[-1])],
    )


def quality_of(labelled: Mapping[tuple[str | None, str], int]) -> Quality:
    """From comments by verdict and what a person called them."""

    def spam_among(verdict: Verdict) -> Share:
        spam = labelled.get((verdict, Decision.SPAM), 0)
        return Share(spam, spam + labelled.get((verdict, Decision.APPROVE), 0))

    return Quality(filed=spam_among(Verdict.SPAM), missed=spam_among(Verdict.HAM))


def reason_names(found: Sampled) -> set[str]:
    """What made it filed or held, each once; what spoke for it is left out."""
    return {
        str(COMMON.get(reason["code"]) or in_words(reason["text"]))
        for reason in found.reasons
        if reason["weight"] >= 0
    }


def domains_of(found: Sampled) -> set[str]:
    """The registered domains it links to, each once."""
    linked = {piece.text for piece in pieces(found.text) if piece.kind == "domain"}
    return {as_registered(domain).lower() for domain in (*linked, domain_of(found.author_url))} - {
        ""
    }


def ranked(names: Iterable[str]) -> list[Ranked]:
    """The most frequent, first to last."""
    top = sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))[:LISTED]
    return [Ranked(name, count, round(100 * count / top[0][1])) for name, count in top]


def lasting(seconds: float) -> str:
    """A time in its two largest units, rounded down."""
    minutes = int(seconds) // 60
    if minutes < 60:
        return (
            _("%(count)s min", count=minutes) if minutes else _("%(count)s s", count=int(seconds))
        )
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return _("%(days)s d %(hours)s h", days=hours // 24, hours=hours % 24)


def percent_of(value: float | None) -> str:
    """A share as people read it; never 0 % or 100 % of what is not quite so."""
    if value is None:
        return "–"
    if 0 < value < 0.001:
        return _("under %(share)s", share=percentage(0.001))
    if 0.999 < value < 1:
        return _("over %(share)s", share=percentage(0.999))
    return percentage(value, 1)


def _totals(chart: Chart) -> list[tuple[str, str, Share]]:
    whole = sum(sum(series.counts) for series in chart.series)
    return [(one.name, one.colour, Share(sum(one.counts), whole)) for one in chart.series]


def _named(session: Session, deciding: Sequence[Decisions]) -> list[Busy]:
    """With the e-mail addresses of moderators, and keys told as such."""
    ids = {
        int(one.actor.partition(":")[2])
        for one in deciding
        if one.actor.startswith("moderator:") and one.actor.partition(":")[2].isdecimal()
    }
    emails = {f"moderator:{id_}": email for id_, email in moderators.emails(session, ids).items()}
    return [
        Busy(emails.get(one.actor) or actor(one.actor), one.counts, one.total) for one in deciding
    ]
