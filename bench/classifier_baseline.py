"""Our model beside the plain baseline, each source left out of training in turn.

    python bench/classifier_baseline.py DATA_FOLDER [--only blog_joehx --only omp_de]

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

from models.classifier import probability
from models.datasets import NEVER_TRAINED, Example, data_files, read_all
from models.evaluation import Scored, choose_cutoffs
from models.figures import figures_of
from models.protocols import leave_one_source_out
from models.tables import cutoff_table, markdown, source_table
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


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--only", multiple=True, help="A source to test; all of the issue's when not given.")
def main(folder: Path, only: tuple[str, ...]) -> None:
    """Print both tables, each at its own best cutoffs."""
    examples = list(read_all(data_files([folder])))
    tested = only or TESTED
    ours = leave_one_source_out(
        examples,
        Settings(),
        only=tested,
        progress=lambda name, *_: click.echo(f"ours: {name}", err=True),
    )
    for title, results in (("Baseline", baseline(examples, tested)), ("Hamlet", ours)):
        cutoffs = choose_cutoffs(results)
        print(f"\n{title} (ham below {cutoffs[0]:.3f}, spam from {cutoffs[1]:.3f})\n")
        found = [figures_of(result, cutoffs, 1) for result in results]
        for table in (source_table(found, title), cutoff_table([f.tested for f in found], title)):
            print(markdown(table))


if __name__ == "__main__":
    main()
