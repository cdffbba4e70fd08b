"""What a client makes of an answer, and whether it is the promised one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from service.selftest.answer import Answer, Judgement, fine, odd, wrong

SPAM, HAM, VALID, INVALID = "true", "false", "valid", "invalid"
THANKS = "Thanks for making the web a better place."
GUID = "x-akismet-guid"
PRO_TIP, DISCARD = "x-akismet-pro-tip", "discard"
HELP, ERROR, ALERT = "x-akismet-debug-help", "x-akismet-error", "x-akismet-alert-code"
WORDS = (SPAM, HAM, VALID)
PATIENCE = 1.0  # seconds; the least patient client known gives up then

FILED = "The client files it as spam; in WordPress it is under Comments, Spam."
DISCARDED = (
    "The client files it as spam; the WordPress plugin drops it unseen if its owner chose to "
    "discard the worst spam."
)
PASSED = "Not spam: the client publishes it, or holds it by its own rules."
HELD = (
    "No verdict: the WordPress plugin holds the comment and asks again 20 minutes later, libraries "
    "raise an error; a few old ones take all but “true” for not spam."
)
UNTIED = (
    "The WordPress plugin ties an answer to its comment by X-akismet-guid. Without it, spam is not "
    "filed, and a known author’s comment is published unchecked."
)
HEADERS_LOST = (
    "The header X-akismet-guid is missing: let the proxy pass response headers that begin with "
    "X-akismet- and X-hamlet-, or look whether it is Hamlet that answers."
)
SLOW = (
    "The Python library gives up after 1 s, Flarum after 3, WordPress after 15. See `hamlet doctor`"
    " there, and what the proxy adds."
)
NO_ERROR_SEEN = "A client takes a mistaken call for a good one, and a comment goes its way unseen."
NEEDS_UPDATE = "Look whether a cache or proxy answers in Hamlet’s stead; else bring it up to date."
Judge = Callable[[Answer], Judgement]


def word(expected: str, meaning: str, otherwise: str, remedy: str) -> Judge:
    """The body must be this very word: clients compare it byte for byte."""

    def judge(answer: Answer) -> Judgement:
        if answer.status == HTTPStatus.OK and answer.text == expected:
            return fine(meaning)
        return wrong(otherwise, helped(answer, remedy))

    return judge


def verdict(expected: str, *, is_sure: bool, discard: bool | None = None, why: str = "") -> Judge:
    """A check's answer. Where it is not sure, the other verdict is only odd, and `why` tells why.

    `discard` says whether the pro-tip must be there; None: it may.
    """

    def judge(answer: Answer) -> Judgement:
        if answer.status != HTTPStatus.OK or answer.text not in (SPAM, HAM):
            return wrong(HELD, helped(answer, NEEDS_UPDATE))
        if not answer.header(GUID):
            return wrong(UNTIED, HEADERS_LOST)
        tip = answer.header(PRO_TIP) == DISCARD
        meaning = PASSED if answer.text == HAM else DISCARDED if tip else FILED
        if answer.text != expected:
            return wrong(meaning, NEEDS_UPDATE) if is_sure else odd(meaning, why)
        if discard is not None and discard != tip:
            lacking = "X-akismet-pro-tip: discard is " + ("missing" if discard else "too much")
            return wrong(meaning, f"{lacking}. {HEADERS_LOST if discard else NEEDS_UPDATE}")
        return fine(meaning)

    return judge


def refusal(status: int, *, in_check: bool = True) -> Judge:
    """A mistaken call: an error that every client sees, with help, and nothing like a verdict."""

    def judge(answer: Answer) -> Judgement:
        if answer.text in WORDS:
            return wrong(NO_ERROR_SEEN, NEEDS_UPDATE)
        if in_check and not answer.header(GUID):
            return wrong(UNTIED, HEADERS_LOST)
        if answer.status != status:
            return odd(HELD, f"Expected status {status}, got {answer.status}. {NEEDS_UPDATE}")
        if status == HTTPStatus.OK and not answer.header(HELP):
            return wrong(
                "One JavaScript library reads a refusal without X-akismet-debug-help as spam.",
                HEADERS_LOST.replace("X-akismet-guid", "X-akismet-debug-help"),
            )
        return fine("The client sees an error, and nothing that it could take for a verdict.")

    return judge


def unknown_key(answer: Answer) -> Judgement:
    """verify-key with a key that nobody has: `invalid`, and nothing beside it."""
    if answer.status != HTTPStatus.OK or answer.text != INVALID:
        return wrong("A client may keep a mistyped key for a good one.", NEEDS_UPDATE)
    if answer.header(HELP):
        return odd(
            "Two libraries throw an error instead of saying that the key is wrong.",
            "X-akismet-debug-help should not stand beside a bare “invalid” here.",
        )
    return fine("The client tells its owner that the key is wrong.")


def as_json(fields: Sequence[str], meaning: str, otherwise: str) -> Judge:
    """An object with these fields; no fields stand for a list."""

    def judge(answer: Answer) -> Judgement:
        found = _decoded(answer.text)
        kind = dict if fields else list
        if answer.status != HTTPStatus.OK or not isinstance(found, kind):
            return wrong(otherwise, helped(answer, NEEDS_UPDATE))
        if missing := [name for name in fields if name not in found]:
            return wrong(otherwise, f"Missing: {', '.join(missing)}. {NEEDS_UPDATE}")
        return fine(meaning)

    return judge


def opaque(meaning: str, otherwise: str) -> Judge:
    """Any text but an error's."""

    def judge(answer: Answer) -> Judgement:
        is_error = answer.text in ("", INVALID) or bool(answer.header(HELP))
        if answer.status != HTTPStatus.OK or is_error:
            return odd(otherwise, helped(answer, NEEDS_UPDATE))
        return fine(meaning)

    return judge


def helped(answer: Answer, remedy: str) -> str:
    """The remedy, with what the server itself says."""
    said = answer.header(HELP) or answer.header(ERROR)
    return f"The server says: {said.rstrip('.')}. {remedy}" if said else remedy


def in_time(judgement: Judgement, seconds: float) -> Judgement:
    """A good answer to a check that comes late is none to an impatient client."""
    if seconds <= PATIENCE or judgement.remedy:
        return judgement
    return odd(f"{judgement.meaning} It took {seconds:.1f} s.", SLOW)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
