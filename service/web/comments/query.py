"""What stands behind the question mark: every fault is told, with the values that are allowed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import request

from service.core.store.comments import Order
from service.web.comments.strict import UNKNOWN, refuse, shown
from service.web.errors import Fault

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


class Query:
    """Reads the parameters of this request; `refuse_faults` raises for all that were wrong."""

    def __init__(self, *known: str) -> None:
        self.known = known
        self.faults = [Fault(shown(name), UNKNOWN) for name in request.args if name not in known]

    def read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """The parameter as `parse` makes it, `default` without one or when it is faulty."""
        given = request.args.getlist(name)
        if not given:
            return default
        try:
            if len(given) > 1:
                raise ValueError(f"given {len(given)} times; expected once")
            return parse(given[0])
        except ValueError as error:
            self.faults.append(Fault(name, str(error)))
            return default

    def required(self, name: str, parse: Callable[[str], str]) -> str:
        """Like `read`, for a parameter that must be there."""
        if name not in request.args:
            self.faults.append(Fault(name, "expected, but not there"))
        return self.read(name, "", parse)

    def refuse_faults(self) -> None:
        """Raise InvalidRequest if anything was wrong."""
        refuse(self.faults, f"the known parameters are {', '.join(self.known)}")


def one_of(choices: type[Choice], text: str) -> Choice:
    """The choice of that name. Raises ValueError listing them all."""
    try:
        return choices(text)
    except ValueError as error:
        allowed = ", ".join(choices)
        raise ValueError(f'expected one of {allowed}, found "{shown(text)}"') from error


def whole_number(text: str, least: int, most: int) -> int:
    """The number, in ASCII digits. Raises ValueError when it is none or out of range."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ValueError(f'expected a whole number from {least} to {most}, found "{shown(text)}"')
    return int(text)


def to_cursor(order: Order, last: UUID) -> str:
    """Names the last comment of a page; opaque, so that it may change."""
    return base64.urlsafe_b64encode(order[0].encode() + last.bytes).decode().rstrip("=")


def from_cursor(order: Order, text: str) -> UUID:
    """The comment after which to go on. Raises ValueError for what `to_cursor` did not make."""
    try:
        found = base64.urlsafe_b64decode(text.encode("ascii") + b"==")
        if found[:1] == order[0].encode() and to_cursor(order, UUID(bytes=found[1:])) == text:
            return UUID(bytes=found[1:])
    except ValueError:
        pass  # told below, like a cursor of another order
    raise ValueError("expected the next_cursor of an earlier answer in the same order")
