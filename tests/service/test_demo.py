"""The sample comments of the demo site."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest

from service import demo
from service.core.submission import Submission, checked
from service.demo.articles import ARTICLES

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOCUMENTATION = [
    ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
RESERVED = re.compile(r"(^|\.)(example|test|example\.(org|com|net))$")


def lines(batch: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in batch.splitlines()]


def test_there_are_some_forty_and_each_is_a_good_submission() -> None:
    batch = lines(demo.sample_batch(BASE, NOW))
    assert 40 <= len(batch) <= 50
    for line in batch:
        written = datetime.fromisoformat(str(line.pop("created_at")))
        checked(Submission(**line, created_at=written), NOW)  # type: ignore[arg-type]


def test_they_arrive_in_the_order_of_writing_on_articles_that_exist() -> None:
    batch = lines(demo.sample_batch(BASE, NOW))
    written = [str(line["created_at"]) for line in batch]
    assert written == sorted(written)
    assert {line["article_url"] for line in batch} == {f"{BASE}/a/demo/{name}" for name in ARTICLES}


def test_replies_get_the_ids_of_what_they_answer() -> None:
    first = lines(demo.sample_batch(BASE, NOW))
    answer = b"".join(b'{"id": "id-%d", "outcome": "pending"}\n' % n for n in range(len(first)))
    replies = lines(demo.sample_replies(BASE, answer, NOW))
    assert len(first) + len(replies) == len(demo.SAMPLE_COMMENTS)
    for reply in replies:
        parent = first[int(str(reply["parent_id"]).removeprefix("id-"))]
        assert parent["article_url"] == reply["article_url"]
        assert str(parent["created_at"]) < str(reply["created_at"])


def test_a_reply_to_a_refused_comment_is_left_out() -> None:
    first = lines(demo.sample_batch(BASE, NOW))
    assert demo.sample_replies(BASE, b'{"problem": {}}\n' * len(first), NOW) == b""


@pytest.mark.parametrize("sample", demo.SAMPLE_COMMENTS, ids=lambda s: s["author_name"])
def test_no_sample_names_a_real_machine(sample: dict[str, str]) -> None:
    address = ip_address(sample["ip"])
    assert any(address in network for network in DOCUMENTATION)
    text = " ".join(str(value) for value in sample.values())
    hosts = re.findall(r"https?://([^/\s\]?]+)", text)
    hosts += [mail.rpartition("@")[2] for mail in re.findall(r"\S+@\S+\.\w+", text)]
    assert [host for host in hosts if not RESERVED.search(host)] == []
