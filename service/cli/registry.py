"""`hamlet model retrain`, `promote`, `rollback`: which model all sites build on."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from service.cli.admin import ACTOR, open_store
from service.cli.faults import Fault
from service.cli.model import model_errors
from service.clock import utc_now
from service.config import Settings
from service.core.store import moderators, registry
from service.core.store.lesson_tables import ModelRow
from service.core.store.registry import NotProven
from service.core.store.session import Store

FOLLOW = "running workers learn all lessons on it now; then every process takes it up"


@click.command()
def retrain() -> None:
    """Train a candidate on the decisions of all sites; it goes live only if it proves better."""
    from service.learning.retraining import NothingToTrainOn
    from service.learning.retraining import retrain as make_candidate

    with open_store() as store, model_errors():
        try:
            result = make_candidate(store, utc_now)
        except NothingToTrainOn as error:
            raise Fault(str(error)) from error
    state = f"is live; {FOLLOW}" if result.went_live else "stays a candidate"
    click.echo(f"{result.version} {state}")
    click.echo(result.why)


@click.command()
@click.argument("version")
@click.option("--force", is_flag=True, help="Even if it did not beat the live one.")
def promote(version: str, force: bool) -> None:
    """Make the model VERSION (see `hamlet model list`) the live one."""
    with open_store() as store, store.writing() as session:
        try:
            before = registry.promote(session, version, utc_now(), force=force)
        except NotProven as error:
            raise Fault(f"{error}\n--force promotes it all the same.") from error
        detail = {"version": version, "before": before, "force": force}
        moderators.audit(session, ACTOR, "model_promoted", utc_now(), detail)
    click.echo(f"{version} is live already" if before is None else f"{version} is live; {FOLLOW}")


@click.command("rollback")
def roll_back() -> None:
    """Go back to the model that was live before; once more goes back one further."""
    with open_store() as store, store.writing() as session:
        given_up, live = registry.roll_back(session)
        detail = {"version": live, "before": given_up}
        moderators.audit(session, ACTOR, "model_rolled_back", utc_now(), detail)
    click.echo(f"{live} is live again instead of {given_up}; {FOLLOW}")


def show_registered() -> None:
    """Print every model that the installation's database knows; nothing where there is none."""
    database = Settings.from_env().database_url
    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).exists():
        return  # looking makes none
    store = Store.open(database)
    try:
        with store.reading() as session:
            for row in registry.every(session):
                click.echo(_told(row))
    except SQLAlchemyError:
        click.echo("the database does not answer or has an old schema: `hamlet doctor`", err=True)
    finally:
        store.close()


def _told(row: ModelRow) -> str:
    origin = "made here" if row.trained_here else "brought along"
    return f"{row.version}  {row.state}  {row.created_at:%Y-%m-%d}  {origin}  {row.why}"


COMMANDS: list[click.Command] = [retrain, promote, roll_back]
