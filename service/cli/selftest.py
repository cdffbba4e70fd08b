"""`hamlet doctor --akismet URL KEY`: the self-test for integrators, in a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from service.cli.admin import open_store
from service.cli.faults import Fault
from service.clock import utc_now
from service.config import Settings
from service.core.store import keys, sites
from service.outgoing import Caller
from service.selftest import leftovers
from service.selftest.answer import Grade
from service.selftest.running import (
    BadAddress,
    Result,
    Target,
    base_of,
    blog_of,
    run,
    unsent_by_reason,
)

TOTAL = 60.0  # seconds
WIDTH = 100
SHORT = 40  # characters of a value where all is fine
KEY = re.compile(r"[0-9A-Za-z]{1,64}")  # whatever the server, nothing that would break a host name
FROM_PROMPT = "-"
WORDS = {
    Grade.FINE: "ok    ",
    Grade.ODD: "LOOK  ",
    Grade.WRONG: "BROKEN",
}
STAYED = "The test comments stay in that server's queue until their text is wiped."


def self_test(url: str, key: str, blog: str | None) -> None:
    """Send every call and tell what came of it; exit 1 if one went wrong. Raises Fault."""
    key = (click.prompt("Key", hide_input=True) if key == FROM_PROMPT else key).strip()
    if not KEY.fullmatch(key):
        raise Fault("expected the short key: 12 digits and letters from a to f")
    key_id, known_blog = _known(key)
    try:
        wanted = blog_of(blog) if blog else known_blog
        if wanted is None:
            raise Fault(
                "say with --blog which site the key is for, as in --blog https://blog.example"
            )
        target = Target(base_of(url), key, wanted)
    except BadAddress as error:
        raise Fault(str(error)) from error
    started = utc_now()
    results = run(target, Caller(allow_private=True), total=TOTAL)
    for result in results:
        if result.grade is not Grade.UNSENT:
            click.echo("\n".join(_lines(result)))
    for why, titles in unsent_by_reason(results).items():
        click.echo("\n".join([f"unsent  {len(titles)} more", *_wrapped("", why)]))
    if key_id is not None:
        with open_store() as store:
            leftovers.clear(store, key_id, started)
    elif any(result.seconds is not None for result in results):
        click.echo(STAYED)
    if any(result.grade is Grade.WRONG for result in results):
        raise click.exceptions.Exit(1)


def _known(key: str) -> tuple[int | None, str | None]:
    """The key's number and a blog that it opens, if this installation made it."""
    settings = Settings.from_env()
    if not settings.secret_key:
        return None, None
    try:
        with open_store() as store, store.reading() as session:
            row = keys.by_key_hash(session, keys.hash_key(key, settings.secret_key))
            if row is None:
                return None, None
            opened = [
                site.url for site in sites.all_sites(session) if row.site_id in (None, site.id)
            ]
            return row.id, opened[0] if opened else None
    except (SQLAlchemyError, Fault):
        return None, None


def _lines(result: Result) -> Iterator[str]:
    """What a person reads of one call; all of it where something is to be mended."""
    call, judgement = result.call, result.judgement
    took = "" if result.seconds is None else f", {result.seconds * 1000:.0f} ms"
    yield f"{WORDS[result.grade]}  {call.part}: {call.title}{took}"
    yield from _wrapped("", judgement.meaning)
    if judgement.remedy:
        yield from _wrapped("→ ", judgement.remedy)
    cut = SHORT if result.grade is Grade.FINE else None
    fields = " ".join(f"{name}={value[:cut]}" for name, value in result.fields)
    yield from _wrapped("sent  ", f"{result.request} {fields}")
    if result.status is not None:
        headers = "; ".join(f"{name}: {value}" for name, value in result.headers)
        yield from _wrapped("came  ", f"{result.status} {result.text[:cut]} ({headers})")


def _wrapped(label: str, text: str) -> list[str]:
    """The text behind its label, with nothing in it that a terminal would obey."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return textwrap.wrap(
        plain,
        WIDTH,
        initial_indent=f"        {label}",
        subsequent_indent=" " * (8 + len(label)),
        break_on_hyphens=False,
    )
