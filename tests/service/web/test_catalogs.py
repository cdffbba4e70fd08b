"""The catalogs: whole, up to date with the pages, and no words on a page that are in none."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from service.web.language import CATALOGS, LANGUAGES

ROOT = Path(__file__).parents[3]
WEB = ROOT / "service/web"
TEMPLATES = WEB / "templates"
OTHERS = sorted(set(LANGUAGES) - {"en"})
STAYS_ENGLISH = ("article/demo/", "openapi/")  # the demo's own newspaper, and what programmers read
NOT_YET: tuple[str, ...] = ()  # templates whose words are still bare; it only ever shrinks
NAMES = {"Hamlet", "CSV", "JSON"}  # the same in every language
FOR_BROWSERS = {"light dark"}  # values of attributes
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]*>")
SHOWN = {"alt", "aria-label", "data-label", "placeholder", "title"}
WORD = re.compile(r"[^\W\d_]{2}")


@cache
def catalog(language: str) -> Catalog:
    path = CATALOGS / language / "LC_MESSAGES/messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalog(language) if message.id)


def parts(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def places(text: str) -> set[str]:
    """What has to stand in every translation: values and tags."""
    return set(PLACE.findall(text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_in_every_plural_form(language: str) -> None:
    for message in messages(language):
        forms = parts(message.string)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        wanted = catalog(language).num_plurals if message.pluralizable else 1
        assert len(forms) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_and_tags_of_its_message(language: str) -> None:
    for message in messages(language):
        assert not list(message.check(catalog(language))), message.id
        wanted = [places(text) for text in parts(message.id)]
        for form in parts(message.string):
            assert places(form) in wanted, (message.id, form)
            assert form[:1].isspace() is parts(message.id)[0][:1].isspace(), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalog(language))
    fresh.seek(0)
    kept = read_mo(io.BytesIO((CATALOGS / language / "LC_MESSAGES/messages.mo").read_bytes()))
    told = {parts(message.id): message.string for message in read_mo(fresh)}
    remedy = "run `make words`"
    assert {parts(message.id): message.string for message in kept} == told, remedy


def extracted() -> set[tuple[str, ...]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = config["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        WEB,
        [(one["pattern"], one["method"]) for one in mappings],
        {one["pattern"]: one for one in mappings},
        DEFAULT_KEYWORDS | {"later": None, "marked": None},
    )
    return {parts(message) for _, _, message, _, _ in found}


def test_the_catalogs_hold_what_the_pages_say() -> None:
    wanted = extracted()
    for language in OTHERS:
        held = {parts(message.id) for message in messages(language)}
        assert held == wanted, f"{language}: run `make words`, then translate what is new"


class Bare(HTMLParser):
    """Collects the words that a reader would see or hear, as they stand in a template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("code", "script", "style") or given.get("translate") == "no":
            self._quiet.append(tag)
        self.found += [f"{name}={value}" for name, value in attrs if name in SHOWN and words(value)]

    def handle_endtag(self, tag: str) -> None:
        if self._quiet[-1:] == [tag]:
            self._quiet.pop()

    def handle_data(self, data: str) -> None:
        is_attribute = '="' in data  # of a tag that a macro completes
        if not self._quiet and not is_attribute and words(data):
            self.found.append(" ".join(data.split()))


def words(text: str | None) -> bool:
    bare = re.sub(r"&\w+;", "", text or "")
    return bool(WORD.search(re.sub(rf"\b({'|'.join(NAMES)})\b", "", bare)))


def bare_words(source: str) -> list[str]:
    """The words of a template that go through no catalog."""
    for pattern in (
        r"\{#.*?#\}",
        r"\{%-?\s*block (?:body|width|head)\s*-?%\}[\w ]*\{%-?\s*endblock\s*-?%\}",
        r"\{%-?\s*trans\b.*?endtrans\s*-?%\}",
        r"\{\{.*?\}\}",
        r"\{%.*?%\}",
    ):
        source = re.sub(pattern, "", source, flags=re.DOTALL)
    parser = Bare()
    parser.feed(source)
    return parser.found


def bare_constants(source: str) -> list[str]:
    """English in `{{ "One" if … else "another" }}`."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    chosen = [node for output in tree.find_all(nodes.Output) for node in output.nodes]
    choices = [node for node in chosen if isinstance(node, nodes.CondExpr)]
    sides = [side for node in choices for side in (node.expr1, node.expr2)]
    said = [side.value for side in sides if isinstance(side, nodes.Const)]
    return [text for text in said if isinstance(text, str) and is_said(text)]


def is_said(text: str) -> bool:
    return text not in FOR_BROWSERS and re.search(r"[A-Z]| \w", text) is not None


def templates() -> list[str]:
    every = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
    return [name for name in every if not name.startswith(STAYS_ENGLISH)]


@pytest.mark.parametrize("name", templates())
def test_no_template_has_words_that_are_in_no_catalog(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    found = bare_words(source) + bare_constants(source)
    if name in NOT_YET:
        assert found, "its words are in the catalogs now: take it out of NOT_YET"
    else:
        assert not found, "wrap them in _() or {% trans %}, then run `make words`"


def test_bare_words_are_found() -> None:
    assert bare_words('<p title="Hi there">Bare {{ x }}</p><code>make up</code>') == [
        "title=Hi there",
        "Bare",
    ]
    assert bare_words("{% trans %}Told{% endtrans %} {{ _('Told') }} · Hamlet") == []
    assert bare_constants('{{ "Not yet" if x else _("Told") }}') == ["Not yet"]


def test_no_script_says_anything_by_itself() -> None:
    """Its sentences come with the page: what stands between quotes is for machines."""
    for path in sorted((WEB / "static").rglob("*.js")):
        code = re.sub(
            r"^\s*(?://|/\*\*).*$|\s//.*$", "", path.read_text("utf-8"), flags=re.MULTILINE
        )
        said = re.findall(r'"([A-Z][^"]* [^"]*)"|`([A-Z][^`]* [^`]*)`', code)
        assert not said, f"{path.name} says {said}"


def test_no_style_knows_left_from_right() -> None:
    sides = re.compile(
        r"(?:^|[\s;{])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b"
        r"|(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
        r"|border-(?:top|bottom)-(?:left|right)-radius)"
    )
    four = re.compile(
        r"(?:margin|padding|inset)\s*:\s*([^\s;]+)\s+([^\s;]+)\s+([^\s;]+)\s+([^\s;]+)\s*;"
    )
    for path in sorted((WEB / "static").glob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert not sides.findall(text), f"{path.name}: use margin-inline-start"
        uneven = [match.group() for match in four.finditer(text) if match[2] != match[4]]
        assert not uneven, f"{path.name}: {uneven}"
