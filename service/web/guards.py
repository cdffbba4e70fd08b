"""Who may come in: the token of a key, for the own API."""

from __future__ import annotations

from typing import cast

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.core.errors import NotFound
from service.core.moderation import Caller
from service.core.store import keys
from service.core.store.tables import KeyRow
from service.web.parts import parts


def require_token() -> None:
    """Let a request with a live token pass; anything else gets the same 401."""
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    try:
        with parts().store.reading() as session:
            g.key = keys.by_token(session, token or "")
    except NotFound as error:
        raise Unauthorized(
            "Send the header “Authorization: Bearer TOKEN” with a token that "
            "`hamlet key add` has shown and nobody has revoked.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "Hamlet API"}),
        ) from error


def current_key() -> KeyRow:
    """The key whose token this request carries; only behind `require_token`."""
    return cast(KeyRow, g.key)


def caller() -> Caller:
    """The key as an actor of the story."""
    key = current_key()
    return Caller(actor=f"key:{key.name}", site_id=key.site_id)
