"""Our model beside the plain baseline, each source left out of training in turn.

    python -m bench.classifier_baseline DATA_FOLDER [--only blog_joehx --only omp_de]
                                        [--card docs/model.md]

Baseline: hashed words 1-2 and characters 2-5 of the text, characters 2-4 of author and author's
address, logistic regression (C = 10, balanced), trained on all blogs, demo_popcorn, spintax_praise
and the ham-only files but omp_de. Takes about ten minutes on one core.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from models.data.datasets import NEVER_TRAINED, Example, data_files, read_all
from models.look import probability
from models.measuring.card import markers, write
from models.measuring.evaluation import Scored, choose_cutoffs, summary
from models.measuring.left_out import leave_one_source_out
from models.measuring.tables import Table, cutoff_table, markdown
from models.training import Settings, labels_of, usable

TESTED = (
    "blog_joehx", "blog_chrisrisner", "blog_jdieter", "blog_spinningnumbers",
    "blog_fabienlasserre", "blog_eduardoboucas", "campaign group", "omp_de", "tg_spam_samples",
    "youtube_tubespam",
)  # fmt: skip
_NOT_IN_BASELINE = NEVER_TRAINED | {
    "youtube_tubespam", "tg_spam_samples", "sms_spam_collection", "lmblog_comments",
}  # fmt: skip


def baseline_features(examples: Sequence[Example]) -> sparse.csr_matrix:
    """The baseline's features. Shape: (n, 2**18 + 2**20 + 2 * 2**16)."""

    def hashed(texts: list[str], analyzer: str, sizes: tuple[int, int], bits: int) -> object:
        vectorizer = HashingVectorizer(analyzer=analyzer, ngram_range=sizes, n_features=1 << bits)
        return vectorizer.transform(texts).astype(np.float32)

    bodies = [example.comment.body for example in examples]
    names = [example.comment.author_name for example in examples]
    addresses = [example.comment.author_url for example in examples]
    return sparse.hstack(
        [
            hashed(bodies, "word", (1, 2), 18),
            hashed(bodies, "char_wb", (2, 5), 20),
            hashed(names, "char_wb", (2, 4), 16),
            hashed(addresses, "char_wb", (2, 4), 16),
        ]
    ).tocsr()


def baseline(examples: Sequence[Example], tested: Sequence[str]) -> list[Scored]:
    """Each tested source scored by a baseline that never saw it."""
    features, labels = baseline_features(examples), labels_of(examples)
    groups = np.array([example.group for example in examples])
    counted = np.array([example.counted for example in examples])
    learned = np.array([usable(e) and e.file not in _NOT_IN_BASELINE for e in examples])
    results = []
    for group in tested:
        part, test = learned & (groups != group), counted & (groups == group)
        model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear", dual=True)
        model.fit(features[part], labels[part])
        logits = model.decision_function(features[test])
        results.append(Scored(group, labels[test], probability(logits)))
        click.echo(f"baseline: {group}", err=True)
    return results


def beside(theirs: Sequence[Scored], ours: Sequence[Scored]) -> Table:
    """Baseline and Hamlet, source by source, each at the cutoffs that suit it best."""
    head = (
        "tested source", "1-ROCA %", "caught at 1 % blocked ham", "caught at 0.1 %",
        "ham filed / held", "spam filed / held",
    )  # fmt: skip
    columns = [_cells(results) for results in (theirs, ours)]
    rows = [
        (source, *(_arrow(*pair) for pair in zip(before, columns[1][source], strict=True)))
        for source, before in columns[0].items()
    ]
    return Table("Baseline → Hamlet", head, tuple(rows))


def _arrow(was: str, now: str) -> str:
    return was if was == now else f"{was} → {now}"


def _cells(results: Sequence[Scored]) -> dict[str, tuple[str, ...]]:
    """Each source's cells: the figures of `beside` but the source's name."""
    cutoffs = choose_cutoffs(results)
    found = {}
    for result in results:
        figures = summary(result, *cutoffs)
        row = cutoff_table([figures], "").rows[0]
        caught = (_share(figures.caught_at_1), _share(figures.caught_at_01))
        found[result.source] = (row[3], *caught, " / ".join(row[4:6]), " / ".join(row[6:]))
    return found


def _told(name: str, done: int, of: int) -> None:
    """Says which source is done; features come in thousands of steps."""
    if name != "features":
        click.echo(f"ours: {name}, {done} of {of}", err=True)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--only", multiple=True, help="A source to test; all of the issue's when not given.")
@click.option("--card", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(folder: Path, only: tuple[str, ...], card: Path | None) -> None:
    """Print both side by side, and write that into a page with --card."""
    if card:
        markers(card.read_text("utf-8"), "baseline")
    examples = list(read_all(data_files([folder])))
    tested = only or TESTED
    ours = leave_one_source_out(
        examples,
        Settings(),
        only=tested,
        progress=_told,
    )
    told = markdown(beside(baseline(examples, tested), ours))
    print(told)
    if card:
        write(card, "baseline", {"beside": f"Baseline → Hamlet\n\n{told}"})


if __name__ == "__main__":
    main()
