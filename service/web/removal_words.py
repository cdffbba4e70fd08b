"""Reasons for removing in the language of the page; core keeps the usual ones in English."""

from __future__ import annotations

from service.web.language import _, marked

KNOWN = {
    marked("Rude"),
    marked("Off-topic"),
    marked("Personal data"),
    marked("Legal"),
    marked("Advertising by a person"),
    marked("Other"),
    marked("author banned"),
}


def removal_words(reason: str) -> str:
    """One of the usual reasons in the language of the page; a site's own as it was written."""
    return _(reason) if reason in KNOWN else reason
