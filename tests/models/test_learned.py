"""What sites teach: learned, followed elsewhere, taken back, bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ArtifactMismatch, CommentText, Learned, Lesson, SpamModel, load
from models.learned import SLOTS, Pace, site_keys, slots_of
from models.lessons import HERE, Features, unpack

HERE_SITE, OTHER_SITE = 7, 8
COMMENTS = [
    CommentText("The pears in the yard ripen late this year", "Ann Lee"),
    CommentText("My knitting shop has new wool http://wool.example.com/blue", "wool shop"),
    CommentText("Does the bridge open on Sunday, or only in June?", "Jo", author_url="jo.example"),
    CommentText("Subscribe to my channel about trains please", "train fan"),
    CommentText("", ""),
    CommentText("Великолепная статья, спасибо!", "Олег"),
]


@pytest.fixture(scope="module")
def model() -> SpamModel:
    return load()


@pytest.fixture(scope="module")
def features(model: SpamModel) -> list[bytes]:
    return model.lesson_features(COMMENTS)


def lesson(features: bytes, label: int, site: int = HERE_SITE, trust: float = 1.0) -> Lesson:
    return Lesson(site, label, trust, features)


def logits(model: SpamModel, learned: Learned, site: int) -> np.ndarray:
    scores = model.score(COMMENTS, learned, [site] * len(COMMENTS))
    return np.log(scores / (1 - scores))


def test_a_lesson_moves_its_own_comment_on_its_own_site(
    model: SpamModel, features: list[bytes]
) -> None:
    before = logits(model, Learned(model), HERE_SITE)
    for row, raw in enumerate(features):
        learned, label = Learned(model), int(before[row] < 0)
        learned.learn(lesson(raw, label))
        moved = logits(model, learned, HERE_SITE)[row] - before[row]
        assert moved * (2 * label - 1) > 1


def test_what_one_site_teaches_leaves_the_others_as_they_were(
    model: SpamModel, features: list[bytes]
) -> None:
    learned, before = Learned(model), logits(model, Learned(model), OTHER_SITE)
    for _ in range(20):
        learned.learn(lesson(features[0], 1))
    np.testing.assert_allclose(logits(model, learned, OTHER_SITE), before, atol=0.05)


def test_with_nothing_learned_scores_are_the_models_own(model: SpamModel) -> None:
    plain = model.score(COMMENTS)
    np.testing.assert_array_equal(
        model.score(COMMENTS, Learned(model), [HERE_SITE] * len(COMMENTS)), plain
    )


def test_every_comment_needs_a_site(model: SpamModel) -> None:
    with pytest.raises(ValueError, match="a site per comment; found 1 of 6"):
        model.score(COMMENTS, Learned(model), [HERE_SITE])


TAUGHT = st.lists(
    st.tuples(
        st.integers(0, len(COMMENTS) - 1),
        st.integers(0, 1),
        st.sampled_from([HERE_SITE, OTHER_SITE]),
        st.sampled_from([1.0, 0.7, 0.5]),
    ),
    min_size=1,
    max_size=6,
)


def taught(model: SpamModel, lessons: Sequence[Lesson]) -> tuple[Learned, list[bytes]]:
    learned = Learned(model)
    return learned, [learned.learn(each) for each in lessons]


@settings(max_examples=25)
@given(TAUGHT, st.data())
def test_a_lesson_taken_back_was_never_learned(
    drawn: list[tuple[int, int, int, float]], data: st.DataObject
) -> None:
    model = load()
    packed = model.lesson_features(COMMENTS)
    lessons = [Lesson(site, label, trust, packed[row]) for row, label, site, trust in drawn]
    place = data.draw(st.integers(0, len(lessons) - 1))
    learned, updates = taught(model, lessons)
    follower = Learned(model)
    for update in updates:
        follower.follow(update)
    net, again = learned.replace(updates[place:], lessons[place + 1 :])
    follower.follow(net)
    without, expected = taught(model, lessons[:place] + lessons[place + 1 :])
    assert learned.dump() == without.dump() == follower.dump()
    assert again == expected[place:]


def test_whoever_follows_agrees_to_the_bit_in_any_order(
    model: SpamModel, features: list[bytes]
) -> None:
    learned, updates = taught(model, [lesson(raw, n % 2) for n, raw in enumerate(features * 3)])
    one, two = Learned(model), Learned(model)
    for update in updates:
        one.follow(update)
    for update in reversed(updates):
        two.follow(update)
    assert one.dump() == two.dump() == learned.dump()


def test_a_snapshot_and_the_updates_after_it_make_the_whole(
    model: SpamModel, features: list[bytes]
) -> None:
    learned, updates = taught(model, [lesson(raw, n % 2) for n, raw in enumerate(features)])
    early, _ = taught(model, [lesson(raw, n % 2) for n, raw in enumerate(features[:3])])
    started = Learned(model)
    started.restore(early.dump())
    for update in updates[3:]:
        started.follow(update)
    assert started.dump() == learned.dump()
    started.restore(Learned(model).dump())
    assert started.dump() == Learned(model).dump()


def test_a_lesson_moves_its_comment_so_far_and_no_further(model: SpamModel) -> None:
    pace = Pace(furthest=2.0)
    sure = CommentText("casino casino bonus http://casino.example.com", "casino bonus")
    (raw,) = model.lesson_features([sure])
    for trust in (1.0, 0.5):
        learned = Learned(model, pace)
        before = model.score([sure], learned, [1])
        learned.learn(lesson(raw, 0, site=1, trust=trust))
        after = model.score([sure], learned, [1])
        moved = np.log(before / (1 - before)) - np.log(after / (1 - after))
        assert moved == pytest.approx(2.0 * trust, abs=0.01)


def test_twenty_wrong_decisions_are_bounded_and_undone(
    model: SpamModel, features: list[bytes]
) -> None:
    pace = Pace()
    learned = Learned(model, pace)
    before = logits(model, learned, HERE_SITE)
    updates = [learned.learn(lesson(features[0], 1)) for _ in range(20)]
    moved = logits(model, learned, HERE_SITE) - before
    assert 0 < moved[0] <= pace.limit + 0.01
    learned.replace(updates, [])
    np.testing.assert_array_equal(logits(model, learned, HERE_SITE), before)


def test_less_trust_teaches_less(model: SpamModel, features: list[bytes]) -> None:
    moved = []
    for trust in (0.5, 0.7, 1.0):
        learned = Learned(model)
        learned.learn(lesson(features[3], 1, trust=trust))
        moved.append(float(logits(model, learned, HERE_SITE)[3]))
    assert moved == sorted(moved)
    assert moved[0] < moved[-1]


def test_an_endless_campaign_overflows_nothing(model: SpamModel, features: list[bytes]) -> None:
    learned = Learned(model)
    for number in range(600):
        learned.learn(lesson(features[number % 2], (number // 2) % 2))
    assert np.abs(logits(model, learned, HERE_SITE)).max() < 40


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda raw: raw[:-1],
    "hardly begun": lambda raw: raw[:3],
    "longer": lambda raw: raw + b"x",
    "something else": lambda raw: b"XX" + raw[2:],
    "of another format": lambda raw: raw[:2] + b"\x09" + raw[3:],
    "of too many slots": lambda raw: raw[:4] + b"\xff\xff\xff\xff" + raw[8:],
    "of one slot more": lambda raw: raw[:4] + bytes([raw[4] ^ 1]) + raw[5:],
    "not packed": lambda raw: raw[:8] + b"not deflated",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_damaged_update_changes_nothing(
    model: SpamModel, features: list[bytes], spoil: Callable[[bytes], bytes]
) -> None:
    learned = Learned(model)
    update = learned.learn(lesson(features[0], 1))
    state = learned.dump()
    damaged = spoil(update)
    for act in (
        lambda: learned.follow(damaged),
        lambda: learned.restore(damaged),
        lambda: learned.replace([update, damaged], []),
    ):
        with pytest.raises(ArtifactMismatch):
            act()
        assert learned.dump() == state


def test_a_lesson_that_cannot_be_learned_leaves_the_old_ones_learned(
    model: SpamModel, features: list[bytes]
) -> None:
    learned = Learned(model)
    update = learned.learn(lesson(features[0], 1))
    state = learned.dump()
    with pytest.raises(ArtifactMismatch):
        learned.replace([update], [lesson(features[1], 0), lesson(b"HF of another time", 1)])
    assert learned.dump() == state


def test_sites_share_the_slots_evenly(
    features: list[bytes],
) -> None:
    found: Features = unpack(features[1])
    columns, _ = found.site
    assert HERE in columns
    keys = site_keys(range(2_000))
    assert np.unique(keys, axis=1).shape == (2, 2_000)
    every, turned = slots_of(np.tile(columns, 2_000), keys.repeat(columns.size, axis=1))
    assert turned.mean() == pytest.approx(0.5, abs=0.01)
    expected = SLOTS * (1 - np.exp(-every.size / SLOTS))
    assert np.unique(every).size == pytest.approx(expected, rel=0.01)
