"""The cutoffs page: what other cutoffs would have done, seen before they are saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.core.access import Act
from service.core.store import moderators, sites
from service.core.store.statistics import Scope
from service.core.store.tables import SiteRow
from service.core.verdict import Cutoffs
from service.web import cutoffs_view as view
from service.web.auth import (
    actor_of,
    check,
    current_moderator,
    keep_private,
    require_login,
)
from service.web.cutoff_form import as_typed, holding, model_cutoffs, read_cutoff, together
from service.web.language import _
from service.web.parts import parts
from service.web.sites import site_called
from service.web.statistics import DAYS, asked_days

USUAL = 90  # days: mistakes are few
NAMES = ("ham_cutoff", "spam_cutoff")

cutoffs_page = Blueprint("cutoffs", __name__, url_prefix="/queue/sites/<name>/cutoffs")
cutoffs_page.before_request(require_login)
cutoffs_page.after_request(keep_private)


def init_app(app: Flask) -> None:
    app.register_blueprint(cutoffs_page)


@cutoffs_page.before_request
def let_only_owners_save() -> None:
    if request.method == "POST":
        check(current_moderator(), Act.SET_UP)


@dataclass(slots=True)
class Handles:
    """Both cutoffs as typed, and what is wrong with them, by field."""

    typed: dict[str, str]
    own: dict[str, float | None] = field(default_factory=dict)  # for the site's columns
    cutoffs: Cutoffs | None = None  # as they would hold; None where something is wrong
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, site: SiteRow, sent: MultiDict[str, str], model: Cutoffs | None) -> Handles:
        """Those that were sent; what was not is as the site has it."""
        handles = cls(
            {name: sent.get(name, as_typed(getattr(site, name))).strip() for name in NAMES}
        )
        for name, text in handles.typed.items():
            try:
                handles.own[name] = read_cutoff(text)
            except ValueError as error:
                handles.problems[name] = str(error)
        if not handles.problems:
            handles._put_together(model)
        return handles

    def _put_together(self, model: Cutoffs | None) -> None:
        try:
            self.cutoffs = together(self.own["ham_cutoff"], self.own["spam_cutoff"], model)
        except ValueError as error:
            self.problems["spam_cutoff"] = str(error)


@cutoffs_page.get("")
def show(name: str) -> ResponseReturnValue:
    site = site_called(name)
    handles = Handles.of(site, request.args, model_cutoffs())
    return _page(site, handles), 422 if handles.problems else 200


@cutoffs_page.post("")
def save(name: str) -> ResponseReturnValue:
    site = site_called(name)
    handles = Handles.of(site, request.form, model_cutoffs())
    if handles.problems:
        return _page(site, handles), 422
    with parts().store.writing() as session:
        changes = sites.change(session, site.id, handles.own)
        if changes:
            detail = {"site": name, "changes": changes}
            actor = actor_of(current_moderator())
            moderators.audit(session, actor, "site_changed", parts().clock(), detail)
    flash(
        _("Saved. New comments are judged by these cutoffs.") if changes else _("Nothing changed.")
    )
    return redirect(url_for("cutoffs.show", name=name, days=asked_days(USUAL)), 303)


def _page(site: SiteRow, handles: Handles) -> str:
    days, now, model = asked_days(USUAL), parts().clock(), model_cutoffs()
    current = holding(site, model)
    scope = Scope.of_days([site.id], days, now)
    with parts().store.reading() as session:
        preview = view.preview(session, scope, days, current, handles.cutoffs or current)
    is_new = handles.own != {name: getattr(site, name) for name in NAMES}
    return render_template(
        "queue/cutoffs.html",
        site=site,
        handles=handles,
        current=current,
        model=model,
        preview=preview,
        days=days,
        choices=DAYS,
        is_new=is_new and not handles.problems,
        may_save=current_moderator().may(Act.SET_UP),
    )
