"""What `up` says on its standard output: for a person, and a last line for programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from service.up.first_start import DEMO, Welcome


def say(text: str) -> None:
    """Print at once. A reader who has gone away must not stop Hamlet."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # lives as long as we


def login(welcome: Welcome) -> str:
    """The owner's password and the demo token, for the one time that they are shown."""
    return f"""\
Welcome to Hamlet. These are shown this once, so note them now:

  Log in as    {welcome.email}
  Password     {welcome.password}
  API token    {welcome.token}   (demo site)
"""


def addresses(origin: str, data_dir: Path) -> str:
    return f"""\
Hamlet is running; Ctrl-C stops it.

  Demo article   {origin}/a/{DEMO}/welcome
  Queue          {origin}/queue
  API            {origin}/docs
  Data           {data_dir}
"""
