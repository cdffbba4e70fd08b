"""create_app: wiring, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from service.clock import Clock, utc_now
from service.config import Settings
from service.core import moderation
from service.core.moderation import Arrival, Result
from service.core.store.session import Store
from service.core.store.together import Together
from service.dispatch import Bell
from service.scoring import Scorer
from service.web import (
    account,
    akismet,
    article,
    audit,
    auth,
    authors,
    bulk,
    campaigns,
    comments,
    condition,
    cutoffs,
    errors,
    health,
    invitation,
    language,
    language_menu,
    login_code,
    look,
    news,
    openapi,
    people,
    queue,
    requests,
    selftest,
    sites,
    statistics,
    two_step,
    views,
)
from service.web.parts import Parts


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    bell: Bell | None = None,
    scorer: Scorer | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """The web application. Tests hand it other parts; programs need only the settings."""
    app = Flask("service.web")
    app.secret_key = settings.secret_key
    store = store or Store.open(settings.database_url)
    scorer = scorer or Scorer.load(settings)
    app.extensions["hamlet"] = Parts(
        settings=settings,
        store=store,
        bell=bell or Bell(settings.redis_url),
        scorer=scorer,
        clock=clock,
        intake=_intake(store, settings, clock),
    )
    doors = (
        requests, language, errors, auth, language_menu, comments, akismet, article, queue, bulk,
        campaigns, authors, sites, selftest, statistics, cutoffs, account, two_step, login_code,
        invitation, people, audit, look, news, views, condition, health, openapi,
    )  # fmt: skip
    for door in doors:
        door.init_app(app)
    scorer.follow(store)  # what the sites taught, lest the first to ask wait too long for it
    return app


def _intake(store: Store, settings: Settings, clock: Clock) -> Together[Arrival, Result]:
    def write_all(arrivals: Sequence[Arrival]) -> list[Result]:
        return store.write(
            lambda session: moderation.submit_many(session, arrivals, clock(), settings.secret_key)
        )

    return Together(write_all)
