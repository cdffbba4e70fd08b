"""People, for owners: who may log in, as what, for which sites; and who is invited."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.core import people as story
from service.core.access import Act, Reach
from service.core.errors import LastOwner
from service.core.store import invitations, moderators, people, second_steps, sites
from service.core.store.moderators import Role
from service.core.store.tables import SiteRow
from service.web.auth import behind_login, current_moderator
from service.web.language import _, later
from service.web.parts import parts
from service.web.sentences import in_words

ROLES = {
    Role.OWNER: (later("Owner"), later("Decides, sets up sites, and manages people.")),
    Role.MODERATOR: (later("Moderator"), later("Decides about comments.")),
    Role.VIEWER: (later("Viewer"), later("Looks at everything, and changes nothing.")),
}
EVERY, SOME = "every", "some"
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,254}")

people_pages = behind_login("people", "/queue/people", Act.MANAGE_PEOPLE)


def init_app(app: Flask) -> None:
    app.register_blueprint(people_pages)


@dataclass(slots=True)
class Rights:
    """Role and sites as chosen in a form, and what is wrong with them, by field."""

    role: str
    reach: str  # EVERY or SOME
    sites: list[str]  # names
    email: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls) -> Rights:
        form = request.form
        reach = EVERY if form.get("reach") == EVERY else SOME
        email = form.get("email", "").strip().lower()
        return cls(form.get("role", ""), reach, form.getlist("site"), email)

    @classmethod
    def of(cls, role: str, reach: Reach, offered: list[SiteRow]) -> Rights:
        names = [site.name for site in offered if reach is not None and site.id in reach]
        return cls(role, EVERY if reach is None else SOME, names)

    def checked(self, offered: list[SiteRow]) -> tuple[Role, Reach] | None:
        """The rights; None, and `problems` filled, when they cannot be given."""
        if self.role not in set(Role):
            self.problems["role"] = _("Choose one of the three.")
        chosen = frozenset(site.id for site in offered if site.name in self.sites)
        if self.reach == EVERY and current_moderator().sites is not None:
            self.problems["sites"] = _("You see some sites yourself: choose among those.")
        elif self.reach == SOME and not chosen:
            self.problems["sites"] = _("Choose one site at least.")
        if self.problems:
            return None
        return Role(self.role), None if self.reach == EVERY else chosen


@people_pages.get("")
def index() -> str:
    me, now = current_moderator(), parts().clock()
    with parts().store.reading() as session:
        rows = people.everyone(session)
        reaches = people.reaches(session, rows)
        names = {site.id: site.name for site in sites.all_sites(session)}
        protected = second_steps.who_have_one(session)
        invited = [
            (row, _named(invitations.reach_of(row), names))
            for row in invitations.all_open(session, now)
            if me.covers(invitations.reach_of(row))
        ]
    shown = [row for row in rows if me.covers(reaches[row.id])]
    return render_template(
        "people/index.html",
        people=[row for row in shown if row.deactivated_at is None],
        gone=[row for row in shown if row.deactivated_at is not None],
        sites={row.id: _named(reaches[row.id], names) for row in shown},
        protected=protected,
        invited=invited,
        roles=ROLES,
    )


@people_pages.get("/<int:moderator_id>")
def show(moderator_id: int) -> str:
    return _person_page(moderator_id)


@people_pages.post("/<int:moderator_id>")
def change(moderator_id: int) -> ResponseReturnValue:
    """Give them another role or other sites."""
    form, now = Rights.sent(), parts().clock()
    rights = form.checked(_offered_sites())
    if rights is None:
        return _person_page(moderator_id, form), 422
    try:
        with parts().store.writing() as session:
            changed = story.change(session, current_moderator(), moderator_id, *rights, now)
    except LastOwner as error:
        return _last_owner(moderator_id, error)
    flash(_("Saved. It holds from now on.") if changed else _("Nothing changed."))
    return redirect(url_for("people.index"), 303)


@people_pages.post("/<int:moderator_id>/deactivate")
def deactivate(moderator_id: int) -> ResponseReturnValue:
    try:
        with parts().store.writing() as session:
            story.deactivate(session, current_moderator(), moderator_id, parts().clock())
    except LastOwner as error:
        return _last_owner(moderator_id, error)
    flash(_("They are logged out everywhere, and are let in no more."))
    return redirect(url_for("people.index"), 303)


@people_pages.post("/<int:moderator_id>/reactivate")
def reactivate(moderator_id: int) -> ResponseReturnValue:
    with parts().store.writing() as session:
        story.reactivate(session, current_moderator(), moderator_id, parts().clock())
    flash(_("They may log in again, with the password they had."))
    return redirect(url_for("people.index"), 303)


@people_pages.post("/<int:moderator_id>/end-second-step")
def end_second_step(moderator_id: int) -> ResponseReturnValue:
    with parts().store.writing() as session:
        story.end_second_step(session, current_moderator(), moderator_id, parts().clock())
    flash(_("Their password alone lets them in now. Ask them to set up their new phone."))
    return redirect(url_for("people.show", moderator_id=moderator_id), 303)


@people_pages.get("/invite")
def invite() -> str:
    return _invite_page(Rights(Role.MODERATOR, SOME, []))


@people_pages.post("/invite")
def send_invitation() -> ResponseReturnValue:
    """Make an invitation and show its link, this once."""
    form, now = Rights.sent(), parts().clock()
    rights = form.checked(_offered_sites())
    if not EMAIL.fullmatch(form.email):
        form.problems["email"] = _("Expected an e-mail address, such as ada@paper.example.")
    elif _has_login(form.email):
        form.problems["email"] = _("Somebody with this e-mail address has a login already.")
    if rights is None or form.problems:
        return _invite_page(form), 422
    with parts().store.writing() as session:
        secret = story.invite(session, current_moderator(), form.email, *rights, now)
    path = url_for("invitation.show", secret=secret)
    link = (parts().settings.public_url or request.host_url.rstrip("/")) + path
    return render_template(
        "people/invited.html", link=link, email=form.email, ends=now + invitations.LIFE
    )


@people_pages.post("/invitations/<int:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    with parts().store.writing() as session:
        story.withdraw(session, current_moderator(), invitation_id, parts().clock())
    flash(_("The invitation is withdrawn: its link leads nowhere now."))
    return redirect(url_for("people.index"), 303)


def _has_login(email: str) -> bool:
    with parts().store.reading() as session:
        return moderators.by_email(session, email) is not None


def _offered_sites() -> list[SiteRow]:
    """The sites that this owner may let others see."""
    with parts().store.reading() as session:
        return [row for row in sites.all_sites(session) if current_moderator().sees(row.id)]


def _named(reach: Reach, names: dict[int, str]) -> str:
    if reach is None:
        return _("every site")
    return ", ".join(sorted(names[site_id] for site_id in reach))


def _last_owner(moderator_id: int, error: LastOwner) -> ResponseReturnValue:
    return _person_page(
        moderator_id, problem=_("Nothing was changed: %(why)s.", why=in_words(str(error)))
    ), 409


def _person_page(moderator_id: int, form: Rights | None = None, problem: str = "") -> str:
    offered = _offered_sites()
    with parts().store.reading() as session:
        row, reach = story.managed(session, current_moderator(), moderator_id)
        protected = second_steps.of(session, row.id) is not None
        logins = _open_logins(session, row.id)
    return render_template(
        "people/person.html",
        person=row,
        form=form or Rights.of(row.role, reach, offered),
        offered=offered,
        roles=ROLES,
        protected=protected,
        logins=logins,
        problem=problem,
    )


def _open_logins(session: Session, moderator_id: int) -> int:
    return len(people.logins_of(session, moderator_id, parts().clock() - moderators.IDLE))


def _invite_page(form: Rights) -> str:
    return render_template(
        "people/invite.html",
        form=form,
        offered=_offered_sites(),
        roles=ROLES,
        days=invitations.LIFE.days,
    )
