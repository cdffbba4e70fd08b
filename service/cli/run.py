"""`hamlet up`, `web`, `worker`, `migrate`, `doctor`: run Hamlet, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from service import logs
from service.cli.faults import Fault
from service.config import Settings

PORT = click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
    help="Port to listen on; 0 takes any free one.",
)  # fmt: skip
HOST = click.option(
    "--host", default="127.0.0.1", show_default=True,
    help="Address to listen on; 0.0.0.0 for every network this machine is on.",
)  # fmt: skip
PARENT = click.option("--parent", type=int, hidden=True, help="End when this process does.")


@click.command()
@HOST
@PORT
@click.option("--data-dir", help="Where everything is kept.  [default: ~/.local/share/hamlet]")
@click.option("--workers", help="How many processes score comments.  [default: 1]")
def up(host: str, port: int, data_dir: str | None, workers: str | None) -> None:
    """Run everything: database, Redis, web server, workers. Ctrl-C stops it."""
    from service.up.launch import up as run_everything

    chosen = {"DATA_DIR": data_dir, "WORKERS": workers}
    with _shown_faults():
        run_everything(host, port, {name: text for name, text in chosen.items() if text})


@click.command()
@HOST
@PORT
@click.option("--fd", type=int, help="Serve on this socket, already listening.")
@PARENT
def web(host: str, port: int, fd: int | None, parent: int | None) -> None:
    """Run the web server alone."""
    import socket

    from service.up import listener

    settings = _settings(parent)
    if not settings.secret_key:
        raise Fault("no secret key: run `hamlet migrate` once, or set HAMLET_SECRET_KEY")
    with _shown_faults():
        listening = listener.bind(host, port) if fd is None else socket.socket(fileno=fd)
    from service.app import create_app
    from service.serve import serve

    serve(create_app(settings), listening)


@click.command()
@PARENT
def worker(parent: int | None) -> None:
    """Run one worker, which scores comments, and the sweeper, which finds those left behind."""
    _settings(parent)
    from worker.__main__ import main

    main()


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date; make the secret key if there is none."""
    from service.core.store.session import Store
    from service.migrations import migrate as bring_up_to_date
    from service.up.data_dir import with_secret

    with _shown_faults():
        settings = with_secret(_settings())
    store = Store.open(settings.database_url)
    try:
        bring_up_to_date(store.engine)
    finally:
        store.close()
    click.echo("the schema is up to date")


@click.command()
@click.option(
    "--akismet",
    nargs=2,
    metavar="URL KEY",
    help="Send every call of Akismet's protocol there instead; - asks for the key.",
)
@click.option("--blog", metavar="URL", help="With --akismet: a site that the key opens.")
def doctor(akismet: tuple[str, str] | None, blog: str | None) -> None:
    """Check every part, and say how to mend what is broken."""
    if akismet is not None:
        from service.cli.selftest import self_test

        return self_test(*akismet, blog)
    from service.up.doctor import examine

    findings = examine(_settings())
    for finding in findings:
        click.echo(f"{'ok    ' if finding.ok else 'BROKEN'}  {finding.part}: {finding.seen}")
        if not finding.ok:
            click.echo(f"        → {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


COMMANDS: list[click.Command] = [up, web, worker, migrate, doctor]


def _settings(parent: int | None = None) -> Settings:
    """The settings of a part, and its logs set up. Raises InvalidSettings."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    if parent is not None:
        from service.up.children import end_with

        end_with(parent)
    return settings


@contextmanager
def _shown_faults() -> Iterator[None]:
    """Show what keeps a command from running as its message; exit 2, or 1 if it ran before."""
    from service.up.errors import CannotStart, GaveUp

    try:
        yield
    except CannotStart as error:
        raise Fault(str(error)) from error
    except GaveUp as error:
        raise click.ClickException(str(error)) from error
