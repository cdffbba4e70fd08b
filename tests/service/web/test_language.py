"""Which language a page is in, and how it writes numbers and times."""

from __future__ import annotations

from datetime import UTC, datetime

import flask_babel
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.policy import Circumstances, rule
from service.core.signals import Precedents, Reason, Signals, reasons_of
from service.core.store import sites
from service.core.store.session import Store
from service.core.verdict import Cutoffs, Mode
from service.web.language import in_one_unit, long_time, number, percentage, short_time
from service.web.queue_words import comments, counted
from service.web.sentences import in_words, templates
from tests.fakes import FrozenClock
from tests.service.web.conftest import Site
from tests.service.web.moderating import Moderator, add_moderator

AT = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def owner(app: Flask, store: Store, clock: FrozenClock) -> Moderator:
    add_moderator(store, clock)
    owner = Moderator(app)
    owner.log_in()
    return owner


def test_the_browser_says_the_language_before_anybody_chose_one(client: FlaskClient) -> None:
    page = client.get("/login", headers=GERMAN)
    assert '<html lang="de" dir="ltr"' in page.text
    assert "Zum Moderieren anmelden" in page.text
    assert page.headers["Content-Language"] == "de"
    assert "Accept-Language" in page.headers["Vary"]
    assert '<html lang="en"' in client.get("/login", headers={"Accept-Language": "ja"}).text


def test_a_choice_is_kept_and_beats_the_browser(owner: Moderator) -> None:
    owner.get("/queue")
    assert owner.press("/language", language="fr", back="/queue").status_code == 303
    page = owner.get("/queue").text
    assert '<html lang="fr"' in page
    assert "À vérifier" in page
    assert 'data-nothing="Il n’y a rien à annuler sur cette page."' in page
    owner.press("/language", language="xx", back="/queue")
    assert '<html lang="fr"' in owner.get("/queue").text


def test_the_menu_leads_nowhere_else(owner: Moderator) -> None:
    owner.get("/queue")
    answer = owner.press("/language", language="de", back="https://evil.test/")
    assert answer.headers["Location"] == "/queue"


def test_a_reader_is_told_in_their_language_else_in_the_sites(
    client: FlaskClient, site: Site, store: Store
) -> None:
    with store.writing() as session:
        sites.change(session, site.id, {"language": "es-MX"})
    page = "/a/blog/privacy"
    assert '<html lang="es"' in client.get(page).text
    assert "Cómo se comprueban los comentarios" in client.get(page).text
    assert '<html lang="de"' in client.get(page, headers=GERMAN).text
    client.set_cookie("hamlet-language", "fr")  # no cookie counts where none is promised
    assert '<html lang="es"' in client.get(page).text


def test_programs_are_answered_in_english(client: FlaskClient) -> None:
    problem = client.get("/api/v1/comments", headers=GERMAN).get_json()
    assert problem["title"] == "Unauthorized"
    assert "Send the header" in problem["detail"]
    assert "Es gibt" not in client.get("/api/v1/nothing", headers=GERMAN).text


def test_an_error_is_told_to_people_in_their_language(client: FlaskClient) -> None:
    assert "Diese Seite gibt es nicht" in client.get("/nowhere", headers=GERMAN).text
    page = client.get("/a/none/privacy", headers=GERMAN).text
    assert "Es gibt keine Website namens" in page


@pytest.mark.parametrize(
    ("language", "long", "short", "thousand", "share", "ago"),
    [
        ("en", "1 March 2026, 14:05 UTC", "1 Mar 2026, 14:05", "1,234", "12.5 %", "3 hours ago"),
        ("de", "1. März 2026, 14:05 UTC", "01.03.2026, 14:05", "1.234", "12,5 %", "vor 3 Stunden"),
        ("fr", "1 mars 2026, 14:05 UTC", "1 mars 2026, 14:05", "1 234", "12,5 %",
         "il y a 3 heures"),
        ("es", "1 de marzo de 2026, 14:05 UTC", "1 mar 2026, 14:05", "1234", "12,5 %",
         "hace 3 horas"),
    ],
)  # fmt: skip
def test_numbers_and_times_are_written_as_the_language_has_it(
    app: Flask, language: str, long: str, short: str, thousand: str, share: str, ago: str
) -> None:
    with app.test_request_context("/login", headers={"Accept-Language": language}):
        told = [
            long_time(AT), short_time(AT), number(1234), percentage(0.125),
            in_one_unit(3 * 3600, "hour", is_ago=True),
        ]  # fmt: skip
    plain = [text.replace("\u202f", " ").replace("\u00a0", " ") for text in told]
    wanted = [long, short, thousand, share, ago]
    assert plain == (wanted if language != "es" else [*wanted[:2], plain[2], *wanted[3:]])


def test_counts_take_their_plural(app: Flask) -> None:
    with app.test_request_context("/login", headers=GERMAN):
        assert [comments(1), comments(2)] == ["1 Kommentar", "2 Kommentare"]
        assert counted(10_001) == "10.000+"


def every_reason() -> list[Reason]:
    """One of each that core gives, and some of the models'."""
    precedents = [
        Precedents(spam=3, ham=1, spam_elsewhere=2),
        Precedents(ham=2),
        Precedents(spam=1),
    ]
    seen = [
        Signals(honeypot=True, filled_in_ms=1_200, is_scripted=False, is_untyped=True,
                text=before, author=before, network=before, domains=[("pills.test", before)],
                copied=True, articles=articles, sites=articles - 1)
        for before, articles in zip(precedents, (1, 2, 3), strict=True)
    ]  # fmt: skip
    seen += [
        Signals(email="no address"),
        Signals(email="12345678@mail.test"),
        Signals(email="a.b.c.d.e@gmail.com", email_domain="gmail.com", text_domains=["gmail.com"]),
    ]
    found = [reason for signals in seen for reason in reasons_of(signals)]
    for mode in Mode:
        circumstances = Circumstances(cutoffs=Cutoffs(0.4, 0.6), mode=mode)
        found += rule(0.1, circumstances).reasons
    strange = Circumstances(cutoffs=Cutoffs(0.4, 0.6), strange_script="Cyrillic", unfamiliar=True)
    return [*found, *rule(0.9, strange).reasons]


def test_every_reason_that_core_gives_is_told_in_other_languages(app: Flask) -> None:
    with app.test_request_context("/login", headers=GERMAN):
        for reason in every_reason():
            assert in_words(reason.text) != reason.text, reason


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("the word “casino”, as decided here before",
         "das Wort „casino“, wie hier früher entschieden"),
        ("link to a.test, b.test and 3 more", "Link zu a.test, b.test und 3 weiteren"),
        ("written and sent in 1.2 s", "in 1,2 s geschrieben und gesendet"),
        ("Firefox on a Mac", "Firefox auf einem Mac"),
        ("written in Cyrillic script, unlike this site's language",
         "in einer anderen Schrift als der Sprache dieser Website geschrieben: Kyrillisch"),
        ("this network: called spam twice and approved once by people here; "
         "called spam 4 times on other sites",
         "dieses Netz: von Menschen hier 2-mal Spam genannt und 1-mal freigegeben; "
         "auf anderen Websites 4-mal Spam genannt"),
        ("nobody foresaw this", "nobody foresaw this"),
    ],
)  # fmt: skip
def test_a_sentence_keeps_its_values_in_another_language(
    app: Flask, english: str, german: str
) -> None:
    with app.test_request_context("/login", headers=GERMAN):
        assert in_words(english) == german
    assert in_words(english) == english


def test_every_sentence_of_the_models_has_its_template() -> None:
    from models.marks import _FIXED, _SENTENCES
    from models.shape import MARKS

    told = {text for found in _SENTENCES.values() for text in found.values()}
    told |= set(_FIXED.values()) | {mark.text for mark in MARKS}
    assert not told - set(templates())


def test_a_right_to_left_language_turns_the_page(app: Flask, owner: Moderator) -> None:
    app.config["LANGUAGES"] = app.config["LANGUAGES"] | {"ar": "العربية"}
    owner.get("/queue")
    owner.press("/language", language="ar", back="/queue")
    assert '<html lang="ar" dir="rtl"' in owner.get("/queue").text
    with app.test_request_context("/login", headers={"Accept-Language": "ar"}):
        assert str(flask_babel.get_locale()) == "ar"
