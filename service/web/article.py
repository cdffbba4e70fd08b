"""The door for readers: an article with its thread and form, and what became of a comment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from service import demo
from service.core import moderation, retention
from service.core.errors import InvalidSubmission, NotFound, WrongSite
from service.core.moderation import Arrival, Caller
from service.core.policy import FAST_MS
from service.core.store import authors, comments, precedents, repeats, sites
from service.core.store.tables import ArticleRow, CommentRow, SiteRow
from service.core.submission import LIMITS, Submission
from service.core.verdict import Outcome
from service.demo.articles import ARTICLES, DemoArticle
from service.web import forms, receipts, thread
from service.web.forms import CommentForm, InvalidForm, Sender
from service.web.language import long_time, ngettext, prefer
from service.web.parts import parts
from service.web.requests import client_address
from service.web.thread import Entry, ThreadPage

READER = "reader"
PATH_CHARACTERS = "/!$&'()*+,;=:@-._~"  # what browsers leave as it is in a path

blueprint = Blueprint("article", __name__)


@dataclass(frozen=True, slots=True)
class Page:
    """An article as its page needs it."""

    site: SiteRow
    url: str
    title: str
    thread: ThreadPage
    answering: Entry | None = None  # the comment that the form replies to
    demo: DemoArticle | None = None  # None: the article itself stands on its publisher's site


def init_app(app: Flask) -> None:
    app.config.setdefault("RECEIPT_PATIENCE", receipts.PATIENCE)
    app.register_blueprint(blueprint)


@blueprint.app_template_filter()
def moment(at: datetime) -> str:
    """A time in words, in UTC."""
    return long_time(at)


@blueprint.app_template_filter()
def host(address: str) -> str:
    """What people call a site: its address without https://."""
    return address.partition("//")[2]


@blueprint.app_template_filter()
def days(lasting: timedelta) -> str:
    return ngettext("%(num)s day", "%(num)s days", lasting.days)


@blueprint.app_context_processor
def masthead() -> dict[str, object]:
    """What the frame of every public page shows."""
    return {"demo_title": demo.SITE_TITLE, "demo_name": demo.SITE_NAME, "demo_articles": ARTICLES}


@blueprint.get("/a/<site_name>/<path:article>")
def show(site_name: str, article: str) -> ResponseReturnValue:
    with parts().store.reading() as session:
        page = _page(session, _site(session, site_name), article)
    form = CommentForm(
        article_url=page.url,
        parent_id=str(page.answering.id) if page.answering else "",
        made=forms.stamp(parts().clock(), parts().settings.secret_key),
    )
    # Kept, the page would show yesterday's thread and say that the form took a day to fill in.
    return _render("article/show.html", "no-cache", page=page, form=form)


@blueprint.post("/a/<site_name>/comments")
def post(site_name: str) -> ResponseReturnValue:
    form = forms.read(request)
    with parts().store.reading() as session:
        site = _site(session, site_name)
        home = _home_address(session, site, form.article_url)
    form = replace(form, article_url=home)
    try:
        comment_id = _store(site, form)
    except InvalidForm as error:
        return _form_again(site, form, error), 422
    parts().bell.ring()
    token = receipts.token_for(comment_id, parts().settings.secret_key)
    return redirect(address_of("article.receipt", token=token), 303)


@blueprint.get("/a/<site_name>/privacy")
def privacy(site_name: str) -> ResponseReturnValue:
    with parts().store.reading() as session:
        site = _site(session, site_name)
    keep = {
        "spam_text": retention.SPAM_TEXT,
        "identity": retention.IDENTITY,
        "prints": retention.PRINTS,
        "precedents": precedents.KEPT,
        "standings": authors.ENDED_KEPT,
    }
    return _render("article/privacy.html", "no-cache", site=site, keep=keep, fast_ms=FAST_MS)


@blueprint.get("/c/<token>")
def receipt(token: str) -> ResponseReturnValue:
    comment_id = receipts.comment_of(token, parts().settings.secret_key)
    patience = current_app.config["RECEIPT_PATIENCE"]
    comment = receipts.settled(parts().store, comment_id, patience)
    with parts().store.reading() as session:
        found_sites, found_articles = comments.sites_and_articles(session, [comment])
    site, article = found_sites[comment.site_id], found_articles[comment.article_id]
    prefer(site.language)
    response = _render(
        "article/receipt.html",
        "no-store",
        comment=comment,
        site=site,
        article_title=_title(article),
        article_page=_article_page(site, article.url),
        in_thread=_in_thread(site, article.url, comment_id),
        look_again=_look_again(comment),
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _site(session: Session, name: str) -> SiteRow:
    """The site, in whose language its page is shown to whoever names no other."""
    site = sites.by_name(session, name)
    prefer(site.language)
    return site


def _page(session: Session, site: SiteRow, article: str) -> Page:
    """The demo's article, else one that has been commented on. Raises NotFound."""
    own = ARTICLES.get(article) if site.name == demo.SITE_NAME else None
    url = f"{site.url}/{quote(article, safe=PATH_CHARACTERS)}"
    if own is not None:
        url = site.url + address_of("article.show", site_name=site.name, article=own.name)
    row = sites.article_at(session, site.id, url)
    if row is None and own is None:
        raise NotFound(f"there is no article {article!r} on the site {site.name!r}")
    title = own.title if own else _title(row)
    if row is None:
        return Page(site, url, title, ThreadPage(), demo=own)
    reply_to = request.args.get("reply_to", type=UUID)
    at = request.args.get("at", reply_to, type=UUID)
    return Page(
        site,
        url,
        title,
        thread.read(session, row.id, request.args.get("after", type=UUID), at),
        thread.entry(session, row.id, reply_to) if reply_to else None,
        own,
    )


def _title(article: ArticleRow | None) -> str:
    return (article.title or article.url) if article else ""


def _home_address(session: Session, site: SiteRow, address: str) -> str:
    try:
        return sites.home_address(session, site, address)
    except WrongSite as error:
        raise Forbidden(
            f"{error}. A form may send comments only for articles of the site it belongs to; "
            "if this is one, whoever runs the site can list its origin."
        ) from error


def _store(site: SiteRow, form: CommentForm) -> UUID:
    """The comment made of the form, or the one that it repeats. Raises InvalidForm."""
    now, secret = parts().clock(), parts().settings.secret_key
    sender = Sender(client_address(), request.user_agent.string)
    submission = forms.submission(form, sender, now, secret)
    submission = replace(submission, article_title=_demo_title(site, submission))
    try:
        with parts().store.writing() as session:
            if repeated := repeats.earlier(session, site.id, submission, now, secret):
                return repeated
            arrival = Arrival(submission, Caller(READER, site.id))
            return moderation.submit(session, arrival, now, secret).comment_id
    except InvalidSubmission as error:
        if error.field == "parent_id":
            raise InvalidForm({"parent_id": forms.STRANGE_PARENT}) from error
        raise


def _demo_title(site: SiteRow, submission: Submission) -> str:
    """Ours to say, for the moderators: a form may not choose a title."""
    for article in ARTICLES.values() if site.name == demo.SITE_NAME else ():
        page = address_of("article.show", site_name=site.name, article=article.name)
        if submission.article_url == site.url + page:
            return article.title
    return ""


def _form_again(site: SiteRow, form: CommentForm, error: InvalidForm) -> Response:
    """The form with all that the reader typed, and a sentence at each field to mend."""
    answering = None
    if "parent_id" in error.problems:
        form = replace(form, parent_id="")
    elif parent := forms.parent(form):
        with parts().store.reading() as session:
            article = sites.article_at(session, site.id, form.article_url)
            answering = thread.entry(session, article.id, parent) if article else None
    return _render(
        "article/again.html",
        "no-store",
        site=site,
        form=form,
        problems=error.problems,
        answering=answering,
        article_page=_article_page(site, form.article_url),
    )


def _article_page(site: SiteRow, url: str) -> str:
    """Where the reader came from; relative for our own pages, whatever name we are called by."""
    own = url.removeprefix(site.url)
    is_ours = site.name == demo.SITE_NAME and own.startswith(f"/a/{site.name}/")
    return own if is_ours else url


def _in_thread(site: SiteRow, url: str, comment_id: UUID) -> str:
    """Where the comment stands; of pages of the thread only our own article pages know."""
    page = _article_page(site, url)
    return f"{page}{'' if page == url else f'?at={comment_id}'}#comment-{comment_id}"


def _look_again(comment: CommentRow) -> int:
    """Seconds until the receipt looks again by itself; 0 when it need not."""
    if comment.outcome != Outcome.PENDING:
        return 0
    return 30 if parts().clock() - comment.received_at > receipts.STUCK else 3


def _render(template: str, cache: str, **context: object) -> Response:
    page = render_template(template, limits=LIMITS, **context)
    return Response(page, headers={"Cache-Control": cache}, mimetype="text/html")
