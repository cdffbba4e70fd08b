"""`hamlet site`, `hamlet key`, `hamlet moderator`: who may use this installation."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from service.cli.faults import Fault
from service.clock import utc_now
from service.config import Settings
from service.core.errors import InvalidSubmission
from service.core.store import comments, keys, moderators, people, second_steps, sites, usage
from service.core.store.keys import NewKey
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.usage import Counts
from service.core.submission import article_address, origin_of

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ACTOR = "command line"


@click.group()
def site() -> None:
    """Blogs and newspapers whose comments are moderated here."""


@site.command("add")
@click.argument("name")
@click.argument("url")
def add_site(name: str, url: str) -> None:
    """Register the site NAME (as in /a/NAME/…) at URL, such as https://blog.example."""
    if not NAME.fullmatch(name):
        raise Fault(f"{name!r}: use small letters, digits and hyphens, such as my-blog")
    origin = _origin(url)
    with open_store() as store, store.writing() as session:
        if sites.is_taken(session, name, origin):
            raise Fault(f"a site called {name} or at {origin} exists already")
        sites.add(session, name, origin, utc_now())
        moderators.audit(session, ACTOR, "site_added", utc_now(), {"site": name})
    click.echo(f"added {name} at {origin}")


@site.command("origin")
@click.argument("name")
@click.argument("url")
def list_origin(name: str, url: str) -> None:
    """Let URL, such as https://www.blog.example, show the articles of the site NAME too."""
    origin = _origin(url)
    with open_store() as store, store.writing() as session:
        row = sites.by_name(session, name)
        if taken := sites.by_origin(session, origin):
            raise Fault(f"{origin} belongs to the site {taken.name} already")
        sites.list_origin(session, row.id, origin)
        detail = {"site": name, "origin": origin}
        moderators.audit(session, ACTOR, "origin_listed", utc_now(), detail)
    click.echo(f"{origin} shows the articles of {name} too")


@site.command("list")
def list_sites() -> None:
    """Every site with its address, mode and number of comments."""
    with open_store() as store, store.reading() as session:
        counts = comments.count_by_site(session)
        for row in sites.all_sites(session):
            click.echo(f"{row.name}\t{row.url}\t{row.mode}\t{counts.get(row.id, 0)} comments")


@click.group()
def key() -> None:
    """What clients identify themselves with."""


@key.command("add")
@click.argument("name")
@click.option("--site", "site_name", help="Open this site only.  [default: every site]")
@click.option("--json", "as_json", is_flag=True, help="Print {key, token} for a program.")
def add_key(name: str, site_name: str | None, as_json: bool) -> None:
    """Make a key called NAME and print both its forms, this once."""
    settings = Settings.from_env()
    with open_store() as store, store.writing() as session:
        site_id = sites.by_name(session, site_name).id if site_name else None
        made = keys.make(session, name, site_id, _secret(settings), utc_now())
        moderators.audit(session, ACTOR, "key_added", utc_now(), {"key": made.id, "name": name})
    _show(made, as_json)


@key.command("list")
def list_keys() -> None:
    """Every key by name; the secrets themselves are not stored."""
    with open_store() as store, store.reading() as session:
        names = {row.id: row.name for row in sites.all_sites(session)}
        used = usage.by_key(session, utc_now().date().replace(day=1))
        for row in keys.all_keys(session):
            opens = names[row.site_id] if row.site_id else "every site"
            state = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "live"
            counts = used.get(row.id, Counts())
            checked = f"{counts.spam + counts.ham} checks this month, {counts.spam} spam"
            click.echo(f"{row.id}\t{row.name}\t{row.hint}…\t{opens}\t{state}\t{checked}")


@key.command("rotate")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print {key, token} for a program.")
def rotate_key(name: str, as_json: bool) -> None:
    """Make a second key of the same NAME; revoke the old one when every client has the new."""
    settings = Settings.from_env()
    with open_store() as store, store.writing() as session:
        old = keys.by_name(session, name)
        made = keys.make(session, name, old.site_id, _secret(settings), utc_now())
        moderators.audit(session, ACTOR, "key_rotated", utc_now(), {"key": made.id, "name": name})
    _show(made, as_json)
    click.echo(f"the old one still works; end it with: hamlet key revoke {old.id}", err=True)


@key.command("revoke")
@click.argument("key_id", type=int)
def revoke_key(key_id: int) -> None:
    """End the key with the number KEY_ID (see `hamlet key list`) at once."""
    with open_store() as store, store.writing() as session:
        row = keys.revoke(session, key_id, utc_now())
        moderators.audit(session, ACTOR, "key_revoked", utc_now(), {"key": key_id})
    click.echo(f"revoked {row.name}")


@click.group()
def moderator() -> None:
    """People who may log in to the queue."""


@moderator.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([str(role) for role in Role]), default="moderator")
@click.option("--site", "site_name", help="May moderate this site only.  [default: every site]")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_moderator(email: str, role: str, site_name: str | None, password_stdin: bool) -> None:
    """Let EMAIL log in; asks for a password."""
    if "@" not in email:
        raise Fault(f"{email!r} is no e-mail address")
    hashed = _hashed_password(password_stdin)
    with open_store() as store, store.writing() as session:
        if moderators.by_email(session, email):
            raise Fault(f"{email} exists; `hamlet moderator reset` sets a password")
        site_id = sites.by_name(session, site_name).id if site_name else None
        row = moderators.add(session, email, hashed, Role(role), utc_now(), site_id)
        moderators.audit(session, ACTOR, "moderator_added", utc_now(), {"moderator": row.id})
    click.echo(f"added {row.email} as {role}")


@moderator.command("reset")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def reset_moderator(email: str, password_stdin: bool) -> None:
    """Set a new password for EMAIL and end every open login of theirs."""
    hashed = _hashed_password(password_stdin)
    with open_store() as store, store.writing() as session:
        row = moderators.set_password(session, email, hashed)
        moderators.audit(session, ACTOR, "password_reset", utc_now(), {"moderator": row.id})
    click.echo(f"new password for {row.email}; every open login has ended")


@moderator.command("reset-totp")
@click.argument("email")
def reset_totp(email: str) -> None:
    """Turn off the second step of EMAIL's login, when phone and recovery codes are lost."""
    with open_store() as store, store.writing() as session:
        row = moderators.by_email(session, email)
        if row is None:
            raise Fault(f"there is no moderator {email}; `hamlet moderator list` names them")
        if not second_steps.turn_off(session, row.id):
            raise Fault(f"{row.email} has no second step: the password alone lets them in")
        people.end_logins(session, row.id)
        moderators.audit(session, ACTOR, "second_step_reset", utc_now(), {"moderator": row.id})
    click.echo(f"the password alone lets {row.email} in now; every open login has ended")


@moderator.command("list")
def list_moderators() -> None:
    """Everybody who may log in: role, sites, when last seen."""
    with open_store() as store, store.reading() as session:
        names = {row.id: row.name for row in sites.all_sites(session)}
        rows = people.everyone(session)
        reaches = people.reaches(session, rows)
    for row in rows:
        reach = reaches[row.id]
        sees = "every site" if reach is None else ", ".join(sorted(names[one] for one in reach))
        seen = f"last seen {row.seen_at:%Y-%m-%d}" if row.seen_at else "never seen"
        state = "deactivated" if row.deactivated_at else seen
        click.echo(f"{row.email}\t{row.role}\t{sees}\t{state}")


COMMANDS: list[click.Command] = [site, key, moderator]


@contextmanager
def open_store() -> Iterator[Store]:
    """The installation's database. A command that only looks must not change a shared schema."""
    from service.migrations import is_current

    store = Store.open(Settings.from_env().database_url)
    try:
        if not is_current(store.engine):
            raise Fault("the database's schema is not up to date: run `hamlet migrate`")
        yield store
    finally:
        store.close()


def _origin(url: str) -> str:
    try:
        return origin_of(article_address(url))
    except InvalidSubmission as error:
        raise Fault(f"{url!r}: expected an address such as https://blog.example") from error


def _secret(settings: Settings) -> str:
    if not settings.secret_key:
        raise Fault(
            "no secret yet: run `hamlet up` or `hamlet migrate` once, or set HAMLET_SECRET_KEY"
        )
    return settings.secret_key


def _hashed_password(from_stdin: bool) -> str:
    from service.passwords import WeakPassword, hash_password

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        return hash_password(password)
    except WeakPassword as error:
        raise Fault(f"the password has {error}") from error


def _show(made: NewKey, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"key": made.key, "token": made.token}))
        return
    click.echo(f"key    {made.key}   (for Akismet's clients: give them this and Hamlet's address)")
    click.echo(f"token  {made.token}   (Authorization: Bearer …)")
    click.echo("They are shown this once and stored hashed: note them now.", err=True)
