"""A submission: checked, not stored yet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from service.core.errors import InvalidSubmission

MAX_BYTES = 64 * 1024  # of one submission, all fields together, UTF-8
LIMITS = {  # characters
    "article_title": 500,
    "article_url": 2000,
    "author_name": 200,
    "author_email": 320,
    "author_url": 2000,
    "ip": 64,
    "user_agent": 1000,
    "referrer": 2000,
    "type": 40,
    "language": 35,
    "honeypot": 2000,
}
REQUIRED = ("article_url", "body")
MAX_FILLED_IN_MS = 7 * 24 * 3600 * 1000  # a tab left open for a week
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One comment as it arrived. Made by `checked`, which cleans and limits every field."""

    article_url: str
    body: str
    article_title: str = ""
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""
    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    parent_id: UUID | None = None
    created_at: datetime | None = None
    type: str = "comment"
    language: str = ""
    honeypot: str = ""
    filled_in_ms: int | None = None
    is_scripted: bool | None = None  # whether the form's script ran; None: it has none, or unknown
    key_presses: int | None = None  # in the form, as its script counted them

    @property
    def origin(self) -> str:
        """What the site is known by. Raises ValueError before `checked` has seen the address."""
        return origin_of(self.article_url)


def checked(submission: Submission, now: datetime) -> Submission:
    """The submission cleaned: characters no database keeps replaced, the address normalised.

    Raises InvalidSubmission naming the first field that is missing, too long or out of range.
    """
    cleaned: dict[str, object] = {}
    for item in fields(submission):
        value = getattr(submission, item.name)
        cleaned[item.name] = clean(item.name, value) if isinstance(value, str) else value
    cleaned["article_url"] = article_address(str(cleaned["article_url"]))
    _check_size(cleaned)
    for name in REQUIRED:
        if not str(cleaned[name]).strip():
            raise InvalidSubmission(name, "expected some text, found none")
    _check_numbers(submission, now)
    return Submission(**cleaned)  # type: ignore[arg-type]  # the fields' own names and values


def clean(name: str, text: str) -> str:
    """`text` with NUL replaced; raises InvalidSubmission if it is too long or not Unicode text."""
    limit = LIMITS.get(name)
    if limit is not None and len(text) > limit:
        raise InvalidSubmission(name, f"{len(text)} characters; at most {limit} are accepted")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidSubmission(
            name, f"character {error.start} is half of a surrogate pair; send valid Unicode"
        ) from error
    # PostgreSQL keeps no NUL and SQLite's length() stops at one.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def article_address(text: str) -> str:
    """The http(s) address without fragment and user, host in lower case.

    Raises InvalidSubmission for anything else.
    """
    fault = InvalidSubmission(
        "article_url", "expected the article's full address, such as https://example.org/story"
    )
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise fault from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise fault
    if any(char.isspace() or char == "\\" for char in parts.netloc):
        raise fault
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port in (None, _default_port(parts.scheme)) else f"{host}:{port}"
    address = urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))
    if (size := len(address.encode(errors="replace"))) > LIMITS["article_url"]:
        # PostgreSQL indexes no more than 2,704 bytes.
        raise InvalidSubmission(
            "article_url", f"{size} bytes; at most {LIMITS['article_url']} are accepted"
        )
    return address


def origin_of(address: str) -> str:
    """Scheme, host and port of an address: what a site is known by."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _default_port(scheme: str) -> int:
    return 443 if scheme.lower() == "https" else 80


def _check_size(cleaned: dict[str, object]) -> None:
    size = sum(len(value.encode()) for value in cleaned.values() if isinstance(value, str))
    if size > MAX_BYTES:
        raise InvalidSubmission("body", f"{size} bytes in all; at most {MAX_BYTES} are accepted")


def _check_numbers(submission: Submission, now: datetime) -> None:
    filled = submission.filled_in_ms
    if filled is not None and not 0 <= filled <= MAX_FILLED_IN_MS:
        raise InvalidSubmission(
            "filled_in_ms", f"{filled} milliseconds; expected 0 to {MAX_FILLED_IN_MS}"
        )
    created = submission.created_at
    if created is None:
        return
    if created.tzinfo is None:
        raise InvalidSubmission("created_at", "expected a time with its zone, such as …T12:00:00Z")
    if not datetime(1990, 1, 1, tzinfo=UTC) <= created <= now + CLOCK_SKEW:
        raise InvalidSubmission("created_at", "expected a time between 1990 and now")
