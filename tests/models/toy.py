"""A small world of made-up comments in which spam is easy to tell: for tests of training."""

from __future__ import annotations

from collections.abc import Sequence

from models import CommentText
from models.data.datasets import Example

_SPAM = ("cheap pills online", "casino bonus now", "fast loan today", "buy followers here")
_HAM = ("the bridge was closed", "my aunt grew pears", "rain again in june", "nice photo of it")
_ENDS = ("again", "for all", "as ever", "this week", "in town", "by night", "at last", "for now")


def examples(files: Sequence[str] = ("one", "two", "three"), each: int = 32) -> list[Example]:
    """As many spam as ham in each file, no two texts of a file alike."""
    made = []
    for file in files:
        for number in range(each):
            end = f"{_ENDS[number % 8]} {file} {number // 8}"
            spam, ham = _SPAM[number % 4], _HAM[number % 4]
            link = CommentText(f"{spam} {end} http://{file}.example.com", author_name=spam)
            made.append(Example(link, 1, file))
            made.append(Example(CommentText(f"{ham} {end}", author_name="Ann Lee"), 0, file))
    return made
