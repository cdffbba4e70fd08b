"""The tables of statistics: what happened on days that are over, counted once for all pages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.store.tables import Table


class CountedDayRow(Table):
    """A day (UTC) that has been counted."""

    __tablename__ = "counted_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column()  # when


class DayCountRow(Table):
    """How many there were of one kind on a day and site. What a kind has not is "" or -1."""

    __tablename__ = "day_counts"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # a Kind of day_counts
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    site_id: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(10), primary_key=True)
    decision: Mapped[str] = mapped_column(String(10), primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
