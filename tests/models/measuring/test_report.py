"""Tables and the HTML report."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from models.measuring import report, tables
from models.measuring.charts import HEIGHT, WIDTH, Axis, charts_of
from models.measuring.evaluation import Scored
from models.measuring.measured import Measured
from models.measuring.online import Step
from models.measuring.tables import Table, calibration_table, figures_in, markdown

CURVE = (
    Step(0, 50, 2, 90, 10, 0.08, 0.02, None, 0.01, 0.6),
    Step(50, None, 1, 120, 80, 0.02, None, 0.95, 0.0, 0.8),
)
EVIL = 'a<script>alert("x")</script>|b'


def source(name: str, ham: int = 150, spam: int = 120) -> Scored:
    random = np.random.default_rng(ham)
    scores = np.concatenate([random.beta(2, 6, ham), random.beta(6, 2, spam)])
    labels = np.array([0] * ham + [1] * spam)
    ids = tuple(f"{name}-{n}" for n in range(labels.size))
    return Scored(name, labels, scores, ids, ("en",) * labels.size)


def measured(*sources: Scored, curve: tuple[Step, ...] = CURVE) -> Measured:
    return Measured("online", sources, (0.2, 0.9), ("A note.",), curve)


def page(found: Measured, seed: int, mistakes: int = 0) -> str:
    return report.page(found, figures_in(found, seed), seed=seed, mistakes=mistakes)


def tables_of(found: Measured, seed: int, mistakes: int = 0) -> list[Table]:
    return tables.tables_of(found, figures_in(found, seed), mistakes=mistakes)


class Reader(HTMLParser):
    """Collects tags, attributes, and what is left open."""

    VOID = ("meta", "line", "circle", "path")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.found if found == tag]


def test_the_page_is_one_whole_file_without_script_or_network() -> None:
    read = Reader(page(measured(source("one"), source("two")), seed=1))
    tags = {tag for tag, _ in read.found}
    assert not read.open
    assert not tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not any(name in attrs for _, attrs in read.found for name in ("src", "href", "onclick"))
    assert "default-src 'none'" in (read.named("meta")[-1]["content"] or "")


def test_every_picture_has_a_name_a_reading_and_its_data_beside_it() -> None:
    html = page(measured(source("one"), source("two")), seed=1)
    read = Reader(html)
    pictures, ids = read.named("svg"), {attrs.get("id") for _, attrs in read.found}
    assert len(pictures) == len(read.named("details")) == 4
    for picture in pictures:
        assert set((picture["aria-labelledby"] or "").split()) <= ids
    assert html.count("<summary>The same as a table") == 4


def test_both_colour_schemes_name_every_colour() -> None:
    html = page(measured(source("one")), seed=1)
    light, dark = html.split("prefers-color-scheme: dark")
    colours = set(re.findall(r"(--\w+): #", light))
    assert colours == set(re.findall(r"(--\w+): #", dark))
    assert set(re.findall(r"var\((--[a-z]\w*)\)", html)) <= colours | {"--line"}


def test_names_from_data_are_text_never_markup() -> None:
    html = page(measured(source(EVIL), source("two")), seed=1, mistakes=3)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_same_figures_and_seed_give_the_same_page() -> None:
    one, other = (page(measured(source("one")), seed=5, mistakes=2) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("sources", "curve", "pictures"),
    [
        ([source("one")], (), 3),
        ([source("ham", spam=0), source("more", 30, 0)], (), 1),
        ([source("few", 3, 2)], CURVE[:1], 4),
        ([source(f"s{n}", 100 + n) for n in range(10)], CURVE, 4),
    ],
    ids=["no curve", "ham only", "next to nothing", "many sources"],
)
def test_a_page_is_made_of_whatever_there_is(
    sources: list[Scored], curve: tuple[Step, ...], pictures: int
) -> None:
    read = Reader(page(measured(*sources, curve=curve), seed=1, mistakes=2))
    assert not read.open
    assert len(read.named("svg")) == pictures


def test_nothing_is_drawn_beyond_the_paper() -> None:
    for chart in charts_of(measured(source("one"), source("two"))):
        for line in chart.series:
            for across, down in map(chart.place, line.points):
                assert 0 <= across <= WIDTH
                assert 0 <= down <= HEIGHT
            assert re.fullmatch(r"M[\d. L]+", chart.path(line))


def test_the_picture_of_precision_begins_where_a_line_first_falls() -> None:
    labels, scores = np.array([0] * 100 + [1] * 100), np.linspace(0, 1, 200)
    scores[99], scores[100] = scores[104], scores[99]
    late = charts_of(measured(Scored("late", labels, scores, languages=("en",) * 200)))[1]
    assert late.x.low == 0.95
    assert all(point[0] >= late.x.low for line in late.series for point in line.points)
    assert charts_of(measured(source("mixed")))[1].x.low < 0.95


def test_a_line_of_very_many_points_stays_small_and_keeps_its_ends() -> None:
    chart = charts_of(measured(source("large", 30_000, 20_000)))[0]
    (line,) = chart.series
    drawn = chart.path(line)[1:].split("L")
    assert len(drawn) < 1000 < len(line.points)
    ends = chart.place(line.points[0]), chart.place(line.points[-1])
    assert (drawn[0], drawn[-1]) == tuple(f"{across} {down}" for across, down in ends)


def test_an_axis_keeps_what_lies_beyond_it_on_its_edge() -> None:
    plain, log = Axis("", 0, 2, ()), Axis("", 0.001, 1, (), log=True)
    assert [plain.share(value) for value in (-1, 0, 0.5, 9)] == [0, 0, 0.25, 1]
    assert [round(log.share(value), 3) for value in (0, 0.001, 0.01, 1)] == [0, 0, 0.333, 1]


def test_the_tables_name_each_source_all_together_and_the_languages() -> None:
    one, cutoffs, _, bins, languages, curve = tables_of(measured(source("one"), source("two")), 1)
    for table in (one, cutoffs, bins):
        assert [row[0] for row in table.rows] == ["one", "two", "all together"]
    assert [row[0] for row in languages.rows] == ["en"]
    assert [row[0] for row in curve.rows] == ["0–49", "50+"]
    assert re.fullmatch(r"\d+\.\d\d \[\d+\.\d\d–\d+\.\d\d\]", one.rows[0][3])


def test_sources_of_one_label_stand_only_where_they_tell_something() -> None:
    one, cutoffs, *_ = tables_of(measured(source("both"), source("ham", spam=0)), seed=1)
    assert [row[0] for row in one.rows] == ["both", "all together"]
    assert [row[0] for row in cutoffs.rows] == ["both", "ham", "all together"]


def test_other_cutoffs_name_the_source_that_forbids_them() -> None:
    labels, scores = np.zeros(200, dtype=np.int64), np.linspace(0, 0.96, 200)
    ham = Scored("ham", labels, scores, languages=("en",) * 200)
    rows = {row[0]: row[1:] for row in tables_of(measured(ham, source("both")), seed=1)[2].rows}
    assert rows["0.95"][2] == "ham 1.50"
    assert rows["0.97"][2] == "none"


def test_calibration_tells_the_share_of_spam_and_where_few_comments_speak() -> None:
    scores = np.array([0.05] * 40 + [0.95] * 10)
    labels = np.array([0] * 30 + [1] * 20)
    (row,) = calibration_table([Scored("s", labels, scores)]).rows
    assert row[0] == "s"
    assert float(row[1]) == pytest.approx(0.8 * 0.2 + 0.2 * 0.05, abs=5e-4)
    assert row[2:] == ("25", *["–"] * 8, "(100)")


def test_languages_of_few_comments_share_a_row() -> None:
    labels, scores = np.array([0, 1] * 20), np.linspace(0, 1, 40)
    languages = ("en",) * 30 + ("fi",) * 6 + ("hu",) * 4
    found = tables_of(measured(Scored("s", labels, scores, ("i",) * 40, languages)), 1)[4]
    assert [row[:3] for row in found.rows] == [
        ("en", "15", "15"), ("2 others, under 20 comments each", "5", "5")
    ]  # fmt: skip


def test_columns_of_words_go_to_the_left_and_figures_to_the_right() -> None:
    table = Table("t", ("a", "b", "c", "d"), (("x", "1", "**no**", "–"), ("y", "–", "3", "2")))
    assert table.worded == (True, False, True, False)
    assert Table("t", ("a", "b"), ()).worded == (True, False)


def test_the_worst_are_listed_by_id_only_when_asked_for() -> None:
    ham, spam = tables_of(measured(source("one")), seed=1, mistakes=4)[-2:]
    assert (len(ham.rows), len(spam.rows), ham.head) == (4, 4, ("id", "source", "score"))
    assert all(re.fullmatch(r"one-\d+", row[0]) for row in ham.rows + spam.rows)


def test_what_a_source_cannot_tell_is_a_dash() -> None:
    (row,) = tables_of(measured(source("ham", spam=0), curve=()), seed=1)[0].rows
    assert row[3:7] == ("–", "–", "–", "–")


def test_markdown_is_a_row_a_line_whatever_a_name_holds() -> None:
    text = markdown(Table("t", ("a", "b"), (("x|y", "line\nbreak"),)))
    assert text == "| a | b |\n| --- | --- |\n| x\\|y | line break |\n"
