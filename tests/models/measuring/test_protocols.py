"""Ways to measure: nothing is tested on what it was learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import BadData, SpamModel, load
from models.data.datasets import Example
from models.measuring.evaluation import summary
from models.measuring.left_out import every_source_left_out, leave_one_source_out
from models.measuring.measured import Measured
from models.measuring.protocols import frozen, measure
from models.measuring.within import authors_split, every_video_left_out
from models.training import Settings
from tests.models import toy

CUTOFFS = (0.2, 0.9)


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


def missing(measured: Measured) -> list[float | None]:
    return [summary(source, *CUTOFFS).one_minus_roca for source in measured.sources]


def halved(file: str, video: str = "", collection: str = "") -> list[Example]:
    """Pairs of spam and ham: half of them marked train, a third test, the rest not marked."""
    marks = ("train", "train", "test", "train", "test", "")
    return [
        replace(e, split=marks[n // 2 % 6], video=video, collection=collection)
        for n, e in enumerate(toy.examples((file,), each=90))
    ]


def timed(files: tuple[str, ...], each: int = 32) -> list[Example]:
    """A comment every minute, the files taking turns."""
    examples = toy.examples(files, each)
    order = sorted(range(len(examples)), key=lambda n: (n % (2 * each), n))
    times = {n: 60.0 * place for place, n in enumerate(order)}
    return [replace(e, written=times[n]) for n, e in enumerate(examples)]


def test_each_source_is_scored_by_a_model_that_never_saw_it() -> None:
    told: list[tuple[str, int, int]] = []
    results = leave_one_source_out(
        toy.examples(), Settings(), progress=lambda *args: told.append(args)
    )
    assert [result.source for result in results] == ["one", "three", "two"]
    assert told[-3:] == [("one", 1, 3), ("three", 2, 3), ("two", 3, 3)]
    assert all(summary(result, 0.5, 0.5).one_minus_roca == 0 for result in results)


def test_a_label_that_only_the_left_out_source_teaches_stays_unknown() -> None:
    """A word that is spam in one source alone cannot count when that source is tested."""
    odd = [replace(e, label=1 - e.label) for e in toy.examples(("odd",))]
    (result,) = leave_one_source_out(toy.examples() + odd, Settings(), only=["odd"])
    assert summary(result, 0.5, 0.5).one_minus_roca == 1


def test_a_campaign_group_is_left_out_as_one() -> None:
    examples = toy.examples(("one", "two", "blog_yasoob", "blog_abhinav"))
    results = leave_one_source_out(examples, Settings(), only=["campaign group"])
    assert [result.source for result in results] == ["campaign group"]
    assert results[0].labels.size == 128


def test_leaving_out_chooses_cutoffs_from_what_it_found_and_says_so() -> None:
    measured = every_source_left_out(toy.examples(), Settings())
    assert "these very scores" in " ".join(measured.notes)
    assert missing(measured) == [0, 0, 0]


def test_rows_marked_test_are_scored_by_what_the_rows_marked_train_teach() -> None:
    """Twice alike, since only the seed draws."""
    measured, again = (authors_split(halved("one"), Settings(), CUTOFFS) for _ in range(2))
    (source,) = measured.sources
    assert (source.source, source.labels.size, missing(measured)) == ("one", 60, [0])
    np.testing.assert_array_equal(source.scores, again.sources[0].scores)


def test_each_video_is_a_part_of_its_own_and_their_mean_is_told() -> None:
    """The second video calls spam what the first calls ham: together nothing could be learned."""
    other = [replace(e, label=1 - e.label) for e in halved("two", "B", "youtube_tubespam")]
    measured = authors_split(halved("one", "A", "youtube_tubespam") + other, Settings(), CUTOFFS)
    assert [s.source for s in measured.sources] == ["youtube_tubespam A", "youtube_tubespam B"]
    assert missing(measured) == [0, 0]
    assert "Mean MCC of youtube_tubespam over 2 videos: 1.000." in measured.notes


def test_of_the_sms_collection_the_first_three_tenths_teach() -> None:
    examples = [replace(e, collection="sms_spam_collection") for e in toy.examples(each=40)]
    (source,) = authors_split(examples, Settings(), CUTOFFS).sources
    assert (source.source, source.labels.size) == ("sms_spam_collection", 240 - 72)


def test_a_source_without_a_split_is_refused_with_a_remedy() -> None:
    with pytest.raises(BadData, match=r"none of the two in two; leave it out \(--exclude\)"):
        authors_split(halved("one") + toy.examples(("two",)), Settings(), CUTOFFS)


def test_a_frozen_model_is_not_taught_and_what_it_knew_before_is_told(model: SpamModel) -> None:
    known = model.manifest.data[0].name
    measured = frozen(model, toy.examples((known, "stranger")))
    assert f"has learned from {known}: these figures flatter it" in measured.notes[-1]
    assert len(frozen(model, toy.examples(("stranger",))).notes) == 1
    ours = [e.comment for e in toy.examples(("stranger",))]
    np.testing.assert_allclose(measured.sources[-1].scores, model.score(ours), atol=1e-6)


def test_each_video_is_scored_by_what_the_others_teach(model: SpamModel) -> None:
    """The second calls spam what the first calls ham: what they teach each other is all wrong."""
    one, two = (halved(name, name.upper(), "youtube_tubespam") for name in ("a", "b"))
    two = [replace(e, label=1 - e.label) for e in two]
    measured = measure("leave-one-video-out", one + two, Settings(), model, given=False)
    assert measured.protocol == "leave-one-video-out"
    assert [s.source for s in measured.sources] == ["youtube_tubespam A", "youtube_tubespam B"]
    assert missing(measured) == [1, 1]
    assert "Mean accuracy over 2 videos, cut at 0.5: 0.00 %." in measured.notes[-1]


def test_leaving_videos_out_takes_two_of_them() -> None:
    with pytest.raises(BadData, match="a source of two videos or more; found 1 apart"):
        every_video_left_out(halved("a", "A", "youtube_tubespam"), Settings(), CUTOFFS)


@pytest.mark.parametrize(
    ("protocol", "given", "named"),
    [
        ("online", False, "online"),
        ("online", True, "online"),
        ("online-from-nothing", False, "online-from-nothing"),
        ("split", False, "split"),
        ("leave-one-source-out", False, "leave-one-source-out"),
        ("leave-one-source-out", True, "frozen model"),
    ],
)
def test_a_protocol_is_chosen_by_name(
    model: SpamModel, protocol: str, given: bool, named: str
) -> None:
    examples = [
        replace(e, split=("train", "test")[n // 2 % 2])
        for n, e in enumerate(timed(("one", "two"), each=64))
    ]
    measured = measure(protocol, examples, Settings(), model, given)
    assert measured.protocol == named
    if protocol != "leave-one-source-out" or given:
        assert measured.cutoffs == (model.ham_cutoff, model.spam_cutoff)
