"""What each group of features, and each choice of training, brings on sources never seen.

    python bench/classifier_ablation.py DATA_FOLDER

Each row leaves one out. A group's columns are emptied; the scale of those beside it stays. Prints
1-ROCA % and spam caught at 1 % blocked ham. Fitted is logistic regression alone, the quicker half
of the model that is shipped. Takes about ten minutes on one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bench.comparison import BLOGS, Data, Scorer, cells, head, left_out, lessons, line, read_data
from models.classifier import batches
from models.features import (
    CHAR_START,
    COLUMN_MASK,
    COLUMNS,
    MARK_START,
    SHAPE_START,
    WORD_START,
    Batch,
)
from models.look import probability
from models.training import Settings, Taught, features_of, fit, with_fields_dropped

SETTINGS = Settings()
TESTED = (*BLOGS, "youtube_tubespam", "tg_spam_samples")
MARKS = {
    "number of links, links alone": ("links", "link_alone", "link_in_text", "link_hosts"),
    "where links lead": ("link_host", "link_tld", "link_idn", "link_hyphens"),
    "author's address": ("author_link", "author_path"),
    "markup": ("markup",),
    "shape of the name": ("name_",),
    "disguise": ("folded", "invisible", "styled"),
    "e-mail addresses": ("email",),
}
BLOCKS = {
    "words": (WORD_START, CHAR_START),
    "character pieces": (CHAR_START, MARK_START),
    "all marks": (MARK_START, SHAPE_START),
    "shape of the text": (SHAPE_START, COLUMNS),
}
CHOICES = {
    "invented comments": replace(SETTINGS, seed_share=0),
    "the screen for advertising called ham": replace(SETTINGS, screen_from=2.0),
    "large sources weighing less a row": replace(SETTINGS, source_power=0),
    "text messages and chat weighing less": replace(SETTINGS, other_share=1.0),
}


def logistic(rows: Taught) -> Scorer:
    fitted = fit(*rows, SETTINGS)
    return lambda features: probability(fitted.logits(features))


def mark_columns(data: Data) -> dict[str, set[int]]:
    """The columns of each group of marks."""
    found: dict[str, set[int]] = {group: set() for group in MARKS}
    for part in batches([example.comment for example in data.examples]):
        batch = Batch(part)
        marks = [mark for item in batch.prepared for mark in item.marks]
        for mark, column in zip(marks, (batch.marks() & COLUMN_MASK).tolist(), strict=True):
            for group, codes in MARKS.items():
                if mark.partition(":")[0] in codes or mark.startswith(
                    tuple(code for code in codes if code.endswith("_"))
                ):
                    found[group].add(column)
    return found


def masks(data: Data) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Each group's name, and 0 in its columns, 1 elsewhere. Shape: (COLUMNS,)."""
    for name, (start, end) in BLOCKS.items():
        kept = np.ones(COLUMNS, dtype=np.float32)
        kept[start:end] = 0
        yield name, kept
    for name, columns in mark_columns(data).items():
        kept = np.ones(COLUMNS, dtype=np.float32)
        kept[sorted(columns)] = 0
        yield name, kept


def without(data: Data, parts: dict[str, Taught], kept: NDArray[np.float32]) -> list[str]:
    """The figures with some columns emptied, in learning and in scoring."""
    scale = sparse.diags(kept)

    def learner(rows: Taught) -> Scorer:
        return logistic(rows._replace(features=(rows.features @ scale).tocsr()))

    return cells(left_out(data, parts, learner).scored)


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
def main(folder: Path) -> None:
    """Print the table, row by row as it is measured."""
    data = read_data(folder, SETTINGS)
    parts = lessons(data, SETTINGS, TESTED)
    print(head("left out", TESTED), flush=True)
    print(line(["nothing", *cells(left_out(data, parts, logistic).scored)]), flush=True)
    for name, kept in masks(data):
        print(line([name, *without(data, parts, kept)]), flush=True)
    for name, settings in CHOICES.items():
        found = left_out(data, lessons(data, settings, TESTED), logistic)
        print(line([name, *cells(found.scored)]), flush=True)
    all_fields = replace(SETTINGS, bare_share=0, no_url_share=0)
    dropped = features_of(with_fields_dropped(data.examples, all_fields))
    found = left_out(data, lessons(data._replace(dropped=dropped), SETTINGS, TESTED), logistic)
    print(line(["dropping name and address from some", *cells(found.scored)]), flush=True)


if __name__ == "__main__":
    main()
