"""What roles are called, and what they may do or not."""

from __future__ import annotations

from service.core.access import Act
from service.core.store.moderators import Role
from service.web.language import later

ROLE_NAMES = {
    Role.OWNER: later("owner"),
    Role.MODERATOR: later("moderator"),
    Role.VIEWER: later("viewer"),
}
# Each completes “you may not …”.
ACTS = {
    Act.LOOK: later("look at the queue"),
    Act.DECIDE: later("decide about comments"),
    Act.SET_UP: later("set up sites"),
    Act.MANAGE_PEOPLE: later("manage people"),
    Act.READ_AUDIT: later("read the audit log"),
}
