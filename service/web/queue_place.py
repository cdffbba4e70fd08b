"""Where in the queue a moderator is: tab, order, site, search, page; the address holds it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import url_for

from service.core import search
from service.core.search import InvalidSearch, Search
from service.core.store.comments import Order
from service.core.store.found import Scope
from service.core.store.tables import SiteRow
from service.web.language import later
from service.web.parts import parts
from service.web.queue_view import OUTCOMES, Tab

Choice = TypeVar("Choice", Tab, Order)
# What stands beneath the search field: terms to switch on and off, each with its name.
FILTERS = (
    (later("With links"), "is:linked"),
    (later("Replies"), "is:reply"),
    (later("Waiting over 12 h"), "before:12h"),
    (later("Copied text"), "reason:copied"),
    (later("Score over 80 %"), "score:>80%"),
    (later("Decided by people"), "is:decided"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the queue."""

    tab: Tab
    order: Order
    site: str = ""  # "" for every site
    q: str = ""  # the search, as typed
    after: UUID | None = None

    def url(self, **changes: str | UUID | None) -> str:
        """The address of this place; a change of anything but the page begins at the first."""
        values: dict[str, Any] = {"tab": self.tab, "site": self.site, "q": self.q}
        if "tab" not in changes:
            values["order"] = self.order
        values |= changes
        if values.get("order") == default_order(Tab(str(values["tab"]))):
            del values["order"]
        return url_for("queue.index", **{name: value for name, value in values.items() if value})

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        """(name, address that switches it, whether on) of the ready-made filters."""
        there = search.terms(self.q)
        return [
            (name, self.url(q=search.toggled(self.q, term)), term in there)
            for name, term in FILTERS
        ]

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


def place_of(
    values: Mapping[str, str], seen_sites: Sequence[SiteRow], own_site: int | None
) -> Place:
    """Where an address leads; what it says wrongly or not at all falls back to the usual."""
    names = {site.id: site.name for site in seen_sites}
    usual = names.get(own_site or 0, "")
    tab = _choice(Tab, values.get("tab", ""), Tab.REVIEW)
    order = _choice(Order, values.get("order", ""), default_order(tab))
    site = values.get("site", "")
    query = " ".join(values.get("q", "").replace("\0", " ").split())
    named = site if site in names.values() else usual
    return Place(tab, order, named, query, _uuid(values.get("after")))


def scope_of(
    place: Place, seen_sites: Sequence[SiteRow], own_site: int | None, **fence: Any
) -> Scope:
    """What the place shows, to whom sees these sites. Raises InvalidSearch."""
    named = next((site.id for site in seen_sites if site.name == place.site), own_site)
    return Scope(
        outcome=OUTCOMES[place.tab],
        site_id=named,
        site_ids={site.name.lower(): site.id for site in seen_sites},
        now=fence.get("fence") or parts().clock(),
        secret=parts().settings.secret_key,
        search=place.searched(seen_sites),
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
