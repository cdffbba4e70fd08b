"""Guessing passwords: how many refusals are borne, from whom, and for how long.

Three counters. One account from one address is limited tightly, so a guesser stops only himself:
the honest user comes from another address. One address is limited over all accounts. One account
is limited over all addresses too, against guessing from many machines; a browser that has logged
in to it before is excepted, so that this locks nobody out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy.orm import Session

from service.core.store import keys, moderators

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 5
PER_ADDRESS = 20
PER_ACCOUNT = 50


@dataclass(frozen=True, slots=True)
class Guess:
    """One try at a password. The fields are hashes: no address is kept in the clear."""

    account: str
    address: str
    both: str
    from_known_browser: bool = False

    @classmethod
    def of(cls, email: str, address: str, secret: str, remembered: str | None = None) -> Guess:
        """`remembered` is the account hash that the browser kept from an earlier login."""
        account, network = f"account:{email.strip()}", f"address:{network_of(address)}"
        hashed = keys.hash_person(account, secret)
        return cls(
            account=hashed,
            address=keys.hash_person(network, secret),
            both=keys.hash_person(account + network, secret),
            from_known_browser=remembered == hashed,
        )

    @property
    def limits(self) -> dict[str, int]:
        """Refusals borne within WINDOW, by what is counted."""
        limits = {self.both: PER_ACCOUNT_AND_ADDRESS, self.address: PER_ADDRESS}
        return limits if self.from_known_browser else limits | {self.account: PER_ACCOUNT}


def count_guess(session: Session, guess: Guess, now: datetime) -> datetime | None:
    """When to try again, if there were too many refusals; else None, and this guess is counted.

    It is counted before the password is compared, so that many at once are not all let through;
    `forget_guess` takes it back when the password was right.
    """
    blocked = [
        failed_at + WINDOW
        for subject, limit in guess.limits.items()
        if (failed_at := moderators.nth_newest_failure(session, subject, limit))
        and failed_at + WINDOW > now
    ]
    if blocked:
        return max(blocked)
    for subject in (guess.account, guess.address, guess.both):
        moderators.add_failure(session, subject, now)
    return None


def forget_guess(session: Session, guess: Guess, at: datetime) -> None:
    """The guess counted at this moment was no guess: the password was right."""
    moderators.remove_failures(session, (guess.account, guess.address, guess.both), at)


def network_of(address: str) -> str:
    """The address, or of IPv6 the /64, which one household has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found)
