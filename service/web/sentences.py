"""English sentences that others made, told in the language of the page.

Core, the models and the log of events keep their sentences in English, with the values already in
them, and know nothing of languages. Here each is found again by its template, and the template's
translation is filled with the same values. A sentence that nobody foresaw stays in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from service.web.error_words import ERRORS
from service.web.language import ENGLISH, USUAL, _, chosen, decimal, locale, ngettext
from service.web.reason_words import LEARNED_HERE, REASONS, WHAT

PLACE = re.compile(r"%\((\w+)\)s")
NUMBERS = {"count", "number", "seconds", "articles", "sites"}  # places that hold digits only
TIMES = r"(once|twice|\d+ times)"
DECIDED = re.compile(
    rf"(?:(?:called spam {TIMES})?(?: and )?(?:approved {TIMES})? by people here)?"
    rf"(?:; )?(?:called spam {TIMES} on other sites)?"
)


def in_words(text: str) -> str:
    """The sentence in the language of the page; itself where it is not known."""
    if chosen() == USUAL:
        return text
    template, values = _found(text)
    return (
        _(template, **{name: _value(name, value) for name, value in values}) if template else text
    )


@lru_cache(maxsize=4_000)
def _found(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The sentence's template, and what stands in its places; "" for none."""
    if text in _plain():
        return text, ()
    for pattern, template in _patterns():
        if match := pattern.fullmatch(text):
            return template, tuple(match.groupdict().items())
    return "", ()


def templates() -> tuple[str, ...]:
    """All that can be told in other languages; those of the longest words first."""
    return (*REASONS, *(f"{what}: %(told)s" for what in WHAT), LEARNED_HERE, *ERRORS)


@cache
def _plain() -> frozenset[str]:
    return frozenset(text for text in templates() if not PLACE.search(text))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(text), text) for text in templates() if PLACE.search(text))


def _pattern(template: str) -> re.Pattern[str]:
    parts = PLACE.split(template)
    for at in range(1, len(parts), 2):
        inside = r"\d[\d.,]*" if parts[at] in NUMBERS else r".+"
        parts[at] = f"(?P<{parts[at]}>{inside})"
    for at in range(0, len(parts), 2):
        parts[at] = re.escape(parts[at].replace("%%", "%"))
    return re.compile("".join(parts), re.DOTALL)


def _value(name: str, value: str) -> str:
    """What stands in a place: some are sentences and words themselves."""
    tell: dict[str, Callable[[str], str]] = {
        "reason": in_words,
        "told": _told,
        "script": _script,
        "system": in_words,
        "browser": in_words,
        "seconds": lambda text: decimal(float(text)),
    }
    return tell[name](value) if name in tell else value


def _told(text: str) -> str:
    """How often people decided something before: `approved once by people here`."""
    match = DECIDED.fullmatch(text)
    if match is None:
        return text
    spam, ham, elsewhere = (_times(times) for times in match.groups())
    here = [
        *([ngettext("called spam %(num)s time", "called spam %(num)s times", spam)] * bool(spam)),
        *([ngettext("approved %(num)s time", "approved %(num)s times", ham)] * bool(ham)),
    ]
    told = []
    if len(here) == 2:
        told.append(_("%(spam)s and %(ham)s by people here", spam=here[0], ham=here[1]))
    elif here:
        told.append(_("%(decided)s by people here", decided=here[0]))
    if elsewhere:
        told.append(
            ngettext(
                "called spam %(num)s time on other sites",
                "called spam %(num)s times on other sites",
                elsewhere,
            )
        )
    return "; ".join(told)


def _times(text: str | None) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.split()[0]) if text else 0


def _script(name: str) -> str:
    """A writing system as the language calls it."""
    code = next((code for code, known in ENGLISH.scripts.items() if known == name), "")
    return str(locale().scripts.get({"Chinese": "Hani"}.get(name, code), name))
