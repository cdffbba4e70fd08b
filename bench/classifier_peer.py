"""Vowpal Wabbit beside our model: speed on the same comments, quality on blogs left out.

    pip install vowpalwabbit
    python -m bench.classifier_peer DATA_FOLDER [--comments 5000] [--only blog_jdieter]

Its features: words 1-2 (its own --ngram) and characters 4 of the text, the author's name and
address, in a namespace each; logistic loss, three passes. CPU time of one thread. Vowpal Wabbit
reads lines of text, so its speed is told with the lines ready, and from the comments on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

import click
import numpy as np

import models
from bench.classifier_speed import drawn
from models.data.datasets import NEVER_TRAINED, Example, data_files, read_all
from models.measuring.evaluation import Scored, summary
from models.measuring.left_out import leave_one_source_out
from models.measuring.tables import Table, markdown
from models.training import Settings, example_weights, labels_of, usable

ABSENT = "Vowpal Wabbit is not installed, so not compared: pip install vowpalwabbit"
TESTED = ("blog_chrisrisner", "blog_jdieter", "blog_spinningnumbers", "blog_joehx")
_OPTIONS = "--quiet --loss_function logistic --link logistic -b 20 --ngram b2 --ngram a2"
_PASSES = 3
_WORD = re.compile(r"\w+")


def line_of(comment: models.CommentText) -> str:
    """A comment as Vowpal Wabbit reads it, without its label."""
    words = _WORD.findall(models.normalise(comment.body).lower())
    spaced = [f"_{word}_" for word in words]
    pieces = [word[i : i + 4] for word in spaced for i in range(max(len(word) - 3, 1))]
    name = _WORD.findall(comment.author_name.lower())
    address = _WORD.findall(comment.author_url.lower())
    parts = (("b", words), ("c", pieces), ("a", name), ("u", address))
    return " ".join(f"|{space} {' '.join(found)}" for space, found in parts)


def taught(examples: Sequence[Example], lines: Sequence[str], to: Path) -> None:
    """Learns the examples, three times in three orders, and writes the model to a file."""
    from vowpalwabbit import Workspace

    weights = example_weights(examples, Settings())
    taught_lines = [
        f"{1 if example.label else -1} {weight:.5f} {line}"
        for example, weight, line in zip(examples, weights, lines, strict=True)
    ]
    learner = Workspace(_OPTIONS)
    for number in range(_PASSES):
        Random(number).shuffle(taught_lines)
        for line in taught_lines:
            learner.learn(line)
    learner.save(str(to))
    learner.finish()


def scored(model: Path, lines: Sequence[str]) -> np.ndarray:
    """Vowpal Wabbit's probability of spam for each line, one by one."""
    from vowpalwabbit import Workspace

    reader = Workspace(f"--quiet -t -i {model}")
    scores = np.array([reader.predict(line) for line in lines])
    reader.finish()
    return scores


def in_bulk(model: Path, lines: Sequence[str], folder: Path) -> float:
    """CPU seconds to score all lines as one file, as its own program does."""
    from vowpalwabbit import Workspace

    data = folder / "lines.txt"
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    started = process_time()
    Workspace(f"--quiet -t -i {model} -d {data} -p {folder / 'scores.txt'}").finish()
    took = process_time() - started
    if len((folder / "scores.txt").read_text().splitlines()) != len(lines):
        raise click.ClickException("expected a score for each line; Vowpal Wabbit gave others")
    return took


def speed_rows(folder: Path, count: int) -> list[tuple[str, ...]]:
    """Comments a second of both, and their ratio."""
    comments, ours = drawn(folder, count), models.load()
    examples = [e for e in read_all(data_files([folder])) if usable(e)][::10]
    with TemporaryDirectory() as name:
        path = Path(name)
        taught(examples, [line_of(e.comment) for e in examples], path / "model")
        ours.score(comments[:300])
        started = process_time()
        lines = [line_of(comment) for comment in comments]
        made = process_time() - started
        started = process_time()
        scored(path / "model", lines)
        single = process_time() - started
        bulk = in_bulk(path / "model", lines, path)
    started = process_time()
    ours.score(comments)
    our_bulk = process_time() - started
    started = process_time()
    for comment in comments[: len(comments) // 10]:
        ours.score([comment])
    our_single = (process_time() - started) * 10
    return [
        _compared("in bulk, lines ready", our_bulk, bulk, len(lines)),
        _compared("in bulk, from comments on", our_bulk, bulk + made, len(lines)),
        _compared("singly, lines ready", our_single, single, len(lines)),
        _compared("singly, from comments on", our_single, single + made, len(lines)),
    ]


def _compared(name: str, ours: float, theirs: float, count: int) -> tuple[str, ...]:
    return name, f"{count / ours:,.0f}", f"{count / theirs:,.0f}", f"{theirs / ours:.2f}"


def peer_left_out(examples: Sequence[Example], tested: Sequence[str]) -> list[Scored]:
    """Each tested source scored by a peer that never saw it, trained like ours."""
    lines = [line_of(example.comment) for example in examples]
    results = []
    for group in tested:
        part = [
            i
            for i, e in enumerate(examples)
            if usable(e) and e.group != group and e.file not in NEVER_TRAINED
        ]
        test = [i for i, e in enumerate(examples) if e.counted and e.group == group]
        with TemporaryDirectory() as name:
            model = Path(name) / "model"
            taught([examples[i] for i in part], [lines[i] for i in part], model)
            scores = scored(model, [lines[i] for i in test])
        results.append(Scored(group, labels_of([examples[i] for i in test]), scores))
        click.echo(f"peer: {group}", err=True)
    return results


def quality_rows(folder: Path, tested: Sequence[str]) -> list[tuple[str, ...]]:
    """1-ROCA and spam caught at 1 % blocked ham of both, each source left out of training."""
    examples = list(read_all(data_files([folder])))
    ours = {s.source: s for s in leave_one_source_out(examples, Settings(), only=tested)}
    rows = []
    for theirs in peer_left_out(examples, tested):
        one, other = summary(ours[theirs.source], 0.5, 0.5), summary(theirs, 0.5, 0.5)
        missing = one.one_minus_roca or 0.0, other.one_minus_roca or 0.0
        rows.append(
            (
                theirs.source,
                f"{missing[0]:.2%}",
                f"{missing[1]:.2%}",
                f"{missing[1] / missing[0]:.2f}" if missing[0] else "–",
                _share(one.caught_at_1),
                _share(other.caught_at_1),
            )
        )
    return rows


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--comments", "count", default=5_000, show_default=True)
@click.option("--only", multiple=True, help="A source to test; four blogs when not given.")
@click.option("--speed-only", is_flag=True, help="Leave the quality out: it takes minutes.")
def main(folder: Path, count: int, only: tuple[str, ...], speed_only: bool) -> None:
    """Print both tables."""
    try:
        import vowpalwabbit  # noqa: F401
    except ImportError:
        click.echo(ABSENT)
        return
    head = ("comments a CPU second", "Hamlet", "Vowpal Wabbit", "ratio")
    click.echo(markdown(Table("Speed", head, (*speed_rows(folder, count),))))
    if not speed_only:
        title = ("source left out", "1-ROCA, Hamlet", "Vowpal Wabbit", "ratio")
        head = (*title, "caught at 1 %, Hamlet", "Vowpal Wabbit")
        click.echo(markdown(Table("Quality", head, (*quality_rows(folder, only or TESTED),))))


if __name__ == "__main__":
    main()
