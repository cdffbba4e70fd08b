"""The features of one comment in plain Python, a character at a time.

Slow and obvious: what the quick path in `models` must agree with on any text. Only what it does
another way is written out here; lists of letters, link parts and marks are the model's own.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from models import CommentText, features, links, text
from models.characters import IDEOGRAPH, SEPARATOR, TABLE_SIZE, kind_table
from models.marks import disguise_marks, link_marks, name_marks

_WHOLE = 1 << 64
_BASE = 0x9E3779B97F4A7C15
_URL = re.compile(
    r"(?:https?|ftp)://([^\s<>\"'\[\](){}|]+)|(?<![\w.@/-])www\.([^\s<>\"'\[\](){}|]+)", re.I
)
_MIXED = re.compile("[A-Za-z][\u0370-\u058f]|[\u0370-\u058f][A-Za-z]")
_STARTS = (features.WORD_START, features.CHAR_START, features.MARK_START)


def clean(raw: str) -> text.Cleaned:
    """`models.text.clean` without a shortcut."""
    read = html.unescape(raw).replace("\r\n", "\n").replace("\r", "\n")
    styled = len(text._STYLED.findall(read)) if not read.isascii() else 0
    read = text._CONTROLS.sub(" ", unicodedata.normalize("NFKC", read))
    read, invisible = text._INVISIBLE.subn("", read)
    read = text._JOINER.sub("", read).translate(text.ALWAYS)
    if not _MIXED.search(read):
        return text.Cleaned(read, 0, invisible, styled)
    folded = sum(text._fold(word) != word for word in re.findall(r"\w+", read))
    read = re.sub(r"\w+", lambda match: text._fold(match[0]), read)
    return text.Cleaned(read, folded, invisible, styled)


def scan(read: str) -> links.LinkScan:
    """`models.links.scan` with each expression over the whole text."""
    found: list[str] = []

    def keep(match: re.Match[str]) -> str:
        address = _URL.search(match[0])
        return f" {address[0]} " if address else " "

    def take(match: re.Match[str]) -> str:
        found.append(match[1] or match[2])
        return " "

    def take_bare(match: re.Match[str]) -> str:
        host = match[1].partition("/")[0].lower()
        if not links.domain_of(host)[0] or links._is_no_address(host):
            return match[0]
        found.append(match[1])
        return " "

    if not any(sign in read for sign in (".", "<", "[", "://")):
        return links.LinkScan(read)
    read, anchors = links._ANCHOR.subn(keep, read)
    read, bbcodes = links._BBCODE.subn(keep, read)
    read = _URL.sub(take, read)
    emails = links._EMAIL.findall(read)
    read, tags = links._TAG.subn(" ", links._EMAIL.sub(" ", read))
    if re.search(r"\w\.\w", read):
        read = links._BARE.sub(take_bare, read)
    parsed = tuple(links.parse_link(address) for address in found[:50])
    return links.LinkScan(read, parsed, len(found), tuple(emails[:10]), anchors, bbcodes, tags)


def row(comment: CommentText) -> dict[int, float]:
    """Column and value of each feature of a comment without site or article, but its shape."""
    body, name = clean(comment.body), clean(comment.author_name)
    found, author = scan(body.text), None
    if comment.author_url:
        link = links.parse_link(clean(comment.author_url).text)
        author = link if link.host else None
    addresses = found.links if author is None else (*found.links, author)
    marks = link_marks(found, author) + disguise_marks(body, name)
    marks += name_marks(name.text, [link.host for link in addresses])
    words = links.words_of(addresses)[:60]
    fields = [found.text.lower(), scan(name.text).text.lower(), " ".join(words).lower()]
    blocks = (
        {column for field in fields for column in _words(field)},
        {column for field in (fields[0], fields[2]) for column in _pieces(field)},
        {_column(_hash(mark), 4, features.MARK_BITS) for mark in marks},
    )
    cells = {}
    for block, start, weight, floor in zip(
        blocks, _STARTS, features.BLOCK_WEIGHTS, features.BLOCK_FLOORS, strict=False
    ):
        value = float(np.float32(weight / np.sqrt(max(len(block), floor))))
        cells.update({start + column: value for column in block})
    return cells


def _words(field: str) -> Iterator[int]:
    hashes = [_hash(word) for word in _cut(field)]
    for value in hashes:
        yield _column(value, 1, features.WORD_BITS)
    for one, other in pairwise(hashes):
        yield _column((3 * one + 5 * other) % _WHOLE, 2, features.WORD_BITS)


def _cut(field: str) -> Iterator[str]:
    """Runs of letters and digits; each ideograph is one of its own."""
    word = ""
    for letter in field:
        if _kind(letter) in (SEPARATOR, IDEOGRAPH):
            yield from filter(None, [word])
            word = ""
            if _kind(letter) == IDEOGRAPH:
                yield letter
        else:
            word += letter
    yield from filter(None, [word])


def _pieces(field: str) -> Iterator[int]:
    """Four characters of a word at a time, one space on either side of it."""
    spaced = "".join(letter if _kind(letter) != SEPARATOR else " " for letter in field)
    for word in spaced.split(" "):
        for start in range(len(word) - 1):
            yield _column(_hash(f" {word} "[start : start + 4]), 3, features.CHAR_BITS)


def _kind(letter: str) -> int:
    return int(kind_table()[min(ord(letter), TABLE_SIZE - 1)])


def _hash(piece: str) -> int:
    return sum(_mix(ord(c) + 1) * pow(_BASE, place, _WHOLE) for place, c in enumerate(piece))


def _mix(value: int) -> int:
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % _WHOLE
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB % _WHOLE
    return value ^ (value >> 31)


def _column(value: int, salt: int, bits: int) -> int:
    return _mix((value % _WHOLE) ^ (salt * _BASE % _WHOLE)) >> (64 - bits)
