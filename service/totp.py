"""Codes of authenticator apps (RFC 6238), by pyotp; the picture to set one up with, by segno."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime
from uuid import UUID, uuid4

import pyotp
import segno

from service.core.sealing import seal, unseal

STEP = 30  # seconds
DRIFT = 1  # steps that a phone's clock may be early or late
CODE = re.compile(r"[0-9]{6}")
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike; 31
NAME = "Hamlet"


def new_secret() -> str:
    """160 random bits, in base 32 as apps expect them."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The number of the half minute whose code this is, among those allowed now; else None."""
    if not CODE.fullmatch(code):
        return None
    app, newest = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP + DRIFT
    steps = range(newest, newest - 2 * DRIFT - 1, -1)
    return next(
        (step for step in steps if secrets.compare_digest(app.generate_otp(step), code)), None
    )


def address(secret: str, email: str) -> str:
    """What an app reads from the picture (otpauth://…)."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=NAME)


def picture(text: str) -> str:
    """The text as a QR code: an inline SVG without styles, dark on light in every theme."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(dark="#000", light="#fff", border=4, omitsize=True)


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 bits, in two groups to be copied by hand."""
    return ["-".join(_group() for _ in range(2)) for _ in range(RECOVERY_CODES)]


def bare(typed: str) -> str:
    """A code as typed, without the blanks and hyphens that people put in."""
    return re.sub(r"[\s-]", "", typed).lower()[:40]


def sealed(secret: str, key: str) -> tuple[UUID, str]:
    """What the app's secret is sealed under, and the secret, unreadable without `key`."""
    seal_id = uuid4()
    return seal_id, seal(base64.b32decode(secret).hex(), seal_id, key)


def unsealed(seal_id: UUID, text: str, key: str) -> str:
    """The app's secret. Raises BrokenSeal."""
    return base64.b32encode(bytes.fromhex(unseal(text, seal_id, key))).decode()


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(5))
