"""The audit log in words: who did what, and what was changed into what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.core.store.tables import AuditRow
from service.web.language import _, later, marked
from service.web.queue_words import actor
from service.web.removal_words import removal_words

# What `action` says, in words; also what one may filter by.
ACTIONS = {
    "logged_in": later("Logged in"),
    "logged_out": later("Logged out"),
    "login_ended": later("Logged out a device"),
    "password_changed": later("Changed their password"),
    "password_reset": later("Set somebody’s password"),
    "second_step_on": later("Turned on the second step"),
    "second_step_off": later("Turned off the second step"),
    "second_step_reset": later("Turned off somebody’s second step"),
    "recovery_codes_renewed": later("Made new recovery codes"),
    "invited": later("Invited somebody"),
    "invitation_withdrawn": later("Withdrew an invitation"),
    "invitation_accepted": later("Accepted an invitation"),
    "moderator_added": later("Added a person"),
    "moderator_changed": later("Changed a person’s role or sites"),
    "moderator_deactivated": later("Deactivated a person"),
    "moderator_reactivated": later("Let a person in again"),
    "author_trusted": later("Trusted an author"),
    "author_banned": later("Banned an author"),
    "author_premoderated": later("Wants to be asked about an author"),
    "author_standing_ended": later("Ended an author’s standing"),
    "author_standing_undone": later("Undid a change of an author’s standing"),
    "removal_reasons_changed": later("Changed a site’s reasons for removing"),
    "site_added": later("Added a site"),
    "site_changed": later("Changed a site’s settings"),
    "origin_listed": later("Listed another address of a site"),
    "self_test": later("Ran a self-test"),
    "key_added": later("Made a key"),
    "key_rotated": later("Made a second key"),
    "key_revoked": later("Revoked a key"),
    "model_promoted": later("Made a model live"),
    "model_rolled_back": later("Went back to the earlier model"),
    "audit_exported": later("Took the audit log as a file"),
    "set_up": later("Set up the installation"),
}
LABELS = {
    name: later(text)
    for name, text in (
        ("moderator", marked("person")),
        ("invited_by", marked("invited by")),
        ("role", marked("role")),
        ("sites", marked("sites")),
        ("site", marked("site")),
        ("key", marked("key")),
        ("logins", marked("logins")),
        ("by", marked("by")),
        ("email", marked("e-mail address")),
        ("invitation", marked("invitation")),
        ("version", marked("version")),
        ("before", marked("before")),
        ("why", marked("why")),
        ("origin", marked("origin")),
        ("file", marked("file")),
        ("mode", marked("mode")),
        ("language", marked("language")),
        ("ham_cutoff", marked("ham cutoff")),
        ("spam_cutoff", marked("spam cutoff")),
        ("unsure_answer", marked("unsure answer")),
        ("name", marked("name")),
        ("comment", marked("comment")),
        ("change", marked("change")),
        ("until", marked("until")),
        ("reasons", marked("reasons")),
    )
}
NOTHING = later("none")


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers stand for: people by actor, sites by id."""

    people: Mapping[str, str]
    sites: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words, beside the row itself."""

    row: AuditRow
    by: str
    what: str
    details: list[str]

    @property
    def at(self) -> datetime:
        return self.row.at


def line_of(row: AuditRow, names: Names) -> Line:
    by = names.people.get(row.actor) or actor(row.actor)
    what = str(ACTIONS.get(row.action, row.action.replace("_", " ").capitalize()))
    return Line(row, by, what, list(_details(row.detail, names)))


def _details(detail: Mapping[str, Any], names: Names) -> Iterator[str]:
    for name, value in detail.items():
        if name == "changes" and isinstance(value, Mapping):
            for changed, (before, after) in value.items():
                shown = f"{_shown(changed, before, names)} → {_shown(changed, after, names)}"
                yield f"{_label(changed)}: {shown}"
        else:
            yield f"{_label(name)}: {_shown(name, value, names)}"


def _label(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ")))


def _shown(name: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return str(NOTHING)
    if name == "until" and value == "for ever":
        return _("for ever")
    if name == "reasons" and isinstance(value, list):
        return ", ".join(removal_words(reason) for reason in value) or str(NOTHING)
    if name in ("moderator", "invited_by"):
        return names.people.get(f"moderator:{value}", _("number %(number)s", number=value))
    if name == "sites" and isinstance(value, list):
        return ", ".join(
            names.sites.get(site_id, _("number %(number)s", number=site_id)) for site_id in value
        )
    return str(value)
