"""The model measured and described, on the command line: evaluate, model list, model card."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli import registry
from service.cli.model import DATA, EXCLUDE, MODEL, bar, examples_in, load_model, model_errors

_PROTOCOLS = (
    "split", "leave-one-source-out", "leave-one-video-out", "corrections", "online",
    "online-from-nothing",
)  # fmt: skip


@click.command()
@DATA
@click.option(
    "--protocol",
    type=click.Choice(_PROTOCOLS),
    default="leave-one-source-out",
    show_default=True,
    help="What is learned from, what is tested, in which order; see below.",
)
@EXCLUDE
@MODEL
@click.option("--seed", default=1, show_default=True, help="Same seed and data, same figures.")
@click.option("--worst", default=0, metavar="N", help="Name the N worst mistakes of either kind.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a report with pictures: one file, no script, no network.",
)
@click.option(
    "--card",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also write the figures between this protocol's markers of a page such as docs/model.md.",
)
def evaluate(
    data: tuple[Path, ...],
    protocol: str,
    exclude: tuple[str, ...],
    directory: Path | None,
    seed: int,
    worst: int,
    html: Path | None,
    card: Path | None,
) -> None:
    """Measure on labelled DATA: tables per source and language, a report with --html.

    Models are trained here as --protocol says, so that none is tested on what it has seen:

    \b
    split                 as the data's authors did, each source apart
    leave-one-source-out  each source by a model of all others
    leave-one-video-out   each video by a model of the other videos
    corrections           as leave-one-source-out, and 200 decisions fed back to each site
    online                the same as a stream in time, each comment scored, then learned
    online-from-nothing   the stream without any model before it

    With --model that very model scores the data, whatever it was trained on; with corrections and
    online too it stays as it is, and what is learned goes on top.
    """
    from models.measuring import report, tables
    from models.measuring.card import markers, measured_parts, subject_of, write
    from models.measuring.protocols import measure
    from models.training import Settings

    given = directory is not None
    subject = subject_of(protocol, exclude, given)
    with model_errors(), bar("measuring") as told:
        if card:
            markers(card.read_text("utf-8"), subject)
        examples, model = examples_in(data, exclude)[1], load_model(directory)
        measured = measure(protocol, examples, Settings(seed=seed), model, given, told)
    click.echo("\n".join(["", f"Evaluation: {measured.protocol}, seed {seed}", *measured.notes]))
    figures = tables.figures_in(measured, seed)
    for table in tables.tables_of(measured, figures, mistakes=worst):
        click.echo(f"\n{table.title}\n\n{tables.markdown(table)}", nl=False)
    click.echo(f"\n{tables.headline(measured)}")
    if html:
        html.write_text(report.page(measured, figures, seed=seed, mistakes=worst), encoding="utf-8")
        click.echo(f"Report: {html}")
    if card:
        command = _command(data, protocol, exclude, directory, seed)
        with model_errors():
            write(card, subject, measured_parts(measured, figures, model.manifest, command))
        click.echo(f"Card: {subject} in {card}")


def _command(
    data: tuple[Path, ...],
    protocol: str,
    exclude: tuple[str, ...],
    directory: Path | None,
    seed: int,
) -> str:
    """What to type for the same figures, with names of files only."""
    words = ["hamlet evaluate", *(path.name for path in data), f"--protocol {protocol}"]
    words += [f"--exclude {name}" for name in exclude]
    words += [f"--model {directory.name}"] if directory else []
    return " ".join([*words, f"--seed {seed}"])


@click.group()
def model() -> None:
    """The trained models of this installation."""


@model.command("list")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def list_models(folders: tuple[Path, ...]) -> None:
    """Models in files (the shipped one, HAMLET_MODEL_DIR, FOLDERS), then those in the database."""
    from models import ModelError, artifact
    from models.classifier import SHIPPED
    from service.config import Settings as Installation

    own = Installation.from_env().model_dir
    for folder in (SHIPPED, *filter(None, [own]), *folders):
        try:
            found = artifact.read_manifest(folder)
        except ModelError as error:
            click.echo(f"{folder.name}: {error}", err=True)
            continue
        name = "shipped" if folder == SHIPPED else str(folder)
        rows = sum(entry.rows for entry in found.data)
        click.echo(
            f"{found.version}  {name}  {found.created}  {rows:,} comments of "
            f"{len(found.data)} files  ham below {found.ham_cutoff:.3f}, "
            f"spam from {found.spam_cutoff:.3f}"
        )
    registry.show_registered()


@model.command("card")
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@MODEL
def write_card(page: Path, directory: Path | None) -> None:
    """Write what the model's manifest tells between the "model" markers of PAGE.

    That is its version, cutoffs, libraries, and what it learned from. Figures are written by
    `hamlet evaluate --card PAGE`.
    """
    from models.measuring.card import model_parts, write

    found = load_model(directory).manifest
    with model_errors():
        write(page, "model", model_parts(found))
    click.echo(f"Card: {found.version} in {page}")


for command in registry.COMMANDS:
    model.add_command(command)
COMMANDS: list[click.Command] = [evaluate, model]
