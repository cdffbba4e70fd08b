"""Structured logs on standard error: for people on a terminal, else JSON, one event a line.

No personal data: log ids, counts and kinds, never names, addresses or text of readers.
"""

from __future__ import annotations

import logging
import sys

import structlog

# Local variables of a failed request are readers' data.
WITHOUT_LOCALS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure(level: str) -> None:
    """Set up structlog for this process. `level` is one of config.LOG_LEVELS."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer()
            if sys.stderr.isatty()
            else structlog.processors.ExceptionRenderer(WITHOUT_LOCALS),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    # Libraries (rq, alembic, waitress) log through the standard module: only their troubles count.
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", force=True)
