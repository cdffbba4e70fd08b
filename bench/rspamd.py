"""An rspamd of its own, for benchmarks: Debian's rules, a private Redis, nothing from the network.

Lists that are asked over the network are off, as are checks of what only e-mail has (senders'
signatures, greylisting): a benchmark without them is faster, and must not depend on a network.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from service.up.broker import find_binary

ABSENT = "rspamd is not installed, so not compared: sudo apt install rspamd"
OFF = ("rbl", "surbl", "fuzzy_check", "spf", "dkim", "dkim_signing", "arc", "dmarc", "asn",
       "mx_check", "greylist", "ratelimit", "history_redis", "neural", "phishing",
       "url_redirector", "replies", "reputation", "rspamd_update", "hfilter")  # fmt: skip
FIRST_START = 300  # seconds at most; it compiles its patterns
FILED, HELD = ("reject", "rewrite subject", "add header"), ("greylist", "soft reject")
CONFIG = """
.include "$CONFDIR/common.conf"
options {{
    pidfile = "$RUNDIR/rspamd.pid";
    .include "$CONFDIR/options.inc"
    filters = "chartable,regexp";
    control_socket = "$DBDIR/rspamd.sock mode=0600";
    dns {{ nameserver = ["127.0.0.1:1"]; timeout = 0.01s; retransmits = 1; }}
}}
logging {{ type = "file"; filename = "$LOGDIR/rspamd.log"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{check}"; count = {workers}; }}
worker "controller" {{ bind_socket = "127.0.0.1:{learn}"; count = 1; secure_ip = "127.0.0.1"; }}
"""


def installed() -> bool:
    return shutil.which("rspamd") is not None


@dataclass
class Rspamd:
    """Where it is asked, and where it is taught."""

    url: str
    teaching: str

    def teach(self, message: bytes, *, is_spam: bool) -> bool:
        """Whether it learned; it refuses what it knows already, and what is too short."""
        kind = "spam" if is_spam else "ham"
        request = urllib.request.Request(f"{self.teaching}/learn{kind}", message)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bool(json.loads(answer.read() or b"{}").get("success"))
        except urllib.error.HTTPError:
            return False


def message_of(row: dict[str, Any], number: int) -> bytes:
    """A comment as a small e-mail: author, address and text in its body."""
    message = EmailMessage(policy=SMTP)
    name = " ".join((row.get("author") or "").split())[:80]
    message["From"] = Address(display_name=name, username="reader", domain="reader.example")
    message["To"] = "comments@blog.example"
    message["Subject"] = " ".join((row.get("title") or "A comment").split())[:200]
    message["Date"] = "Sun, 22 Nov 2026 12:00:00 +0000"
    message["Message-ID"] = f"<{number}@form.example>"
    about = [name, row.get("author_url") or ""]
    text = "\n".join([*filter(None, about), "", row["text"]])
    message.set_content(text.encode(errors="replace").decode(), cte="8bit")
    return message.as_bytes()


def word(answer: HTTPResponse) -> str:
    """spam, held or ham, and how sure its Bayes is of spam, in per cent; 0 where it is of ham."""
    told = json.loads(answer.read())
    action = told.get("action", "error")
    verdict = "spam" if action in FILED else "held" if action in HELD else "ham"
    options = told.get("symbols", {}).get("BAYES_SPAM", {}).get("options", [""])
    return f"{verdict} {options[0].rstrip('%') or '0'}"


@contextmanager
def running(folder: Path, workers: int) -> Iterator[Rspamd]:
    """A started rspamd; what it learned stays in the folder for the next one."""
    for name in ("run", "log", "db", "local.d", "override.d"):
        (folder / name).mkdir(exist_ok=True, parents=True)
    for module in OFF:
        (folder / "override.d" / f"{module}.conf").write_text("enabled = false;\n")
    redis = folder / "redis.sock"
    (folder / "local.d" / "redis.conf").write_text(f'servers = "{redis}";\n')
    check, learn = free_port(), free_port()
    config = folder / "rspamd.conf"
    config.write_text(CONFIG.format(check=check, learn=learn, workers=workers))
    places = {"CONFDIR": "/etc/rspamd", "LOCAL_CONFDIR": folder, "DBDIR": folder / "db",
              "RUNDIR": folder / "run", "LOGDIR": folder / "log"}  # fmt: skip
    options = [f"--var={name}={path}" for name, path in places.items()]
    store = ["--port", "0", "--unixsocket", str(redis), "--dir", str(folder / "db")]
    with (
        _process([str(find_binary()), *store, "--logfile", str(folder / "log" / "redis.log")]),
        _process(["rspamd", "-c", str(config), "-f", "-i", *options]) as rspamd,
    ):
        made = Rspamd(f"http://127.0.0.1:{check}", f"http://127.0.0.1:{learn}")
        for url in (made.url, made.teaching):
            wait_for(f"{url}/ping", rspamd)
        yield made


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str, process: subprocess.Popen[Any], seconds: float = FIRST_START) -> None:
    """Until the address answers. Raises RuntimeError if the process ends before, or time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} does not answer; the process ended with {process.poll()}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
