"""Places: the sites and articles that checks came from a moment ago, so that most need no query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.core.homes import home
from service.core.store.tables import SiteRow
from service.core.verdict import Mode, UnsureAnswer

FRESH = timedelta(seconds=2)  # a change of a site's settings takes hold within it
MOST = 10_000  # sites, and articles
NOT_STORED = 0  # no site and no article has this id
Article = tuple[int, str, str]  # site id, address, title
Asked = tuple[int | None, str]  # the one site that a key opens, origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site as a check needs it."""

    id: int
    url: str
    mode: Mode
    language: str
    ham_cutoff: float | None
    spam_cutoff: float | None
    unsure: UnsureAnswer

    @classmethod
    def of(cls, site: SiteRow) -> Place:
        return cls(
            id=site.id,
            url=site.url,
            mode=Mode(site.mode),
            language=site.language,
            ham_cutoff=site.ham_cutoff,
            spam_cutoff=site.spam_cutoff,
            unsure=UnsureAnswer(site.unsure_answer),
        )

    @classmethod
    def unseen(cls, origin: str) -> Place:
        """What a site will be that is added with its first comment."""
        return cls(
            id=NOT_STORED,
            url=origin,
            mode=Mode.AUTOMATIC,
            language="",
            ham_cutoff=None,
            spam_cutoff=None,
            unsure=UnsureAnswer.HOLD,
        )


class Places:
    """What one process remembers; shared by its threads."""

    def __init__(self) -> None:
        self._sites: OrderedDict[Asked, tuple[Place, datetime]] = OrderedDict()
        self._articles: OrderedDict[Article, int] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, asked: Asked, now: datetime) -> Place | None:
        """The site, if it was looked up within FRESH."""
        with self._lock:
            place, at = self._sites.get(asked, (None, now))
        return place if abs(now - at) < FRESH else None

    def home(self, session: Session, asked: Asked, now: datetime) -> Place | None:
        """The site, looked up where need be; None for one not seen yet. Raises WrongSite."""
        if place := self.remembered(asked, now):
            return place
        site = home(session, *asked)
        if site is None:
            return None
        place = Place.of(site)
        with self._lock:
            self._sites[asked] = (place, now)
            _trim(self._sites)
        return place

    def article(self, article: Article) -> int | None:
        """The id of an article seen before."""
        with self._lock:
            return self._articles.get(article)

    def learn(self, articles: Mapping[Article, int]) -> None:
        """These are committed."""
        with self._lock:
            self._articles.update(articles)
            _trim(self._articles)

    def forget(self) -> None:
        """Something of it is not true any more."""
        with self._lock:
            self._sites.clear()
            self._articles.clear()


def _trim(
    remembered: OrderedDict[Asked, tuple[Place, datetime]] | OrderedDict[Article, int],
) -> None:
    while len(remembered) > MOST:
        remembered.popitem(last=False)
