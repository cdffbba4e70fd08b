"""The model card: what was measured, and what stands in a manifest, put between a page's markers.

A marker names a subject and one of its parts, `<!-- measured: online, sources -->`, and what
stands from there to `<!-- end -->` is written anew. All else is written by people and stays. A
marker with text behind it on its line, in the row of a table say, is filled on that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from models.data.datasets import NEVER_TRAINED
from models.errors import ModelError
from models.manifest import Manifest
from models.measuring.figures import Figures
from models.measuring.measured import Measured
from models.measuring.tables import Table, cutoff_table, headline, markdown, source_table, tables_of
from models.measuring.targets import reached, targets_table

_MARKER = re.compile(r"<!-- measured: ([^,>]+), ([^>]+?) -->")
_END = "<!-- end -->"
HOW, SUMMARY = "how", "summary"
Parts = Mapping[str, str]
"""What may stand in a card about one subject, by the names that markers use."""


class CardMismatch(ModelError):
    """A page has no place for what should be written into it."""


def subjects(page: str) -> set[str]:
    """The subjects that a page asks to be told of."""
    return {marker[1] for marker in _MARKER.finditer(page)}


def markers(page: str, subject: str) -> list[str]:
    """The parts of a subject that a page asks for.

    Raises CardMismatch when there are none, or one has no end.
    """
    asked = [marker for marker in _MARKER.finditer(page) if marker[1] == subject]
    for marker in asked:
        _end_of(page, marker)
    if not asked:
        raise CardMismatch(
            f"a marker <!-- measured: {subject}, PART --> and {_END} behind it",
            "none of that subject in the page",
            "write the markers where the figures shall stand",
        )
    return [marker[2] for marker in asked]


def filled(page: str, subject: str, parts: Parts) -> str:
    """The page with what stands between the subject's markers replaced.

    Raises CardMismatch as `markers` does, and when one asks for a part that is not among `parts`.
    """
    unknown = sorted(set(markers(page, subject)) - set(parts))
    if unknown:
        raise CardMismatch(
            f"markers of {subject} that ask for {', '.join(sorted(parts))}",
            ", ".join(unknown),
            "mend the name behind the comma",
        )
    return "".join(_filled(page, subject, parts))


def _filled(page: str, subject: str, parts: Parts) -> Iterator[str]:
    done = 0
    for marker in _MARKER.finditer(page):
        end = _end_of(page, marker)
        if marker[1] == subject:
            text = parts[marker[2]].strip()
            block = page[marker.end() : marker.end() + 1] == "\n"
            yield page[done : marker.end()] + (f"\n\n{text}\n\n" if block else f" {text} ")
            done = end
    yield page[done:]


def _end_of(page: str, marker: re.Match[str]) -> int:
    end, following = page.find(_END, marker.end()), _MARKER.search(page, marker.end())
    if end < 0 or (following and following.start() < end):
        raise CardMismatch(f"{_END} behind {marker[0]}", "none", "write it where the part stops")
    return end


def write(path: Path, subject: str, parts: Parts) -> None:
    """Fills the page at `path` in place; it is left alone when anything is amiss."""
    path.write_text(filled(path.read_text("utf-8"), subject, parts), encoding="utf-8")


def subject_of(protocol: str, exclude: Sequence[str] = (), given: bool = False) -> str:
    """The subject under which figures stand: a `given` model's, or the protocol's, without what."""
    subject = "given model" if given else protocol
    return subject + (f" without {' and '.join(sorted(exclude))}" if exclude else "")


def measured_parts(
    measured: Measured, figures: Sequence[Figures], manifest: Manifest, command: str
) -> dict[str, str]:
    """A measurement in parts: how it was made, its summary in a row, and each of its tables.

    `command` is what anybody may type to get the same.
    """
    targets = targets_table(measured)
    found = {
        HOW: _how(measured, manifest, command),
        SUMMARY: _summary(figures[-1], reached(targets) if targets.rows else "–"),
    }
    for table in (targets, *tables_of(measured, figures)):
        found[part_of(table)] = markdown(table)
    return found


def part_of(table: Table) -> str:
    """The name under which a table is asked for: its title, up to a comma."""
    return table.title.split(",")[0].lower()


def _how(measured: Measured, manifest: Manifest, command: str) -> str:
    made = f"Measured for model {manifest.version} ({manifest.created}) by"
    notes = [f"- {note}" for note in (*measured.notes, headline(measured))]
    return "\n".join([made, "", f"    {command}", "", *notes])


def _summary(figures: Figures, targets: str) -> str:
    """Cells of a row: 1-ROCA, caught at 1 %, ham and spam filed and held, targets reached."""
    told = source_table([figures], "").rows[0]
    ham, ham_held, spam, spam_held = cutoff_table([figures.tested], "").rows[0][4:]
    filed = (f"{ham} / {ham_held}", f"{spam} / {spam_held}")
    return " | ".join((told[3], told[4], *filed, targets))


def model_parts(manifest: Manifest) -> dict[str, str]:
    """What a manifest tells: its version, its cutoffs, and what the model learned from."""
    rows = sum(entry.rows for entry in manifest.data)
    spam = sum(entry.spam for entry in manifest.data)
    return {
        "version": f"Version `{manifest.version}`, trained on {manifest.created} from "
        f"{rows:,} comments of {len(manifest.data)} files, {spam:,} of them spam.",
        "cutoffs": f"Ham below **{manifest.ham_cutoff:.3f}**, spam from "
        f"**{manifest.spam_cutoff:.4f}**, unsure between.",
        "data": markdown(data_table(manifest)) + _never(),
        "libraries": ", ".join(f"{name} {is_}" for name, is_ in manifest.libraries.items()) + ".",
    }


def data_table(manifest: Manifest) -> Table:
    """The files learned from."""
    rows = tuple((entry.name, f"{entry.rows:,}", f"{entry.spam:,}") for entry in manifest.data)
    return Table("Learned from", ("file", "rows learned", "spam"), rows)


def _never() -> str:
    return f"\nNever learned from, by their licence: {', '.join(sorted(NEVER_TRAINED))}.\n"
