"""Sending the calls one by one over real HTTP, and telling what came of each."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from service.core.errors import InvalidSubmission
from service.core.submission import article_address, origin_of
from service.outgoing import NotAllowed, Reply
from service.selftest import between, judging
from service.selftest.answer import Answer, Grade, Judgement, unsent
from service.selftest.calls import Call, calls

EACH = 5.0  # seconds for one call
SHOWN = 160  # characters of a field
HEADERS = {
    "Accept": "*/*",
    "User-Agent": "Hamlet self-test",
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
}
VERSION = re.compile(r"/1\.[12]$")


class Calls(Protocol):
    """What sends: `outgoing.Caller`."""

    def call(
        self, method: str, url: str, body: bytes, headers: dict[str, str], seconds: float | None
    ) -> Reply: ...


class BadAddress(ValueError):
    """The address cannot be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is tested: an address without the /1.1, a key, and a blog it is for."""

    url: str
    key: str
    blog: str

    def masked(self, text: str) -> str:
        """The text with the key made unreadable, however it is written."""
        return re.sub(re.escape(self.key), f"{self.key[:2]}…", text, flags=re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One call: what was sent and what came back, without the key, and what that means."""

    call: Call
    request: str  # POST https://comments.example/1.1/comment-check
    fields: tuple[tuple[str, str], ...]
    judgement: Judgement
    status: int | None = None  # None: nothing came
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    seconds: float | None = None

    @property
    def grade(self) -> Grade:
        return self.judgement.grade


def base_of(url: str) -> str:
    """The address that the calls' paths come behind. Raises BadAddress."""
    address = url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or "@" in address or re.search(r"[\s?#]|[^\x20-\x7e]", address):
        raise BadAddress(f"{url!r}: expected an address such as https://comments.example")
    return VERSION.sub("", address)


def blog_of(text: str) -> str:
    """The front page of a blog. Raises BadAddress."""
    try:
        return origin_of(article_address(text))
    except InvalidSubmission as error:
        raise BadAddress(f"{text!r}: expected an address such as https://blog.example") from error


def run(
    target: Target,
    sender: Calls,
    *,
    total: float,
    wanted: Iterable[Call] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Result]:
    """A result for every call, within `total` seconds; those in vain are not sent."""
    end = monotonic() + total
    results: list[Result] = []
    why_not, is_hamlet = "", False
    for call in calls(target.blog) if wanted is None else wanted:
        left = end - monotonic()
        if not why_not and left <= 0:
            why_not = f"Not sent: the {total:.0f} s for all calls were over."
        if why_not or (call.is_hamlets and not is_hamlet):
            why = why_not or "Not sent: it is harmless where Hamlet answers, which does not show."
            results.append(_described(target, call, unsent(why)))
            continue
        result, is_reached = _asked(target, call, sender, min(EACH, left))
        results.append(result)
        is_hamlet |= ("x-akismet-server", "hamlet") in result.headers
        if not is_reached and call.otherwise is None:
            why_not = f"Not sent: “{call.title}” got no answer. Mend that first."
        elif call.is_gate and result.grade is Grade.WRONG:
            why_not = f"Not sent: “{call.title}” failed. Mend that first."
    return results


def unsent_by_reason(results: Iterable[Result]) -> dict[str, list[str]]:
    """The titles of the calls that were not sent, by why not."""
    found: dict[str, list[str]] = {}
    for result in results:
        if result.grade is Grade.UNSENT:
            found.setdefault(result.judgement.meaning, []).append(result.call.title)
    return found


def _asked(target: Target, call: Call, sender: Calls, seconds: float) -> tuple[Result, bool]:
    """What came of one call, and whether anything did."""
    started = time.monotonic()
    try:
        reply = _send(target, call, sender, seconds)
    except (OSError, NotAllowed) as error:
        judgement = _graded(call, between.unreached(error, seconds))
        return _described(target, call, judgement), False
    taken = time.monotonic() - started
    answer = Answer.of(reply)
    judgement = between.found(answer, target.url) or call.judge(answer)
    if call.is_timed:
        judgement = judging.in_time(judgement, taken)
    described = _described(target, call, _graded(call, judgement))
    shown = replace(
        described,
        status=answer.status,
        headers=tuple((name, target.masked(value)) for name, value in answer.shown_headers()),
        text=target.masked(answer.shown_text()),
        seconds=taken,
    )
    return shown, True


def _send(target: Target, call: Call, sender: Calls, seconds: float) -> Reply:
    filled = {name: value.replace("{key}", target.key) for name, value in call.fields.items()}
    form, url = urlencode(filled), f"{target.url}{call.path}"
    headers = HEADERS | ({"Host": call.host.replace("{key}", target.key)} if call.host else {})
    if call.method == "GET":
        return sender.call("GET", f"{url}?{form}" if form else url, b"", headers, seconds)
    return sender.call(call.method, url, form.encode(), headers, seconds)


def _graded(call: Call, judgement: Judgement) -> Judgement:
    """What only some clients live by is odd at worst."""
    return call.otherwise if call.otherwise and judgement.grade is Grade.WRONG else judgement


def _described(target: Target, call: Call, judgement: Judgement) -> Result:
    request = f"{call.method} {target.url}{call.path}"
    if call.host:
        request += f" (Host: {call.host.replace('{key}', target.masked(target.key))})"
    shown = tuple(
        (name, _short(value.replace("{key}", target.masked(target.key))))
        for name, value in call.fields.items()
    )
    cleaned = replace(
        judgement,
        meaning=target.masked(judgement.meaning),
        remedy=target.masked(judgement.remedy),
    )
    return Result(call=call, request=target.masked(request), fields=shown, judgement=cleaned)


def _short(text: str) -> str:
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}… ({len(text)} characters in all)"
