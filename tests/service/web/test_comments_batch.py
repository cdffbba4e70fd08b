"""POST /api/v1/comments/batch: answered line for line, and no line harms another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from service.core.store import comments
from service.core.store.session import Store
from service.core.store.tables import CommentRow
from service.core.submission import MAX_BYTES
from service.web.comments import batch
from tests.fakes import QuietBell
from tests.service.web.conftest import ARTICLE_URL, Site

BATCH = "/api/v1/comments/batch"


def line(body: str = "Lovely bread.", **more: Any) -> bytes:
    return json.dumps({"article_url": ARTICLE_URL, "body": body} | more).encode()


def send(client: FlaskClient, site: Site, body: bytes, **headers: str) -> TestResponse:
    return client.post(
        BATCH, data=body, content_type="application/x-ndjson", headers=site.headers | headers
    )


def answers(response: TestResponse) -> list[dict[str, Any]]:
    assert response.status_code == 202, response.data
    assert response.mimetype == "application/x-ndjson"
    return [json.loads(answer) for answer in response.data.splitlines()]


def stored(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(CommentRow)) or 0


def test_every_line_is_answered_in_order(client: FlaskClient, site: Site, store: Store) -> None:
    told = answers(send(client, site, b"\n".join(line(f"text {i}") for i in range(20))))
    assert {answer["outcome"] for answer in told} == {"pending"}
    with store.reading() as session:
        rows = comments.page(session, order=comments.Order.OLDEST)
    assert [(str(row.id), row.body) for row in rows] == [
        (answer["id"], f"text {i}") for i, answer in enumerate(told)
    ]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_last_line_may_end_like_the_others_or_not(
    client: FlaskClient, site: Site, end: bytes
) -> None:
    assert len(answers(send(client, site, line() + b"\n" + line() + end))) == 2


@pytest.mark.parametrize(
    ("bad", "status", "told"),
    [
        (b"", 400, "blank line"),
        (b"   ", 400, "blank line"),
        (b"{", 400, "expected JSON"),
        (b"[1]", 400, "found a list"),
        (b"\xff", 400, "byte 0 is not UTF-8"),
        (b"[" * 50_000, 400, "nested too deeply"),
        (line("x" * MAX_BYTES), 413, "at most 65536 are accepted"),
        (line(article_url="https://other.example/"), 403, "does not open https://other.example"),
        (line(""), 400, "body: expected some text"),
        (line(parent_id="01920000-0000-7000-8000-000000000000"), 400, "no such comment"),
        (line(parent_id=7), 400, "parent_id: expected the id of a comment"),
        (line(author_name=7), 400, "author_name: expected text of at most 200 characters, found 7"),
        (line(idempotency_key="ö"), 400, "idempotency_key: expected 1 to 255"),
        (line(idempotency_key=""), 400, "idempotency_key: expected 1 to 255"),
        (line(nonsense=1), 400, "nonsense: unknown"),
    ],
)
def test_a_bad_line_harms_no_neighbour(
    client: FlaskClient, site: Site, store: Store, bad: bytes, status: int, told: str
) -> None:
    before, refused, after = answers(send(client, site, b"\n".join([line(), bad, line()])))
    assert before["outcome"] == after["outcome"] == "pending"
    assert refused["problem"]["status"] == status
    assert told in refused["problem"]["detail"]
    assert stored(store) == 2


def test_an_idempotency_key_holds_for_its_line(
    client: FlaskClient, site: Site, store: Store
) -> None:
    once, other = line(idempotency_key="k"), line("Other text.", idempotency_key="k")
    first, same, conflict = answers(send(client, site, b"\n".join([once, once, other])))
    assert first == same
    assert conflict["problem"]["status"] == 422
    assert answers(send(client, site, once)) == [first]
    assert stored(store) == 1


def test_large_batches_are_stored_in_parts_each_with_a_ring(
    client: FlaskClient, site: Site, store: Store, bell: QuietBell
) -> None:
    body = b"\n".join([line()] * (batch.PART + 1))
    assert len(answers(send(client, site, body))) == batch.PART + 1
    assert stored(store) == batch.PART + 1
    assert bell.rings == 2


def test_a_batch_without_a_good_line_rings_nobody(
    client: FlaskClient, site: Site, bell: QuietBell
) -> None:
    answers(send(client, site, b"x\ny"))
    assert bell.rings == 0


def test_too_many_lines_are_refused_as_a_whole(
    client: FlaskClient, site: Site, store: Store
) -> None:
    response = send(client, site, b"x\n" * (batch.MAX_LINES + 1))
    assert response.status_code == 413
    assert "10000 lines" in response.get_json()["detail"]
    assert stored(store) == 0


def test_as_many_lines_as_allowed_are_accepted(client: FlaskClient, site: Site) -> None:
    assert len(answers(send(client, site, b"x\n" * batch.MAX_LINES))) == batch.MAX_LINES


def test_too_many_bytes_are_refused_as_a_whole(client: FlaskClient, site: Site) -> None:
    response = send(client, site, b"x" * (batch.MAX_BATCH_BYTES + 1))
    assert response.status_code == 413
    assert str(batch.MAX_BATCH_BYTES) in response.get_json()["detail"]


def test_no_line_at_all_is_refused(client: FlaskClient, site: Site) -> None:
    assert send(client, site, b"").status_code == 400


def test_a_database_that_goes_away_midway_is_told_line_by_line(
    client: FlaskClient, site: Site, store: Store, bell: QuietBell
) -> None:
    ring = bell.ring

    def ring_and_lose_the_table() -> bool:
        with store.writing() as session:
            session.connection().exec_driver_sql("ALTER TABLE comments RENAME TO lost")
        return ring()

    bell.ring = ring_and_lose_the_table  # type: ignore[method-assign]
    told = answers(send(client, site, b"\n".join([line()] * (batch.PART + 2))))
    assert {answer["outcome"] for answer in told[: batch.PART]} == {"pending"}
    assert [answer["problem"]["status"] for answer in told[batch.PART :]] == [503, 503]
