"""A measurement as one HTML page that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from models.measuring import charts
from models.measuring.figures import Figures
from models.measuring.measured import Measured
from models.measuring.tables import headline, tables_of


def page(measured: Measured, figures: Sequence[Figures], *, seed: int, mistakes: int = 0) -> str:
    """The page. The same figures and seed give the same bytes."""
    templates = Environment(
        loader=PackageLoader("models.measuring", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = charts.charts_of(measured)
    tables = tables_of(measured, figures, mistakes=mistakes)
    behind = {chart.table.title for chart in drawn}
    return templates.get_template("report.html").render(
        measured=measured,
        headline=headline(measured),
        seed=seed,
        tables=[table for table in tables if table.title not in behind],
        charts=drawn,
        paper=charts,
    )
