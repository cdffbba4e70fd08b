"""What was measured, as tables: the same ones on the command line and in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation import pooled, summary
from models.figures import Figures, Interval, Mistake, by_language, figures_of, worst
from models.manifest import TestedSource
from models.online import Step
from models.protocols import Measured


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows under a title; the first column says what a row is about."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(measured: Measured, *, seed: int, mistakes: int = 0) -> list[Table]:
    """Sources, languages, the learning curve where there is one, and the worst `mistakes`."""
    figures = [figures_of(source, measured.cutoffs, seed) for source in measured.sources]
    if len(figures) > 1:
        figures.append(figures_of(pooled(measured.sources), measured.cutoffs, seed))
    languages = [summary(part, *measured.cutoffs) for part in by_language(measured.sources)]
    found = [
        source_table(figures, "Sources"),
        cutoff_table([entry.tested for entry in figures], "At the cutoffs"),
        cutoff_table(languages, "Languages, as the data name them"),
    ]
    if measured.curve:
        found.append(curve_table(measured.curve))
    if mistakes:
        ham, spam = worst(measured.sources, mistakes)
        found.append(_mistake_table("Worst: genuine, but scored like spam", ham))
        found.append(_mistake_table("Worst: spam, but scored like ham", spam))
    return found


def source_table(figures: Sequence[Figures], title: str) -> Table:
    """How well ham and spam are told apart, wherever the cutoffs lie; 95 % intervals."""
    head = (
        "tested source", "ham", "spam", "1-ROCA %", "caught at 1 % blocked ham",
        "caught at 0.1 %", "MCC", "ham from .5 %", "calibration error",
    )  # fmt: skip
    return Table(title, head, tuple(_source_row(entry) for entry in figures))


def _source_row(entry: Figures) -> tuple[str, ...]:
    tested = entry.tested
    return (
        tested.source,
        f"{tested.ham:,}",
        f"{tested.spam:,}",
        _percent(tested.one_minus_roca, 2) + _range(entry.roca_interval, 2),
        _percent(tested.caught_at_1) + _range(entry.caught_interval_1),
        _percent(tested.caught_at_01) + _range(entry.caught_interval_01),
        "–" if entry.mcc is None else f"{entry.mcc:.3f}",
        _percent(entry.ham_over_half, 2),
        f"{entry.calibration_error:.3f}",
    )


def cutoff_table(tested: Sequence[TestedSource], title: str) -> Table:
    """What becomes of ham and spam at the two cutoffs, in percent."""
    head = (
        "rows of", "ham", "spam", "1-ROCA %", "ham filed as spam %", "ham held %",
        "spam filed as spam %", "spam held %",
    )  # fmt: skip
    return Table(title, head, tuple(_cutoff_row(entry) for entry in tested))


def _cutoff_row(tested: TestedSource) -> tuple[str, ...]:
    return (
        tested.source,
        f"{tested.ham:,}",
        f"{tested.spam:,}",
        _percent(tested.one_minus_roca, 2),
        _percent(tested.ham_filed_spam, 2),
        _percent(tested.ham_held),
        _percent(tested.spam_filed_spam),
        _percent(tested.spam_held),
    )


def curve_table(curve: Sequence[Step]) -> Table:
    """The learning curve."""
    head = (
        "corrections before, same site", "sites", "ham", "spam", "errors %", "1-ROCA %",
        "caught at 1 % blocked ham", "ham filed as spam %", "spam filed as spam %",
    )  # fmt: skip
    return Table("Learning curve", head, tuple(_curve_row(step) for step in curve))


def span_of(step: Step) -> str:
    """The corrections that a step stands for, "50–99"."""
    if step.learned_to is None:
        return f"{step.learned_from}+"
    return f"{step.learned_from}–{step.learned_to - 1}"


def _curve_row(step: Step) -> tuple[str, ...]:
    return (
        span_of(step),
        str(step.sites),
        f"{step.ham:,}",
        f"{step.spam:,}",
        _percent(step.errors),
        _percent(step.one_minus_roca, 2),
        _percent(step.caught_at_1),
        _percent(step.ham_filed_spam, 2),
        _percent(step.spam_filed_spam),
    )


def _mistake_table(title: str, mistakes: Sequence[Mistake]) -> Table:
    rows = tuple((m.id, m.source, f"{m.score:.4f}") for m in mistakes)
    return Table(title, ("id", "source", "score"), rows)


def headline(measured: Measured) -> str:
    """Where the cutoffs lie."""
    low, high = measured.cutoffs
    return f"Cutoffs: ham below {low:.3f}, spam from {high:.4f}, unsure between."


def markdown(table: Table) -> str:
    """The table as Markdown, figures to the right."""
    ruler = ["---", *["---:"] * (len(table.head) - 1)]
    lines = [table.head, ruler, *table.rows]
    return "".join("| " + " | ".join(_cell(c) for c in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}"


def _range(interval: Interval | None, digits: int = 1) -> str:
    return f" [{_percent(interval[0], digits)}–{_percent(interval[1], digits)}]" if interval else ""
