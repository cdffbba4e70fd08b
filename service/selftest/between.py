"""What stands between a client and Hamlet, by how it shows: names, TLS, proxies, redirects."""

from __future__ import annotations

import socket
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

from service.outgoing import NotAllowed
from service.selftest.answer import Answer, Judgement, wrong

UNREACHED = "A client gets no answer. The WordPress plugin holds the comment and asks again later."
PAGE = "No client understands a page made for people: libraries raise an error or guess."
LOST = "Most clients do not follow a redirect, or repeat the call without its fields: it is lost."
PAGES: dict[int, str] = {  # by the status of a page that is not ours
    HTTPStatus.UNAUTHORIZED: "The proxy asks for a password. Except /1.1/ and /1.2/ from that.",
    HTTPStatus.FORBIDDEN: "A proxy or firewall refuses programs. Let /1.1/ and /1.2/ pass without "
    "a challenge.",
    HTTPStatus.NOT_FOUND: "Another program answers here. Check the host and the path before /1.1/; "
    "if a proxy adds a path of its own, it must take it away again before Hamlet.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The proxy lets no POST through, or another program answers.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The proxy takes only smaller requests: let it take 1 MB "
    "(nginx: client_max_body_size 1m).",
    HTTPStatus.MISDIRECTED_REQUEST: "The proxy does not serve this host name over this connection.",
    HTTPStatus.BAD_GATEWAY: "The proxy does not reach Hamlet: check the address it passes to, and "
    "that Hamlet runs.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The proxy thinks that Hamlet is down: check that it runs.",
    HTTPStatus.GATEWAY_TIMEOUT: "The proxy waited in vain for Hamlet: see `hamlet doctor` there.",
}
NO_HAMLET = (
    "It is not Hamlet that answers here. Check the host, the port and the path before /1.1/."
)


def unreached(error: Exception, seconds: float) -> Judgement:
    """Why a call got no answer, from the error it ended with."""
    return wrong(UNREACHED, _remedy(error, seconds))


def _remedy(error: Exception, seconds: float) -> str:
    if isinstance(error, NotAllowed):
        return (
            f"Not called: {error}. The page calls only this machine, or the address that "
            "HAMLET_PUBLIC_URL names; `hamlet doctor --akismet URL KEY` calls any."
        )
    if isinstance(error, socket.gaierror):
        return "The host name is not known in DNS. Check its spelling, and the DNS entry."
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate is not trusted: {error.verify_message}. Clients refuse it too; use "
            "one for this very name, with its chain, from an authority they know."
        )
    if isinstance(error, ssl.SSLError):
        return "No TLS is spoken at this port. Is it http://, or another port?"
    if isinstance(error, ConnectionRefusedError):
        return "Nothing listens at this address and port. Is Hamlet, or its proxy, running?"
    if isinstance(error, TimeoutError) and "handshake" in str(error):
        return "TLS was not answered at this port. Is it http://, or another port?"
    if isinstance(error, TimeoutError):
        return (
            f"Nothing came within {seconds:.0f} s. A firewall may drop the call, the proxy may "
            "point nowhere, or the server may be out of threads."
        )
    return f"The connection broke off ({error}). Is it http or https, and is this the right port?"


def found(answer: Answer, url: str) -> Judgement | None:
    """What somebody else than Hamlet has done to a call; None where nothing shows."""
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return wrong(LOST, _redirect_remedy(answer.header("location"), url))
    if answer.is_html:
        return wrong(PAGE, PAGES.get(answer.status, NO_HAMLET))
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return wrong(
            "A client waits as long as Retry-After says, and holds its comments until then.",
            f"{answer.shown_text()} If everybody comes from your proxy's address here, name it in "
            "HAMLET_TRUSTED_PROXIES.",
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return wrong(
            "A client takes it for a failure: it holds the comment and asks again later.",
            "Run `hamlet doctor` where Hamlet runs, and look into its log.",
        )
    return None


def _redirect_remedy(location: str, url: str) -> str:
    try:
        here, there = urlsplit(url), urlsplit(location)
    except ValueError:
        return f"What redirects names no address: {location!r}. Mend the proxy."
    if here.scheme == "http" and there.scheme == "https" and there.hostname == here.hostname:
        return "Give clients the address with https://, or let /1.1/ and /1.2/ be answered by http."
    if "login" in there.path:
        return "The proxy asks for a login. Except /1.1/ and /1.2/ from that."
    return (
        f"Give clients the address it leads to ({location or 'it names none'}), if that is yours."
    )
