"""The model at work and in training, on the command line: check, train."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from service.core.verdict import Cutoffs, verdict_for

if TYPE_CHECKING:
    from models import CommentText, Reason, SpamModel
    from models.data.datasets import Example
    from models.manifest import DataFile
    from models.measuring.evaluation import Scored
    from models.training import Fitted

_LINES_AT_ONCE = 512
_FIELDS = (
    "body", "author_name", "author_email", "author_url", "article_title", "article_url", "language",
)  # fmt: skip
DATA = click.argument("data", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
EXCLUDE = click.option(
    "--exclude", multiple=True, metavar="NAME", help="A data file to leave out, without suffix."
)
MODEL = click.option(
    "--model",
    "directory",
    type=click.Path(path_type=Path),
    help="Folder of the model to use, instead of the installation's or the shipped one.",
)


@click.command()
@click.argument("text", required=False)
@click.option("--author", default="", help="The author's name.")
@click.option("--email", default="", help="The author's e-mail address.")
@click.option("--url", default="", help="The author's web address.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines in, JSON lines out.")
@MODEL
def check(
    text: str | None, author: str, email: str, url: str, as_json: bool, directory: Path | None
) -> None:
    """Score one comment and show the reasons; no server is needed.

    TEXT is the comment, read from standard input when not given. With --json each line of
    standard input is a comment as the API takes it, of which only "body" is required.
    """
    from models import CommentText

    model = load_model(directory)
    if as_json:
        raise SystemExit(_check_lines(model, sys.stdin.buffer, sys.stdout))
    body = sys.stdin.read() if text is None else text
    comment = CommentText(body, author_name=author, author_email=email, author_url=url)
    score, reasons = _judge(model, [comment])[0]
    click.echo(f"{_verdict(model, score)}  score {score:.3f}  model {model.version}")
    for reason in reasons:
        click.echo(f"  {reason.weight:+6.2f}  {reason.text}")


def load_model(directory: Path | None) -> SpamModel:
    """The model to use: the one named, else the installation's, else the shipped one.

    Raises click.ClickException with the remedy when it cannot be loaded.
    """
    import models
    from service.config import Settings as Installation

    with model_errors():
        return models.load(directory or Installation.from_env().model_dir)


def _verdict(model: SpamModel, score: float) -> str:
    return verdict_for(score, Cutoffs(model.ham_cutoff, model.spam_cutoff))


def _judge(model: SpamModel, comments: list[CommentText]) -> list[tuple[float, list[Reason]]]:
    scores = [float(score) for score in model.score(comments)]
    return list(zip(scores, model.explain(comments), strict=True))


def _check_lines(model: SpamModel, lines: Iterable[bytes], out: TextIO) -> int:
    """Answers line for line, in order. Returns the exit code: 1 when a line was bad."""
    bad = False
    stream = iter(lines)
    while part := list(islice(stream, _LINES_AT_ONCE)):
        parsed = [_comment(line) for line in part]
        judged = iter(_judge(model, [item for item in parsed if not isinstance(item, str)]))
        for item in parsed:
            bad |= isinstance(item, str)
            answer = {"problem": item} if isinstance(item, str) else _answer(model, *next(judged))
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
    return int(bad)


def _answer(model: SpamModel, score: float, reasons: list[Reason]) -> dict[str, Any]:
    return {
        "score": round(score, 6),
        "verdict": _verdict(model, score),
        "reasons": [{"code": r.code, "text": r.text, "weight": r.weight} for r in reasons],
    }


def _comment(line: bytes) -> CommentText | str:
    """The comment in a line of JSON, or what is wrong with the line."""
    from models import CommentText

    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "the line is not UTF-8"
    except (ValueError, RecursionError) as error:
        return f"the line is not JSON: {error}"
    if not isinstance(row, dict):
        return f"expected a JSON object, found {type(row).__name__}"
    values = {name: row[name] for name in _FIELDS if row.get(name) is not None}
    if "body" not in values:
        return "body is missing; expected a string"
    for name, value in values.items():
        if not isinstance(value, str):
            return f"{name} is {type(value).__name__}; expected a string"
    return CommentText(**values)


@click.command()
@DATA
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@EXCLUDE
@click.option("--seed", default=1, show_default=True, help="Same seed and data, same model.")
@click.option("--stream", is_flag=True, help="For DATA larger than memory: learn as it is read.")
def train(
    data: tuple[Path, ...], out: Path, exclude: tuple[str, ...], seed: int, stream: bool
) -> None:
    """Train a model on labelled DATA: files or folders of them, plain or gzip.

    Known are JSON lines, the TubeSpam CSV, the SMS Spam Collection, WordPress exports (WXR) and
    CSV with the columns comment_content and is_spam.

    Cutoffs and the table in the manifest come from sources left out of training one by one.
    Files whose licence forbids it are measured on and never learned from.

    With --stream the files are read twice and never held in memory; cutoffs and table then come
    from the later half of them, each comment scored before it was learned. That flatters: choose
    it for data that do not fit otherwise.
    """
    from models import artifact, training
    from models.measuring import evaluation
    from models.training import Settings

    settings = Settings(seed=seed)
    with model_errors():
        learn = _learned_in_passing if stream else _learned_at_once
        fitted, data_files, results = learn(data, exclude, settings)
        cutoffs = evaluation.choose_cutoffs(results)
        raw, manifest = training.package(
            fitted,
            cutoffs=cutoffs,
            created=datetime.now(UTC).date().isoformat(),
            data=data_files,
            excluded=exclude,
            tested=tuple(evaluation.summary(result, *cutoffs) for result in results),
            settings=settings,
        )
        artifact.save(out, raw, manifest)
    click.echo(f"{manifest.version} in {out} ({len(raw):,} bytes)")
    click.echo(f"ham below {cutoffs[0]:.3f}, spam from {cutoffs[1]:.3f}")


Learned = tuple["Fitted", tuple["DataFile", ...], "Sequence[Scored]"]
"""A model, what it learned from, and scores to choose its cutoffs by."""


def _learned_at_once(data: tuple[Path, ...], exclude: tuple[str, ...], settings: Any) -> Learned:
    from models import training
    from models.data.datasets import file_name, sha256
    from models.measuring.left_out import leave_one_source_out

    paths, examples = examples_in(data, exclude)
    with bar("leaving out") as told:
        results = leave_one_source_out(examples, settings, progress=told)
    fitted, learned = training.train(examples, settings)
    hashes = {file_name(path): sha256(path) for path in paths}
    return fitted, training.data_file_entries(learned, hashes), results


def _learned_in_passing(data: tuple[Path, ...], exclude: tuple[str, ...], settings: Any) -> Learned:
    from models.data.datasets import data_files, file_name, sha256
    from models.measuring.streaming import data_entries, train_stream

    paths = data_files(data, exclude)
    with bar("training") as told:
        found = train_stream(paths, settings, told)
    hashes = {file_name(path): sha256(path) for path in paths}
    return found.fitted, data_entries(found.counts, hashes), found.scored


def examples_in(
    data: tuple[Path, ...], exclude: tuple[str, ...]
) -> tuple[list[Path], list[Example]]:
    from models.data.datasets import data_files, read_all

    paths = data_files(data, exclude)
    return paths, list(read_all(paths))


@contextmanager
def model_errors() -> Iterator[None]:
    """Shows what `models` raises as one line that says what to do."""
    from models import ModelError

    try:
        yield
    except ModelError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; yields what to tell it: a name, done, of how many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def told(name: str, done: int, total: int) -> None:
            progress.update(task, description=f"{title} {name}", completed=done, total=total)

        yield told


COMMANDS: list[click.Command] = [check, train]
