"""Comments of several sites, or of every outcome, in one order: read in strands, and merged.

No index sorts several sites' comments together. So each site's, and each outcome's, are read in the
order of their own index, and no more of any than are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Select, false, literal_column, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.core.store.tables import CommentRow
from service.core.verdict import Outcome


class Kept(Protocol):
    """A row that keeps which sites somebody could touch."""

    @property
    def site_id(self) -> int | None: ...
    @property
    def site_ids(self) -> list[int] | None: ...


Within: TypeAlias = int | frozenset[int] | None  # one site, several; None: every site
Entity: TypeAlias = type[CommentRow]  # the table, or an alias of a part of it


def holds(within: Within, site_id: int) -> bool:
    """Whether the site is one of these."""
    return within is None or site_id in ids_of(within)


def covers(within: Within, other: Within) -> bool:
    """Whether every site of the others is one of these."""
    if within is None:
        return True
    return other is not None and set(ids_of(other)) <= set(ids_of(within))


def stored(within: Within) -> dict[str, Any]:
    """The columns of a row that keeps which sites somebody could touch."""
    ids = [] if within is None else ids_of(within)
    return {
        "site_id": ids[0] if len(ids) == 1 else None,
        "site_ids": ids if len(ids) > 1 else None,
    }


def kept(row: Kept) -> Within:
    """The sites that such a row keeps."""
    return frozenset(row.site_ids) if row.site_ids else row.site_id


def ids_of(within: int | frozenset[int]) -> list[int]:
    """The sites' ids."""
    return [within] if isinstance(within, int) else sorted(within)


def in_tab(of: Entity, outcome: Outcome) -> ColumnElement[bool]:
    """Whether it has the outcome; written out, for a bound value keeps SQLite from some indexes."""
    return of.outcome == literal_column(f"'{outcome.value}'")


def on_sites(column: InstrumentedAttribute[int], within: Within) -> list[ColumnElement[bool]]:
    """That a row belongs to one of the sites."""
    if within is None:
        return []
    return [column.in_(ids_of(within))]


def merged(
    outcomes: Collection[Outcome],
    within: Within,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[tuple[str, bool]],
    limit: int,
    columns: Sequence[str] = (),
) -> Select[Any]:
    """At most `limit` comments, sorted by `order`'s (column, whether descending).

    Of `columns` only, if there are any: they must hold those of the order.
    """
    strands = [
        _sorted(chosen(CommentRow, columns).where(*strand, *conditions), CommentRow, order)
        for strand in _strands(outcomes, within)
    ]
    if len(strands) == 1:
        return strands[0].limit(limit)
    parts = [select(strand.limit(limit).subquery()) for strand in strands]
    every = aliased(CommentRow, union_all(*parts).subquery())
    return _sorted(chosen(every, columns), every, order).limit(limit)


def sorted_by(of: Entity, order: Sequence[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    """The order's terms."""
    return [getattr(of, name).desc() if down else getattr(of, name).asc() for name, down in order]


def _strands(outcomes: Collection[Outcome], within: Within) -> Iterator[list[ColumnElement[bool]]]:
    """The conditions of each strand; of one that is empty, where there is no site at all."""
    ids: Sequence[int | None] = [None] if within is None else ids_of(within)
    if not ids:
        yield [false()]
    for outcome, site_id in product(outcomes, ids):
        tab = [in_tab(CommentRow, outcome)]
        yield tab if site_id is None else [*tab, CommentRow.site_id == site_id]


def chosen(of: Entity, columns: Sequence[str]) -> Select[Any]:
    """These columns; the whole comment, if there are none."""
    return select(*(getattr(of, name) for name in columns)) if columns else select(of)


def _sorted(statement: Select[Any], of: Entity, order: Sequence[tuple[str, bool]]) -> Select[Any]:
    return statement.order_by(*sorted_by(of, order))
