"""Invented comments: kinds of spam that no data at hand hold, and ham that looks like them.

Written for this project from general knowledge, none copied: a small grammar for each language
beside this file, expanded in the same way each time. They teach; nothing is measured on them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from models.data.datasets import Example
from models.errors import BadData
from models.text import CommentText

FOLDER = Path(__file__).parent
COMMON = "common"
FILE = "seeds_"
"""What the examples' file names begin with; the language follows."""
EACH = 12
"""How often each template is drawn; copies among the draws are dropped."""

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_LIST = re.compile(r"\{(\w+)\}")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Family:
    """Templates of one kind and label (1 spam, 0 ham), and those of their author's fields."""

    kind: str
    label: int
    name: str
    address: str
    templates: tuple[str, ...]


Lists = dict[str, list[str]]


def languages() -> list[str]:
    """The languages that have a grammar, by their codes."""
    return sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != COMMON)


def seeds(each: int = EACH) -> Iterator[Example]:
    """Every language's examples. The same `each` gives the same ones."""
    for language in languages():
        yield from expand(_read(language), _read(COMMON), language, each)


def grammar_hash(file: str) -> str:
    """The sha256 of the grammars behind the examples of a file; "" where it is none of ours."""
    language = file.removeprefix(FILE)
    if language == file or language not in languages():
        return ""
    return hashlib.sha256((_read(COMMON) + _read(language)).encode()).hexdigest()


def _read(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def expand(grammar: str, common: str, language: str, each: int) -> Iterator[Example]:
    """The examples of one grammar, different ones, in order. Raises BadData, naming the line."""
    own_lists, families = parse(grammar)
    lists = parse(common)[0] | own_lists
    seen: set[str] = set()
    for family in families:
        for template in family.templates:
            random = Random(f"{language} {family.kind} {template}")  # noqa: S311 - no secret
            for _ in range(each):
                comment = _draw(family, template, lists, random)
                if comment.body not in seen:
                    seen.add(comment.body)
                    yield Example(comment, family.label, f"{FILE}{language}", language=language)


def _draw(family: Family, template: str, lists: Lists, random: Random) -> CommentText:
    return CommentText(
        body=_styled(_filled(template, lists, random), random),
        author_name=_filled(family.name, lists, random),
        author_url=_filled(family.address, lists, random),
    )


def _filled(template: str, lists: Lists, random: Random) -> str:
    """A template with each choice made: `(a|b)` first, then `{list}`, which may hold more."""
    text = template
    for _ in range(_DEEPEST):
        if _CHOICE.search(text):
            text = _CHOICE.sub(lambda match: random.choice(match[1].split("|")), text)
        elif _LIST.search(text):
            text = _LIST.sub(lambda match: random.choice(_known(lists, match[1])), text)
        else:
            return " ".join(text.split())
    raise BadData("lists that come to an end", template, "take the list out of itself")


def _known(lists: Lists, name: str) -> list[str]:
    if name not in lists:
        raise BadData(f"one of the lists {', '.join(sorted(lists))}", name, "define it with $name")
    return lists[name]


def _styled(text: str, random: Random) -> str:
    """Some are typed in lower case, in capitals, or begin with a capital, whatever the label."""
    draw = random.random()
    if "://" in text or draw > 0.6:
        return text
    if draw < 0.25:
        return text.lower()
    return text.upper() if draw < 0.3 else text[:1].upper() + text[1:]


def parse(grammar: str) -> tuple[Lists, list[Family]]:
    """The lists and families of a grammar; blank lines and those with # say nothing.

    `$name = a | b` is a list, `spam kind, name …, address …` begins a family, and the indented
    lines below it are its templates. Raises BadData, naming the line.
    """
    lists: Lists = {}
    heads: list[tuple[str, list[str]]] = []
    for number, line in enumerate(grammar.splitlines(), start=1):
        if line.startswith("$") and " = " in line:
            name, _, choices = line[1:].partition(" = ")
            lists[name] = [choice.strip().strip('"') for choice in choices.split(" | ")]
        elif line.startswith("  ") and heads:
            heads[-1][1].append(line.strip())
        elif line.startswith(("spam ", "ham ")):
            heads.append((line, []))
        elif line.strip() and not line.startswith("#"):
            raise BadData("a list, a family or an indented template", f"line {number}", "mend it")
    return lists, [_family(head, tuple(templates)) for head, templates in heads]


def _family(head: str, templates: tuple[str, ...]) -> Family:
    first, *fields = head.split(", ")
    label, _, kind = first.partition(" ")
    given = dict(field.split(" ", 1) for field in fields)
    name, address = given.get("name", ""), given.get("address", "")
    return Family(kind, int(label == "spam"), name, address, templates)
