"""The statistics page: what came, what the machine said, what people made of it."""

from __future__ import annotations

from flask import Flask, render_template, request

from service.core.store import sites
from service.core.store.statistics import Scope
from service.core.store.tables import SiteRow
from service.web import statistics_view as view
from service.web.auth import behind_login, current_moderator
from service.web.parts import parts

DAYS = (7, 30, 90)
USUAL = 30

statistics_page = behind_login("statistics", "/queue/statistics")


def init_app(app: Flask) -> None:
    app.register_blueprint(statistics_page)
    app.jinja_env.filters["share"] = view.percent_of
    app.jinja_env.filters["lasting"] = view.lasting


@statistics_page.get("")
def show() -> str:
    days, now = asked_days(USUAL), parts().clock()
    with parts().store.reading() as session:
        visible = _visible(sites.all_sites(session))
        chosen = next((row for row in visible if row.name == request.args.get("site")), None)
        seen = [chosen] if chosen else visible
        scope = Scope.of_days([row.id for row in seen], days, now)
        every = current_moderator().sites is None and chosen is None
        only = None if every else frozenset(scope.site_ids)
        figures = view.figures(session, scope, only, now)
    return render_template(
        "queue/statistics.html",
        figures=figures,
        site=chosen,
        sites=visible,
        days=days,
        choices=DAYS,
        newest=view.NEWEST,
        is_owner=current_moderator().role == "owner",
    )


def asked_days(usual: int) -> int:
    """The number of days that the address asks for; what it says wrongly falls back."""
    days = request.args.get("days", type=int)
    return days if days in DAYS else usual


def _visible(every: list[SiteRow]) -> list[SiteRow]:
    return [site for site in every if current_moderator().sees(site.id)]
