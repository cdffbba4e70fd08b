"""The cookies of a login: out of reach of scripts and of other hosts."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from flask import session as browser
from werkzeug.wrappers import Response

from service.web.parts import parts


def cookie_name(suffix: str, secure: bool) -> str:
    """With the __Host- prefix, where browsers allow it, no other host can plant the cookie."""
    return f"{'__Host-' if secure else ''}hamlet{suffix}"


def set_cookie(response: Response, suffix: str, value: str, lasting: timedelta) -> None:
    """Give the browser a cookie for all of this host."""
    secure = parts().settings.cookies_are_secure
    response.set_cookie(
        cookie_name(suffix, secure),
        value,
        max_age=int(lasting.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def read_cookie(suffix: str) -> str:
    """What the browser holds under this name; "" for nothing."""
    return request.cookies.get(cookie_name(suffix, parts().settings.cookies_are_secure), "")


def login_secret() -> str:
    """The secret of this request's login; "" without one."""
    return read_cookie("")


def forget_login(response: Response) -> Response:
    """`response`, taking the login's cookie and the form token out of the browser."""
    browser.pop("csrf_token", None)
    secure = parts().settings.cookies_are_secure
    response.delete_cookie(cookie_name("", secure), path="/", secure=secure, httponly=True)
    return response
