"""From a request to what the core is asked: the form, the key, the check."""

from __future__ import annotations

from datetime import datetime

from flask import request

from service.core import sealing
from service.core.checking import Check
from service.core.fingerprint import prints_of
from service.core.intake import new_id
from service.web.akismet import comment, form
from service.web.akismet.context import context
from service.web.akismet.form import Form
from service.web.akismet.keyring import Shown, text_of
from service.web.requests import client_address

BESIDE = (
    "user_role",
    "is_test",
    "test_discard",
    "recheck_reason",
    "comment_ID",
    comment.PRE_CHECK,
)


class MissingField(Exception):
    """A field that the call needs has no value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def read_form() -> Form:
    """The form of this request. Raises RequestEntityTooLarge."""
    request.max_content_length = form.MAX_BYTES
    charset = request.mimetype_params.get("charset", "")
    body = request.get_data(cache=False)
    found = form.read(body, request.query_string, request.mimetype, charset)
    return form.as_typed(found) if _is_fresh_from_wordpress(found) else found


def _is_fresh_from_wordpress(found: Form) -> bool:
    """Checked before it is stored: what comes from its database later has the row's number."""
    return request.user_agent.string.startswith("WordPress/") and not found.get("comment_ID")


def find_key(found: Form, *, key_first: bool = False) -> Shown:
    """Whose key this request carries. Raises what Keyring.find raises."""
    text = text_of(found, request.host, key_first=key_first)
    return context().keyring.find(text, client_address())


def check_of(found: Form, shown: Shown, now: datetime, secret: str) -> Check:
    """What the client asks. Raises MissingField, NoBlog."""
    if not found.get("blog").strip():
        raise MissingField("blog")
    submission = comment.submission_of(found, now)
    guid = new_id(now)
    callback = comment.callback_of(found)
    return Check(
        guid=guid,
        opener=shown.opener,
        submission=submission,
        prints=prints_of(submission, [found.get(name) for name in BESIDE], secret),
        # What is asked about a ping before its page is read is no comment yet.
        is_test=found.says_yes("is_test") or found.says_yes(comment.PRE_CHECK),
        is_doubt=comment.is_doubt(found),
        callback=callback,
        sealed_key=sealing.seal(shown.text, guid, secret) if callback else "",
    )
