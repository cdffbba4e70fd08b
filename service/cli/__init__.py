"""The `hamlet` command. Each file here holds the commands of one subject."""

from __future__ import annotations

import sys

import click

from service.cli import admin, measure, model, run
from service.config import InvalidSettings
from service.core.errors import ModerationError

OPERATOR_ERRORS = (InvalidSettings, ModerationError)


class Hamlet(click.Group):
    """Shows an operator's errors as their message, without a traceback; the exit code is 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OPERATOR_ERRORS as error:
            click.echo(f"hamlet: {error}", err=True)
            sys.exit(2)


@click.group(cls=Hamlet, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hamlet")
def hamlet() -> None:
    """Self-hosted comment moderation: to post, or not to post."""


for command in (*run.COMMANDS, *admin.COMMANDS, *model.COMMANDS, *measure.COMMANDS):
    hamlet.add_command(command)
