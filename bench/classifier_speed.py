"""How fast the shipped model is: batch, single, with reasons; load time, size, training.

    python -m bench.classifier_speed DATA_FOLDER [--comments 20000] [--training]
        [--card docs/model.md]

CPU time of one thread, on comments drawn from the blogs of the data folder, reasons off unless
named. The batch is scored in five passes of other comments each, so that nothing is known from the
pass before; best and median are printed, since other work on the machine only ever adds time. Set
OMP_NUM_THREADS=1 for figures that compare.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from time import process_time, process_time_ns

import click
import numpy as np

import models
from models.classifier import SHIPPED
from models.data.datasets import data_files, read_all
from models.measuring.card import markers, write
from models.measuring.tables import Table, markdown

_LOAD = (
    "import time, numpy, scipy.sparse; from models.classifier import load;"
    "t = time.perf_counter(); load(); print(time.perf_counter() - t)"
)
_TRAIN = (
    "import resource, sys, time; from pathlib import Path;"
    "from models.data.datasets import data_files, read_all;"
    "from models.training import Settings, train;"
    "t = time.perf_counter(); train(list(read_all(data_files([Path(sys.argv[1])]))), Settings());"
    "used = resource.getrusage(resource.RUSAGE_SELF);"
    "print(time.perf_counter() - t, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6)"
)


def drawn(folder: Path, count: int) -> list[models.CommentText]:
    """Comments of blogs drawn at random, always the same."""
    paths = [p for p in data_files([folder]) if p.name.startswith("blog_")]
    comments = [example.comment for example in read_all(paths)]
    return random.Random(1).sample(comments, min(count, len(comments)))


def rates(model: models.SpamModel, comments: list[models.CommentText]) -> np.ndarray:
    """Comments scored in a second of CPU time, in each of five passes."""
    passes = [comments[number::5] for number in range(5)]
    took = []
    for part in passes:
        started = process_time()
        model.score(part)
        took.append(len(part) / (process_time() - started))
    return np.array(took)


def milliseconds(call: object, comments: list[models.CommentText]) -> np.ndarray:
    """CPU time of each call with one comment."""
    took = []
    for comment in comments:
        started = process_time_ns()
        call([comment])  # type: ignore[operator]
        took.append((process_time_ns() - started) / 1e6)
    return np.array(took)


def measured(folder: Path, count: int) -> list[tuple[str, str, str]]:
    """What is measured, its figure with its unit, and what was asked."""
    model, comments = models.load(), drawn(folder, count)
    model.score(comments[:100])
    batch = rates(model, comments)
    started = process_time()
    model.explain(comments[:1000])
    reasons = process_time() - started
    single, explained = (
        milliseconds(call, comments[:500]) for call in (model.score, model.explain)
    )
    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True
    )
    size = sum(path.stat().st_size for path in SHIPPED.iterdir())
    length = np.mean([len(comment.body) for comment in comments])
    return [
        ("model", model.version, ""),
        ("comments", f"{len(comments):,} of {length:.0f} characters in the mean", ""),
        ("batch, median of five passes", f"{np.median(batch):,.0f} comments/s", "≥ 10,000"),
        ("batch, best of five passes", f"{batch.max():,.0f} comments/s", ""),
        ("single, p50", f"{np.median(single):.2f} ms", "< 1"),
        ("single, p99", f"{np.quantile(single, 0.99):.2f} ms", ""),
        ("with reasons, batch", f"{reasons:.2f} ms a comment", ""),
        ("with reasons, single, p50", f"{np.median(explained):.2f} ms", ""),
        ("load, beyond imports", f"{float(loaded.stdout):.2f} s", "< 1"),
        ("on disk", f"{size / 1e6:.2f} MB", "< 20"),
    ]


def trained(folder: Path) -> list[tuple[str, str, str]]:
    """What training on all of the folder takes, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", _TRAIN, str(folder)], capture_output=True, text=True, check=True
    )
    took, cpu, memory = map(float, ran.stdout.split())
    return [
        ("training on all data", f"{took:.0f} s, {cpu:.0f} s of one core", "< 180 s on two"),
        ("training, peak memory", f"{memory:.2f} GB", "< 2"),
    ]


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--comments", "count", default=20_000, show_default=True)
@click.option("--card", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--training", is_flag=True, help="Also train on all data: takes minutes.")
def main(folder: Path, count: int, card: Path | None, training: bool) -> None:
    """Print the figures, and write them into a page with --card."""
    if card:
        markers(card.read_text("utf-8"), "speed")
    rows = measured(folder, count) + (trained(folder) if training else [])
    told = markdown(Table("Speed", ("one thread, CPU time", "measured", "asked"), (*rows,)))
    print(told)
    if card:
        write(card, "speed", {"figures": told})


if __name__ == "__main__":
    main()
