"""Targets: what was asked, found, and reached."""

from __future__ import annotations

import numpy as np

from models.measuring.evaluation import Scored
from models.measuring.measured import Measured
from models.measuring.targets import reached, targets_table


def told_apart(name: str, ham: int = 100, spam: int = 100, wrong: int = 0) -> Scored:
    """All scores right but those of `wrong` spam, which look like the best of ham."""
    scores = np.concatenate([np.full(ham, 0.1), np.full(spam, 0.99)])
    scores[ham : ham + wrong] = 0.01
    return Scored(name, np.array([0] * ham + [1] * spam), scores)


def targets(protocol: str, *sources: Scored) -> dict[str, tuple[str, ...]]:
    table = targets_table(Measured(protocol, sources, (0.2, 0.9)))
    return {row[0]: row[1:] for row in table.rows}


def test_a_target_is_reached_or_missed_and_says_what_there_was_to_beat() -> None:
    found = targets("leave-one-source-out", told_apart("blog_joehx", wrong=50))
    assert found["blog_joehx: 1-ROCA %"] == ("11.76", "≤ 5.88", "50.00", "**no**")
    assert found["blog_joehx: caught at 1 % blocked ham, %"] == ("–", "≥ 60.00", "50.00", "**no**")
    assert found["blog_joehx: caught at 0.1 % blocked ham, %"][-1] == "yes"


def test_what_the_data_do_not_hold_is_no_target() -> None:
    found = targets("leave-one-source-out", told_apart("mine"))
    assert list(found) == [
        "worst source: ham filed as spam, %",
        "mean of sources: spam filed as spam, %",
        "mean of sources: spam filed or held, %",
    ]
    assert not targets("frozen model", told_apart("blog_joehx"))


def test_videos_count_alike_and_their_ham_together() -> None:
    parts = (told_apart("youtube_tubespam A"), told_apart("youtube_tubespam B", 20, 20))
    found = targets("split", *parts, told_apart("sms_spam_collection"))
    assert [row[-2:] for row in found.values()] == [
        ("1.000", "yes"), ("0.00", "yes"), ("1.000", "yes")
    ]  # fmt: skip
    video_out = targets("leave-one-video-out", *parts)
    assert video_out["mean of videos: accuracy, %"] == ("94.33", "≥ 95.50", "100.00", "yes")


def test_online_is_asked_of_all_together_and_corrections_of_each_site_large_enough() -> None:
    sites = (told_apart("one"), told_apart("two"), told_apart("small", 99))
    assert [row[-1] for row in targets("online", *sites).values()] == ["yes"] * 3
    assert list(targets("corrections", *sites)) == [
        "one: caught at 1 % blocked ham, %",
        "two: caught at 1 % blocked ham, %",
    ]


def test_the_count_of_the_reached_is_told() -> None:
    table = targets_table(
        Measured("corrections", (told_apart("a"), told_apart("b", wrong=11)), (0.2, 0.9))
    )
    assert reached(table) == "1 of 2"
