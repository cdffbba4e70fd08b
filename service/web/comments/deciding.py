"""POST /api/v1/comments/ID/decision and …/undo: what a moderator says, said by a program."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from service.core import moderation
from service.core.submission import MAX_BYTES, clean
from service.web.comments import strict
from service.web.comments.reading import full_comment
from service.web.comments.representation import answer
from service.web.comments.wire import NewDecision, Undo
from service.web.guards import caller
from service.web.parts import parts


def post_decision(comment_id: UUID) -> Response:
    """The comment as the decision has left it."""
    asked = strict.parse(strict.body(MAX_BYTES, "application/json"), NewDecision)
    who, now = caller(), parts().clock()
    with parts().store.writing() as session:
        moderation.decide(
            session,
            comment_id,
            asked.decision,
            asked.revision,
            who.actor,
            now,
            site_id=who.site_id,
            learn=asked.learn,
            reason=clean("reason", asked.reason),
        )
    parts().bell.ring_to_learn()
    return answer(full_comment(comment_id))


def post_undo(comment_id: UUID) -> Response:
    """The comment as it was before the newest decision."""
    asked = strict.parse(strict.body(MAX_BYTES, "application/json"), Undo)
    who, now = caller(), parts().clock()
    with parts().store.writing() as session:
        moderation.undo(session, comment_id, asked.revision, who.actor, now, site_id=who.site_id)
    parts().bell.ring_to_learn()
    return answer(full_comment(comment_id))
