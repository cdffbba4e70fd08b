"""Keys as clients show them: where they stand, who they are, and how long that is believed."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from service.clock import Clock
from service.config import Settings
from service.core import key_guesses
from service.core.checking import Opener
from service.core.store import keys
from service.core.store.session import DATABASE_AWAY, Store
from service.core.throttle import network_of
from service.patience import Hands, TooSlow
from service.web.akismet.form import Form

KEY = re.compile(r"[0-9a-f]{12}")
FRESH = 3.0  # seconds; a revoked key is good for so long at most
REMEMBERED = 10_000  # keys, each with an address it came from


class NoKey(Exception):
    """The request carries no key."""


class UnknownKey(Exception):
    """Nobody has this key."""


class RevokedKey(Exception):
    """This key was ended."""


class TooManyGuesses(Exception):
    """Too many wrong keys came from this address."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("too many wrong keys")


class DatabaseAway(Exception):
    """Nobody can say whether this key is good."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A good key: its text in lower case, and whom it stands for."""

    text: str
    opener: Opener
    is_vouched: bool = True  # False: the database is away, and the key was good when last seen


def text_of(form: Form, host: str, *, key_first: bool = False) -> str:
    """The key's text in lower case, "" without one.

    It stands in `api_key`, else in the first label of the host. With `key_first`, for the calls
    about keys, in `key` before either: there a client sends its new one, and the old as `api_key`.
    """
    if given := form.get("key", "api_key") if key_first else form.get("api_key"):
        return given.strip().lower()
    label, _, rest = host.partition(".")
    return label.lower() if rest and KEY.fullmatch(label.lower()) else ""


class Keyring:
    """Looks keys up, and remembers the good ones for a moment, or while the database is away."""

    def __init__(self, store: Store, hands: Hands, clock: Clock, settings: Settings) -> None:
        self._store, self._hands = store, hands
        self._clock, self._secret = clock, settings.secret_key
        self._patience = settings.check_patience
        self._good: OrderedDict[tuple[str, str], tuple[Opener, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, text: str, address: str) -> Shown:
        """Whom the key stands for. Raises NoKey, UnknownKey, RevokedKey, TooManyGuesses,
        DatabaseAway.
        """
        if not text:
            raise NoKey
        if not KEY.fullmatch(text):
            raise UnknownKey
        entry = (keys.hash_key(text, self._secret), network_of(address))
        opener, seen_at = self._good.get(entry, (None, 0.0))
        if opener is not None and time.monotonic() - seen_at < FRESH:
            return Shown(text, opener)
        try:
            found = self._hands.do(lambda: self._look_up(text, address, entry), self._patience)
        except (*DATABASE_AWAY, TooSlow) as error:
            if (known := self._known(entry[0])) is None:
                raise DatabaseAway from error
            return Shown(text, known, is_vouched=False)
        return Shown(text, found)

    def _look_up(self, text: str, address: str, entry: tuple[str, str]) -> Opener:
        """A key that was good from this address before passes however much was guessed there."""
        now, secret = self._clock(), self._secret
        with self._store.reading() as session:
            until = key_guesses.blocked_until(session, address, now, secret)
            if until is not None and entry not in self._good:
                raise TooManyGuesses(until)
            row = keys.by_key_hash(session, entry[0])
            counted = row is not None or key_guesses.is_counted(session, text, address, now, secret)
        if row is None or row.revoked_at is not None:
            self._forget(entry[0])
        if not counted:
            with self._store.writing() as session:
                key_guesses.count(session, text, address, now, secret)
        if row is None:
            raise UnknownKey
        if row.revoked_at is not None:
            raise RevokedKey
        opener = Opener(row.id, row.name, row.site_id)
        self._remember(entry, opener)
        return opener

    def _known(self, key_hash: str) -> Opener | None:
        with self._lock:
            return next((op for (h, _), (op, _) in self._good.items() if h == key_hash), None)

    def _remember(self, entry: tuple[str, str], opener: Opener) -> None:
        with self._lock:
            self._good[entry] = (opener, time.monotonic())
            self._good.move_to_end(entry)
            while len(self._good) > REMEMBERED:
                self._good.popitem(last=False)

    def _forget(self, key_hash: str) -> None:
        with self._lock:
            for entry in [entry for entry in self._good if entry[0] == key_hash]:
                del self._good[entry]
