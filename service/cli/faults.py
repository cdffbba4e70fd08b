"""How a command tells an operator that it cannot go on."""

from __future__ import annotations

import click


class Fault(click.ClickException):
    """Something the operator chose, or must provide, stands in the way. Exit code 2."""

    exit_code = 2
