"""A client that asks whether comments are spam, and reports on them."""

from __future__ import annotations

from uuid import UUID

from service.core import policy, recording, reports
from service.core.checking import Check, Opener, Standing, look
from service.core.fingerprint import prints_of
from service.core.intake import new_id
from service.core.places import Places
from service.core.policy import Ruling
from service.core.recording import Judged
from service.core.reports import Report
from service.core.store import callbacks, keys
from service.core.store.session import Store
from service.core.submission import Submission
from tests.fakes import FrozenClock
from tests.service.core.conftest import SECRET


class Asker:
    """A client with a key for every site."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock, self.places = store, clock, Places()
        with store.writing() as session:
            self.opener = Opener(keys.make(session, "ask", None, SECRET, clock()).id, "ask", None)

    def check(self, body: str = "Lovely crust!", callback: str = "", **fields: object) -> Check:
        said = Submission(article_url="https://blog.example/bread", body=body, **fields)  # type: ignore[arg-type]
        return Check(
            guid=new_id(self.clock()),
            opener=self.opener,
            submission=said,
            prints=prints_of(said, [], SECRET),
            callback=callback,
            sealed_key="00",
        )

    def record(self, check: Check, score: float | None = 0.02, promised: bool = False) -> Standing:
        """Record the check, judged by this score; without one it waits for a worker."""
        [standing] = self.record_all([Judged(
            check=check, ruling=self.ruling(check, score), model="plain-1", promised=promised
        )])  # fmt: skip
        return standing

    def record_all(self, items: list[Judged]) -> list[Standing]:
        told, learned = self.store.write(
            lambda session: recording.record_many(session, items, self.clock(), SECRET, self.places)
        )
        self.places.learn(learned)
        return told  # type: ignore[return-value]

    def ruling(self, check: Check, score: float | None) -> Ruling | None:
        if score is None:
            return None
        with self.store.reading() as session:
            seen = look(session, check, self.places, self.clock(), SECRET)
        return policy.rule(score, seen.waiting.circumstances(0.2, 0.9))

    def report(self, check: Check, is_spam: bool) -> UUID:
        with self.store.writing() as session:
            return reports.take(session, Report(check=check, is_spam=is_spam), self.clock(), SECRET)

    def due(self) -> list[tuple[UUID, bool]]:
        """(comment, what its client is told) of what is to be sent now."""
        with self.store.writing() as session:
            return [(o.comment_id, o.is_spam) for o in callbacks.claim_due(session, self.clock())]
