"""`hamlet doctor --akismet URL KEY`: what it prints, how it exits, what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from models import SpamModel
from service.app import create_app
from service.cli import hamlet
from service.clock import utc_now
from service.config import Settings
from service.core.store import comments, keys, sites
from service.core.store.session import Store
from service.scoring import Scorer
from tests.fakes import QuietBell
from tests.servers import free_port
from tests.service.web.live import serving

BLOG = "https://blog.example"


@pytest.fixture
def server(settings: Settings, store: Store, shipped: SpamModel) -> Iterator[str]:
    patient = replace(settings, check_patience=30)
    with serving(
        create_app(patient, store=store, bell=QuietBell(), scorer=Scorer(shipped))
    ) as port:  # type: ignore[arg-type]
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def key(store: Store, settings: Settings) -> str:
    with store.writing() as session:
        site = sites.add(session, "blog", BLOG, utc_now())
        return keys.make(session, "blog", site.id, settings.secret_key, utc_now()).key


def doctor(settings: Settings, *words: str, typed: str = "") -> Result:
    env = {"HAMLET_DATA_DIR": str(settings.data_dir), "HAMLET_SECRET_KEY": settings.secret_key}
    return CliRunner().invoke(hamlet, ["doctor", *words], env=env, input=typed)


def test_every_call_is_told_and_nothing_is_left(
    server: str, key: str, settings: Settings, store: Store
) -> None:
    done = doctor(settings, "--akismet", server, key)
    assert done.exit_code == 0, done.output
    for told in ("Verdicts: An administrator", "POST", "x-akismet-guid", "x-hamlet-score"):
        assert told in done.output
    assert "BROKEN" not in done.output
    assert "unsent" not in done.output
    assert key not in done.output
    with store.reading() as session:
        assert comments.page(session) == []


def test_elsewhere_the_blog_must_be_named_and_test_comments_stay(
    server: str, key: str, settings: Settings, store: Store
) -> None:
    """A computer that has no installation, as an integrator's."""
    elsewhere = replace(settings, data_dir=settings.data_dir / "none")
    refused = doctor(elsewhere, "--akismet", server, key)
    assert refused.exit_code == 2
    assert "--blog" in refused.output
    done = doctor(elsewhere, "--akismet", f"{server}/1.1/", "-", "--blog", BLOG, typed=f"{key}\n")
    assert done.exit_code == 0, done.output
    assert "The test comments stay" in done.output
    with store.reading() as session:
        found = comments.page(session)
    assert {row.ip for row in found} == {"192.0.2.77"}


def test_a_key_that_is_not_good_ends_it_with_the_remedy(server: str, settings: Settings) -> None:
    done = doctor(settings, "--akismet", server, "0123456789ab", "--blog", BLOG)
    assert done.exit_code == 1
    assert "`hamlet key list` shows" in done.output
    assert "unsent  22 more" in done.output


@pytest.mark.parametrize(
    ("url", "key", "told"),
    [
        ("comments.example", "0123456789ab", "https://comments.example"),
        ("https://comments.example", "not a key", "expected the short key"),
    ],
)
def test_what_cannot_be_called_is_refused(
    settings: Settings, url: str, key: str, told: str
) -> None:
    done = doctor(settings, "--akismet", url, key, "--blog", BLOG)
    assert done.exit_code == 2
    assert told in done.output


def test_nobody_at_the_address_is_told(settings: Settings) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    done = doctor(settings, "--akismet", address, "0123456789ab", "--blog", BLOG)
    assert done.exit_code == 1
    assert "Nothing listens" in done.output
    assert "stay in that server" not in done.output
