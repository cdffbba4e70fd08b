"""What the model may see of a comment, the same wherever it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from service.core.waiting import Waiting

if TYPE_CHECKING:  # importing models loads scikit-learn, which the `hamlet` command need not
    from models import CommentText, Read


def text_of(item: Waiting) -> CommentText:
    """What the model may see of a comment, for scoring and for learning."""
    from models import CommentText

    return CommentText(
        body=item.body,
        author_name=item.author_name,
        author_email=item.author_email,
        author_url=item.author_url,
        article_title=item.article_title,
        article_url=item.article_url,
        site_url=item.site_url,
        language=item.language,
        known_domains=item.signals.known_domains,
        read=cast("Read | None", item.read),
    )


def read_once(comments: Sequence[Waiting]) -> list[CommentText]:
    """The comments' texts, taken apart for all that will be asked of them."""
    from models import read

    for item, seen in zip(comments, read([text_of(item) for item in comments]), strict=True):
        item.read = seen
    return [text_of(item) for item in comments]
