"""Campaigns: what is joined, decided once, inherited, undone, taken out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from service.core import campaigns, moderation, policy, retention
from service.core.campaigns import Deed, Who
from service.core.errors import NotFound, NothingToUndo, NothingWaits
from service.core.store import campaigns as queries
from service.core.store import comments, examples
from service.core.store.campaign_tables import CampaignRow, DoneRow, MarkRow, MemberRow
from service.core.store.session import Store
from service.core.verdict import Decision
from service.core.waiting import Claim
from service.gathering import gather
from tests.fakes import FrozenClock
from tests.service.core.conftest import ANN, SECRET, World

READ_WHOLE = re.compile(
    r"SCAN (campaigns|campaign_\w+|comments)\b(?! USING INDEX ix_campaigns_open)"
)
DAY = timedelta(hours=24)
SPUN = (
    "What a {} article this is, I have {} it to everybody at work. Our shop sells kettles and "
    "mixers for less than half of what you would {} elsewhere."
)
WORDS = [("great", "shown", "pay"), ("fine", "sent", "spend"), ("lovely", "read", "give")]
LATE = SPUN.format("superb", "mailed", "lose")
HELD, HAM = 0.5, 0.02
ANYWHERE = Who(ANN)


def spun(number: int) -> str:
    return SPUN.format(*WORDS[number % len(WORDS)])


class Village:
    """Comments that are judged with all that is gathered about them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def come(self, body: str, score: float = HELD, **fields: object) -> UUID:
        self.world.clock.move(seconds=1)
        comment_id = self.world.submit(body, **fields)
        self.judge(self.world.claim(), score)
        return comment_id

    def judge(self, claim: Claim, score: float = HELD) -> None:
        gather(self.world.store, claim.comments, SECRET)
        rulings = {
            one.id: policy.rule(score, one.circumstances(0.2, 0.9)) for one in claim.comments
        }
        traces = {one.id: one.traces for one in claim.comments}
        self.world.store.write(
            lambda session: moderation.judge(
                session, claim.token, rulings, self.world.clock(), "plain-1", traces
            )
        )

    def campaign_of(self, comment_id: UUID) -> int | None:
        with self.world.store.reading() as session:
            row = session.get(MemberRow, comment_id)
            return row.campaign_id if row else None

    def groups(self, *comment_ids: UUID) -> int:
        """How many campaigns these are of; each that is of none counts as one."""
        found = [self.campaign_of(one) for one in comment_ids]
        return len({number or one for number, one in zip(found, comment_ids, strict=True)})

    def decide(
        self, campaign_id: int | None, decision: Decision = Decision.SPAM,
        loaded_at: datetime | None = None, who: Who = ANYWHERE, inheriting: timedelta = DAY,
        spared: tuple[UUID, ...] = (),
    ) -> Deed:  # fmt: skip
        assert campaign_id is not None
        self.world.clock.move(seconds=1)
        now = self.world.clock()
        with self.world.store.writing() as session:
            return campaigns.decide(
                session, campaign_id, decision, who, loaded_at or now, now, inheriting, spared
            )

    def undo(self, deed: Deed, *, with_inherited: bool = False) -> Deed:
        with self.world.store.writing() as session:
            now = self.world.clock()
            return campaigns.undo(session, deed.id, Who(ANN), now, with_inherited=with_inherited)

    def pull_out(self, campaign_id: int | None, comment_id: UUID, who: Who = ANYWHERE) -> None:
        assert campaign_id is not None
        with self.world.store.writing() as session:
            campaigns.pull_out(session, campaign_id, comment_id, who, self.world.clock())

    def outcomes(self, *comment_ids: UUID) -> list[str]:
        return [self.world.get(one).outcome for one in comment_ids]

    def examples(self) -> int:
        with self.world.store.reading() as session:
            return examples.count(session)

    def rows(self, table: type) -> int:
        with self.world.store.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def village(world: World) -> Village:
    return Village(world)


class TestJoining:
    def test_nearly_the_same_text_is_one_campaign(self, village: Village) -> None:
        ids = [village.come(spun(i), author_name=f"A{i}") for i in range(3)]
        assert village.groups(*ids) == 1

    def test_praise_that_anybody_writes_is_none(self, village: Village) -> None:
        ids = [village.come("Thanks, great post!", ip=f"192.0.{i}.1") for i in range(3)]
        assert village.groups(*ids) == 3

    def test_the_same_praise_from_one_network_is_one(self, village: Village) -> None:
        ids = [village.come("Thanks, great post!", ip=f"192.0.2.{i}") for i in range(3)]
        assert village.groups(*ids) == 1

    def test_a_domain_under_several_names_is_one(self, village: Village) -> None:
        texts = ["See http://tea-house.com/a", "My answer is at http://tea-house.com/b today"]
        ids = [village.come(text, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 1

    def test_a_readers_own_website_is_none(self, village: Village) -> None:
        own = {"author_name": "Ann", "author_url": "https://ann-bakes.com"}
        ids = [village.come(text, **own) for text in ("Rye or wheat?", "Mine burned.")]
        assert village.groups(*ids) == 2

    def test_platforms_are_none(self, village: Village) -> None:
        texts = ["Look: https://youtube.com/a", "Or this https://youtube.com/b instead"]
        ids = [village.come(text, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 2

    def test_a_domain_in_likely_good_comments_is_none(self, village: Village) -> None:
        texts = ["See http://tea-house.com/a", "My answer is at http://tea-house.com/b today"]
        ids = [village.come(text, 0.4, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 2

    @pytest.mark.parametrize("domain", ["microsoft.com", "amazon.fr", "wordpress.org"])
    def test_what_everybody_links_to_is_none(self, village: Village, domain: str) -> None:
        texts = [f"Look: https://{domain}/a", f"Or this https://{domain}/b instead"]
        ids = [village.come(text, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 2

    def test_a_domain_approved_here_is_none(self, village: Village) -> None:
        first = village.come("Flour: http://mill.com", author_name="Ann")
        village.world.change(moderation.decide, first, Decision.APPROVE)
        texts = ["The http://mill.com is open", "Closed on Mondays, http://mill.com says"]
        ids = [village.come(text, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 2

    def test_what_is_published_joins_nothing(self, village: Village) -> None:
        held, good = village.come(spun(0)), village.come(spun(1), HAM, author_name="B")
        assert [village.campaign_of(one) for one in (held, good)] == [None, None]

    def test_two_campaigns_that_turn_out_to_be_one_become_the_older(self, village: Village) -> None:
        texts = [spun(0), spun(1), "At http://tea-house.com now", "Or http://tea-house.com then"]
        ids = [village.come(text, author_name=f"A{i}") for i, text in enumerate(texts)]
        assert village.groups(*ids) == 2
        older = village.campaign_of(ids[0])
        both = village.come(f"{spun(2)} http://tea-house.com", author_name="B")
        assert {village.campaign_of(one) for one in (*ids, both)} == {older}
        assert village.rows(CampaignRow) == 1

    def test_copies_add_no_marks(self, village: Village) -> None:
        village.come(spun(0))
        marks = village.rows(MarkRow)
        for _ in range(3):
            village.come(spun(0), author_name="B")
        assert village.rows(MarkRow) == marks

    def test_two_workers_at_once_make_one_campaign(self, village: Village) -> None:
        world, claims = village.world, []
        ids = []
        for i in range(4):
            ids.append(world.submit(spun(i), author_name=f"A{i}"))
            claims.append(world.claim())
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(village.judge, claims))
        assert village.groups(*ids) == 1


class TestDeciding:
    @pytest.fixture
    def ids(self, village: Village) -> list[UUID]:
        return [village.come(spun(i), author_name=f"A{i}") for i in range(8)]

    def test_one_decision_is_an_event_of_each(self, village: Village, ids: list[UUID]) -> None:
        deed = village.decide(village.campaign_of(ids[0]))
        assert (deed.comments, set(village.outcomes(*ids))) == (8, {"spam"})
        for one in ids:
            with village.world.store.reading() as session:
                event = comments.events_of(session, one)[-1]
            assert (event.kind, event.actor) == ("decided", ANN)
            assert event.revision == village.world.get(one).revision

    def test_only_different_texts_teach(self, village: Village, ids: list[UUID]) -> None:
        assert village.decide(village.campaign_of(ids[0])).taught == len(WORDS)
        assert village.examples() == len(WORDS)

    def test_removing_teaches_nothing(self, village: Village, ids: list[UUID]) -> None:
        village.decide(village.campaign_of(ids[0]), Decision.REMOVE)
        assert (set(village.outcomes(*ids)), village.examples()) == ({"removed"}, 0)

    def test_what_came_after_the_page_waits_on(self, village: Village, ids: list[UUID]) -> None:
        loaded_at = village.world.clock()
        late = village.come(LATE, author_name="late")
        village.decide(village.campaign_of(ids[0]), loaded_at=loaded_at)
        assert village.outcomes(ids[0], late) == ["spam", "held"]

    def test_what_somebody_decided_stands(self, village: Village, ids: list[UUID]) -> None:
        village.world.change(moderation.decide, ids[3], Decision.APPROVE)
        assert village.decide(village.campaign_of(ids[0])).comments == 7
        assert village.outcomes(ids[3]) == ["published"]

    def test_nothing_is_decided_twice(self, village: Village, ids: list[UUID]) -> None:
        village.decide(village.campaign_of(ids[0]))
        with pytest.raises(NothingWaits):
            village.decide(village.campaign_of(ids[0]))

    def test_undoing_brings_all_back_untaught(self, village: Village, ids: list[UUID]) -> None:
        deed = village.decide(village.campaign_of(ids[0]))
        village.world.change(moderation.undo, ids[1])
        undone = village.undo(deed)
        assert (undone.comments, undone.left) == (7, 1)
        assert (set(village.outcomes(*ids)), village.examples()) == ({"held"}, 0)
        with pytest.raises(NothingToUndo):
            village.undo(deed)

    def test_one_comments_undo_still_works(self, village: Village, ids: list[UUID]) -> None:
        village.decide(village.campaign_of(ids[0]))
        village.world.change(moderation.undo, ids[5])
        assert village.outcomes(ids[5]) == ["held"]

    def test_what_was_taken_out_is_left_alone(self, village: Village, ids: list[UUID]) -> None:
        number = village.campaign_of(ids[0])
        village.pull_out(number, ids[2])
        village.decide(number)
        assert village.outcomes(ids[2]) == ["held"]
        village.pull_out(number, ids[4])
        assert village.outcomes(ids[4], ids[5]) == ["held", "spam"]

    def test_a_site_decides_about_its_own(self, village: Village, ids: list[UUID]) -> None:
        other = village.come(spun(0), author_name="B", article_url="https://other.example/a")
        number = village.campaign_of(other)
        assert number == village.campaign_of(ids[0])
        who = Who(ANN, village.world.get(other).site_id)
        assert village.decide(number, who=who).comments == 1
        assert village.outcomes(ids[0], other) == ["held", "spam"]
        assert village.outcomes(village.come(spun(1), author_name="C")) == ["held"]
        with pytest.raises(NotFound):
            village.pull_out(number, ids[0], who)


class TestInheriting:
    @pytest.fixture
    def number(self, village: Village) -> int | None:
        ids = [village.come(spun(i), author_name=f"A{i}") for i in range(3)]
        return village.campaign_of(ids[0])

    @pytest.mark.parametrize(
        ("decision", "outcome"),
        [("spam", "spam"), ("remove", "removed"), ("approve", "held"), ("hold", "held")],
    )
    def test_only_spam_and_removal_are_inherited(
        self, village: Village, number: int | None, decision: str, outcome: str
    ) -> None:
        village.decide(number, Decision(decision))
        late = village.come(LATE, author_name="late")
        assert village.outcomes(late) == [outcome]
        with village.world.store.reading() as session:
            event = comments.events_of(session, late)[-1]
        if outcome != "held":
            assert event.actor == f"campaign:{number}"
            assert event.detail["reason"] == f"inherited from campaign {number}"

    def test_not_after_its_time(self, village: Village, number: int | None) -> None:
        village.decide(number)
        village.world.clock.move(hours=24)
        assert village.outcomes(village.come(LATE, author_name="late")) == ["held"]

    def test_not_where_it_is_switched_off(self, village: Village, number: int | None) -> None:
        village.decide(number, inheriting=timedelta(0))
        assert village.outcomes(village.come(LATE, author_name="late")) == ["held"]

    def test_what_would_be_published_inherits_by_text(
        self, village: Village, number: int | None
    ) -> None:
        village.decide(number)
        late = village.come(LATE, HAM, author_name="late")
        assert village.outcomes(late) == ["spam"]
        assert village.campaign_of(late) == number

    def test_it_teaches_nothing(self, village: Village, number: int | None) -> None:
        village.decide(number)
        taught = village.examples()
        village.come(LATE, author_name="late")
        assert village.examples() == taught

    @pytest.mark.parametrize(("with_inherited", "outcome"), [(True, "held"), (False, "spam")])
    def test_undoing_takes_them_along_if_told_to(
        self, village: Village, number: int | None, with_inherited: bool, outcome: str
    ) -> None:
        deed = village.decide(number)
        late = village.come(LATE, author_name="late")
        village.undo(deed, with_inherited=with_inherited)
        assert village.outcomes(late) == [outcome]
        assert village.outcomes(village.come(spun(2), author_name="later")) == ["held"]


def test_after_a_month_nothing_is_known_of_it(village: Village) -> None:
    ids = [village.come(spun(i), author_name=f"A{i}") for i in range(2)]
    village.decide(village.campaign_of(ids[0]))
    village.world.clock.move(days=31)
    for _ in range(9):
        with village.world.store.writing() as session:
            if not retention.purge(session, village.world.clock()):
                break
    left = [village.rows(table) for table in (MarkRow, MemberRow, DoneRow, CampaignRow)]
    assert left == [0, 0, 0, 0]


def test_what_is_spared_waits_on_and_late_ones_do_too(store: Store, clock: FrozenClock) -> None:
    village = Village(World(store, clock))
    first, second, third = (village.come(spun(n)) for n in range(3))
    deed = village.decide(village.campaign_of(first), spared=(second,))
    assert deed.comments == 2
    assert village.outcomes(first, second, third, village.come(LATE)) == [
        "spam", "held", "spam", "held",
    ]  # fmt: skip


def test_no_query_reads_a_whole_table(store: Store, clock: FrozenClock) -> None:
    village = Village(World(store, clock))
    first = village.come(spun(0))
    asked: list[tuple[str, object]] = []

    def note(_1: object, _2: object, statement: str, values: object, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    village.come(spun(1), author_name="B")
    number = village.campaign_of(first)
    assert number is not None
    deed = village.decide(number)
    with store.reading() as session:
        site_id = village.world.get(first).site_id
        for seen in (None, site_id):
            queries.waiting(session, seen, (clock(), 9), 20)
            queries.alike(session, [first], seen)
            queries.newest(session, number, seen)
            queries.deeds(session, number, seen)
            queries.done(session, [deed.id])
            for only in (queries.WAITING, queries.LATE, queries.TAKEN_OUT):
                queries.members(session, number, seen, only=only, after=first, limit=9)
    village.undo(deed, with_inherited=True)
    event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        for statement, values in asked:
            if "campaign" in statement and statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[call-overload]
                assert not READ_WHOLE.search(str(plan.all()))
