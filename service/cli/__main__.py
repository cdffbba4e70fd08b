"""`python -m service.cli`: the `hamlet` command where no script is installed."""

from service.cli import hamlet

hamlet(prog_name="hamlet")
