"""What a text looks like from afar."""

from __future__ import annotations

import pytest

from models import CommentText
from models.features import Batch
from models.shape import MARKS, WIDTH


def sentences(body: str) -> set[str]:
    (row,) = Batch([CommentText(body)]).shape()
    assert row.shape == (WIDTH,)
    return {mark.text for mark, there in zip(MARKS, row, strict=True) if there}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "no text besides links"),
        ("THIS IS ALL WRONG", "written mostly in capital letters"),
        ("This Is A Title Not Text", "many capital letters"),
        ("nobody wrote a capital", "no capital letters at all"),
        ("room 101 on floor 2, 30 beds", "many digits in the text"),
        ("one\ntwo", "several lines"),
        ("a\n" * 20, "more than ten lines"),
        ("Really!!!", "many exclamation marks"),
        ("Is it open?", "asks a question"),
        ("It costs $20", "amounts of money"),
        ("if (a == b) { c = d; }", "signs of program code"),
        ("Lovely \U0001f600", "emoji in the text"),
        ("some words that were \nwrapped by a tool", "lines broken inside sentences"),
        ("very well.Thanks", "no space after a full stop or comma"),
        ("well,thanks", "no space after a full stop or comma"),
        ("@anna that is so", "quotes or addresses another reader"),
        ("купить дешево buy cheap", "mixes writing systems"),
        ("!!! ???", "no words at all"),
        ("buy now " * 30, "repeats its words very often"),
        ("x" * 60, "very long words"),
        ("word " * 300, "a long text"),
    ],
)
def test_a_text_bears_its_marks(body: str, sentence: str) -> None:
    assert sentence in sentences(body)


@pytest.mark.parametrize(
    "body",
    [
        "I went there on Sunday and the bridge was closed.",
        "That is so. \nThis too.",
        "Version 3.11 costs nothing, e.g. here.",
    ],
)
def test_plain_prose_bears_no_mark_of_tools(body: str) -> None:
    found = sentences(body)
    assert "lines broken inside sentences" not in found
    assert "no space after a full stop or comma" not in found


def test_a_neighbour_s_text_counts_for_nothing() -> None:
    both = Batch([CommentText("Plain text here."), CommentText("BUY NOW!!! $$$")]).shape()
    alone = Batch([CommentText("Plain text here.")]).shape()
    assert (both[0] == alone[0]).all()
