"""The application behind the real server, in threads of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

from service.serve import SWALLOWED_BODY, Channel


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """The port on which the application answers for the block."""
    channels: dict[int, Any] = {}
    server = create_server(
        app, map=channels, host="127.0.0.1", port=0, threads=8, ident="",
        max_request_body_size=SWALLOWED_BODY, asyncore_use_poll=True,
    )  # fmt: skip
    server.channel_class = Channel
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        stopping.set()
        thread.join()
        server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(channels)
