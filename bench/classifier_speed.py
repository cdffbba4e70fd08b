"""How fast the shipped model is: batch, single, with reasons; load time and size.

    python bench/classifier_speed.py DATA_FOLDER [--comments 20000]

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
from models.datasets import data_files, read_all

_LOAD = (
    "import time, numpy, scipy.sparse; from models.classifier import load;"
    "t = time.perf_counter(); load(); print(time.perf_counter() - t)"
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


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--comments", "count", default=20_000, show_default=True)
def main(folder: Path, count: int) -> None:
    """Print the figures."""
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
    print(f"model {model.version}, {len(comments):,} comments of {length:.0f} characters")
    print(f"batch              {batch.max():10,.0f} comments/s, {np.median(batch):,.0f} median")
    print(
        f"single             {np.median(single):10.2f} ms p50, {np.quantile(single, 0.99):.2f} p99"
    )
    print(f"reasons, batch     {reasons:10.2f} ms a comment")
    print(f"reasons, single    {np.median(explained):10.2f} ms p50")
    print(f"load after imports {float(loaded.stdout):10.3f} s")
    print(f"artifact           {size / 1e6:10.2f} MB")


if __name__ == "__main__":
    main()
