"""What owners do to others, one after the other and at once; on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import select

from service.core import people
from service.core.access import Act, Person, Reach
from service.core.errors import LastOwner, ModerationError, NotFound
from service.core.store import audit_trail, invitations, moderators, second_steps, sites
from service.core.store import people as kept
from service.core.store.audit_trail import Wanted
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.store.tables import AuditRow
from tests.fakes import FrozenClock


class Staff:
    """Two sites, and people who act in transactions of their own."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        with store.writing() as session:
            self.blog = sites.add(session, "blog", "https://blog.example", clock()).id
            self.paper = sites.add(session, "paper", "https://paper.example", clock()).id

    def add(self, email: str, role: Role = Role.OWNER, reach: Reach = None) -> Person:
        with self.store.writing() as session:
            row = moderators.add(session, email, "no hash", role, self.clock())
            kept.set_reach(session, row, reach)
            return Person(row.id, email, "", role, reach, row.site_id)

    def reach(self, person: Person) -> Reach:
        with self.store.reading() as session:
            return kept.reach_of(session, kept.by_number(session, person.id))

    def change(self, who: Person, whom: Person, role: Role, reach: Reach = None) -> bool:
        with self.store.writing() as session:
            return people.change(session, who, whom.id, role, reach, self.clock())

    def deactivate(self, who: Person, whom: Person) -> None:
        with self.store.writing() as session:
            people.deactivate(session, who, whom.id, self.clock())

    def invite(self, who: Person, reach: Reach = None) -> str:
        with self.store.writing() as session:
            return people.invite(
                session, who, "new@paper.example", Role.VIEWER, reach, self.clock()
            )

    def accept(self, secret: str) -> Reach:
        with self.store.writing() as session:
            row = people.accept(session, secret, "Nia", "hash", self.clock())
            return kept.reach_of(session, row)

    def actions(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


@pytest.fixture
def staff(any_store: Store, clock: FrozenClock) -> Staff:
    return Staff(any_store, clock)


def test_somebody_may_see_several_sites_but_not_all(staff: Staff) -> None:
    owner, ann = staff.add("o@x.example"), staff.add("a@x.example", Role.MODERATOR)
    both = frozenset({staff.blog, staff.paper})
    assert staff.change(owner, ann, Role.MODERATOR, both)
    assert staff.reach(ann) == both
    assert not staff.change(owner, ann, Role.MODERATOR, both)
    assert staff.change(owner, ann, Role.VIEWER, frozenset({staff.paper}))
    assert staff.reach(ann) == {staff.paper}
    assert staff.actions() == ["moderator_changed"] * 2


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.VIEWER])
def test_only_owners_manage_people(staff: Staff, role: Role) -> None:
    owner, ann = staff.add("o@x.example"), staff.add("a@x.example", role)
    for act in (
        lambda: staff.change(ann, owner, Role.VIEWER),
        lambda: staff.change(ann, ann, Role.OWNER),
        lambda: staff.deactivate(ann, owner),
        lambda: staff.invite(ann),
    ):
        with pytest.raises(NotFound):
            act()
    assert not ann.may(Act.MANAGE_PEOPLE)
    assert staff.actions() == []


def test_an_owner_of_one_site_manages_nobody_beyond_it(staff: Staff) -> None:
    here, there = frozenset({staff.blog}), frozenset({staff.paper})
    local = staff.add("local@x.example", Role.OWNER, here)
    mate = staff.add("mate@x.example", Role.VIEWER, here)
    others = [staff.add("all@x.example"), staff.add("far@x.example", Role.VIEWER, there)]
    for other in others:
        with pytest.raises(NotFound):
            staff.deactivate(local, other)
    for reach in (None, there, here | there):
        with pytest.raises(NotFound):
            staff.change(local, mate, Role.VIEWER, reach)
        with pytest.raises(NotFound):
            staff.invite(local, reach)
    assert staff.change(local, mate, Role.MODERATOR, here)
    assert not local.may(Act.READ_AUDIT)


def test_the_last_owner_of_every_site_stays(staff: Staff) -> None:
    owner = staff.add("o@x.example")
    staff.add("local@x.example", Role.OWNER, frozenset({staff.blog}))
    with pytest.raises(LastOwner):
        staff.deactivate(owner, owner)
    with pytest.raises(LastOwner):
        staff.change(owner, owner, Role.MODERATOR)
    with pytest.raises(LastOwner):
        staff.change(owner, owner, Role.OWNER, frozenset({staff.blog}))
    assert staff.actions() == []


def at_once(*acts: object) -> list[object]:
    """What each returned or raised, all begun at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: object) -> object:
        barrier.wait()
        try:
            return act()  # type: ignore[operator]
        except ModerationError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_owners_who_end_each_other_at_once_leave_one(staff: Staff) -> None:
    one, two = staff.add("one@x.example"), staff.add("two@x.example")
    done = at_once(lambda: staff.deactivate(one, two), lambda: staff.deactivate(two, one))
    assert sorted(type(result).__name__ for result in done) == ["NoneType", "NotFound"]
    with staff.store.reading() as session:
        assert len(kept.lock_owners(session)) == 1


def test_an_invitation_makes_one_person_even_when_clicked_twice_at_once(staff: Staff) -> None:
    secret = staff.invite(staff.add("o@x.example"), frozenset({staff.blog}))
    done = at_once(lambda: staff.accept(secret), lambda: staff.accept(secret))
    assert [result for result in done if result == {staff.blog}] == [{staff.blog}]
    assert [type(result) for result in done].count(NotFound) == 1
    with pytest.raises(NotFound):
        staff.accept(secret)


def test_an_invitation_is_stored_hashed_and_ends(staff: Staff, clock: FrozenClock) -> None:
    owner = staff.add("o@x.example")
    secret = staff.invite(owner)
    with staff.store.reading() as session:
        [row] = invitations.all_open(session, clock())
        assert secret not in str(vars(row))
    clock.move(days=7)
    with pytest.raises(NotFound):
        staff.accept(secret)


def test_an_invitation_ends_with_the_right_to_invite(staff: Staff) -> None:
    one, two = staff.add("one@x.example"), staff.add("two@x.example")
    first, second = staff.invite(one), staff.invite(two)
    staff.change(two, one, Role.MODERATOR)
    with pytest.raises(NotFound):
        staff.accept(first)
    assert staff.accept(second) is None
    with pytest.raises(NotFound):
        staff.invite(one)  # as the person that a page of before still takes them for


def test_a_code_is_accepted_once_even_when_sent_twice_at_once(staff: Staff) -> None:
    ann = staff.add("a@x.example")
    with staff.store.writing() as session:
        sealed = ("00" * 36, 5, staff.clock())
        second_steps.turn_on(session, ann.id, uuid4(), *sealed)
        second_steps.set_codes(session, ann.id, ["hash"])

    def use(step: int) -> bool:
        with staff.store.writing() as session:
            return second_steps.use_step(session, ann.id, step)

    def recover() -> bool:
        with staff.store.writing() as session:
            return second_steps.use_code(session, ann.id, "hash")

    assert sorted(at_once(lambda: use(6), lambda: use(6))) == [False, True]  # type: ignore[type-var]
    assert [use(5), use(6), use(7)] == [False, False, True]
    assert sorted(at_once(recover, recover)) == [False, True]  # type: ignore[type-var]


def test_the_audit_trail_is_read_page_by_page_without_gap_or_repeat(
    staff: Staff, clock: FrozenClock
) -> None:
    with staff.store.writing() as session:
        for number in range(7):
            actor = "moderator:1" if number % 2 else "command line"
            moderators.audit(session, actor, "logged_in", clock(), {"number": number})
            clock.move(seconds=number % 2)  # some at the same moment
    for wanted, expected in (
        (Wanted(), [6, 5, 4, 3, 2, 1, 0]),
        (Wanted(actor="moderator:1"), [5, 3, 1]),
        (Wanted(action="logged_in"), [6, 5, 4, 3, 2, 1, 0]),
        (Wanted(since=clock()), [6]),
        (Wanted(until=clock()), [5, 4, 3, 2, 1, 0]),
    ):
        seen, after = [], None
        with staff.store.reading() as session:
            while rows := audit_trail.page(session, wanted, after, 2):
                seen += [row.detail["number"] for row in rows]
                after = rows[-1].id
        assert seen == expected


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ix_audit_at"),
        (Wanted(actor="moderator:1"), "ix_audit_actor"),
        (Wanted(action="logged_in"), "ix_audit_action"),
    ],
)
def test_every_filter_of_the_audit_trail_has_an_index(
    store: Store, clock: FrozenClock, wanted: Wanted, index: str
) -> None:
    with store.writing() as session:
        moderators.audit(session, "moderator:1", "logged_in", clock())
    plans = []
    with store.reading() as session:
        bind = session.connection()
        statement = audit_trail.query(session, wanted, 1, 50)
        text = statement.compile(bind, compile_kwargs={"literal_binds": True})
        plans = [row[-1] for row in bind.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert any(index in plan for plan in plans), plans
    assert not any("TEMP B-TREE" in plan for plan in plans), plans
