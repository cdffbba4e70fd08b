"""Codes of authenticator apps: what is accepted when; the picture; what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from service import totp
from service.core.sealing import BrokenSeal

NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
KEY = "a secret of at least thirty-two characters"
# RFC 6238, appendix B: its secret, and the last six digits of two of its codes.
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804")])
def test_the_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert totp.step_of(RFC, code, datetime.fromtimestamp(at, UTC)) == at // 30


@pytest.mark.parametrize(
    ("seconds", "passes"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_phone_may_be_one_step_early_or_late(seconds: int, passes: bool) -> None:
    secret = totp.new_secret()
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=seconds))
    assert (totp.step_of(secret, code, NOW) is not None) is passes


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\0"])
def test_what_is_no_code_never_passes(code: str) -> None:
    assert totp.step_of(totp.new_secret(), code, NOW) is None


def test_a_secret_is_sealed_and_only_the_same_key_opens_it() -> None:
    secret = totp.new_secret()
    seal_id, sealed = totp.sealed(secret, KEY)
    assert secret not in sealed
    assert totp.unsealed(seal_id, sealed, KEY) == secret
    with pytest.raises(BrokenSeal):
        totp.unsealed(seal_id, sealed, "another secret, as long as the first one")


def test_the_picture_needs_no_styles_of_its_own() -> None:
    picture = totp.picture(totp.address(totp.new_secret(), "a&b@paper.example"))
    assert picture.startswith("<svg")
    assert "style=" not in picture


def test_recovery_codes_differ_and_are_typed_anyhow() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    assert totp.bare(f" {codes[0].upper()} ") == codes[0].replace("-", "")
