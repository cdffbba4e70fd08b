"""What is wiped when."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.core import moderation, retention
from service.core.errors import TextGone
from service.core.verdict import Decision
from tests.service.core.conftest import World


def purge(world: World) -> int:
    with world.store.writing() as session:
        return retention.purge(session, world.clock())


def a_comment(world: World, score: float) -> UUID:
    comment_id = world.submit(
        "Text", author_email="ann@example.org", ip="192.0.2.7", user_agent="Browser"
    )
    world.judge_all(score)
    return comment_id


def test_spam_loses_its_text_after_fifteen_days(world: World) -> None:
    spam, ham = a_comment(world, 0.95), a_comment(world, 0.02)
    world.clock.move(days=14)
    assert purge(world) == 0
    world.clock.move(days=2)
    assert purge(world) == 1
    assert (world.get(spam).body, world.get(ham).body) == ("", "Text")


def test_spam_called_so_late_keeps_its_text_for_fifteen_days_more(world: World) -> None:
    comment_id = a_comment(world, 0.5)
    world.clock.move(days=16)
    world.change(moderation.decide, comment_id, Decision.SPAM)
    assert purge(world) == 0
    world.clock.move(days=16)
    assert purge(world) == 2  # the text, and by now the identity
    assert world.get(comment_id).body == ""


def test_what_is_no_spam_any_more_keeps_its_text(world: World) -> None:
    comment_id = a_comment(world, 0.95)
    world.change(moderation.decide, comment_id, Decision.APPROVE)
    world.clock.move(days=29)
    assert purge(world) == 0


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.HOLD])
def test_a_comment_without_its_text_is_not_published_or_reviewed(
    world: World, decision: Decision
) -> None:
    comment_id = a_comment(world, 0.95)
    world.clock.move(days=16)
    purge(world)
    with pytest.raises(TextGone):
        world.change(moderation.decide, comment_id, decision)
    assert world.get(comment_id).outcome == "spam"
    assert world.change(moderation.decide, comment_id, Decision.REMOVE).outcome == "removed"


def test_address_e_mail_and_browser_go_after_thirty_days_and_the_author_is_still_known(
    world: World,
) -> None:
    comment_id = a_comment(world, 0.02)
    before = world.get(comment_id).author_hash
    world.clock.move(days=31)
    assert purge(world) == 1
    comment = world.get(comment_id)
    assert (comment.ip, comment.author_email, comment.user_agent) == ("", "", "")
    assert comment.author_hash == before != ""


def test_purging_again_finds_nothing(world: World) -> None:
    a_comment(world, 0.95)
    world.clock.move(days=31)
    assert purge(world) == 2  # the text, and who wrote it
    assert purge(world) == 0
