"""What was measured, as tables: the same ones on the command line and in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.manifest import TestedSource
from models.measuring.evaluation import (
    BLOCKED_CAP,
    HAM_ENOUGH,
    STRICT_CAPS,
    Scored,
    pooled,
    summary,
)
from models.measuring.figures import (
    BINS,
    Bin,
    Figures,
    Interval,
    Mistake,
    by_language,
    calibration_bins,
    calibration_error,
    figures_of,
    worst,
)
from models.measuring.measured import Measured
from models.measuring.online import Step

FEW = 20
"""Comments below which a share of spam says little."""
_NAMED = 3
_OTHER_CUTOFFS = (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows under a title; the first column says what a row is about."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def worded(self) -> tuple[bool, ...]:
        """Which columns hold words, to be set to the left; figures go to the right."""
        cells = zip(*self.rows, strict=True) if self.rows else [()] * len(self.head)
        told = [any(cell.lstrip("*")[:1].isalpha() for cell in column) for column in cells]
        return True, *told[1:]


def figures_in(measured: Measured, seed: int) -> list[Figures]:
    """The figures of each source, and of all together where there is more than one."""
    figures = [figures_of(source, measured.cutoffs, seed) for source in measured.sources]
    if len(figures) > 1:
        figures.append(figures_of(pooled(measured.sources), measured.cutoffs, seed))
    return figures


def tables_of(measured: Measured, figures: Sequence[Figures], *, mistakes: int = 0) -> list[Table]:
    """Sources, cutoffs, calibration, languages, the learning curve, and the worst `mistakes`.

    `figures` are those in `measured` (`figures_in`), taken once for all that is made of them.
    """
    both = [entry for entry in figures if entry.tested.ham and entry.tested.spam]
    languages = [summary(part, *measured.cutoffs) for part in _languages(measured.sources)]
    found = [
        source_table(both or figures, "Sources"),
        cutoff_table([entry.tested for entry in figures], "At the cutoffs"),
        other_cutoffs_table(measured),
        calibration_table(measured.sources),
        cutoff_table(languages, "Languages, as the data name them"),
    ]
    if measured.curve:
        found.append(curve_table(measured.curve))
    if mistakes:
        ham, spam = worst(measured.sources, mistakes)
        found.append(_mistake_table("Worst: genuine, but scored like spam", ham))
        found.append(_mistake_table("Worst: spam, but scored like ham", spam))
    return found


def _languages(sources: Sequence[Scored]) -> list[Scored]:
    """The rows by language, those of few comments together."""
    parts = by_language(sources)
    few = [part for part in parts if part.labels.size < FEW]
    rest = [pooled(few, f"{len(few)} others, under {FEW} comments each")] if few else []
    return [part for part in parts if part.labels.size >= FEW] + rest


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


def other_cutoffs_table(measured: Measured) -> Table:
    """What filing from another score would bring and cost, and which source forbids it."""
    chosen = measured.cutoffs[1]
    rows = [_other_cutoff_row(measured, cutoff) for cutoff in sorted({*_OTHER_CUTOFFS, chosen})]
    head = (
        "spam from", "spam filed, mean of sources %", "ham filed, mean of sources %",
        "sources over their cap, ham filed %",
    )  # fmt: skip
    return Table("Other cutoffs", head, tuple(rows))


def _other_cutoff_row(measured: Measured, cutoff: float) -> tuple[str, ...]:
    ham = {s.source: float((s.ham >= cutoff).mean()) for s in measured.sources if s.ham.size}
    spam = [
        float((s.spam >= cutoff).mean()) for s in measured.sources if s.ham.size and s.spam.size
    ]
    over = {
        source.source: ham[source.source]
        for source in measured.sources
        if source.ham.size >= HAM_ENOUGH
        and ham[source.source] > STRICT_CAPS.get(source.source, BLOCKED_CAP)
    }
    name = f"{cutoff:g}" if cutoff in _OTHER_CUTOFFS else f"{cutoff:.4f} (chosen)"
    filed = _percent(_mean(spam)), _percent(_mean(list(ham.values())), 2)
    return name, *filed, _worst_of(over)


def _worst_of(over: Mapping[str, float]) -> str:
    """The sources furthest over their cap, and how many more there are."""
    named = sorted(over, key=lambda source: -over[source])[:_NAMED]
    told = [f"{source} {_percent(over[source], 2)}" for source in named]
    more = [f"{len(over) - _NAMED} more"] if len(over) > _NAMED else []
    return ", ".join(told + more) or "none"


def _mean(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None


def calibration_table(sources: Sequence[Scored]) -> Table:
    """How much of what scores so is spam, in each source; in parentheses where few do.

    Sources of one label say nothing of that, and count in all together only, if others are there.
    """
    entries = [source for source in sources if source.ham.size and source.spam.size] or [*sources]
    entries += [pooled(sources)] if len(sources) > 1 else []
    spans = (f"{low / BINS:g}–{(low + 1) / BINS:g}" for low in range(BINS))
    head = ("spam, in percent, of what scores", "error", *spans)
    return Table("Calibration", head, tuple(_calibration_row(entry) for entry in entries))


def _calibration_row(scored: Scored) -> tuple[str, ...]:
    cells = {round(found.low * BINS): _spam_share(found) for found in calibration_bins(scored)}
    error = f"{calibration_error(scored):.3f}"
    return scored.source, error, *(cells.get(number, "–") for number in range(BINS))


def _spam_share(found: Bin) -> str:
    share = f"{100 * found.spam:.0f}"
    return share if found.rows >= FEW else f"({share})"


def curve_table(curve: Sequence[Step]) -> Table:
    """The learning curve."""
    head = (
        "corrections before, same site", "sites", "ham", "spam", "errors %", "1-ROCA %",
        "caught at 1 % blocked ham", "ham filed as spam %", "spam filed as spam %",
    )  # fmt: skip
    return Table("Learning curve", head, tuple(_curve_row(step) for step in curve))


def span_of(step: Step) -> str:
    """The corrections that a step stands for, "50–99", "25" or "1600+"."""
    if step.learned_to is None:
        return f"{step.learned_from}+"
    if step.learned_to == step.learned_from + 1:
        return str(step.learned_from)
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
    """The table as Markdown."""
    ruler = ["---" if worded else "---:" for worded in table.worded]
    lines = [table.head, ruler, *table.rows]
    return "".join("| " + " | ".join(_cell(c) for c in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}"


def _range(interval: Interval | None, digits: int = 1) -> str:
    return f" [{_percent(interval[0], digits)}–{_percent(interval[1], digits)}]" if interval else ""
