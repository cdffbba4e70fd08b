"""A newspaper in full swing: sites, people, comments of every kind, and what was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from service.config import Settings
from service.core import moderation, people
from service.core.access import Person
from service.core.store import moderators, sites
from service.core.store.moderators import Role
from service.core.store.session import Store
from service.core.verdict import Decision
from service.scoring import Scorer
from service.web.receipts import token_for
from tests.fakes import FrozenClock
from tests.service.core.history import make_past, make_sites, write
from tests.service.web.moderating import HASHED, add_comment, judge_all

EVERYTHING_WAITS = {"ham_cutoff": 0.0, "spam_cutoff": 1.0}  # whatever a model thinks of it
BREAD = {"article_url": "https://blog.example/bread", "article_title": "Bread that keeps a week"}
TRAM = {"article_url": "https://paper.example/tram", "article_title": "Tram 12 late again, and why"}
HELD = (  # the first four are on the blog: its queue is short, for axe counts every element
    ("Nadia Rahman", "My starter smells of pear drops since Tuesday. Is that the flour or me?"),
    ("Eve", "I paid off my house with this, ask me how: https://cash.example.evil.test/start?id=7"),
    ("ליאור", "הלחם יצא נהדר, תודה על המתכון. כמה זמן הוא נשמר?"),
    ("Fiona", "You forgot the salt.\n\nAlso: at 240 degrees mine burns. Ten minutes less will do."),
    ("Tomás Ó Briain", "The tram stood at Market Square for forty minutes, and nobody said why."),
    ("小林", "二回作りましたが、二回ともうまくいきました。ありがとうございます。"),
    ("A reader", "First!!!"),
    ("Best Kitchen Deals 24", "Nice post. My shop has mixers: www.mixers-and-more.example/sale"),
)
SPUN = (
    "I can hardly thank you enough for this {} article, it {} me so much. Our shop sells kettles "
    "and mixers for less than half of what you {} elsewhere: https://kettles.example/offer"
)
SPINS = [
    (good, helped, pay)
    for good in ("great", "fine", "lovely")
    for helped in ("helped", "moved", "taught")
    for pay in ("pay", "spend", "give")
]
LONG = "The oven was built in 1911 and has never gone cold since. " * 40


@dataclass(frozen=True)
class Paper:
    """What stands in it, by name: ids of comments, numbers of rows, and links that open pages."""

    comments: dict[str, UUID]
    receipts: dict[str, str]
    invitation: str  # the secret of a link
    moderators: dict[str, int]


def make_paper(
    store: Store, settings: Settings, scorer: Scorer, clock: FrozenClock, address: str
) -> Paper:
    """Fill an empty store; `address` is the server's own, where the demo's articles are."""
    people_of = _people(store, clock)
    invitation = _sites_and_guests(store, clock, people_of["owner"], address)
    found = _comments(store, clock, address)
    judge_all(store, scorer, clock)
    _approve(store, clock, [found["public"], found["reply"]])
    clock.move(minutes=25)
    receipts = {name: token_for(one, settings.secret_key) for name, one in found.items()}
    return Paper(found, receipts, invitation, people_of)


def _people(store: Store, clock: FrozenClock) -> dict[str, int]:
    with store.writing() as session:
        return {
            name: moderators.add(session, f"{name}@paper.example", HASHED, role, clock()).id
            for name, role in (
                ("owner", Role.OWNER),
                ("samira.van-den-berg", Role.OWNER),
                ("bob", Role.MODERATOR),
                ("former", Role.MODERATOR),
            )
        }


def _sites_and_guests(store: Store, clock: FrozenClock, owner_id: int, address: str) -> str:
    """Two sites with a month behind them, the demo, and people who come and go."""
    site_ids = make_sites(store, clock())
    lives = make_past(site_ids, clock() - timedelta(hours=1), 300, 30, seed=3)
    settled = [
        life
        for life in lives
        if (life.decision or life.verdict) in ("ham", "spam", "approve", "remove")
    ]
    reasons = [{"code": "link", "text": "a link", "weight": 1.5}]
    write(store, settled, body="More at https://www.casino.example.org/", reasons=reasons)
    owner = Person(owner_id, "owner@paper.example", "", Role.OWNER, None, None)
    with store.writing() as session:
        for site in (*site_ids, sites.add(session, "demo", address, clock()).id):
            sites.change(session, site, EVERYTHING_WAITS)
        former = moderators.by_email(session, "former@paper.example")
        assert former is not None
        people.deactivate(session, owner, former.id, clock())
        nia = "nia@paper.example"
        return people.invite(session, owner, nia, Role.VIEWER, frozenset(site_ids), clock())


def _comments(store: Store, clock: FrozenClock, address: str) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for number, (name, body) in enumerate(HELD):
        where = BREAD if number < 4 else TRAM
        found[name] = add_comment(
            store, clock, body, author_name=name, author_email="reader@mail.example",
            author_url="https://www.reader.example/", ip="203.0.113.77", **where,
        )  # fmt: skip
        clock.move(minutes=7)
    found["answer"] = add_comment(
        store, clock, "It says so in line two.", parent_id=found["Fiona"], **BREAD
    )
    found["long"] = add_comment(store, clock, LONG, author_name="Old Baker", **BREAD)
    for number, words in enumerate(SPINS):
        name, where = f"Kettle Friend {number % 12}", TRAM if number else BREAD
        found[f"spun {number}"] = add_comment(
            store, clock, SPUN.format(*words), author_name=name, **where
        )
    where = {"article_url": f"{address}/a/demo/welcome", "article_title": "Welcome"}
    found["public"] = add_comment(
        store, clock, "A good read, thank you.\n\nMore of these, please.", author_name="Ada",
        author_url="https://ada.example/", **where,
    )  # fmt: skip
    found["reply"] = add_comment(
        store, clock, "I second that.", author_name="Ben", parent_id=found["public"], **where
    )
    return found


def _approve(store: Store, clock: FrozenClock, ids: list[UUID]) -> None:
    with store.writing() as session:
        for one in ids:
            moderation.decide(session, one, Decision.APPROVE, 2, "moderator:1", clock())
