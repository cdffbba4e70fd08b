"""The audit log in words: who did what, and what was changed into what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.core.store.tables import AuditRow

# What `action` says, in words; also what one may filter by.
ACTIONS = {
    "logged_in": "Logged in",
    "logged_out": "Logged out",
    "login_ended": "Logged out a device",
    "password_changed": "Changed their password",
    "password_reset": "Set somebody’s password",
    "second_step_on": "Turned on the second step",
    "second_step_off": "Turned off the second step",
    "second_step_reset": "Turned off somebody’s second step",
    "recovery_codes_renewed": "Made new recovery codes",
    "invited": "Invited somebody",
    "invitation_withdrawn": "Withdrew an invitation",
    "invitation_accepted": "Accepted an invitation",
    "moderator_added": "Added a person",
    "moderator_changed": "Changed a person’s role or sites",
    "moderator_deactivated": "Deactivated a person",
    "moderator_reactivated": "Let a person in again",
    "author_trusted": "Trusted an author",
    "author_banned": "Banned an author",
    "author_premoderated": "Wants to be asked about an author",
    "author_standing_ended": "Ended an author’s standing",
    "author_standing_undone": "Undid a change of an author’s standing",
    "removal_reasons_changed": "Changed a site’s reasons for removing",
    "site_added": "Added a site",
    "site_changed": "Changed a site’s settings",
    "origin_listed": "Listed another address of a site",
    "self_test": "Ran a self-test",
    "key_added": "Made a key",
    "key_rotated": "Made a second key",
    "key_revoked": "Revoked a key",
    "model_promoted": "Made a model live",
    "model_rolled_back": "Went back to the earlier model",
    "audit_exported": "Took the audit log as a file",
    "set_up": "Set up the installation",
}
PROGRAMS = ("command line", "first start", "retraining")  # actors that are no moderators
NOTHING = "none"


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
    by = names.people.get(row.actor, row.actor)
    what = ACTIONS.get(row.action, row.action.replace("_", " ").capitalize())
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
    return "person" if name == "moderator" else name.replace("_", " ")


def _shown(name: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return NOTHING
    if name in ("moderator", "invited_by"):
        return names.people.get(f"moderator:{value}", f"number {value}")
    if name == "sites" and isinstance(value, list):
        return ", ".join(names.sites.get(site_id, f"number {site_id}") for site_id in value)
    return str(value)
