"""Hamlet's comment-check beside rspamd's /checkv2: speed by web processes, and what each files.

    python -m bench.akismet_peer DATA_FOLDER [--learn 4000] [--workers 1,2] [--rate 50]

Both learn the same comments, drawn from all sources but the tested ones and those that share
campaigns with them, and are asked about the same others; neither has seen any of those. (The
shipped model has; it is not asked here.) rspamd judges e-mail: comments are sent to it as small
ones, its lists on the network are off. Both stores are empty before, and on this machine.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import click
from rich.console import Console
from rich.table import Table

from bench import rspamd
from bench.akismet import Called, Figures, form_of, run
from bench.instance import HAMLET, ROOT, Instance, running
from bench.replay import rows_of
from models.data.datasets import CAMPAIGN_GROUP, NEVER_TRAINED, data_files, file_name

TESTED = ("blog_chrisrisner", "blog_jdieter", "blog_spinningnumbers")
CLIENTS = 8  # that ask again as soon as they are answered
Row = dict[str, Any]


@dataclass
class Outcomes:
    """How many comments of each kind came to what."""

    asked: dict[str, int] = field(default_factory=lambda: {"spam": 0, "ham": 0})
    filed: dict[str, int] = field(default_factory=lambda: {"spam": 0, "ham": 0})
    held: dict[str, int] = field(default_factory=lambda: {"spam": 0, "ham": 0})

    def add(self, label: str, verdict: str) -> None:
        self.asked[label] += 1
        self.filed[label] += verdict == "spam"
        self.held[label] += verdict not in ("spam", "ham")

    def told(self, label: str) -> str:
        asked = self.asked[label]
        filed, held = (100 * part[label] / asked for part in (self.filed, self.held))
        return f"{filed:.1f} ({held:.1f})"


def chosen(
    folder: Path, tested: Sequence[str], learn: int, seed: int
) -> tuple[list[Row], list[Row]]:
    """Comments to learn from, and to be asked about; no copies, no owners' replies."""
    apart = set(tested) | NEVER_TRAINED
    if apart & CAMPAIGN_GROUP:
        apart |= CAMPAIGN_GROUP
    learned: list[Row] = []
    asked: list[Row] = []
    for path in data_files([folder]):
        name = file_name(path)
        rows = [row for row in rows_of(path) if row["text"].strip() and not row.get("dup_of")]
        if name in tested:
            asked += [row for row in rows if not row.get("by_owner")]
        elif name not in apart:
            learned += [row | {"source": name} for row in rows]
    draw = Random(seed)
    draw.shuffle(asked)
    return draw.sample(learned, min(learn, len(learned))), asked


def trained(rows: Sequence[Row], folder: Path) -> Path:
    """A model of Hamlet's that knows these comments and no others."""
    data, made = folder / "learn", folder / "model"
    data.mkdir()
    by_source: dict[str, list[Row]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    for source, some in by_source.items():
        with gzip.open(data / f"{source}.jsonl.gz", "wt") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in some)
    subprocess.run([*HAMLET, "train", str(data), "--out", str(made)], cwd=ROOT, check=True)
    return made


@contextmanager
def web_servers(instance: Instance, count: int) -> Iterator[list[str]]:
    """The instance's web server and more like it, each a process on a port of its own."""
    processes, urls = [], [instance.url]
    try:
        for _ in range(count - 1):
            port = str(rspamd.free_port())
            command = [*HAMLET, "web", "--port", port]
            processes.append(subprocess.Popen(command, cwd=ROOT, env=instance.environ))
            urls.append(f"http://127.0.0.1:{port}")
            rspamd.wait_for(f"{urls[-1]}/healthz", processes[-1], 60)
        yield urls
    finally:
        for process in processes:
            process.terminate()
            process.wait(30)


def outcomes_of_hamlet(url: str, token: str, rows: Sequence[Row], found: Figures) -> Outcomes:
    """By their guids, for the answer alone does not tell spam from what is held."""
    outcomes = Outcomes()
    for number, row in enumerate(rows):
        address = f"{url}/api/v1/comments?guid={found.words[number]}"
        request = Request(address, headers={"Authorization": f"Bearer {token}"})
        with urlopen(request, timeout=30) as answer:
            comments = json.loads(answer.read())["comments"]
        # What came when all was too slow was answered `true`, and may not be judged yet.
        outcomes.add(row["label"], comments[0]["verdict"] if comments else "held")
    return outcomes


def outcomes_of_rspamd(rows: Sequence[Row], found: Figures, bayes_from: float = 0) -> Outcomes:
    """By its action, or by its Bayes alone from so many per cent on."""
    outcomes = Outcomes()
    for number, row in enumerate(rows):
        verdict, _, sure = found.words[number].partition(" ")
        if bayes_from:
            verdict = "spam" if float(sure) >= bayes_from else "ham"
        outcomes.add(row["label"], verdict)
    return outcomes


class Report:
    """The table."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.seconds = rate, seconds
        self.table = Table("who", "web processes", "offered/s", "checks/s", "p50 ms", "p99 ms",
                           "spam filed (held) %", "ham filed (held) %")  # fmt: skip

    def measure(self, who: str, workers: int, called: Called, bodies: Sequence[bytes]) -> Figures:
        """Every comment once, as fast as answers come; then at a steady rate. Returns the first."""
        run(called, bodies[: 2 * CLIENTS], clients=CLIENTS)  # warms up
        found = run(called, bodies, clients=CLIENTS)
        self._add(who, workers, f"{CLIENTS} clients", found)
        steady = list(islice(cycle(bodies), int(self.rate * self.seconds)))
        self._add(who, workers, f"{self.rate:g}", run(called, steady, self.rate))
        return found

    def _add(self, who: str, workers: int, offered: str, found: Figures) -> None:
        figures = (len(found.times) / found.seconds, found.share(0.5), found.share(0.99))
        self.table.add_row(who, str(workers), offered, *(f"{figure:.1f}" for figure in figures))

    def add(self, who: str, outcomes: Outcomes) -> None:
        self.table.add_row(who, "", "", "", "", "", outcomes.told("spam"), outcomes.told("ham"))


def ask_hamlet(report: Report, model: Path, rows: Sequence[Row], workers: Sequence[int]) -> None:
    for count in workers:
        chosen_by_us = {"HAMLET_MODEL_DIR": str(model), "HAMLET_LOG_LEVEL": "warning"}
        with running(environ=chosen_by_us) as instance:
            key, token = instance.new_key()
            bodies = [form_of(row, number, key) for number, row in enumerate(rows)]
            with web_servers(instance, count) as urls:
                called = Called(urls, word=lambda answer: answer.headers["X-akismet-guid"])
                found = report.measure("Hamlet", count, called, bodies)
                if count == workers[0]:
                    outcomes = outcomes_of_hamlet(instance.url, token, rows, found)
    report.add("Hamlet", outcomes)


def ask_rspamd(
    report: Report,
    folder: Path,
    learned: Sequence[Row],
    rows: Sequence[Row],
    workers: Sequence[int],
) -> None:
    bodies = [rspamd.message_of(row, number) for number, row in enumerate(rows)]
    taught = 0
    for count in workers:
        with rspamd.running(folder, count) as peer:
            if count == workers[0]:
                for number, row in enumerate(learned):
                    message = rspamd.message_of(row, len(rows) + number)
                    taught += peer.teach(message, is_spam=row["label"] == "spam")
            called = Called([peer.url], "/checkv2", {}, rspamd.word)
            found = report.measure("rspamd", count, called, bodies)
            if count == workers[0]:
                quality = found
    report.add(
        f"rspamd, its score ({taught} of {len(learned)} learned)", outcomes_of_rspamd(rows, quality)
    )
    for sure in (50.0, 99.0):
        outcomes = outcomes_of_rspamd(rows, quality, sure)
        report.add(f"rspamd, its Bayes alone from {sure:g} %", outcomes)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--learn", default=4000, show_default=True, help="Comments that both learn.")
@click.option("--ask", default=2000, show_default=True, help="Comments asked about, at most.")
@click.option("--tested", multiple=True, default=TESTED, show_default=True)
@click.option("--workers", default="1,2", show_default=True, help="Web processes, in turn.")
@click.option("--rate", default=50.0, show_default=True, help="Checks a second.")
@click.option("--seconds", default=20.0, show_default=True, help="At that rate.")
@click.option("--seed", default=1, show_default=True)
def bench(
    data: Path, learn: int, ask: int, tested: tuple[str, ...], workers: str, rate: float,
    seconds: float, seed: int,
) -> None:  # fmt: skip
    """Compare on the labelled comments in the folder DATA."""
    learned, asked = chosen(data, tested, learn, seed)
    asked, counts = asked[:ask], [int(count) for count in workers.split(",")]
    report = Report(rate, seconds)
    with TemporaryDirectory(prefix="hamlet-peer-") as name:
        folder = Path(name)
        ask_hamlet(report, trained(learned, folder), asked, counts)
        if rspamd.installed():
            ask_rspamd(report, folder / "rspamd", learned, asked, counts)
    console = Console(width=140)
    console.print(report.table)
    spam = sum(row["label"] == "spam" for row in asked)
    console.print(
        f"Learned by both: {len(learned)} comments of other sources. Asked about: {spam} spam and "
        f"{len(asked) - spam} ham of {', '.join(tested)}, seen by neither."
    )
    if not rspamd.installed():
        console.print(rspamd.ABSENT)


if __name__ == "__main__":
    bench()
