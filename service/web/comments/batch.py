"""POST /api/v1/comments/batch: a comment a line, answered line for line, in order.

Lines are stored in parts, a transaction each, so that nobody waits long for the write lock.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog
from flask import Response
from werkzeug.exceptions import RequestEntityTooLarge

from service.core import moderation
from service.core.errors import ModerationError
from service.core.moderation import Accepted, Arrival
from service.core.store.answers import Once
from service.core.store.session import DATABASE_AWAY
from service.core.submission import MAX_BYTES, checked
from service.core.verdict import Outcome
from service.web.comments import strict
from service.web.comments.posting import hash_of, idempotency_key
from service.web.comments.representation import LineAnswer
from service.web.comments.wire import BatchLine
from service.web.errors import InvalidRequest, problem_of
from service.web.guards import caller, current_key
from service.web.parts import parts

log = structlog.get_logger()
MAX_BATCH_BYTES = 32 * 1024 * 1024
MAX_LINES = 10_000
PART = 500  # lines a transaction
NDJSON = "application/x-ndjson"
CONTENT_TYPES = (NDJSON, "application/ndjson", "application/jsonl", "application/json")


def post_batch() -> Response:
    """202 and an answer a line. Whatever is wrong with a line is told in its place."""
    lines = _lines(strict.body(MAX_BATCH_BYTES, *CONTENT_TYPES))
    answers: list[LineAnswer] = []
    for start in range(0, len(lines), PART):
        try:
            answers += _answers(lines[start : start + PART])
        except DATABASE_AWAY as error:
            if not answers:
                raise
            log.error("database_away", why=type(error).__name__, refused=len(lines) - start)
            answers += [LineAnswer(problem=problem_of(error))] * (len(lines) - start)
            break
    return Response(msgspec.json.Encoder().encode_lines(answers), 202, mimetype=NDJSON)


def _lines(body: bytes) -> list[bytes]:
    """The lines; what follows the last line break is one only if there is anything."""
    lines = body.split(b"\n", MAX_LINES + 1)
    if not lines[-1]:
        lines.pop()
    if len(lines) > MAX_LINES:
        raise RequestEntityTooLarge(f"At most {MAX_LINES} lines are accepted in one batch.")
    if not lines:
        raise InvalidRequest("expected one comment a line, found no line")
    return lines


def _answers(lines: Sequence[bytes]) -> list[LineAnswer]:
    """An answer a line; what can be stored is. Raises only what makes all further lines fail."""
    read = [_read(line) for line in lines]
    try:
        return _store(read)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        log.exception("batch_failed", kind=type(error).__name__, lines=len(lines))
        if len(lines) == 1:
            return [LineAnswer(problem=problem_of(error))]
        return [answer for line in lines for answer in _answers([line])]  # spares the neighbours


def _store(read: Sequence[Arrival | LineAnswer]) -> list[LineAnswer]:
    fit = [item for item in read if not isinstance(item, LineAnswer)]
    if not fit:
        return [item for item in read if isinstance(item, LineAnswer)]
    here = parts()
    now, secret = here.clock(), here.settings.secret_key
    results = here.store.write(lambda session: moderation.submit_many(session, fit, now, secret))
    here.bell.ring()
    told = iter(_told(result) for result in results)
    return [item if isinstance(item, LineAnswer) else next(told) for item in read]


def _read(line: bytes) -> Arrival | LineAnswer:
    try:
        return _item(line)
    except (InvalidRequest, ModerationError, RequestEntityTooLarge) as error:
        return LineAnswer(problem=problem_of(error))


def _item(line: bytes) -> Arrival:
    if len(line) > MAX_BYTES:
        raise RequestEntityTooLarge(
            f"The line has {len(line)} bytes; at most {MAX_BYTES} are accepted."
        )
    if not line.strip():
        raise InvalidRequest("expected a comment, found a blank line")
    asked = strict.parse(line, BatchLine)
    submission = checked(asked.submission(), parts().clock())
    if asked.idempotency_key is None:
        return Arrival(submission, caller())
    key = idempotency_key("idempotency_key", asked.idempotency_key)
    return Arrival(submission, caller(), Once(current_key().id, key, hash_of(line)))


def _told(result: Accepted | ModerationError) -> LineAnswer:
    if isinstance(result, Accepted):
        return LineAnswer(id=result.comment_id, outcome=Outcome.PENDING)
    return LineAnswer(problem=problem_of(result))
