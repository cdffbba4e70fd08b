"""Site settings, for owners: how much is published without a person, own cutoffs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.core import removing
from service.core.access import Act
from service.core.errors import NotFound
from service.core.store import comments, lessons, moderators, removals, sites
from service.core.store.tables import SiteRow
from service.core.verdict import Cutoffs, Mode, UnsureAnswer
from service.web.auth import actor_of, behind_login, current_moderator
from service.web.cutoff_form import as_typed, model_cutoffs, read_cutoff, together
from service.web.language import _, later
from service.web.parts import parts
from service.web.removal_words import removal_words

MODES = {
    Mode.AUTOMATIC: (
        later("Automatic"),
        later(
            "Good comments appear at once, spam is filed away, and only unclear ones wait for you."
        ),
    ),
    Mode.HOLD_FIRST_TIMERS: (
        later("Hold first-timers"),
        later(
            "As automatic, but somebody's first comment waits for you. Once you have approved one, "
            "their next ones appear at once."
        ),
    ),
    Mode.HOLD_ALL: (
        later("Hold everything"),
        later("Nothing appears before you have approved it. Spam is still filed away."),
    ),
}

LANGUAGE = re.compile(r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3})?")  # as in BCP 47
UNSURE_ANSWERS = {
    UnsureAnswer.HOLD: (
        later("Spam, so that a person looks first"),
        later(
            "Such a comment lands in the client’s spam folder (in WordPress: Comments, Spam) and "
            "here under review. Nothing unclear is published; look into both."
        ),
    ),
    UnsureAnswer.LET_THROUGH: (
        later("Not spam"),
        later(
            "The client publishes it, or holds it by its own rules. Some spam will be seen until "
            "somebody takes it away."
        ),
    ),
}

site_pages = behind_login("sites", "/queue/sites", Act.SET_UP)


def init_app(app: Flask) -> None:
    app.register_blueprint(site_pages)


@dataclass(slots=True)
class SiteForm:
    """The settings as typed, and what is wrong with them, by field."""

    mode: str
    ham_cutoff: str  # percent
    spam_cutoff: str
    language: str
    unsure_answer: str
    problems: dict[str, str]

    @classmethod
    def of(cls, site: SiteRow) -> SiteForm:
        ham, spam = as_typed(site.ham_cutoff), as_typed(site.spam_cutoff)
        return cls(site.mode, ham, spam, site.language, site.unsure_answer, {})

    @classmethod
    def sent(cls) -> SiteForm:
        sent = request.form
        return cls(
            mode=sent.get("mode", ""),
            ham_cutoff=sent.get("ham_cutoff", "").strip(),
            spam_cutoff=sent.get("spam_cutoff", "").strip(),
            language=sent.get("language", "").strip(),
            unsure_answer=sent.get("unsure_answer", UnsureAnswer.HOLD),
            problems={},
        )

    def settings(self, model: Cutoffs | None) -> dict[str, str | float | None]:
        """The checked values; empty, and `problems` filled, when one cannot be accepted."""
        ham, spam = self._cutoff("ham_cutoff"), self._cutoff("spam_cutoff")
        if self.mode not in set(Mode):
            self.problems["mode"] = _("Choose one of the three.")
        if not LANGUAGE.fullmatch(self.language):
            self.problems["language"] = _("Expected a code such as en, de or pt-BR, or nothing.")
        if self.unsure_answer not in set(UnsureAnswer):
            self.problems["unsure_answer"] = _("Choose one of the two.")
        if not self.problems:
            self._check_order(ham, spam, model)
        if self.problems:
            return {}
        rest = {"language": self.language, "unsure_answer": self.unsure_answer}
        return {"mode": self.mode, "ham_cutoff": ham, "spam_cutoff": spam} | rest

    def _cutoff(self, name: str) -> float | None:
        try:
            return read_cutoff(getattr(self, name))
        except ValueError as error:
            self.problems[name] = str(error)
            return None

    def _check_order(self, ham: float | None, spam: float | None, model: Cutoffs | None) -> None:
        """Both cutoffs together must make sense, the model's standing in for an empty one."""
        try:
            together(ham, spam, model)
        except ValueError as error:
            self.problems["spam_cutoff"] = str(error)


@site_pages.get("")
def index() -> str:
    with parts().store.reading() as session:
        visible = [site for site in sites.all_sites(session) if _may_see(site)]
        counts = {site.id: comments.counts(session, site.id) for site in visible}
    return render_template("queue/sites.html", sites=visible, counts=counts, modes=MODES)


@site_pages.get("/<name>")
def show(name: str) -> str:
    site = site_called(name)
    return _page(site, SiteForm.of(site))


@site_pages.post("/<name>")
def change(name: str) -> ResponseReturnValue:
    site, form = site_called(name), SiteForm.sent()
    settings = form.settings(model_cutoffs())
    if not settings:
        return _page(site, form), 422
    with parts().store.writing() as session:
        changes = sites.change(session, site.id, settings)
        if changes:
            detail = {"site": name, "changes": changes}
            actor = actor_of(current_moderator())
            moderators.audit(session, actor, "site_changed", parts().clock(), detail)
    flash(
        _("Saved. New comments are judged by these settings.") if changes else _("Nothing changed.")
    )
    return redirect(url_for("sites.show", name=name), 303)


@site_pages.post("/<name>/reasons")
def change_reasons(name: str) -> ResponseReturnValue:
    """The site's own reasons for removing, one a line; none for the usual ones."""
    site = site_called(name)
    reasons = removing.checked(request.form.get("reasons", "").splitlines())
    if reasons == [removal_words(words) for words in removing.USUAL]:
        reasons = list(removing.USUAL)  # as they were shown, in the language of the page
    with parts().store.writing() as session:
        removals.change(session, site.id, reasons)
        actor, detail = actor_of(current_moderator()), {"site": name, "reasons": reasons}
        moderators.audit(session, actor, "removal_reasons_changed", parts().clock(), detail)
    flash(_("Saved. These reasons are offered under Remove from now on."))
    return redirect(url_for("sites.show", name=name, _anchor="reasons"), 303)


def site_called(name: str) -> SiteRow:
    """The site, if whoever is logged in may see it. Raises NotFound."""
    with parts().store.reading() as session:
        site = sites.by_name(session, name)
    if not _may_see(site):
        raise NotFound(f"there is no site called {name!r}")
    return site


def _may_see(site: SiteRow) -> bool:
    return current_moderator().sees(site.id)


def _page(site: SiteRow, form: SiteForm) -> str:
    here = parts()
    here.scorer.follow(here.store)
    with here.store.reading() as session:
        taught = lessons.count(session, site.id)
        reasons = [one.words for one in removals.by_site(session, [site.id])[site.id]]
    if reasons == list(removing.USUAL):
        reasons = [removal_words(words) for words in reasons]
    return render_template(
        "queue/site.html",
        site=site,
        form=form,
        modes=MODES,
        model=model_cutoffs(),
        taught=taught,
        reasons=reasons,
        most_reasons=removing.MOST,
        version=here.scorer.version,
        unsure_answers=UNSURE_ANSWERS,
    )
