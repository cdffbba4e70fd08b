"""The web server: waitress, set up for a port that faces the internet.

Slow clients hold no thread; what is too large, has no length or two of them is refused before it
is read; SIGTERM finishes what is in flight.
"""

from __future__ import annotations

import json
import logging
import resource
import signal
import socket
import time
from typing import Any, ClassVar, cast
from uuid import uuid4
from wsgiref.types import WSGIApplication

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask
from waitress.utilities import Error

from service.web.akismet.answers import CHECK_PATH, GUID

THREADS = 16
CONNECTIONS = 2000
SPARE_FILES = 100  # open at most beside the connections: database, broker, model
DRAIN = 8.0  # seconds for requests in flight after SIGTERM
SMALL_BODY = 1024 * 1024 + 16 * 1024  # bytes; above every door's own limit but the batch's
LARGE_BODY = 32 * 1024 * 1024 + 16 * 1024
SWALLOWED_BODY = 64 * 1024 * 1024  # up to here a refused body is thrown away, so that its sender
# reads the answer; beyond, the connection is cut
LARGE_PATHS = {"/api/v1/comments/batch"}
LARGE_AT_ONCE = 4  # over all connections; they lie on disk until they are answered
LARGE_TIME = 120.0  # seconds for one to arrive
RETRY_AFTER = 10  # seconds


def serve(application: WSGIApplication, listener: socket.socket) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those in flight."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue of tasks is no trouble
    channels: dict[int, Any] = {}
    server = create_server(
        application,
        map=channels,
        sockets=[listener],
        threads=THREADS,
        connection_limit=_connection_limit(),
        channel_timeout=10,  # seconds without a byte
        cleanup_interval=5,
        asyncore_use_poll=True,
        max_request_body_size=SWALLOWED_BODY,
        max_request_header_size=64 * 1024,
        clear_untrusted_proxy_headers=False,  # service.web.requests knows whom to trust
        log_socket_errors=False,  # clients come and go
        ident="",
    )
    server.channel_class = Channel
    stop = _Stop(server)
    while not stop.asked:
        wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
    _drain(server, channels)


class Refusal(Error):  # type: ignore[misc]  # waitress ships no types
    """A refusal in the shape of all our errors, application/problem+json."""

    def __init__(self, code: int, reason: str, detail: str, *headers: tuple[str, str]) -> None:
        super().__init__(detail)
        self.code = code
        self.reason = reason
        self.headers = headers

    @classmethod
    def of(cls, error: Error) -> Refusal:
        return error if isinstance(error, cls) else cls(error.code, error.reason, error.body)

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        code = self.reason.lower().replace(" ", "_")
        problem = {
            "type": f"/docs#{code}",
            "code": code,
            "title": self.reason,
            "status": self.code,
            "detail": self.body,
        }
        headers = [
            ("Content-Type", "application/problem+json"),
            ("X-Content-Type-Options", "nosniff"),
            *self.headers,
        ]
        return f"{self.code} {self.reason}", headers, json.dumps(problem).encode()


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Waitress's parser, stricter about lengths."""

    error: Error | None = None
    expect_continue: bool = False
    completed: bool = False
    time_for_large = LARGE_TIME
    ends: float | None = None  # when a large body must have arrived
    large: ClassVar[set[Parser]] = set()  # the requests with large bodies not answered yet

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if "TRANSFER_ENCODING" in self.headers:  # waitress removes it where it understands it
            raise ParsingError("Transfer-Encoding needs HTTP/1.1")
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            # Whoever stands before us may have believed the other one: the smuggler's trick.
            raise ParsingError("both Content-Length and Transfer-Encoding were sent")

    def received(self, data: bytes) -> int:
        had_headers = self.headers_finished
        consumed: int = super().received(data)
        if self.headers_finished and not had_headers and self.error is None:
            self.error = self._refusal()
            self._spare_the_body()
        elif self.ends is not None and not self.completed and time.monotonic() > self.ends:
            detail = f"the body did not arrive in {self.time_for_large:.0f} s; send smaller batches"
            self.error, self.completed = Refusal(408, "Request Timeout", detail), True
        if self.error is not None:
            self.error = Refusal.of(self.error)
            self._name_the_check(self.error)
        return consumed

    def _name_the_check(self, refusal: Refusal) -> None:
        """One client publishes what it was to check when the answer has no guid."""
        is_named = any(name == GUID for name, _ in refusal.headers)
        if getattr(self, "path", "") == CHECK_PATH and not is_named:
            refusal.headers = (*refusal.headers, (GUID, uuid4().hex))

    def close(self) -> None:
        super().close()
        self.large.discard(self)

    def _refusal(self) -> Refusal | None:
        """Why a body of this length is not read; None if it is."""
        limit = LARGE_BODY if self.path in LARGE_PATHS else SMALL_BODY
        if self.chunked:
            return Refusal(411, "Length Required", "send the request with a Content-Length")
        if self.content_length > limit:
            detail = f"{self.content_length} bytes; at most {limit} are read here"
            return Refusal(413, "Content Too Large", detail)
        return self._refusal_of_large() if self.content_length > SMALL_BODY else None

    def _refusal_of_large(self) -> Refusal | None:
        """Whose token is good is asked later; a place among the large bodies is taken here."""
        if not self.headers.get("AUTHORIZATION", "").lower().startswith("bearer "):
            detail = "a body this large is read only with the header “Authorization: Bearer TOKEN”"
            challenge = ("WWW-Authenticate", 'Bearer realm="Hamlet API"')
            return Refusal(401, "Unauthorized", detail, challenge)
        if len(self.large) >= LARGE_AT_ONCE:
            detail = f"{LARGE_AT_ONCE} large requests are under way; send it again a little later"
            return Refusal(503, "Service Unavailable", detail, ("Retry-After", str(RETRY_AFTER)))
        self.large.add(self)
        self.ends = time.monotonic() + self.time_for_large
        return None

    def _spare_the_body(self) -> None:
        """Neither keep the body of a refused request nor ask for it."""
        if self.error is None:
            return
        if self.chunked or self.expect_continue:
            self.completed = True  # the body has not been sent, or has no known end
        else:
            self.body_rcv = FixedStreamReceiver(self.content_length, _Nowhere())
        self.expect_continue = False


class _Nowhere:
    """A buffer that keeps nothing."""

    def append(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


class Task(WSGITask):  # type: ignore[misc]
    """A request being answered."""

    def execute(self) -> None:
        if not self.channel.server.accepting:
            self.set_close_on_finish()  # we are stopping: this is the last answer here
        super().execute()

    def build_response_header(self) -> bytes:
        Parser.large.discard(self.request)  # before its sender can know, and send the next one
        return cast(bytes, super().build_response_header())


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that is read with our parser."""

    parser_class = Parser
    task_class = Task

    def handle_close(self) -> None:
        Parser.large.discard(self.request)  # which will never be complete now
        super().handle_close()

    @property
    def is_busy(self) -> bool:
        """Whether a request has begun to arrive, is being answered, or its answer being sent."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)


class _Stop:
    """Set by SIGTERM or SIGINT, which also wake the server."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self.asked = False
        self._server = server
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True
        self._server.pull_trigger()


def _drain(server: BaseWSGIServer, channels: dict[int, Any]) -> None:
    """Accept nobody any more; answer those who have begun to ask."""
    end = time.monotonic() + DRAIN
    wasyncore.dispatcher.close(server)  # the listening socket only: the threads still need waking
    while time.monotonic() < end and any(
        channel.is_busy for channel in server.active_channels.values()
    ):
        wasyncore.loop(timeout=0.2, use_poll=True, map=channels, count=1)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(channels)


def _connection_limit() -> int:
    """As many as we want, or as the system allows this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - SPARE_FILES)
