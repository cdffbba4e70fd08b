"""The queue's keys: one table, from which the help sheet is written and which the script reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.core.store.moderators import Role
from service.web.language import later


class Habit(StrEnum):
    """Whose keys a moderator has in the fingers."""

    WORDPRESS = "wordpress"
    CORAL = "coral"
    OFF = "off"


HABITS = {
    Habit.WORDPRESS: later("WordPress: a approves, s is spam, d removes"),
    Habit.CORAL: later("Coral: f approves, d removes"),
    Habit.OFF: later("No keys"),
}
SHOWN = {"ArrowDown": "↓", "ArrowUp": "↑", "Enter": "↵ Enter"}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys of one habit, and what they do. A key of two letters is typed one after the other."""

    does: str  # what the script calls it
    keys: tuple[str, ...]
    words: str

    @property
    def typed(self) -> str:
        return ",".join(self.keys)

    @property
    def shown(self) -> list[list[str]]:
        """Each key as the caps to press, in order."""
        return [[SHOWN.get(cap, cap) for cap in key.split()] for key in self.keys]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the keys of WordPress's habit, and Coral's where they differ."""

    does: str
    words: str
    keys: tuple[str, ...]
    coral: tuple[str, ...] = ()
    is_acting: bool = False  # a viewer has no such button

    def in_habit(self, habit: Habit) -> Shortcut:
        keys = self.coral if habit is Habit.CORAL and self.coral else self.keys
        return Shortcut(self.does, keys, self.words)


LINES = (
    Line("next", later("Next comment"), ("j", "ArrowDown")),
    Line("previous", later("Previous comment"), ("k", "ArrowUp")),
    Line("approve", later("Approve"), ("a",), ("f",), is_acting=True),
    Line("spam", later("Spam"), ("s",), is_acting=True),
    Line(
        "remove",
        later("Remove: shows the reasons; Enter takes the last one"),
        ("d",),
        is_acting=True,
    ),
    Line("reason", later("Remove for the reason of that number"), ("1–9",), is_acting=True),
    Line("hold", later("Back to review"), ("h",), is_acting=True),
    Line("undo", later("Undo"), ("u", "z"), ("u",), is_acting=True),
    Line("select", later("Select, where there is a box to tick"), ("x",), is_acting=True),
    Line("expand", later("The comments of a campaign"), ("c",)),
    Line("details", later("Its details"), ("Enter",)),
    Line("why", later("Why it was judged so"), ("w",)),
    Line("thread", later("Its thread"), ("t",)),
    Line("author", later("Its author: standing, ban, what else they wrote"), ("b",)),
    Line("note", later("Notes about it and its author"), ("m",)),
    Line("history", later("Its history"), ("y",)),
    Line("hard", later("Too hard: leave it to another moderator"), ("e",), is_acting=True),
    Line("open", later("Open on its own page"), ("o",)),
    Line("one", later("One comment at a time"), ("f",), ("z",)),
    Line("new", later("Show new comments"), ("n",)),
    Line("search", later("Search"), ("/",)),
    Line("tab review", later("Go to “Needs review”"), ("g r",)),
    Line("tab spam", later("Go to “Spam”"), ("g s",)),
    Line("tab published", later("Go to “Published”"), ("g p",)),
    Line("tab removed", later("Go to “Removed”"), ("g d",)),
    Line("palette", later("Find a command by its name"), ("Ctrl+k",)),
    Line("help", later("This help"), ("?",)),
)


def shortcuts_for(role: str, habit: Habit = Habit.WORDPRESS) -> list[Shortcut]:
    """The keys of a habit that do something for this role."""
    acts = role != Role.VIEWER
    return [line.in_habit(habit) for line in LINES if acts or not line.is_acting]
