"""Replay files of labelled comments through a running Hamlet, singly and by batch.

    python -m bench.replay DATA.jsonl.gz … [--limit 2000] [--workers 1] [--clients 16]

Starts an instance of its own, posts every comment over HTTP, waits for the verdicts and prints
comments per second, the time from post to verdict, and what became of spam and ham. A file that the
shipped model was trained on flatters the last four columns.
"""

from __future__ import annotations

import gzip
import http.client
import json
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click
from rich.console import Console
from rich.table import Table

from bench.instance import running

BATCH_LINES = 2_000
SAMPLE = 400  # comments whose events are fetched to time the verdict
PATIENCE = 600  # seconds until the last verdict
SETTLED = ("published", "held", "spam", "removed")


@dataclass
class Run:
    """One way of posting one set of comments."""

    way: str
    comments: int
    seconds_to_accept: float = 0.0
    seconds_to_judge: float = 0.0
    labels: dict[str, str] = field(default_factory=dict)  # id → label, of rows fit for figures
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """A running Hamlet and a token that opens every site of it."""

    url: str
    token: str


class Client:
    """One keep-alive connection to the API."""

    def __init__(self, target: Target) -> None:
        parts = urlsplit(target.url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self.headers = {"Authorization": f"Bearer {target.token}"}

    def post(self, path: str, body: bytes, kind: str) -> bytes:
        self.connection.request("POST", path, body, self.headers | {"Content-Type": kind})
        return self._answer()

    def get(self, path: str) -> Any:
        self.connection.request("GET", path, headers=self.headers)
        return json.loads(self._answer())

    def _answer(self) -> bytes:
        response = self.connection.getresponse()
        body = response.read()
        if response.status >= 300:
            raise RuntimeError(f"HTTP {response.status}: {body[:300]!r}")
        return body


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def as_comment(row: dict[str, Any], way: str) -> dict[str, Any]:
    """A row as the API takes it; each way of posting gets a site of its own."""
    article = quote(str(row.get("article") or "front"), safe="")[:300]
    return {
        "article_url": f"https://{row['source'].replace('_', '-')}.{way}.example/{article}",
        "article_title": (row.get("title") or "")[:500],
        "author_name": (row.get("author") or "")[:200],
        "author_url": (row.get("author_url") or "")[:2000],
        "body": row["text"][:15_000] or "-",
        "language": (row.get("lang") or "")[:35],
    }


def post_singly(target: Target, rows: list[dict[str, Any]], clients: int) -> Run:
    run = Run("one a request", len(rows))
    work: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    for row in rows:
        work.put(row)
    lock = threading.Lock()

    def drive() -> None:
        client = Client(target)
        while True:
            try:
                row = work.get_nowait()
            except queue.Empty:
                return
            body = json.dumps(as_comment(row, "single")).encode()
            answer = json.loads(client.post("/api/v1/comments", body, "application/json"))
            with lock:
                _note(run, row, answer["id"])

    threads = [threading.Thread(target=drive) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds_to_accept = time.perf_counter() - started
    wait_for_verdicts(target, run, started)
    return run


def post_in_batches(target: Target, rows: list[dict[str, Any]]) -> Run:
    run = Run("by batch", len(rows))
    client = Client(target)
    started = time.perf_counter()
    remaining = iter(rows)
    while part := list(islice(remaining, BATCH_LINES)):
        body = b"".join(json.dumps(as_comment(row, "batch")).encode() + b"\n" for row in part)
        answers = client.post("/api/v1/comments/batch", body, "application/x-ndjson").splitlines()
        for row, line in zip(part, answers, strict=True):
            _note(run, row, json.loads(line)["id"])
    run.seconds_to_accept = time.perf_counter() - started
    wait_for_verdicts(target, run, started)
    return run


def _note(run: Run, row: dict[str, Any], comment_id: str) -> None:
    run.ids.append(comment_id)
    if not row.get("dup_of") and not row.get("by_owner"):
        run.labels[comment_id] = row["label"]


def wait_for_verdicts(target: Target, run: Run, started: float) -> None:
    client = Client(target)
    while client.get("/api/v1/comments?outcome=pending&limit=1")["comments"]:
        if time.perf_counter() - started > PATIENCE:
            raise TimeoutError(f"comments still pending after {PATIENCE} s")
        time.sleep(0.02)
    run.seconds_to_judge = time.perf_counter() - started


def outcomes(target: Target) -> dict[str, str]:
    """Outcome by id, of every comment there is."""
    client, found, cursor = Client(target), {}, ""
    while cursor is not None:
        page = client.get(
            f"/api/v1/comments?limit=200&cursor={quote(cursor)}"
            if cursor
            else "/api/v1/comments?limit=200"
        )
        found.update({item["id"]: item["outcome"] for item in page["comments"]})
        cursor = page["next_cursor"]
    return found


def verdict_times(target: Target, run: Run) -> list[float]:
    """Milliseconds from accepted to judged, sorted, of a sample spread over the run."""
    client, times = Client(target), []
    for comment_id in run.ids[:: max(1, len(run.ids) // SAMPLE)]:
        events = {
            event["kind"]: event["at"]
            for event in client.get(f"/api/v1/comments/{comment_id}")["events"]
        }
        taken = datetime.fromisoformat(events["judged"]) - datetime.fromisoformat(
            events["submitted"]
        )
        times.append(taken.total_seconds() * 1000)
    return sorted(times)


def share(run: Run, found: dict[str, str], label: str, outcome: str) -> str:
    of_label = [comment_id for comment_id, value in run.labels.items() if value == label]
    if not of_label:
        return "–"
    hits = sum(found[comment_id] == outcome for comment_id in of_label)
    return f"{100 * hits / len(of_label):.1f} %"


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--limit", default=2000, help="Comments of each file.", show_default=True)
@click.option("--workers", default=1, show_default=True)
@click.option("--clients", default=16, help="Connections that post singly.", show_default=True)
@click.option("--database-url", help="PostgreSQL instead of SQLite.")
def replay(
    data: tuple[Path, ...], limit: int, workers: int, clients: int, database_url: str | None
) -> None:
    """Replay DATA (JSON lines, gzipped or not) through an instance of its own."""
    table = Table(
        "file",
        "way",
        "comments",
        "accepted/s",
        "judged/s",
        "p50 ms",
        "p99 ms",
        "spam filed",
        "spam held",
        "ham filed",
        "ham held",
        title="Replay",
    )
    with running(workers, database_url) as instance:
        target = Target(instance.url, instance.new_token())
        for path in data:
            rows = list(islice(rows_of(path), limit))
            for run in (post_singly(target, rows, clients), post_in_batches(target, rows)):
                found, times = outcomes(target), verdict_times(target, run)
                missing = [i for i in run.ids if found.get(i) not in SETTLED]
                if missing or len(set(run.ids)) != run.comments:
                    raise RuntimeError(f"{len(missing)} comments have no outcome")
                table.add_row(
                    path.name.split(".")[0],
                    run.way,
                    str(run.comments),
                    f"{run.comments / run.seconds_to_accept:.0f}",
                    f"{run.comments / run.seconds_to_judge:.0f}",
                    f"{times[len(times) // 2]:.0f}",
                    f"{times[int(len(times) * 0.99)]:.0f}",
                    *(
                        share(run, found, label, outcome)
                        for label in ("spam", "ham")
                        for outcome in ("spam", "held")
                    ),
                )
    Console(width=140).print(table)
    Console().print(
        "Spam and ham: without duplicates and owners' replies. The shipped model was "
        "trained on most public files (docs/model.md): there these shares flatter."
    )


if __name__ == "__main__":
    replay()
