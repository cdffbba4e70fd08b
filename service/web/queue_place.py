"""Where in the queue a moderator is: tab, order, site, search, page; the address holds it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from flask import url_for

from service.core import search
from service.core.search import InvalidSearch, Search
from service.core.store import strands
from service.core.store.comments import Order
from service.core.store.found import Scope
from service.core.store.strands import Within
from service.core.store.tables import SiteRow
from service.web.language import later
from service.web.parts import parts
from service.web.queue_view import OUTCOMES, Tab

Choice = TypeVar("Choice", Tab, Order)
# What the menu of filters offers: terms to switch on and off, each with its name, by subject.
FILTERS = (
    (
        later("What it is"),
        (
            (later("With links"), "is:linked"),
            (later("Replies"), "is:reply"),
            (later("Too hard for somebody"), "is:escalated"),
        ),
    ),
    (
        later("Waiting"),
        (
            (later("Over 1 h"), "before:1h"),
            (later("12 h"), "before:12h"),
            (later("3 d"), "before:3d"),
        ),
    ),
    (
        later("Score"),
        ((later("Over 80 %"), "score:>80%"), (later("Under 20 %"), "score:<20%")),
    ),
    (
        later("Reason"),
        (
            (later("Copied text"), "reason:copied"),
            (later("First comment"), "reason:first_comment"),
        ),
    ),
    (
        later("Decided"),
        ((later("By people"), "is:decided"), (later("By nobody yet"), "is:undecided")),
    ),
)
ORDERS = {
    Order.URGENT: later("Most urgent"),
    Order.NEWEST: later("Newest"),
    Order.OLDEST: later("Oldest"),
}
APART = "apart"  # in addresses: the comments of a campaign each have a card of their own


class Filter(NamedTuple):
    """A term to switch: its name, the address that does it, and whether it is on."""

    name: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the queue."""

    tab: Tab
    order: Order
    site: str = ""  # "" for every site
    q: str = ""  # the search, as typed
    after: UUID | None = None
    campaigns: str = ""  # APART, or "" where each campaign has one card

    def url(self, **changes: str | UUID | None) -> str:
        """The address of this place; a change of anything but the page begins at the first."""
        values: dict[str, Any] = {"tab": self.tab, "site": self.site, "q": self.q}
        values["campaigns"] = self.campaigns
        if "tab" not in changes:
            values["order"] = self.order
        values |= changes
        if values.get("order") == default_order(Tab(str(values["tab"]))):
            del values["order"]
        return url_for("queue.index", **{name: value for name, value in values.items() if value})

    @property
    def filters(self) -> list[tuple[str, list[Filter]]]:
        """The ready-made filters by subject."""
        there = search.terms(self.q)
        return [
            (
                subject,
                [Filter(name, self.url(q=search.toggled(self.q, term)), term in there)
                 for name, term in offered],
            )
            for subject, offered in FILTERS
        ]  # fmt: skip

    @property
    def terms(self) -> int:
        """How many terms the search has."""
        return len(search.terms(self.q))

    @property
    def is_usual(self) -> bool:
        """Whether it is a tab as one comes to it, of one site or all: nothing to keep."""
        return self.order is default_order(self.tab) and not self.q and not self.campaigns

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """(name, address, whether in force) of the orders."""
        return [(name, self.url(order=one), one is self.order) for one, name in ORDERS.items()]

    @property
    def is_folded(self) -> bool:
        """Whether each campaign has one card.

        Not while something is searched for: its card would decide about more than was found.
        """
        return self.tab is Tab.REVIEW and not self.q and self.campaigns != APART

    def searched(self, seen_sites: Sequence[SiteRow]) -> Search:
        """What the search asks for. Raises InvalidSearch."""
        wanted = search.parse(self.q)
        names = {site.name.lower() for site in seen_sites}
        for name in wanted.sites:
            if name not in names:
                known = ", ".join(sorted(names)[:5])
                raise InvalidSearch(f"There is no site called {name}. Expected one of: {known}.")
        return wanted


def default_order(tab: Tab) -> Order:
    return Order.URGENT if tab is Tab.REVIEW else Order.NEWEST


def place_of(values: Mapping[str, str], seen_sites: Sequence[SiteRow], own_site: Within) -> Place:
    """Where an address leads; what it says wrongly or not at all falls back to the usual."""
    names = {site.id: site.name for site in seen_sites}
    theirs = [] if own_site is None else strands.ids_of(own_site)
    usual = names[theirs[0]] if len(theirs) == 1 else ""
    tab = _choice(Tab, values.get("tab", ""), Tab.REVIEW)
    order = _choice(Order, values.get("order", ""), default_order(tab))
    site = values.get("site", "")
    query = " ".join(values.get("q", "").replace("\0", " ").split())
    named = site if site in names.values() else usual
    campaigns = APART if values.get("campaigns") == APART else ""
    return Place(tab, order, named, query, _uuid(values.get("after")), campaigns)


def scope_of(place: Place, seen_sites: Sequence[SiteRow], own_site: Within, **fence: Any) -> Scope:
    """What the place shows, to whom sees these sites. Raises InvalidSearch."""
    named = next((site.id for site in seen_sites if site.name == place.site), own_site)
    return Scope(
        outcome=OUTCOMES[place.tab],
        site_id=named,
        site_ids={site.name.lower(): site.id for site in seen_sites},
        now=fence.get("fence") or parts().clock(),
        secret=parts().settings.secret_key,
        search=place.searched(seen_sites),
        is_folded=place.is_folded,
        **fence,
    )


def _choice(kind: type[Choice], text: str, default: Choice) -> Choice:
    try:
        return kind(text)
    except ValueError:
        return default


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
