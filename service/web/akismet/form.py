"""The form as clients send it: any charset, PHP's arrays, bare names, and much that is not ours."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 1024 * 1024  # of one form
MAX_FIELDS = 10_000  # of which the last thousand are read too: some send the key at the end
LAST = 1_000
UTF_8 = "utf-8"
CONTEXT = re.compile(r"comment_context(\[\d*\])?")
QUOTED = re.compile(r"""\\(['"\\])""")
PLAIN_NAME = re.compile(r"[\w.\[\]-]{1,100}", re.ASCII)
# Charsets of which one byte is one character: text in them is almost never valid UTF-8 by chance.
SINGLE_BYTE = re.compile(r"ascii|latin_1|iso8859_\d+|cp\d{3,4}|koi8_[rtu]|mac_\w+|tis_620")
MULTI_BYTE = re.compile(
    r"gb18030|gbk|gb2312|hz|big5(hkscs)?|euc_\w+|shift_jis\w*|iso2022_\w+|johab|cp(932|949|950)"
)


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by their names on the wire, decoded; a field sent twice has its last value."""

    values: Mapping[str, str] = field(default_factory=dict)
    context: tuple[str, ...] = ()  # tags and categories of the page

    def get(self, *names: str) -> str:
        """The first of these fields that has a value; "" if none has."""
        return next((value for name in names if (value := self.values.get(name, ""))), "")

    def has(self, name: str) -> bool:
        """Whether the field was sent, be it empty."""
        return name in self.values

    def says_yes(self, name: str) -> bool:
        """Whether a switch is on: clients send 1, true or True; 0, false or nothing for off."""
        return self.get(name).strip().lower() in ("1", "true", "yes", "on")


def read(body: bytes, query: bytes, content_type: str, charset: str) -> Form:
    """The form in a body and behind the question mark, where the body's value wins.

    A body of another type than a form's is read as no fields at all, JSON for one. Nor does the
    query count then: half of what was said would be taken for the whole.
    """
    if body and content_type not in (MEDIA_TYPE, "text/plain", ""):
        return Form()
    pairs = [*_pairs(query), *_pairs(body)]
    raw = dict(pairs)
    declared = raw.get("blog_charset", b"").decode("ascii", "replace") or charset
    codec = _codec(declared)
    values = {name: decode(value, codec) for name, value in raw.items()}
    context = tuple(decode(value, codec) for name, value in pairs if CONTEXT.fullmatch(name))
    return Form(values, context)


def as_typed(found: Form) -> Form:
    """Without the backslashes that WordPress sets before the quotes of every form it receives.

    A value in which a quote or backslash has none was never given any, and is left as it is.
    """
    return replace(found, values={name: _as_typed(value) for name, value in found.values.items()})


def decode(text: bytes, codec: str) -> str:
    """The text, whatever its bytes are; what is none in this charset becomes U+FFFD."""
    for name in (codec, UTF_8) if MULTI_BYTE.fullmatch(codec) else (UTF_8, codec):
        try:
            return text.decode(name)
        except UnicodeDecodeError:
            continue
    return text.decode(codec, "replace")


def _as_typed(value: str) -> str:
    rest = QUOTED.sub("", value)
    return value if any(mark in rest for mark in "'\"\\") else QUOTED.sub(r"\1", value)


def _pairs(text: bytes) -> list[tuple[str, bytes]]:
    """Names with their values as bytes; what cannot be a name of a field is left out."""
    parts = text.split(b"&")
    if len(parts) > MAX_FIELDS:
        parts = parts[: MAX_FIELDS - LAST] + parts[-LAST:]
    found = []
    for part in parts:
        raw_name, _, raw_value = part.partition(b"=")
        name = unquote_to_bytes(raw_name).decode("ascii", "replace").strip()
        if PLAIN_NAME.fullmatch(name):
            found.append((name, unquote_to_bytes(raw_value.replace(b"+", b" "))))
    return found


def _codec(declared: str) -> str:
    """Python's name of a charset that texts come in; UTF-8 for any other."""
    try:
        name = codecs.lookup(declared.strip()).name.replace("-", "_")
    except (LookupError, ValueError):
        return UTF_8
    if name in ("ascii", "latin_1", "iso8859_1"):
        return "cp1252"  # as browsers read these two
    return name if SINGLE_BYTE.fullmatch(name) or MULTI_BYTE.fullmatch(name) else UTF_8
