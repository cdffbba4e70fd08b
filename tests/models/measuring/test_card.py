"""The model card: a page in which people and measurements write side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import load
from models.measuring.card import (
    CardMismatch,
    filled,
    markers,
    measured_parts,
    model_parts,
    subject_of,
    subjects,
    write,
)
from models.measuring.evaluation import Scored
from models.measuring.measured import Measured
from models.measuring.online import Step
from models.measuring.tables import figures_in

ROOT = Path(__file__).parents[3]
PAGE = """# A card
Written by hand.

<!-- measured: online, sources -->
old
<!-- end -->

| told in a row | <!-- measured: online, summary --> | old <!-- end --> |

<!-- measured: split, sources --><!-- end -->
"""


def spread(name: str, ham: int = 120, spam: int = 120) -> Scored:
    random = np.random.default_rng(3)
    scores = np.concatenate([random.beta(1, 20, ham), random.beta(20, 1, spam)])
    labels = np.array([0] * ham + [1] * spam)
    return Scored(name, labels, scores, languages=("en",) * labels.size)


def parts_of(protocol: str, *sources: Scored) -> dict[str, str]:
    measured = Measured(protocol, sources, (0.2, 0.9), ("A note.",))
    figures = figures_in(measured, seed=1)
    return measured_parts(measured, figures, load().manifest, "hamlet evaluate data")


def test_only_what_stands_between_the_subjects_markers_changes() -> None:
    told = filled(PAGE, "online", {"sources": "| a |\n", "summary": "1 | 2"})
    assert told == PAGE.replace("\nold\n", "\n\n| a |\n\n").replace("| old", "1 | 2")


def test_filling_twice_is_filling_once() -> None:
    parts = parts_of("online", spread("one"), spread("two"))
    once = filled(PAGE, "online", parts)
    assert filled(once, "online", parts) == once != PAGE


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("no marker at all", "<!-- measured: online, PART -->"),
        ("<!-- measured: split, sources --><!-- end -->", "none of that subject"),
        ("<!-- measured: online, nonsense --><!-- end -->", "nonsense"),
        ("<!-- measured: online, sources -->", "where the part stops"),
        ("<!-- measured: online, sources --><!-- measured: split, x --><!-- end -->", "stops"),
    ],
    ids=["no marker", "other subject", "unknown part", "no end", "end of another"],
)
def test_a_page_without_a_place_is_left_alone_and_told_why(
    tmp_path: Path, page: str, told: str
) -> None:
    path = tmp_path / "card.md"
    path.write_text(page)
    with pytest.raises(CardMismatch, match=told):
        write(path, "online", {"sources": "x"})
    assert path.read_text() == page


def test_a_measurement_tells_how_it_was_made_and_its_summary_in_a_row() -> None:
    parts = parts_of("online", spread("one"), spread("two"))
    assert "    hamlet evaluate data\n" in parts["how"]
    assert load().version in parts["how"]
    assert "A note." in parts["how"]
    assert parts["summary"].startswith("0.")
    assert parts["summary"].endswith(" | 3 of 3")
    assert {"targets", "sources", "at the cutoffs", "calibration", "languages"} <= set(parts)


def test_what_was_left_out_is_another_subject() -> None:
    assert subject_of("online", ("b", "a")) == "online without a and b"
    assert subject_of("online", (), given=True) == "given model"


def test_the_card_in_docs_asks_only_for_parts_that_there_are() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    step = Step(0, None, 1, 120, 120, 0.1, 0.1, 0.9, 0.0, 0.8)
    measured = Measured("online", (spread("one"),), (0.2, 0.9), (), (step,))
    known = measured_parts(measured, figures_in(measured, seed=1), load().manifest, "")
    for subject in subjects(page) - {"model", "speed", "baseline"}:
        assert set(markers(page, subject)) <= set(known), subject


def test_the_card_in_docs_tells_of_the_shipped_model() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert filled(page, "model", model_parts(load().manifest)) == page, (
        "the shipped model has changed: run hamlet model card docs/model.md, or make card"
    )
