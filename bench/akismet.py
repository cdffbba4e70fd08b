"""Ask a running Hamlet, as Akismet's clients do, at a steady rate; print how long answers take.

    python -m bench.akismet DATA.jsonl.gz [--rate 50] [--seconds 20] [--url URL --key KEY]

Starts an instance of its own unless told where one is. Calls leave on time whether or not earlier
ones were answered (an open loop), so that a stall shows in the figures.
"""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import click
from rich.console import Console
from rich.table import Table

from bench.instance import Instance, running
from bench.replay import rows_of

CLIENTS = 32
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}


@dataclass
class Figures:
    """What came back, and after how many milliseconds from the moment a call was due."""

    times: list[float] = field(default_factory=list)
    words: dict[int, str] = field(default_factory=dict)  # by the call's number
    seconds: float = 0.0  # from the first call to the last answer
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, number: int, word: str, milliseconds: float) -> None:
        with self.lock:
            self.words[number] = word
            self.times.append(milliseconds)

    @property
    def answers(self) -> Counter[str]:
        return Counter(self.words.values())

    def share(self, part: float) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * part))]


@dataclass(frozen=True)
class Called:
    """What is asked: one server or several alike, in turn."""

    urls: Sequence[str]
    path: str = "/1.1/comment-check"
    headers: dict[str, str] = field(default_factory=lambda: FORM)
    word: Callable[[http.client.HTTPResponse], str] = lambda answer: answer.read().decode()

    def ask(self, number: int, body: bytes) -> str:
        """The answer in a word, on a connection of its own, as the WordPress plugin has it."""
        parts = urlsplit(self.urls[number % len(self.urls)])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request("POST", self.path, body, self.headers)
            return self.word(connection.getresponse())
        except OSError as error:
            return type(error).__name__
        finally:
            connection.close()


def form_of(row: dict[str, Any], number: int, key: str) -> bytes:
    """A row as the fields of a check; the number makes every call another one."""
    return urlencode(
        {
            "blog": f"https://{row['source'].replace('_', '-')}.check.example",
            "user_ip": f"192.0.2.{number % 250}",
            "user_agent": f"Mozilla/5.0 ({number})",
            "comment_type": "comment",
            "comment_author": (row.get("author") or "")[:200],
            "comment_author_url": (row.get("author_url") or "")[:2000],
            "comment_content": row["text"],
            "api_key": key,
        }
    ).encode()


Calls = queue.SimpleQueue[tuple[int, bytes, float | None] | None]


def drive(called: Called, calls: Calls, found: Figures) -> None:
    """One client. A call leaves when it is due, or at once."""
    while (call := calls.get()) is not None:
        number, body, due = call
        if due is None:
            due = time.perf_counter()
        time.sleep(max(0.0, due - time.perf_counter()))
        word = called.ask(number, body)
        found.add(number, word, (time.perf_counter() - due) * 1000)


def run(
    called: Called, bodies: Sequence[bytes], rate: float = 0, clients: int = CLIENTS
) -> Figures:
    """All calls at this rate a second; at 0 each client asks again when it was answered."""
    calls: Calls = queue.SimpleQueue()
    found = Figures()
    start = time.perf_counter() + 0.2
    for number, body in enumerate(bodies):
        calls.put((number, body, start + number / rate if rate else None))
    threads = [threading.Thread(target=drive, args=(called, calls, found)) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        calls.put(None)
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - (start if rate else began)
    return found


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--rate", "rates", multiple=True, type=float, default=(50.0,), show_default=True)
@click.option("--seconds", default=20.0, show_default=True)
@click.option("--url", help="A Hamlet that runs already.")
@click.option("--key", help="A key of it.")
@click.option("--database-url", help="PostgreSQL instead of SQLite.")
def bench(
    data: Path,
    rates: tuple[float, ...],
    seconds: float,
    url: str | None,
    key: str | None,
    database_url: str | None,
) -> None:
    """Check the comments of DATA (JSON lines, gzipped or not) at each rate."""
    table = Table("checks/s", "calls", "p50 ms", "p90 ms", "p99 ms", "max ms", "answers")
    own: AbstractContextManager[Instance | None] = (
        nullcontext() if url else running(database_url=database_url)
    )
    with own as instance:
        if instance is not None:
            url, (key, _) = instance.url, instance.new_key()
        most = int(seconds * max(rates))
        rows = list(islice(cycle(list(islice(rows_of(data), most))), most))
        sent = 0
        for rate in (50.0, *rates):  # the first warms up
            part = rows[: int(rate * (seconds if sent else 3))]
            bodies = [form_of(row, sent + i, str(key)) for i, row in enumerate(part)]
            found = run(Called([str(url)]), bodies, rate)
            if sent:
                told = ", ".join(f"{word} {count}" for word, count in found.answers.most_common(4))
                shares = (found.share(part) for part in (0.5, 0.9, 0.99, 1.0))
                table.add_row(f"{rate:g}", str(len(bodies)), *(f"{s:.1f}" for s in shares), told)
            sent += len(bodies)
    Console(width=120).print(table)


if __name__ == "__main__":
    bench()
