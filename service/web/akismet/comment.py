"""What the fields of a check mean: the comment, and how it is to be judged."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from service.core.errors import InvalidSubmission
from service.core.homes import same_host
from service.core.policy import Reason, Ruling
from service.core.submission import (
    CLOCK_SKEW,
    LIMITS,
    MAX_FILLED_IN_MS,
    Submission,
    article_address,
)
from service.core.verdict import Verdict
from service.web.akismet.form import Form

GUARANTEED_SPAM = ("viagra-test-123", "akismet-guaranteed-spam")
GUARANTEED_EMAIL = "akismet-guaranteed-spam@example.com"
TRUSTED_ROLE = "administrator"
DOUBTS = ("recheck_queue", "retry", "wp-cli")  # why a comment that did not change is sent again
PRE_CHECK = "akismet_pre_check"  # of a pingback: is it worth reading the page it comes from?
HEAD, TAIL = 40_000, 10_000  # bytes of a text too long to be kept whole
ALWAYS_SENT = ("js", "hp_textarea")  # by the plugin's form, whether its script runs or not
LARGEST_UNSCRIPTED = 250
MOST_KEY_PRESSES = 10**6
CUT = "\n[…]\n"
BYTES = {  # of a field; together with the text they stay below what one submission may have
    "author_name": 800,
    "author_email": 1000,
    "author_url": 2000,
    "user_agent": 1000,
    "referrer": 2000,
    "article_title": 1000,
    "honeypot": 1000,
}
DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d*)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?")


class NoBlog(ValueError):
    """The address of the blog cannot be understood."""


def submission_of(form: Form, now: datetime) -> Submission:
    """The comment, every field cut to what is kept. Raises NoBlog, never anything else."""
    blog = blog_address(form.get("blog"))
    values = {
        "article_title": _title(form),
        "author_name": form.get("comment_author"),
        "author_email": form.get("comment_author_email"),
        "author_url": form.get("comment_author_url"),
        "ip": form.get("user_ip", "comment_author_IP"),
        "user_agent": form.get("user_agent", "comment_agent", "HTTP_USER_AGENT"),
        "referrer": form.get("referrer", "HTTP_REFERER"),
        "type": form.get("comment_type", "content_type") or "comment",
        "language": form.get("blog_lang").split(",")[0].strip().replace("_", "-"),
        "honeypot": honeypot(form),
    }
    return Submission(
        article_url=_article(form.get("permalink"), blog),
        body=_body(form.get("comment_content")),
        created_at=_date(form.get("comment_date_gmt"), now),
        filled_in_ms=filled_in_ms(form),
        is_scripted=is_scripted(form),
        key_presses=key_presses(form),
        **{name: _fit(name, value) for name, value in values.items()},  # type: ignore[arg-type]
    )


def _title(form: Form) -> str:
    """Tags and categories, where no address tells the article: most are as "Uncategorized"."""
    return "" if form.get("permalink") else ", ".join(form.context)


def blog_address(text: str) -> str:
    """The address of a front page, its scheme added where clients forget it. Raises NoBlog."""
    text = text.strip()
    if BARE_HOST.fullmatch(text):
        text = f"http://{text}"
    try:
        return article_address(text)
    except InvalidSubmission as error:
        raise NoBlog(str(error)) from error


def preset(form: Form, submission: Submission) -> Ruling | None:
    """The ruling that needs no model: a documented test value's, a trusted author's, and on nothing
    at all; None for others.
    """
    guaranteed = (
        submission.author_name.strip() in GUARANTEED_SPAM
        or submission.author_email.strip().lower() == GUARANTEED_EMAIL
    )
    discard = form.says_yes("is_test") and form.says_yes("test_discard")
    if guaranteed or discard:
        return _without_model(Verdict.SPAM, "test_value", "a test value for spam", discard=discard)
    if TRUSTED_ROLE in (role.strip().lower() for role in form.get("user_role").split(",")):
        return _without_model(Verdict.HAM, "trusted_role", "written by an administrator")
    if _says_nothing(submission):
        return _without_model(Verdict.HAM, "nothing_said", "nothing was sent to judge by")
    return None


def before_reading(ruling: Ruling) -> Ruling:
    """The ruling on a ping whose page nobody has read: a client that hears `true` drops it, and
    asks again with the page's words else. So only what is clearly spam is.
    """
    if ruling.verdict is not Verdict.UNSURE or ruling.score is None or ruling.decision:
        return ruling
    reason = Reason("pre_check", "asked about before the page it comes from was read", 0.0)
    return replace(ruling, verdict=Verdict.HAM, urgency=0.0, reasons=(*ruling.reasons, reason))


def _says_nothing(submission: Submission) -> bool:
    """Whether there is nothing to judge by: no evidence leans to ham."""
    said = (submission.body, submission.author_name, submission.author_email,
            submission.author_url, submission.honeypot)  # fmt: skip
    return not any(text.strip() for text in said)


def is_doubt(form: Form) -> bool:
    """Whether the comment was checked before and has not changed."""
    return form.get("recheck_reason").strip() in DOUBTS


def honeypot(form: Form) -> str:
    """What stands in the field that people do not see, under any name it is sent by."""
    name = form.get("honeypot_field_name").strip()
    named = (name, f"POST_{name}") if name else ()
    return form.get(*named, "POST_ak_hp_textarea", "ak_hp_textarea", "hidden_honeypot_field")


def filled_in_ms(form: Form) -> int | None:
    """Milliseconds from the first input to sending, as a script in the form measured them."""
    begun, sent = _number(form, "bib"), _number(form, "bfs")
    if begun is None or sent is None:
        return None
    return sent - begun if 0 <= sent - begun <= MAX_FILLED_IN_MS else None


def is_scripted(form: Form) -> bool | None:
    """Whether the script of the plugin's form ran: it puts the time where a small number stood."""
    if not any(form.has(f"{kind}ak_{name}") for kind in ("POST_", "") for name in ALWAYS_SENT):
        return None
    return (_number(form, "js") or 0) > LARGEST_UNSCRIPTED


def key_presses(form: Form) -> int | None:
    """As the script counted them; None where it did not run."""
    pressed = _number(form, "bkpc")
    return None if pressed is None else min(pressed, MOST_KEY_PRESSES)


def _number(form: Form, name: str) -> int | None:
    """What the plugin's script measured; None for no number."""
    text = form.get(f"POST_ak_{name}", f"ak_{name}").strip()
    is_number = text.isascii() and text.isdecimal() and len(text) < 16
    return int(text) if is_number else None


def callback_of(form: Form) -> str:
    """Where a changed answer is to be told: an address on the blog's own host, else ""."""
    text = form.get("callback").strip()
    try:
        parts = urlsplit(text)
        ports = (None, 80, 443, urlsplit(blog_address(form.get("blog"))).port)
        allowed = parts.scheme in ("http", "https") and parts.port in ports
    except ValueError:
        return ""
    is_plain = len(text) <= LIMITS["article_url"] and text.isascii() and text.isprintable()
    if not (allowed and is_plain) or "@" in parts.netloc or " " in text or "\\" in text:
        return ""
    return text if same_host(text, blog_address(form.get("blog"))) else ""


def _without_model(verdict: Verdict, code: str, text: str, discard: bool = False) -> Ruling:
    return Ruling(verdict, None, 0.0, discard, (Reason(code, text, 0.0),))


def _article(permalink: str, blog: str) -> str:
    """The page commented on, if it is on the blog's host; else the front page."""
    try:
        address = article_address(permalink)
    except InvalidSubmission:
        return blog
    if not same_host(address, blog):
        return blog
    origin = urlsplit(blog)
    moved = urlsplit(address)._replace(scheme=origin.scheme, netloc=origin.netloc).geturl()
    return moved if len(moved.encode()) <= LIMITS["article_url"] else blog


def _body(text: str) -> str:
    text = _clean(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) <= HEAD // 4:  # no character has more than four bytes
        return text
    encoded = text.encode()
    if len(encoded) <= HEAD + TAIL:
        return text
    head, tail = encoded[:HEAD], encoded[-TAIL:]
    return head.decode(errors="ignore") + CUT + tail.decode(errors="ignore")


def _fit(name: str, text: str) -> str:
    text = _clean(text).strip()[: LIMITS[name]]
    limit = BYTES.get(name)
    return text if limit is None else text.encode()[:limit].decode(errors="ignore")


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of surrogate pairs."""
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode(errors="replace").decode()


def _date(text: str, now: datetime) -> datetime | None:
    """A time in UTC, `YYYY-MM-DD HH:MM:SS` or ISO 8601; None for what is none, or cannot be."""
    found = DATE.fullmatch(text.strip())
    if found is None:
        return None
    numbers = [int(part or 0) for part in found.groups()[:6]]
    try:
        time = datetime(*numbers, tzinfo=UTC) - _offset(found[7])  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None
    return time if datetime(1990, 1, 1, tzinfo=UTC) <= time <= now + CLOCK_SKEW else None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return (1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)
