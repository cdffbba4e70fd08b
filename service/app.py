"""create_app: wiring, nothing else."""

from __future__ import annotations

from flask import Flask

from service.clock import Clock, utc_now
from service.config import Settings
from service.core.store.session import Store
from service.dispatch import Bell
from service.scoring import Scorer
from service.web import (
    account,
    article,
    auth,
    comments,
    errors,
    health,
    openapi,
    queue,
    requests,
    sites,
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
    app.extensions["hamlet"] = Parts(
        settings=settings,
        store=store or Store.open(settings.database_url),
        bell=bell or Bell(settings.redis_url),
        scorer=scorer or Scorer.load(settings),
        clock=clock,
    )
    for door in (requests, errors, auth, comments, article, queue, sites, account, health, openapi):
        door.init_app(app)
    return app
