"""Times and numbers as the queue tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.web.queue_words import counted, percent, span

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "under a minute"),
        (0, "under a minute"),
        (59, "under a minute"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"),
        (86_399, "23 hours"),
        (86_400, "1 day"),
        (864_000, "10 days"),
    ],
)
def test_a_time_is_told_in_one_unit(seconds: int, told: str) -> None:
    assert span(NOON, NOON + timedelta(seconds=seconds)) == told


@pytest.mark.parametrize(
    ("score", "told"),
    [(0.0, "under 1 %"), (0.0099, "under 1 %"), (0.5, "50 %"), (0.99, "99 %"), (1.0, "over 99 %")],
)
def test_a_score_never_claims_certainty(score: float, told: str) -> None:
    assert percent(score) == told


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (10_000, "10,000"), (10_001, "10,000+")])
def test_counting_stops_somewhere(number: int, told: str) -> None:
    assert counted(number) == told
