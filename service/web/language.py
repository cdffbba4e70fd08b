"""The language of a page: which one, and how words, numbers and times are put in it.

A moderator's choice is kept in a cookie; without one, and for readers, the browser's own languages
count, then the site's. Programs are always answered in English.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import cast

import flask_babel
from babel import Locale, dates, numbers
from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel.speaklater import LazyString

import service
from service.web.cookies import read_cookie

CATALOGS = Path(service.__file__).parent / "translations"
# Each as its own speakers call it.
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
USUAL = "en"  # of the sentences in the code
ENGLISH = Locale("en", "GB")  # day before month, weeks from Monday
FOR_PROGRAMS = {"akismet", "comments", "health", "openapi"}

babel = flask_babel.Babel()
ENGLISH_WORDS = NullTranslations()


def init_app(app: Flask) -> None:
    app.config.setdefault("LANGUAGES", LANGUAGES)
    babel.init_app(
        app,
        default_locale=str(ENGLISH),
        default_translation_directories=str(CATALOGS),
        locale_selector=lambda: _locale_of(chosen()),
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n
        gettext=lambda text: _catalog().gettext(text),
        ngettext=lambda one, many, count: _catalog().ngettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters["number"] = number
    app.jinja_env.filters["percentage"] = percentage
    app.jinja_env.filters["long_time"] = long_time
    app.jinja_env.filters["short_time"] = short_time
    app.jinja_env.filters["long_day"] = long_day
    app.jinja_env.filters["medium_day"] = medium_day
    app.context_processor(
        lambda: {
            "language": chosen(),
            "direction": locale().text_direction,
            "languages": current_app.config["LANGUAGES"],
        }
    )
    app.after_request(_name_language)


def _(text: str, **values: object) -> str:
    """`text` in the language of the request, with `values` in the places %(so)s."""
    sentence = _catalog().gettext(text)
    return sentence % values if values else sentence


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence for this count; %(num)s is the count with its thousands apart."""
    sentence = _catalog().ngettext(one, many, count)
    return sentence % ({"num": number(count)} | values)


def later(text: str) -> str:
    """As `_`, but only when shown: for tables that are made before anybody asks."""
    return cast(str, LazyString(_, text))


def marked(text: str) -> str:
    """The English sentence itself, for the catalogs to know: somebody else puts it in words."""
    return text


def chosen() -> str:
    """The code of this request's language."""
    if not has_request_context() or request.blueprint in FOR_PROGRAMS:
        return USUAL
    if "language" not in g:
        g.language = _asked_for(list(current_app.config["LANGUAGES"]))
    return cast(str, g.language)


def prefer(code: str) -> None:
    """Show this page in the site's language, if we speak it and the reader names none of ours."""
    if request.accept_languages.best_match(list(current_app.config["LANGUAGES"])) is None:
        g.language = spoken(code) or USUAL
        flask_babel.refresh()
        g.pop("locale", None)
        g.pop("catalog", None)


def locale() -> Locale:
    """By whose habits numbers and times are written."""
    if not has_request_context():
        return ENGLISH
    if "locale" not in g:
        g.locale = _locale_of(chosen())
    return cast(Locale, g.locale)


def number(value: float) -> str:
    """A whole number, its thousands apart."""
    return _decimal(value, 0, locale())


def percentage(share: float, digits: int = 4) -> str:
    """A share as a percentage, with so many digits behind the point at most."""
    return _("%(number)s %%", number=_decimal(share * 100, digits, locale()))


def points(weight: float) -> str:
    """A weight with its sign and one digit behind the point."""
    if not weight:
        return "0"
    shown = numbers.format_decimal(abs(weight), "0.0", locale=locale())
    return f"{'+' if weight > 0 else '−'}{shown}"


def decimal(value: float, digits: int = 1) -> str:
    """A number with so many digits behind the point at most."""
    return _decimal(value, digits, locale())


def long_day(at: date) -> str:
    """Such as "22 November 2026"."""
    return _day(_date_of(at), "long", locale())


def medium_day(at: date) -> str:
    """Such as "22 Nov 2026"."""
    return _day(_date_of(at), "medium", locale())


def clock_time(at: datetime, seconds: bool = False) -> str:
    """Hours and minutes of UTC, without saying so."""
    return _time(at.hour, at.minute, at.second if seconds else None, locale())


def long_time(at: datetime, seconds: bool = False) -> str:
    """Such as "22 November 2026, 12:00 UTC"."""
    return _("%(day)s, %(time)s UTC", day=long_day(at), time=clock_time(at, seconds))


def short_time(at: datetime) -> str:
    """Such as "22 Nov 2026, 12:00"; UTC, as the page or the title beside it says."""
    day = _day(_date_of(at), "medium", locale())
    return _("%(day)s, %(time)s", day=day, time=clock_time(at))


def day_of_year(at: date, weekday: bool = False) -> str:
    """Such as "22 Nov", with "Sun" before it if the weekday is wanted."""
    return dates.format_skeleton("MMMEd" if weekday else "MMMd", at, locale=locale())


def in_one_unit(seconds: int, unit: str, is_ago: bool = False) -> str:
    """So many seconds in whole days, hours or minutes; "… ago" if wanted."""
    return _lasting(seconds, unit, is_ago, locale())


# Pages say the same numbers and times again and again, and Babel takes its time over each.


@lru_cache(maxsize=4_000)
def _decimal(value: float, digits: int, where: Locale) -> str:
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return numbers.format_decimal(value, pattern, locale=where)


@lru_cache(maxsize=1_000)
def _day(day: date, length: str, where: Locale) -> str:
    return dates.format_date(day, length, locale=where)


@lru_cache(maxsize=4_000)
def _time(hour: int, minute: int, second: int | None, where: Locale) -> str:
    length = "short" if second is None else "medium"
    return dates.format_time(time(hour, minute, second or 0), length, locale=where)


@lru_cache(maxsize=1_000)
def _lasting(seconds: int, unit: str, is_ago: bool, where: Locale) -> str:
    return dates.format_timedelta(
        timedelta(seconds=-seconds),
        granularity=unit,  # type: ignore[arg-type]  # "day", "hour" or "minute"
        threshold=math.inf,  # never a larger unit than this
        add_direction=is_ago,
        locale=where,
    )


def _date_of(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _catalog() -> NullTranslations:
    """This request's, found once: a page of the queue asks it some thousand times."""
    if not has_request_context():
        return ENGLISH_WORDS
    if "catalog" not in g:
        g.catalog = flask_babel.get_translations()
    return cast(NullTranslations, g.catalog)


def spoken(code: str) -> str | None:
    """Ours for a code of BCP 47, whatever its region; None if we do not speak it."""
    main = code.replace("_", "-").partition("-")[0].lower()
    return main if main in current_app.config["LANGUAGES"] else None


def _asked_for(ours: list[str]) -> str:
    if request.blueprint != "article":  # whose readers are promised that no cookie is set
        kept = read_cookie("-language")
        if kept in ours:
            return kept
    return request.accept_languages.best_match(ours) or USUAL


def _locale_of(code: str) -> Locale:
    return ENGLISH if code == USUAL else Locale.parse(code)


def _name_language(response: Response) -> Response:
    """Caches must not hand one reader's language to another."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = chosen()
        response.vary.add("Accept-Language")
    return response
