"""What corrections are worth, measured: on sites that the base has never seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import BadData, CommentText, SpamModel, load
from models.data.datasets import Example
from models.measuring.evaluation import summary
from models.measuring.feedback import FED_BACK, STOPS, corrections, online
from models.measuring.measured import Measured
from models.measuring.online import from_nothing
from models.training import Settings
from tests.models import toy

CUTOFFS = (0.2, 0.9)


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


def timed(files: tuple[str, ...], each: int = 32) -> list[Example]:
    """A comment every minute, the files taking turns."""
    examples = toy.examples(files, each)
    order = sorted(range(len(examples)), key=lambda n: (n % (2 * each), n))
    times = {n: 60.0 * place for place, n in enumerate(order)}
    return [replace(e, written=times[n]) for n, e in enumerate(examples)]


def odd_site(count: int = 420) -> list[Example]:
    """A site whose spam reads as ham does elsewhere, and the other way round."""
    return [replace(e, label=1 - e.label, file="odd") for e in timed(("odd",), count // 2)]


def missing(measured: Measured) -> list[float | None]:
    return [summary(source, *CUTOFFS).one_minus_roca for source in measured.sources]


def test_two_hundred_decisions_turn_a_site_that_the_base_had_wrong() -> None:
    measured = corrections(toy.examples() + odd_site(), Settings(), CUTOFFS)
    (source,) = measured.sources
    assert (source.source, source.labels.size) == ("odd", 420 - FED_BACK)
    areas = [step.one_minus_roca for step in measured.curve]
    assert [step.learned_from for step in measured.curve] == list(STOPS)
    assert areas[0] == 1
    assert areas[-1] == missing(measured)[0] == 0
    assert "odd, 100 ham and 100 spam fed back: 1-ROCA 100.00 → 0.00 %" in measured.notes[2]


def test_without_times_the_seed_draws_which_are_fed_back() -> None:
    examples = toy.examples() + [replace(e, written=None) for e in odd_site(480)]
    one, same, other = (
        corrections(examples, Settings(seed=seed), CUTOFFS).sources[0].labels.tolist()
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_a_site_with_too_little_left_is_refused() -> None:
    with pytest.raises(BadData, match="a site with 100 ham and 100 spam beyond 200 comments"):
        corrections(toy.examples() + odd_site(380), Settings(), CUTOFFS)


def test_a_given_model_is_the_base_of_all_and_warned_of(model: SpamModel) -> None:
    known = model.manifest.data[0].name
    examples = [replace(e, file=known) for e in odd_site()]
    measured = corrections(examples, Settings(), CUTOFFS, model)
    assert model.version in measured.notes[1]
    assert "these figures flatter it" in measured.notes[-1]


def test_online_a_site_learns_from_its_own_comments_only() -> None:
    examples = timed(("one", "two", "three")) + odd_site(64)
    measured = online(examples, Settings(), CUTOFFS)
    assert [source.source for source in measured.sources] == ["odd", "one", "three", "two"]
    alone = online(timed(("one", "two", "three")), Settings(), CUTOFFS)
    assert all(share is not None and share < 0.02 for share in missing(alone))
    assert len(measured.curve) == 2


def test_online_the_first_comment_gets_the_score_of_the_base(model: SpamModel) -> None:
    examples = timed(("one",))
    measured = online(examples, Settings(), CUTOFFS, model)
    first = min(examples, key=lambda e: e.written or 0)
    assert measured.sources[0].scores[0] == pytest.approx(model.score([first.comment])[0])


def test_online_scores_are_those_that_the_model_gives_at_work(model: SpamModel) -> None:
    from models import Learned, Lesson

    examples = sorted(timed(("one",)), key=lambda e: e.written or 0)
    measured = online(examples, Settings(), CUTOFFS, model)
    learned = Learned(model)
    for example, score in zip(examples, measured.sources[0].scores, strict=True):
        assert model.score([example.comment], learned, [0])[0] == pytest.approx(score)
        (raw,) = model.lesson_features([example.comment])
        learned.learn(Lesson(0, example.label, 1.0, raw))


def test_from_nothing_the_first_score_is_one_half() -> None:
    measured = from_nothing(timed(("one", "two")), CUTOFFS)
    assert [source.source for source in measured.sources] == ["one", "two"]
    assert "from nothing" in measured.notes[1]
    assert measured.sources[0].scores[0] == 0.5
    assert all(share is not None and share < 0.1 for share in missing(measured))


def test_the_time_decides_not_the_order_in_the_files() -> None:
    examples = timed(("one", "two"))
    one, other = (from_nothing(rows, CUTOFFS) for rows in (examples, examples[::-1]))
    for before, after in zip(one.sources, other.sources, strict=True):
        np.testing.assert_array_equal(before.scores, after.scores)


@pytest.mark.parametrize(
    "examples",
    [
        toy.examples(("one",)),  # no times
        [e for e in timed(("one",)) if e.label],  # no ham
        [replace(e, collection="youtube_tubespam") for e in timed(("one",))],  # no comments
        [],
    ],
    ids=["no times", "no ham", "no comments", "nothing"],
)
def test_what_has_no_order_or_one_label_only_is_refused(examples: list[Example]) -> None:
    with pytest.raises(BadData, match="created_at"):
        from_nothing(examples, CUTOFFS)
    with pytest.raises(BadData, match="created_at"):
        online(examples, Settings(), CUTOFFS)


def test_comments_that_say_nothing_can_be_streamed(model: SpamModel) -> None:
    empty = [replace(e, comment=CommentText("")) for e in timed(("one",))]
    scores = online(empty, Settings(), CUTOFFS, model).sources[0].scores
    assert ((scores >= 0) & (scores <= 1)).all()
