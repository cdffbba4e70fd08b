"""What holds for every request: size and length limits, security headers, the log line."""

from __future__ import annotations

import secrets
import time
from ipaddress import ip_address

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import LengthRequired

from service.config import Network
from service.core.submission import MAX_BYTES
from service.web.parts import parts

log = structlog.get_logger()
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FORM_BYTES = 4 * MAX_BYTES  # a form's text takes up to three times its size, percent-encoded


def init_app(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = FORM_BYTES  # a door that takes more says so itself
    app.before_request(_start)
    app.after_request(_finish)


def client_address() -> str:
    """Who is asking: the peer, or, behind trusted proxies, the last address they vouch for."""
    trusted = parts().settings.trusted_proxies
    address = request.remote_addr or ""
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted(address, trusted):
            break
        address = hop.strip() or address
    return address


def _is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    try:
        return any(ip_address(address) in network for network in trusted)
    except ValueError:
        return False


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request=g.request_id)
    chunked = request.method in ("POST", "PUT", "PATCH") and request.content_length is None
    if chunked and "Transfer-Encoding" in request.headers:
        # Servers differ in cutting off a chunked body at the limit; one cut would look whole.
        raise LengthRequired("send the request with a Content-Length")


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    log.info(
        "request",
        method=request.method,
        route=str(request.url_rule or "none"),  # the rule, not the address: no ids of readers
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    )
    structlog.contextvars.clear_contextvars()
    return response
