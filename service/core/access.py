"""Who may do what: the one table of it, and the one place that asks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.core.store.moderators import Role

Reach = frozenset[int] | None  # ids of the sites that somebody sees; None: every site


class Act(StrEnum):
    """What somebody may be allowed to do; the value completes "You may not …"."""

    LOOK = "look at the queue"
    DECIDE = "decide about comments"
    SET_UP = "set up sites"
    MANAGE_PEOPLE = "manage people"
    READ_AUDIT = "read the audit log"


ALLOWED: dict[Role, frozenset[Act]] = {
    Role.VIEWER: frozenset({Act.LOOK}),
    Role.MODERATOR: frozenset({Act.LOOK, Act.DECIDE}),
    Role.OWNER: frozenset(Act),
}
OVER_EVERY_SITE = {Act.READ_AUDIT}  # it tells of every site at once


@dataclass(frozen=True, slots=True)
class Person:
    """Who is logged in, as one request sees them."""

    id: int
    email: str
    name: str
    role: Role
    sites: Reach
    site_id: int | None  # one of `sites`, where a request can be about one only; None: every site
    named: int | None = None  # the one of `sites` that the request names

    @property
    def within(self) -> Reach:
        """The sites that the request is about: the one that it names, else all they see."""
        return self.sites if self.named is None else frozenset({self.named})

    @property
    def actor(self) -> str:
        """How events and the audit trail name them."""
        return f"moderator:{self.id}"

    def may(self, act: Act) -> bool:
        return act in ALLOWED[self.role] and (self.sites is None or act not in OVER_EVERY_SITE)

    def sees(self, site_id: int) -> bool:
        return self.sites is None or site_id in self.sites

    def covers(self, reach: Reach) -> bool:
        """Whether all that somebody with this reach sees is theirs too: then they may manage them.

        An owner of one site thus neither finds out about other sites' people nor makes any.
        """
        return self.sites is None or (reach is not None and reach <= self.sites)
