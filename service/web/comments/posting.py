"""POST /api/v1/comments: one comment, stored before the answer; judged before it too, if asked."""

from __future__ import annotations

import hashlib
import re
import time
from uuid import UUID

import structlog
from flask import Response, request, url_for

from service import scoring
from service.core.errors import ModerationError
from service.core.moderation import Accepted, Arrival
from service.core.store import comments
from service.core.store.answers import Once
from service.core.submission import MAX_BYTES, checked
from service.core.verdict import Outcome
from service.web.comments import strict
from service.web.comments.reading import full_comment
from service.web.comments.representation import CommentWithEvents, Receipt, answer
from service.web.comments.wire import NewComment
from service.web.errors import Fault, InvalidRequest
from service.web.guards import caller, current_key
from service.web.parts import parts

log = structlog.get_logger()
MAX_WAIT = 10  # seconds; a waiting request holds a thread
LOOK_AGAIN = 0.05  # seconds, while another scorer has the comment
IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,255}")
QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])', re.IGNORECASE)


def post_comment() -> Response:
    """202 and a receipt; with `Prefer: wait=N` 200 and the judged comment, if N seconds do."""
    body = strict.body(MAX_BYTES, "application/json")
    now = parts().clock()
    submission = checked(strict.parse(body, NewComment).submission(), now)
    once = _once(body)
    accepted = parts().intake.write(Arrival(submission, caller(), once))
    if isinstance(accepted, ModerationError):
        raise accepted
    return _answer(accepted)


def idempotency_key(field: str, text: str) -> str:
    """The key, if it is one. Raises InvalidRequest naming `field`."""
    if not IDEMPOTENCY_KEY.fullmatch(text):
        message = "expected 1 to 255 printable ASCII characters, such as a UUID"
        raise InvalidRequest(f"{field}: {message}", [Fault(field, message)])
    return text


def hash_of(body: bytes) -> str:
    """What tells one body from another under the same Idempotency-Key."""
    return hashlib.sha256(body).hexdigest()


def _once(body: bytes) -> Once | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if quoted := QUOTED.fullmatch(given.strip()):  # the draft's form; many send it bare
        given = re.sub(r"\\(.)", r"\1", quoted[1])
    return Once(current_key().id, idempotency_key("Idempotency-Key", given), hash_of(body))


def _answer(accepted: Accepted) -> Response:
    """Never an error: the comment is stored."""
    seconds = _seconds_to_wait()
    judged = _judged(accepted.comment_id, seconds) if seconds else None
    if judged is not None:
        response = answer(judged)
        response.headers["Preference-Applied"] = f"wait={seconds}"
    else:
        parts().bell.ring()
        response = answer(Receipt(id=accepted.comment_id), 202)
    response.headers["Location"] = url_for("comments.get_comment", comment_id=accepted.comment_id)
    if accepted.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _seconds_to_wait() -> int:
    """N of `Prefer: wait=N`, at most MAX_WAIT; 0 for none. What is not understood is no error."""
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), MAX_WAIT) if found else 0


def _judged(comment_id: UUID, seconds: int) -> CommentWithEvents | None:
    """The comment once it is judged, None if that did not happen in time."""
    until = time.monotonic() + seconds
    try:
        here = parts()
        scoring.score_now(here.store, here.scorer, here.clock, comment_id)
        while _is_pending(comment_id):  # another scorer was quicker to claim it
            if time.monotonic() >= until:
                return None
            time.sleep(LOOK_AGAIN)
        return full_comment(comment_id)
    except Exception as error:  # whatever it was, the comment is safe and the sweeper sees to it
        log.exception("scoring_at_once_failed", kind=type(error).__name__)
        return None


def _is_pending(comment_id: UUID) -> bool:
    with parts().store.reading() as session:
        return comments.by_id(session, comment_id).outcome == Outcome.PENDING
