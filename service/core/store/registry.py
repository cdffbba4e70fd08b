"""The registry of models: the live one, candidates that did not beat it, and retired ones."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session, defer

from service.core.errors import NotFound
from service.core.store import generations
from service.core.store.insert import insert_missing
from service.core.store.lesson_tables import GenerationRow, ModelRow

KEPT_CANDIDATES = 3
BROUGHT = "came with the program"
NOT_ASKED = "came with the program while a model made here was live"


class NotProven(Exception):
    """A model that did not beat the live one was to go live."""


class State(StrEnum):
    """What a model is in this installation."""

    LIVE = "live"
    CANDIDATE = "candidate"
    RETIRED = "retired"


def every(session: Session) -> list[ModelRow]:
    """All models without their weights, the newest first."""
    statement = select(ModelRow).options(defer(ModelRow.weights))
    return list(session.scalars(statement.order_by(ModelRow.created_at.desc(), ModelRow.version)))


def by_version(session: Session, version: str) -> ModelRow:
    """The model with its weights. Raises NotFound."""
    row = session.get(ModelRow, version)
    if row is None:
        raise NotFound(f"there is no model {version!r}; `hamlet model list` names them")
    return row


def is_known(session: Session, version: str) -> bool:
    """Whether the installation has the model of this version."""
    found = session.scalar(select(ModelRow.version).where(ModelRow.version == version))
    return found is not None


def live_version(session: Session) -> str | None:
    """The version of the live model; None before a worker has run."""
    return session.scalar(select(ModelRow.version).where(ModelRow.state == State.LIVE))


def newest_brought(session: Session) -> str | None:
    """The version of the newest model that a program brought along."""
    brought = select(ModelRow.version).where(~ModelRow.trained_here)
    return session.scalar(brought.order_by(ModelRow.created_at.desc(), ModelRow.version).limit(1))


def is_ahead(session: Session) -> bool:
    """Whether a model is live on which the lessons were not learned yet."""
    live, newest = live_version(session), generations.newest(session)
    return live is not None and (newest is None or newest.base != live)


def newest_made_here(session: Session) -> Row[datetime, str] | None:
    """When the newest model made here was made, and its version."""
    made = select(ModelRow.created_at, ModelRow.version).where(ModelRow.trained_here)
    return session.execute(made.order_by(ModelRow.created_at.desc()).limit(1)).first()


def enrol(
    session: Session, version: str, manifest: bytes, weights: bytes, now: datetime
) -> str | None:
    """Take in a model that a program brought along; it goes live unless one made here is.

    A version seen before changes nothing: what is live then is the operator's to say. Returns the
    live version.
    """
    live = session.scalar(
        select(ModelRow).where(ModelRow.state == State.LIVE).options(defer(ModelRow.weights))
    )
    if is_known(session, version):
        return live.version if live else None
    goes_live = live is None or not live.trained_here
    if live and goes_live:
        live.state = State.RETIRED
        session.flush()
    row = {
        "version": version, "manifest": manifest, "weights": weights, "trained_here": False,
        "state": State.LIVE if goes_live else State.CANDIDATE, "rival": None, "beats": False,
        "why": BROUGHT if goes_live else NOT_ASKED, "created_at": now,
        "live_since": now if goes_live else None,
    }  # fmt: skip
    insert_missing(session, ModelRow, [row])
    return live_version(session)


def propose(session: Session, row: ModelRow) -> bool:
    """Add a candidate; of those that never went live only the newest few are kept.

    Returns False, and changes only its proof, where this very model was known already.
    """
    known = session.get(ModelRow, row.version)
    if known is not None:
        known.rival, known.beats, known.why = row.rival, row.beats, row.why
        known.created_at = row.created_at
        return False
    session.add(row)
    session.flush()
    old = (
        select(ModelRow.version)
        .where(ModelRow.state == State.CANDIDATE, ModelRow.trained_here)
        .order_by(ModelRow.created_at.desc())
        .offset(KEPT_CANDIDATES)
    )
    versions = session.scalars(old).all()
    session.execute(
        delete(ModelRow).where(
            ModelRow.version.in_(versions), ModelRow.version.not_in(select(GenerationRow.base))
        )
    )
    return True


def promote(session: Session, version: str, now: datetime, *, force: bool = False) -> str | None:
    """Make a model live. Returns the version that was; None if it was this one already.

    Raises NotFound, NotProven for a candidate that did not beat the live one.
    """
    row, before = by_version(session, version), live_version(session)
    if before == version:
        return None
    if row.state == State.CANDIDATE and not force:
        _check_proven(row, before)
    _retire(session, before)
    row.state, row.live_since = State.LIVE, now
    return before


def roll_back(session: Session) -> tuple[str, str]:
    """Make the model live that was before the live one. Returns (the one given up, the live).

    Once more goes back one further. Raises NotFound when there was none before.
    """
    given_up = live_version(session)
    earlier = session.scalar(
        select(ModelRow.version)
        .where(ModelRow.state == State.RETIRED, ModelRow.live_since.is_not(None))
        .order_by(ModelRow.live_since.desc())
        .limit(1)
    )
    if given_up is None or earlier is None:
        raise NotFound("no model was live before this one: there is nothing to roll back to")
    _retire(session, given_up)
    session.get_one(ModelRow, given_up).live_since = None
    session.get_one(ModelRow, earlier).state = State.LIVE
    return given_up, earlier


def _retire(session: Session, version: str | None) -> None:
    if version is not None:
        session.get_one(ModelRow, version).state = State.RETIRED
        session.flush()  # there is one live model at any moment


def _check_proven(row: ModelRow, live: str | None) -> None:
    if not row.trained_here:
        raise NotProven(f"{row.version} {row.why}; promote it with --force if you want it")
    if not row.beats:
        raise NotProven(f"{row.version} did not beat the live model: {row.why}")
    if row.rival != live:
        raise NotProven(
            f"{row.version} was compared with {row.rival}, and {live} is live now: "
            "run `hamlet model retrain` to compare anew"
        )
