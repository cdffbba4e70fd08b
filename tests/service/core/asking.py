"""A client that asks whether comments are spam, and reports on them."""

from __future__ import annotations

from uuid import UUID

from service.core import joining, policy, recording, reports, resemblance
from service.core.checking import Check, Opener, Standing, look
from service.core.fingerprint import prints_of
from service.core.intake import new_id
from service.core.places import Places
from service.core.recording import Judged
from service.core.reports import Report
from service.core.store import callbacks, keys
from service.core.store.session import Store
from service.core.submission import Submission
from service.gathering import gather
from tests.fakes import FrozenClock
from tests.service.core.conftest import SECRET


class Asker:
    """A client with a key for every site."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock, self.places = store, clock, Places()
        self.unjoined: list[resemblance.Judged] = []
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
        item = Judged(check=check, ruling=None, promised=promised)
        if score is not None:
            item = self.judged(check, score)
        [standing] = self.record_all([item])
        return standing

    def record_all(self, items: list[Judged]) -> list[Standing]:
        done = self.store.write(
            lambda session: recording.record_many(session, items, self.clock(), SECRET, self.places)
        )
        self.places.learn(done.learned)
        self.unjoined += done.unjoined
        return done.told  # type: ignore[return-value]

    def judged(self, check: Check, score: float) -> Judged:
        with self.store.reading() as session:
            seen = look(session, check, self.places, self.clock(), SECRET)
        gather(self.store, [seen.waiting], SECRET)
        ruling = policy.rule(score, seen.waiting.circumstances(0.2, 0.9))
        return Judged(check=check, ruling=ruling, model="plain-1", traces=seen.waiting.traces)

    def join_later(self) -> None:
        """What was left for after the answer."""
        unjoined, self.unjoined = self.unjoined, []
        self.store.write(lambda session: joining.join_later(session, unjoined, self.clock()))

    def report(self, check: Check, is_spam: bool) -> UUID:
        with self.store.writing() as session:
            return reports.take(session, Report(check=check, is_spam=is_spam), self.clock(), SECRET)

    def due(self) -> list[tuple[UUID, bool]]:
        """(comment, what its client is told) of what is to be sent now."""
        with self.store.writing() as session:
            return [(o.comment_id, o.is_spam) for o in callbacks.claim_due(session, self.clock())]
