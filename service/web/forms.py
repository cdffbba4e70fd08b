"""The comment form: what a browser sent becomes a Submission, or a sentence for each bad field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from flask import Request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.core.errors import InvalidSubmission
from service.core.submission import LIMITS, MAX_BYTES, MAX_FILLED_IN_MS, Submission, checked
from service.web.language import _, later

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 50  # a publisher's own form may have some that we do not know
EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
STRANGE_PARENT = later(
    "The comment you answered is not there any more. Send yours again to post it on its own."
)
SCHEME = re.compile(r"[a-z][a-z0-9+-]*:", re.IGNORECASE)  # no dot: that would be a host


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentForm:
    """The fields as the reader typed them, under their names on the wire."""

    article_url: str = ""
    parent_id: str = ""
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""
    body: str = ""
    subject: str = ""  # the honeypot: robots fill it in, browsers do not offer to
    made: str = ""  # when the form was made, signed


@dataclass(frozen=True, slots=True)
class Sender:
    """What the request itself tells about who sent the form."""

    ip: str
    user_agent: str


class InvalidForm(Exception):
    """The reader has something to mend: a sentence by the name of each field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))


def read(request: Request) -> CommentForm:
    """The form in the request. Raises BadRequest, UnsupportedMediaType, RequestEntityTooLarge.

    Werkzeug's own parser lets bytes through that are no UTF-8, or fails on them.
    """
    if request.mimetype != MEDIA_TYPE:
        raise UnsupportedMediaType(f"send the form as {MEDIA_TYPE}, not as {request.mimetype!r}")
    try:
        text = request.get_data().decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise BadRequest(
            'the form was not sent as UTF-8: give it the attribute accept-charset="utf-8"'
        ) from error
    except ValueError as error:
        raise BadRequest(f"the form has more than {MAX_FIELDS} fields") from error
    return _form(pairs)


def submission(form: CommentForm, sender: Sender, now: datetime, secret: str) -> Submission:
    """The form as a checked submission. Raises InvalidForm with every fault a reader can mend.

    Raises InvalidSubmission if the article's address is none: no reader can mend that.
    """
    if problems := _problems(form):
        raise InvalidForm(problems)
    unchecked = Submission(
        article_url=form.article_url,
        parent_id=parent(form),
        author_name=_one_line(form.author_name),
        author_email=form.author_email.strip(),
        author_url=web_address(form.author_url),
        body=_text(form.body),
        ip=sender.ip[: LIMITS["ip"]],
        user_agent=sender.user_agent[: LIMITS["user_agent"]],
        honeypot=form.subject[: LIMITS["honeypot"]],
        filled_in_ms=_filled_in_ms(form.made, now, secret),
    )
    try:
        return checked(unchecked, now)
    except InvalidSubmission as error:
        if error.field == "body":
            raise InvalidForm({"body": _too_big(form)}) from error
        raise


def parent(form: CommentForm) -> UUID | None:
    """Which comment the form answers; None for none, and for what is no id."""
    try:
        return UUID(form.parent_id.strip())
    except ValueError:
        return None


def stamp(now: datetime, secret: str) -> str:
    """The hidden field that tells later when the form was made, and cannot be forged."""
    return str(_signer(secret).dumps(_milliseconds(now)))


def web_address(text: str) -> str:
    """The address as a link may have it, its scheme added where missing; "" if it is no website."""
    address = text.strip()
    if address.startswith("//"):
        address = "https:" + address
    elif address and not SCHEME.match(address):
        address = "https://" + address
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or "\\" in parts.netloc:
        return ""
    if not all(char.isprintable() and not char.isspace() for char in address):
        return ""
    return address if "." in host.strip(".") or ":" in host else ""


def _form(pairs: list[tuple[str, str]]) -> CommentForm:
    known = {item.name for item in fields(CommentForm)}
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise BadRequest(f"the form has the field {name!r} twice: send it once")
        if name in known:
            values[name] = value
    return CommentForm(**values)


def _problems(form: CommentForm) -> dict[str, str]:
    """A sentence for each field the reader has to mend, in the order of the form."""
    found = {
        "author_name": _name_problem(form.author_name),
        "author_email": _email_problem(form.author_email),
        "author_url": _website_problem(form.author_url),
        "body": "" if _is_visible(form.body) else _("Write your comment here; it was empty."),
        "parent_id": STRANGE_PARENT if form.parent_id.strip() and not parent(form) else "",
    }
    for name in ("author_name", "author_email", "author_url"):
        length = len(getattr(form, name).strip())
        if length > LIMITS[name]:
            found[name] = _(
                "At most %(most)s characters fit here; these were %(count)s.",
                most=LIMITS[name],
                count=length,
            )
    return {name: str(text) for name, text in found.items() if text}


def _name_problem(text: str) -> str:
    return "" if _is_visible(text) else _("Tell us what to call you; any name will do.")


def _email_problem(text: str) -> str:
    if not text.strip() or EMAIL.fullmatch(text.strip()):
        return ""
    return _("An e-mail address looks like name@example.org. You may also leave it out.")


def _website_problem(text: str) -> str:
    if not text.strip() or web_address(text):
        return ""
    return _("A website looks like https://example.org. You may also leave it out.")


def _too_big(form: CommentForm) -> str:
    size = len(form.body.encode())
    return _(
        "This is too long: %(size)s KB, and all fields together may have %(most)s KB. Shorten it, "
        "or send it in parts.",
        size=size // 1024,
        most=MAX_BYTES // 1024,
    )


def _is_visible(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(body: str) -> str:
    """A browser ends its lines with CR LF; the ends of the text are no part of it."""
    return body.replace("\r\n", "\n").replace("\r", "\n").strip()


def _filled_in_ms(made: str, now: datetime, secret: str) -> int | None:
    """Milliseconds from making the form to sending it; None where nobody can tell."""
    try:
        elapsed = _milliseconds(now) - int(_signer(secret).loads(made))
    except (BadData, ValueError, TypeError):
        return None
    return elapsed if 0 <= elapsed <= MAX_FILLED_IN_MS else None


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="comment-form")
