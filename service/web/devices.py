"""A browser in words, by which somebody knows their own devices again."""

from __future__ import annotations

from flask import request

from service.web.sentences import in_words

# The first that is found counts: most browsers name others too, to be treated like them.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


UNKNOWN = "A browser of an unknown kind"


def shown_device(stored: str) -> str:
    """A login's device, as it was written down in English, in the language of the page."""
    return in_words(stored or UNKNOWN)


def device_words(user_agent: str | None = None) -> str:
    """Such as "Firefox on Windows"; of this request's browser unless another is given."""
    text = request.headers.get("User-Agent", "") if user_agent is None else user_agent
    browser = next((name for mark, name in BROWSERS if mark in text), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in text), "")
    return f"{browser} on {system}" if system else f"{browser} of an unknown kind"
