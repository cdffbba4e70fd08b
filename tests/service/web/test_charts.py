"""Charts: every count has its place on the paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.charts import HEIGHT, Chart, Series, nice_top

COUNTS = st.lists(st.integers(0, 10**6), min_size=3, max_size=3)


def chart(*counts: list[int], stacked: bool = True) -> Chart:
    return Chart(
        key="k",
        title="t",
        told="d",
        columns=["a", "b", "c"],
        column="Day",
        series=[Series(f"S{number}", "good", found) for number, found in enumerate(counts)],
        ticks=[],
        stacked=stacked,
    )


@pytest.mark.parametrize(
    ("count", "top"),
    [(0, 1), (1, 1), (2, 2), (7, 8), (11, 15), (23, 25), (290, 300), (9_999, 10_000)],
)
def test_the_scale_ends_at_a_round_number(count: int, top: int) -> None:
    assert nice_top(count) == top


@given(st.integers(0, 10**9))
def test_no_count_is_above_the_scale(count: int) -> None:
    assert count <= nice_top(count) <= max(2 * count, 1)


@given(COUNTS, COUNTS, st.booleans())
def test_every_bar_is_on_the_paper_and_none_hides_another(
    first: list[int], second: list[int], stacked: bool
) -> None:
    drawn = chart(first, second, stacked=stacked)
    for number, (_, bars) in enumerate(drawn.bars()):
        assert len(bars) == sum(found[number] > 0 for found in (first, second))
        for bar in bars:
            assert number * 10 <= bar.x < bar.x + bar.width <= (number + 1) * 10
            assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT + 0.01
        if stacked and len(bars) == 2:
            assert bars[1].y + bars[1].height == pytest.approx(bars[0].y, abs=0.02)


def test_a_stack_is_as_high_as_its_counts() -> None:
    [(told, bars), *_] = chart([30, 0, 0], [10, 0, 40]).bars()
    assert told == "a: S0 30, S1 10"
    assert [(bar.y, bar.height) for bar in bars] == [(25.0, 75.0), (0.0, 25.0)]


def test_side_by_side_a_quarter_is_half_as_high() -> None:
    [(_, bars), *_] = chart([100, 0, 0], [25, 0, 0], stacked=False).bars()
    assert [bar.height for bar in bars] == [100.0, 50.0]


def test_a_chart_of_nothing_is_empty() -> None:
    assert chart([0, 0, 0]).is_empty
    assert not chart([0, 1, 0]).is_empty
