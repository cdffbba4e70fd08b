"""Keys lent for a self-test, and the comments that its calls leave: both are taken away again.

Test calls count for nothing and teach nothing, but they are stored as every check is, and nobody
should have to look through them in the queue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from service.core.store import checks, keys
from service.core.store.keys import NewKey
from service.core.store.session import Store

NAME = "self-test, ends by itself"
LENT = timedelta(minutes=5)  # what is older was left by a process that died
SKEW = timedelta(minutes=1)  # between the clocks of several machines


def lend_key(store: Store, site_id: int, secret: str, now: datetime) -> NewKey:
    """A key for one site, to be taken back; those that nobody took back end now."""
    with store.reading() as session:
        forgotten = [row.id for row in keys.named(session, NAME, now - LENT)]
    for key_id in forgotten:
        take_back(store, key_id, now)
    with store.writing() as session:
        return keys.make(session, NAME, site_id, secret, now)


def take_back(store: Store, key_id: int, now: datetime) -> None:
    """End a lent key and remove what it was used for."""
    with store.writing() as session:
        checks.remove_tests(session, key_id, now - timedelta(days=365))
        if (row := keys.by_number(session, key_id)) is not None:
            keys.forget(session, row, now)


def clear(store: Store, key_id: int, started: datetime) -> int:
    """Remove the test comments that a key sent since the self-test was started."""
    with store.writing() as session:
        return checks.remove_tests(session, key_id, started - SKEW)
