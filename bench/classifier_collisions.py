"""What sites that share one vector do to each other: the noise of their collisions.

    python -m bench.classifier_collisions DATA_FOLDER [--lessons 300]

Sites are taught drawn lessons one after the other. After some of them, what their slots add to the
scores of a site with one lesson of its own is measured: it should be nothing. (A site that taught
nothing is scored by the model alone.)
"""

from __future__ import annotations

import random
from pathlib import Path

import click
import numpy as np

import models
from models.data.datasets import data_files, read_all
from models.learned import Learned
from models.measuring.tables import Table, markdown

_ASKED_AFTER = (1, 10, 30, 100, 300)
_ASKED = 1_000


def logits(
    learned: Learned, model: models.SpamModel, asked: list[models.CommentText]
) -> np.ndarray:
    """What the comments score on site 0. Shape: (n,)."""
    scores = np.clip(model.score(asked, learned, [0] * len(asked)), 1e-12, 1 - 1e-12)
    return np.log(scores / (1 - scores))


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--lessons", default=300, show_default=True, help="By each site.")
def main(folder: Path, lessons: int) -> None:
    """Print the noise by number of sites taught."""
    examples = [e for e in read_all(data_files([folder])) if e.label is not None]
    random.Random(1).shuffle(examples)
    model, draw = models.load(), random.Random(2)
    asked = [example.comment for example in examples[:_ASKED]]
    taught = examples[_ASKED : _ASKED + 10_000]
    features = model.lesson_features([example.comment for example in taught])
    learned, rows = Learned(model), []
    learned.learn(models.Lesson(0, int(taught[0].label), 1.0, features[0]))
    alone = logits(learned, model, asked)
    for site in range(1, max(_ASKED_AFTER) + 1):
        for at in draw.sample(range(len(taught)), lessons):
            learned.learn(models.Lesson(site, int(taught[at].label), 1.0, features[at]))
        if site in _ASKED_AFTER:
            moved = np.abs(logits(learned, model, asked) - alone)
            middle, high, most = np.quantile(moved, (0.5, 0.99, 1))
            rows.append((f"{site:,}", f"{middle:.3f}", f"{high:.3f}", f"{most:.3f}"))
    head = (f"sites with {lessons} lessons each", "median", "99th of 100", "largest")
    click.echo(markdown(Table("Moved by others, in logits", head, rows)))


if __name__ == "__main__":
    main()
