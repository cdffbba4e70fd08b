"""How much of a comment is like what was learned."""

from __future__ import annotations

import numpy as np
import pytest

from models import CommentText, load
from models.familiarity import FAMILIAR_FROM, familiarity
from models.features import COLUMN_MASK, COLUMNS, Batch
from tests.models.samples import HAM, SPAM


def test_the_share_of_known_character_pieces_is_counted() -> None:
    batch = Batch([CommentText("ab"), CommentText("cd"), CommentText("ab cd")])
    keys = batch.characters()[0]
    weights = np.zeros(COLUMNS, dtype=np.float32)
    weights[keys[:1] & COLUMN_MASK] = -0.5
    np.testing.assert_allclose(familiarity(batch, weights), [1.0, 0.0, 0.5])


def test_a_comment_without_words_holds_nothing_unknown() -> None:
    batch = Batch([CommentText(""), CommentText("!!!")])
    np.testing.assert_array_equal(familiarity(batch, np.zeros(COLUMNS, dtype=np.float32)), 1.0)
    assert load().familiarity([]).shape == (0,)


@pytest.mark.parametrize(
    "text", ["Σας ευχαριστώ πολύ για το άρθρο", "ขอบคุณสำหรับบทความดีๆ", "תודה רבה על המאמר המעניין"]
)
def test_scripts_that_no_example_was_in_are_unfamiliar(text: str) -> None:
    assert load().familiarity([CommentText(text)])[0] < FAMILIAR_FROM


def test_comments_in_languages_learned_are_familiar() -> None:
    shares = load().familiarity([sample.comment for sample in (*HAM, *SPAM)])
    assert (shares >= FAMILIAR_FROM).mean() > 0.9
