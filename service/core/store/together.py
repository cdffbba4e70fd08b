"""Group commit: what many threads want written at once shares one transaction.

A durable commit waits for the disk, and SQLite has one writer at a time. Here the first thread to
come writes for all that came meanwhile, in one go, and they share its wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from service.core.store.session import DATABASE_AWAY

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 64  # in one transaction, so that the last does not keep the first waiting


@dataclass
class _Wish(Generic[Item, Result]):
    """What one thread wants written, and how it went."""

    item: Item
    results: list[Result] = field(default_factory=list)  # the one result, once it is committed
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.results) or self.error is not None


class Together(Generic[Item, Result]):
    """Writes items for many threads.

    `write_all` writes the items in a transaction of its own and returns, once it is committed, a
    result each, in order.
    """

    def __init__(self, write_all: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._write_all = write_all
        self._wishes: list[_Wish[Item, Result]] = []
        self._is_led = False
        self._changed = threading.Condition()

    def write(self, item: Item) -> Result:
        """The item's result, once it is committed. Raises what kept it from being written."""
        wish: _Wish[Item, Result] = _Wish(item)
        with self._changed:
            self._wishes.append(wish)
        while not wish.is_done:
            if wishes := self._wait_or_lead(wish):
                try:
                    self._fulfil(wishes)
                finally:
                    self._stop_leading()
        if wish.error is not None:
            raise wish.error
        return wish.results[0]

    def _wait_or_lead(self, wish: _Wish[Item, Result]) -> list[_Wish[Item, Result]]:
        """Wait while another thread leads; then what this one is to write, if it is not done."""
        with self._changed:
            while self._is_led and not wish.is_done:
                self._changed.wait()
            if wish.is_done:
                return []
            self._is_led = True
            wishes, self._wishes = self._wishes[:MOST], self._wishes[MOST:]
            return wishes

    def _stop_leading(self) -> None:
        with self._changed:
            self._is_led = False
            self._changed.notify_all()

    def _fulfil(self, wishes: Sequence[_Wish[Item, Result]]) -> None:
        try:
            results = self._write_all([wish.item for wish in wishes])
            for wish, result in zip(wishes, results, strict=True):
                wish.results.append(result)
        except Exception as error:
            self._fail(wishes, error)
        except BaseException as error:  # this thread ends; the others must not wait for ever
            for wish in wishes:
                wish.error = wish.error or error
            raise

    def _fail(self, wishes: Sequence[_Wish[Item, Result]], error: Exception) -> None:
        """A database that is away fails all; anything else may be one item's fault: find it."""
        if len(wishes) > 1 and not isinstance(error, DATABASE_AWAY):
            for wish in wishes:
                self._fulfil([wish])
            return
        for wish in wishes:
            wish.error = error
