"""A reader without JavaScript: fetches pages, keeps cookies, fills in forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener


@dataclass
class Form:
    """A form of a page: where it goes, and what its fields hold before anybody types."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class FormFinder(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag in ("input", "textarea") and self.forms and "name" in given:
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.forms[-1].fields[given["name"]] = given.get("value", "")


class Reader:
    """Visits pages of one site, as a plain browser does."""

    def __init__(self, base: str) -> None:
        self.url = base
        self.status = 0
        self.text = ""
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def visit(self, address: str) -> str:
        """The page's text; `url` and `status` tell where redirects led."""
        return self._open(Request(urljoin(self.url, address)))

    def submit(self, action_holds: str, **typed: str) -> str:
        """Send the first form whose action holds this text, with what was typed into it."""
        form = self.form(action_holds)
        data = urlencode(form.fields | typed).encode()
        return self._open(Request(urljoin(self.url, form.action), data))

    def form(self, action_holds: str) -> Form:
        finder = FormFinder()
        finder.feed(self.text)
        return next(form for form in finder.forms if action_holds in form.action)

    def _open(self, request: Request) -> str:
        try:
            response = self._opener.open(request, timeout=30)
        except HTTPError as error:
            response = error
        with response:
            self.url, self.status = response.url, response.status
            self.text = response.read().decode()
        return self.text
