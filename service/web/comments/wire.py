"""What programs send to the API. The OpenAPI document is made from these classes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from service.core.submission import LIMITS, MAX_FILLED_IN_MS, Submission
from service.core.verdict import Decision

MAX_REASON = 500  # characters


class NewComment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A comment as a site hands it over."""

    article_url: Annotated[
        str,
        Meta(
            max_length=LIMITS["article_url"],
            description="The article's full address. Its origin tells the site.",
            examples=["https://blog.example/on-bread"],
        ),
    ]
    body: Annotated[str, Meta(description="The text, as the author wrote it.")]
    article_title: Annotated[str, Meta(max_length=LIMITS["article_title"])] = ""
    author_name: Annotated[str, Meta(max_length=LIMITS["author_name"])] = ""
    author_email: Annotated[str, Meta(max_length=LIMITS["author_email"])] = ""
    author_url: Annotated[str, Meta(max_length=LIMITS["author_url"])] = ""
    ip: Annotated[
        str, Meta(max_length=LIMITS["ip"], description="The author's network address.")
    ] = ""
    user_agent: Annotated[str, Meta(max_length=LIMITS["user_agent"])] = ""
    referrer: Annotated[str, Meta(max_length=LIMITS["referrer"])] = ""
    parent_id: Annotated[
        UUID | None, Meta(description="The comment on the same article that this one answers.")
    ] = None
    created_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="When it was written, if that was not now."),
    ] = None
    type: Annotated[str, Meta(max_length=LIMITS["type"])] = "comment"
    language: Annotated[
        str, Meta(max_length=LIMITS["language"], description="As in BCP 47.", examples=["en"])
    ] = ""
    honeypot: Annotated[
        str,
        Meta(
            max_length=LIMITS["honeypot"],
            description="What was found in a form field that people do not see.",
        ),
    ] = ""
    filled_in_ms: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_FILLED_IN_MS)] | None,
        Meta(description="Milliseconds from the form's delivery to its sending."),
    ] = None

    def submission(self) -> Submission:
        """The same as core knows it, not checked yet."""
        return Submission(**{name: getattr(self, name) for name in NewComment.__struct_fields__})


class BatchLine(NewComment, kw_only=True, forbid_unknown_fields=True):
    """One line of a batch."""

    idempotency_key: Annotated[
        str | None, Meta(description="What the Idempotency-Key header is for a single comment.")
    ] = None


class NewDecision(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a moderator says about a comment."""

    decision: Decision
    revision: Annotated[int, Meta(description="The comment's revision that was looked at.")]
    learn: Annotated[bool, Meta(description="Whether the model may learn from this.")] = True
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""


class Undo(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Takes back the newest decision that stands, and what it taught."""

    revision: Annotated[int, Meta(description="The comment's revision that was looked at.")]
