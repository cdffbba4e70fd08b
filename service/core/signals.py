"""Signals: what speaks for or against a comment beside its text, in points that policy adds up.

All weights are logits, above 0 towards spam. They are chosen by reasoning, not fitted: the public
data lack what they look at. Each is modest; docs/policy.md lists them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HONEYPOT_POINTS = 3.0  # a field that no person sees was filled in
FAST_POINTS = 1.5
FAST_MS = 3_000  # milliseconds; few people read, write and send a comment in less

# Few readers browse without scripts, and they mind their privacy; most programs run none.
UNSCRIPTED_POINTS = 0.8
# Readers dictate, and write elsewhere and paste; but few of them, and programs always do.
UNTYPED_POINTS = 0.8
LONG_TEXT = 150  # characters; less may be put together from a keyboard's suggestions

# A form's address is voluntary, and most who leave it out are readers: next to nothing. Clients
# of the API often send none, so that without a form it is no sign at all.
NO_EMAIL_POINTS = 0.2
BROKEN_EMAIL_POINTS = 0.7  # browsers refuse to send what is no address; programs do not
DIGITS_EMAIL_POINTS = 0.4  # addresses made by the thousand are numbered; a year of birth is not it
DIGITS = 5
# Dots in front of @gmail.com mean nothing, so one mailbox passes for many; few names have four.
DOTS_EMAIL_POINTS = 0.8
DOTS = 4
DOTLESS = ("gmail.com", "googlemail.com")
# A link in the text to where the author's mail comes from is his own business. As the author's
# website it is what the field is for, and says nothing.
OWN_BUSINESS_POINTS = 0.7

# The same words under another article within a day: one reader may ask twice, a campaign doubles.
REPEAT_POINTS = 0.8  # for one other article, and for each doubling
MOST_REPEAT_POINTS = 2.5
COPIED_POINTS = 1.5  # an earlier reader's words as one's own: how programs pass for readers


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that pushed a score; `weight` in logits, above 0 towards spam.

    `places` are where the words that it quotes stand in the body: first index, and after the last.
    """

    code: str
    text: str
    weight: float
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Precedents:
    """How often people called something spam or approved it.

    Machine verdicts are not counted, so that no mistake confirms itself. Another site's approval
    is not either: a site must not be able to open another one's door.
    """

    spam: int = 0  # on this site
    ham: int = 0  # on this site
    spam_elsewhere: int = 0  # on the installation's other sites

    @property
    def leaning(self) -> float:
        """In (-1, 1), above 0 towards spam: one decision goes half the way, many nearly all."""
        spam = self.spam + min(1.0, self.spam_elsewhere / 4)
        return (spam - self.ham) / (spam + self.ham + 1)

    @property
    def only_approved(self) -> bool:
        return self.ham > 0 and not self.spam and not self.spam_elsewhere


class Reach(NamedTuple):
    """How far precedents of a kind may push a score, to either side."""

    code: str
    what: str
    spam: float
    ham: float


NO_PRECEDENTS = Precedents()
TEXT = Reach("text_before", "this very text", 4.0, 2.0)  # nothing is more alike than the same
DOMAIN = Reach("domain_before", "links to {name}", 2.5, 0.5)  # approved ones are also no links
AUTHOR = Reach("author_before", "this e-mail address", 1.5, 1.0)  # nobody proves that it is his
NETWORK = Reach("network_before", "this network", 1.0, 0.5)  # shared by households and offices


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known about a comment beside its text. The defaults say nothing either way."""

    honeypot: bool = False
    filled_in_ms: int | None = None
    is_scripted: bool | None = None  # whether the form's script ran, where it has one
    is_untyped: bool = False  # a long text without a key pressed
    email: str = ""
    email_domain: str = ""  # registered domain
    text_domains: Sequence[str] = ()  # linked to in the text, the site's own left out
    text: Precedents = NO_PRECEDENTS
    author: Precedents = NO_PRECEDENTS
    network: Precedents = NO_PRECEDENTS
    domains: Sequence[tuple[str, Precedents]] = ()  # all it links to, the author's too
    articles: int = 0  # other articles that the same text came to within a day
    sites: int = 0  # other sites among them
    copied: bool = False  # another reader said the same on this article before

    @property
    def known_domains(self) -> frozenset[str]:
        """The domains that a person approved on this site and nobody called spam anywhere."""
        return frozenset(name for name, before in self.domains if before.only_approved)


def is_untyped(key_presses: int | None, body: str) -> bool:
    """Whether a long text came without a key pressed, as the form's script counted."""
    return key_presses == 0 and len(body) >= LONG_TEXT


def reasons_of(seen: Signals) -> tuple[Reason, ...]:
    """The points for all that was seen, each with its sentence for moderators."""
    return (*_form(seen), *_email(seen), *_history(seen), *_repeats(seen))


def _form(seen: Signals) -> Iterator[Reason]:
    if seen.honeypot:
        yield Reason("honeypot", "filled in a field that people do not see", HONEYPOT_POINTS)
    if seen.filled_in_ms is not None and seen.filled_in_ms < FAST_MS:
        text = f"written and sent in {seen.filled_in_ms / 1000:.1f} s"
        yield Reason("filled_in_fast", text, FAST_POINTS)
    if seen.is_scripted is False:
        text = "sent without running the form's script"
        yield Reason("unscripted", text, UNSCRIPTED_POINTS)
    if seen.is_untyped:
        yield Reason("untyped", "a long text, and no key was pressed", UNTYPED_POINTS)


def _email(seen: Signals) -> Iterator[Reason]:
    """The shape of the e-mail address.

    Throw-away mail providers are no sign here: readers who mind their privacy use them too.
    """
    email = seen.email.strip().lower()
    if not email:
        if seen.filled_in_ms is not None:
            yield Reason("email_missing", "no e-mail address in the form", NO_EMAIL_POINTS)
        return
    name, at, domain = email.rpartition("@")
    if not (name and at and "." in domain) or any(map(str.isspace, email)):
        yield Reason("email_broken", "the e-mail address cannot be one", BROKEN_EMAIL_POINTS)
        return
    digits = sum(map(str.isdigit, name))
    if digits >= DIGITS and 2 * digits >= len(name):
        yield Reason("email_digits", "an e-mail address mostly of digits", DIGITS_EMAIL_POINTS)
    if domain in DOTLESS and name.count(".") >= DOTS:
        text = "an e-mail address stretched with dots, to pass for another"
        yield Reason("email_dots", text, DOTS_EMAIL_POINTS)
    if seen.email_domain in set(seen.text_domains) - seen.known_domains:
        text = f"links in the text to {seen.email_domain}, where its e-mail address is"
        yield Reason("own_business", text, OWN_BUSINESS_POINTS)


def _history(seen: Signals) -> Iterator[Reason]:
    """What people decided before. Where words are copied, that they were approved says nothing."""
    if not (seen.copied and seen.text.leaning < 0):
        yield from _precedent(TEXT, seen.text)
    yield from _precedent(AUTHOR, seen.author)
    yield from _precedent(NETWORK, seen.network)
    if seen.domains:  # the worst of them: an approved link must not carry an unknown one
        name, worst = max(seen.domains, key=lambda pair: pair[1].leaning)
        yield from _precedent(DOMAIN, worst, name)


def _precedent(reach: Reach, before: Precedents, name: str = "") -> Iterator[Reason]:
    leaning = before.leaning
    if leaning:
        weight = leaning * (reach.spam if leaning > 0 else reach.ham)
        what = reach.what.format(name=name)
        yield Reason(reach.code, f"{what}: {_told(before)}", round(weight, 3))


def _told(before: Precedents) -> str:
    """`called spam 3 times and approved once by people here; called spam twice elsewhere`."""
    here = [
        f"{verb} {_times(count)}"
        for verb, count in (("called spam", before.spam), ("approved", before.ham))
        if count
    ]
    parts = [f"{' and '.join(here)} by people here"] if here else []
    if before.spam_elsewhere:
        parts.append(f"called spam {_times(before.spam_elsewhere)} on other sites")
    return "; ".join(parts)


def _repeats(seen: Signals) -> Iterator[Reason]:
    if seen.text.only_approved and not seen.copied:
        return  # a person has looked at these words, and they may come often
    if seen.copied:
        text = "word for word what another reader said on this article before"
        yield Reason("copied", text, COPIED_POINTS)
    if seen.articles:
        weight = min(REPEAT_POINTS * (1 + math.log2(seen.articles)), MOST_REPEAT_POINTS)
        where = f"{seen.articles} other article{'' if seen.articles == 1 else 's'}"
        if seen.sites:
            where += f", on {seen.sites} other site{'' if seen.sites == 1 else 's'},"
        text = f"the same text came to {where} within a day"
        yield Reason("same_text", text, round(weight, 3))


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
