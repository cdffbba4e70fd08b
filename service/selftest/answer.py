"""What came back from a call, and what is thought of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.outgoing import Reply

CUT = 400  # characters of a body that are shown
TOLD = ("x-akismet-", "x-hamlet-")  # headers that clients, or people, read
ALSO_TOLD = ("content-type", "location", "retry-after", "allow", "server", "via")


class Grade(StrEnum):
    """How an answer compares with the promised one."""

    FINE = "fine"
    ODD = "odd"  # some clients will do well with it, or it depends on settings
    WRONG = "wrong"
    UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a client makes of an answer, in a sentence; the remedy is empty where all is fine."""

    grade: Grade
    meaning: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as text; header names in lower case."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: Reply) -> Answer:
        headers = {name.lower(): value for name, value in reply.headers}
        return cls(reply.status, reply.body.decode("utf-8", "replace"), headers)

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    @property
    def is_html(self) -> bool:
        return "html" in self.header("content-type") or self.text.lstrip()[:1] == "<"

    @property
    def is_hamlets(self) -> bool:
        return self.header("x-akismet-server") == "hamlet"

    def shown_headers(self) -> list[tuple[str, str]]:
        """Those that matter, in the order they came."""
        return [
            (name, value)
            for name, value in self.headers.items()
            if name.startswith(TOLD) or name in ALSO_TOLD
        ]

    def shown_text(self) -> str:
        """The body, cut."""
        if len(self.text) <= CUT:
            return self.text
        return f"{self.text[:CUT]}… ({len(self.text)} characters in all)"


def fine(meaning: str) -> Judgement:
    return Judgement(Grade.FINE, meaning)


def odd(meaning: str, remedy: str) -> Judgement:
    return Judgement(Grade.ODD, meaning, remedy)


def wrong(meaning: str, remedy: str) -> Judgement:
    return Judgement(Grade.WRONG, meaning, remedy)


def unsent(meaning: str) -> Judgement:
    return Judgement(Grade.UNSENT, meaning)
