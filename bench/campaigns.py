"""How far campaigns shorten a queue, and what they join that does not belong together.

    python -m bench.campaigns FOLDER [--waiting 400] [--wave 20000]

FOLDER holds labelled comments (`models.data.loaders`' lines, gzip). Comments of all its sources are
drawn by chance, three quarters of them spam (in stretches, as it came), and all are held: the
model plays no part. Told are
the cards left when each campaign is one card, and campaigns in which good comments ended up.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from service.core import moderation, policy, waiting
from service.core.moderation import Arrival, Caller
from service.core.store.campaign_tables import MemberRow
from service.core.store.session import Store
from service.core.submission import Submission, checked
from service.gathering import gather
from service.migrations import migrate

SECRET = "a secret of at least thirty-two characters"
HELD = 0.5
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SPAM_SHARE = 0.75
STRETCH = 60  # spam comments in the order they came
MOST_GOOD = 3_000
GROUP = (  # blogs that one set of senders visited, and spun praise
    "archivefever", "yasoob", "binarymist", "bloggerbust", "abhinav", "tynetime",
    "gatsbycentral", "small_mix", "demo_popcorn", "spintax_praise", "joehx",
)  # fmt: skip
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--waiting", type=int, default=400)
    parser.add_argument("--wave", type=int, default=0, help="copies of one text, spun")
    parser.add_argument("--draws", type=int, default=5)
    asked = parser.parse_args()
    spam, ham = read(asked.folder)
    spun = [row for row in spam if row["source"] == "spintax_praise"]
    told("spun praise alone", spun)
    for seed in range(asked.draws):
        told(f"draw {seed}", draw(spam, ham, asked.waiting, seed))
    told("good comments alone", random.Random(0).sample(ham, MOST_GOOD))
    if asked.wave:
        wave(asked.wave, spun)


def read(folder: Path) -> tuple[list[Row], list[Row]]:
    """Spam of the senders that came back, and all good comments."""
    spam, ham = [], []
    for path in sorted(folder.glob("*.jsonl.gz")):
        blog = path.name.removeprefix("blog_").removesuffix(".jsonl.gz")
        if not (path.name.startswith("blog_") or blog in GROUP):
            continue
        for line in gzip.decompress(path.read_bytes()).splitlines():
            row = json.loads(line) | {"blog": blog}
            if row["label"] == "ham" and not row.get("by_owner"):
                ham.append(row)
            elif row["label"] == "spam" and blog in GROUP:
                spam.append(row)
    return spam, ham


def draw(spam: Sequence[Row], ham: Sequence[Row], size: int, seed: int) -> list[Row]:
    chance = random.Random(seed)
    bad = round(size * SPAM_SHARE)
    rows = chance.sample(ham, size - bad)
    while len(rows) < size:
        start = chance.randrange(len(spam))
        rows += spam[start : start + min(STRETCH, size - len(rows))]
    chance.shuffle(rows)
    return rows


def told(name: str, rows: Sequence[Row]) -> None:
    found, seconds = campaigns_of(rows)
    campaigns: dict[int, list[Row]] = defaultdict(list)
    for row, number in zip(rows, found, strict=True):
        if number is not None:
            campaigns[number].append(row)
    joined = sum(map(len, campaigns.values()))
    cards = len(rows) - joined + len(campaigns)
    mixed = [group for group in campaigns.values() if len({row["label"] for row in group}) == 2]
    wrong = sum(row["label"] == "ham" for group in mixed for row in group)
    good = [group for group in campaigns.values() if {row["label"] for row in group} == {"ham"}]
    print(
        f"{name}: {len(rows)} waiting, {cards} cards, {len(campaigns)} campaigns; good comments "
        f"joined with spam: {wrong}; campaigns of good comments only: {len(good)} "
        f"with {sum(map(len, good))}; {seconds / len(rows) * 1000:.2f} ms a comment"
    )
    for group in (*mixed, *good):
        print("   ", [(row["label"], row["id"]) for row in group][:8])


def campaigns_of(rows: Sequence[Row]) -> tuple[list[int | None], float]:
    """The campaign of each comment, and the seconds of judging them all."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/bench.sqlite3")
        migrate(store.engine)
        ids = submitted(store, rows)
        started = time.perf_counter()
        while judge(store):
            pass
        seconds = time.perf_counter() - started
        with store.reading() as session:
            members = session.execute(select(MemberRow.comment_id, MemberRow.campaign_id))
            found = {row.comment_id: row.campaign_id for row in members}
        store.close()
    return [found.get(one) for one in ids], seconds


def submitted(store: Store, rows: Sequence[Row]) -> list[UUID]:
    ids: list[UUID] = []
    for start in range(0, len(rows), 500):
        batch = [Arrival(s, Caller("bench")) for s in submissions(rows[start : start + 500], start)]
        now = NOW + timedelta(seconds=start)
        with store.writing() as session:
            results = moderation.submit_many(session, batch, now, SECRET)
        ids += [result.comment_id for result in results]  # type: ignore[union-attr]
    return ids


def submissions(rows: Sequence[Row], start: int) -> Iterator[Submission]:
    """Each source is a site; articles of one name are one page."""
    for index, row in enumerate(rows, start):
        site = row["blog"].replace("_", "-")
        page = abs(hash(row.get("article") or index)) % 10_000
        yield checked(
            Submission(
                article_url=f"https://{site}.example/{page}",
                body=row["text"][:20_000] or "-",
                author_name=(row.get("author") or "")[:80],
                author_url=(row.get("author_url") or "")[:500],
            ),
            NOW,
        )


def judge(store: Store) -> bool:
    """Judge a batch; everything is held."""
    with store.writing() as session:
        claim = waiting.claim_pending(session, NOW)
    if not claim.comments:
        return False
    gather(store, claim.comments, SECRET)
    rulings = {item.id: policy.without_score("held by the bench") for item in claim.comments}
    traces = {item.id: item.traces for item in claim.comments}
    with store.writing() as session:
        moderation.judge(session, claim.token, rulings, NOW, "bench", traces)
    return True


def wave(size: int, spun: Sequence[Row]) -> None:
    """One text again and again, each time with other small words."""
    chance = random.Random(0)
    longest = max(spun, key=lambda row: len(row["text"]))
    words = longest["text"].split()
    for count in (size // 4, size // 2, size):
        rows = []
        for number in range(count):
            text = [chance.choice(words) if chance.random() < 0.08 else word for word in words]
            rows.append(longest | {"text": " ".join(text), "id": f"wave-{number}"})
        found, seconds = campaigns_of(rows)
        print(f"wave of {count}: {len(set(found))} campaigns, {seconds / count * 1000:.2f} ms each")


if __name__ == "__main__":
    main()
