"""Reading what a stranger sends: JSON taken literally, and every fault named with its field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, TypeVar, get_type_hints

import msgspec
from flask import request
from msgspec import inspect
from werkzeug.exceptions import UnsupportedMediaType

from service.web.errors import Fault, InvalidRequest

T = TypeVar("T", bound=msgspec.Struct)
SHOWN = 60  # characters of an unknown name that are repeated to its sender
MOST_FAULTS = 10  # told of one object, so that no answer outgrows its request by much
IN_DETAIL = 5  # of them, in the sentence for people
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a wire class: its type, the same in words, and whether it may be left out."""

    hint: Any
    expected: str
    required: bool


def body(limit: int, *content_types: str) -> bytes:
    """The request's body of at most `limit` bytes.

    Raises UnsupportedMediaType for another type or any encoding, RequestEntityTooLarge.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body as it is, without a Content-Encoding.")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in content_types or charset not in ("utf-8", "utf8"):
        found = request.mimetype or "none"
        raise UnsupportedMediaType(
            f"Expected the Content-Type {content_types[0]} in UTF-8, found {found[:SHOWN]}."
        )
    request.max_content_length = limit
    return request.get_data(cache=False)


def parse(text: bytes, kind: type[T]) -> T:
    """The JSON object in `text` as a `kind`. Raises InvalidRequest naming every faulty field."""
    found = _json_object(text)
    slots = _slots(kind)
    values, faults = {}, []
    for name in [*slots, *(name for name in found if name not in slots)]:
        try:
            if name in found or (name in slots and slots[name].required):
                values[name] = _value(slots, name, found)
        except ValueError as error:
            faults.append(Fault(shown(name), str(error)))
    refuse(faults, f"the known fields are {', '.join(slots)}")
    return kind(**{name: value for name, value in values.items() if value is not None})


def refuse(faults: Sequence[Fault], known: str) -> None:
    """Raise InvalidRequest if there is any fault. `known` is told once if a name is UNKNOWN."""
    if not faults:
        return
    told = [f"{fault.field}: {fault.message}" for fault in faults[:IN_DETAIL]]
    if any(fault.message == UNKNOWN for fault in faults):
        told.append(known)
    listed = list(faults[:MOST_FAULTS])
    if more := len(faults) - len(listed):
        listed.append(Fault("…", f"and {more} more"))
    raise InvalidRequest("; ".join(told), listed)


def shown(text: str) -> str:
    """A stranger's text, short and without invisible characters, to be repeated in an answer."""
    told = text[: SHOWN + 1]
    told = told if told.isprintable() else told.encode("unicode_escape").decode()
    return told if len(told) <= SHOWN else told[:SHOWN] + "…"


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(
            text.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"byte {error.start} is not UTF-8; send JSON in UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"expected JSON, found a fault at {where}: {error.msg}") from error
    except RecursionError as error:
        raise InvalidRequest("the JSON is nested too deeply; one flat object is enough") from error
    except ValueError as error:  # from our own hooks, and for numbers of thousands of digits
        raise InvalidRequest(f"expected JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidRequest(f"expected one JSON object {{…}}, found {_found(found)}")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the name {shown(twice)} stands there twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _value(slots: Mapping[str, Slot], name: str, found: Mapping[str, Any]) -> Any:
    """The field's value, None for null where it may be left out. Raises ValueError saying why."""
    slot = slots.get(name)
    if slot is None:
        raise ValueError(UNKNOWN)
    if name not in found:
        raise ValueError(f"expected {slot.expected}, found nothing")
    value = found[name]
    if value is None and not slot.required:
        return None
    try:
        return msgspec.convert(_without_halves(value), slot.hint)
    except msgspec.ValidationError as error:
        told = f"expected {slot.expected}, found {_found(value, slot.expected)}"
        raise ValueError(told) from error


def _without_halves(value: Any) -> Any:
    """The value, unless it is text with half of a surrogate pair, which no encoding can hold."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"character {error.start} is half of a surrogate pair; send valid Unicode"
            ) from error
    return value


@cache
def _slots(kind: type[msgspec.Struct]) -> dict[str, Slot]:
    hints = get_type_hints(kind, include_extras=True)
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)  # noqa: S101  # what a Struct's type_info is
    return {
        field.name: Slot(hints[field.name], _in_words(field.type), field.required)
        for field in info.fields
    }


def _in_words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return _in_words(kind.type)
        case inspect.UnionType():
            return _in_words(next(k for k in kind.types if not isinstance(k, inspect.NoneType)))
        case inspect.StrType(max_length=int()):
            return f"text of at most {kind.max_length} characters"
        case inspect.IntType(ge=int(), le=int()):
            return f"a whole number from {kind.ge} to {kind.le}"
        case inspect.EnumType():
            return "one of " + ", ".join(member.value for member in kind.cls)
    return _WORDS[type(kind)]


_WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.UUIDType: "the id of a comment (a UUID)",
    inspect.DateTimeType: "a time with its zone as in RFC 3339, such as 2026-11-22T12:00:00Z",
}


def _found(value: Any, expected: str = "") -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**15:
            return str(value)
        case int() | float():
            return "another number"
        case str() if expected.startswith("text of"):
            return f"{len(value)} characters"
        case str():
            return f'"{shown(value)}"'
        case list():
            return "a list"
    return "an object"
