"""A way through every page of Hamlet, with something on each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page
from pyotp import TOTP

from tests.browser.paper import Paper
from tests.fakes import FrozenClock
from tests.service.web.moderating import PASSWORD

# Open to everybody. `{}` stands for what `Places` knows.
OUTSIDE = {
    "article.show": ("/a/demo/welcome", "/a/demo/bread?reply_to={reply}", "/a/demo/tram"),
    "article.privacy": ("/a/demo/privacy",),
    "article.receipt": ("/c/{public_receipt}", "/c/{held_receipt}", "/c/none-such"),
    "openapi.docs": ("/docs",),
    "invitation.show": ("/invitation/{invitation}", "/invitation/none-such"),
    "auth.login": ("/login",),
}
# Behind the login of an owner.
INSIDE = {
    "queue.index": (
        "/queue?site=blog",
        "/queue?order=newest&tab=spam&site=blog&q=after:1d",
        "/queue?tab=published&site=blog&q=after:1d",
        "/queue?tab=removed&site=blog&q=after:1d",
        "/queue?q=nothing-like-this",
        "/queue?q=score:high",
        "/queue/sites/none-such",
    ),
    "queue.comment": ("/queue/comments/{answer}", "/queue/comments/{long}"),
    "authors.ask": ("/queue/comments/{answer}/ban",),
    "condition.show": ("/queue/condition",),
    "campaigns.index": ("/queue/campaigns",),
    "campaigns.show": ("/queue/campaigns/{campaign}",),
    "bulk.index": ("/queue/bulk",),
    "statistics.show": ("/queue/statistics", "/queue/statistics?days=365&site=demo"),
    "cutoffs.show": (
        "/queue/sites/blog/cutoffs",
        "/queue/sites/blog/cutoffs?ham_cutoff=10&spam_cutoff=50",
        "/queue/sites/blog/cutoffs?ham_cutoff=101&spam_cutoff=5",
    ),
    "sites.index": ("/queue/sites",),
    "sites.show": ("/queue/sites/blog",),
    "selftest.show": ("/queue/sites/blog/self-test",),
    "people.index": ("/queue/people",),
    "people.show": ("/queue/people/{former}", "/queue/people/{bob}"),
    "people.invite": ("/queue/people/invite",),
    "audit.index": ("/queue/audit", "/queue/audit?action=model_promoted"),
    "account.show": ("/queue/account",),
    "look.show": ("/queue/look",),
}
# Reached by pressing something; what is pressed stands in the function of that name below.
BY_HAND = ("login_code.ask", "two_step.show")
# What a browser shows to nobody by itself: files, pieces of pages, and doors for programs.
FOR_PROGRAMS = {"akismet", "comments", "threads", "health", "news"}
FILES = {"static", "openapi.openapi_json", "audit.as_csv", "audit.as_json", "queue.detail"}
SHOWN = {*OUTSIDE, *INSIDE, *BY_HAND}


@dataclass(frozen=True)
class Stop:
    """A page that is open now."""

    name: str
    page: Page


def places(paper: Paper, campaign_id: int) -> dict[str, object]:
    """What the addresses above name."""
    found = {name: paper.comments[name] for name in ("answer", "long", "reply")}
    return (
        found
        | paper.moderators
        | {
            "campaign": campaign_id,
            "public_receipt": paper.receipts["public"],
            "held_receipt": paper.receipts["long"],
            "invitation": paper.invitation,
        }
    )


def walk(page: Page, known: dict[str, object], clock: FrozenClock) -> Iterator[Stop]:
    """Every page, one after the other, in one browser."""
    yield from _visited(page, OUTSIDE, known)
    for hand in (_a_comment_with_faults, _a_wrong_password):
        yield _reached(page, hand)
    log_in(page)
    yield from _visited(page, INSIDE, known)
    for deed in (
        _reasons_to_remove, _an_invitation, _faults_of_an_invitation, _a_bulk_question,
        _a_bulk_decision, _a_campaign_decided, _a_form_out_of_date, _faults_of_a_site, _a_self_test,
    ):  # fmt: skip
        yield _reached(page, deed)
    yield from _second_step(page, clock)


def log_in(page: Page, email: str = "owner@paper.example") -> None:
    page.goto("/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile("/queue|/login/code"))


def _visited(
    page: Page, addresses: dict[str, tuple[str, ...]], known: dict[str, object]
) -> Iterator[Stop]:
    for endpoint, paths in addresses.items():
        for number, path in enumerate(paths, 1):
            page.goto(path.format(**known))
            yield Stop(f"{endpoint} {number}", page)


def _reached(page: Page, deed: Callable[[Page], None]) -> Stop:
    deed(page)
    page.wait_for_load_state("load")
    return Stop(deed.__name__.strip("_").replace("_", " "), page)


def _a_comment_with_faults(page: Page) -> None:
    page.goto("/a/demo/tram")
    page.get_by_label("Name").fill("Nadia")
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.locator("#body").fill("Late again.")
    page.get_by_role("button", name="Add a comment").click()


def _a_wrong_password(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("E-mail address").fill("owner@paper.example")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in").click()


def _reasons_to_remove(page: Page) -> None:
    page.goto("/queue?site=blog")
    page.locator(".removing summary").first.click()


def _an_invitation(page: Page) -> None:
    _invite(page, "another@paper.example")


def _faults_of_an_invitation(page: Page) -> None:
    _invite(page, "bob@paper.example")


def _invite(page: Page, email: str) -> None:
    page.goto("/queue/people/invite")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Every site").check()
    page.get_by_role("button", name="Make the link").click()


def _a_bulk_question(page: Page) -> None:
    page.goto("/queue?q=kettles")
    page.get_by_label("Decide", exact=True).select_option("all")
    page.get_by_label("as", exact=True).select_option("spam")
    page.get_by_role("button", name="Apply").click()


def _a_bulk_decision(page: Page) -> None:
    page.locator("form.sure button").click()
    page.goto("/queue/bulk")


def _a_campaign_decided(page: Page) -> None:
    page.get_by_role("button", name="Undo all of it").first.click()
    page.goto("/queue/campaigns")
    page.locator(".campaign h2 a").first.click()
    page.get_by_role("button", name="Spam").click()


def _a_form_out_of_date(page: Page) -> None:
    page.goto("/queue/account")
    page.locator("form.below [name=csrf_token]").evaluate("field => { field.value = 'old' }")
    page.locator("form.below button").click()


def _faults_of_a_site(page: Page) -> None:
    page.goto("/queue/sites/blog")
    form = page.locator("form:has([name=ham_cutoff])")
    form.evaluate("form => { form.noValidate = true }")
    page.locator("[name=ham_cutoff]").fill("99")
    page.locator("[name=spam_cutoff]").fill("x")
    page.locator("#language").fill("Klingon?")
    form.get_by_role("button", name="Save").click()


def _a_self_test(page: Page) -> None:
    page.goto("/queue/sites/blog/self-test")
    page.get_by_role("button", name="Start the test").click()


def _second_step(page: Page, clock: FrozenClock) -> Iterator[Stop]:
    """Somebody sets up a second step, and logs in again with it."""
    page.goto("/queue/account/two-step")
    yield Stop("two_step.show 1", page)
    secret = "".join(page.locator(".letters span").all_inner_texts())
    page.get_by_label("Six digits").fill(TOTP(secret).at(clock()))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn it on").click()
    page.wait_for_selector(".recovery")
    yield Stop("two_step.turn_on", page)
    page.goto("/queue/account/two-step")
    yield Stop("two_step.show 2", page)
    page.locator(".me summary").click()
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url("**/login")
    log_in(page)
    yield Stop("login_code.ask", page)
