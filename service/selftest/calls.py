"""What is sent: each documented call, its test values, and calls that must fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from service.selftest import judging
from service.selftest.answer import Answer, Judgement, odd
from service.selftest.judging import HAM, SPAM, THANKS, Judge

CHECK = "/1.1/comment-check"
VERIFY = "/1.1/verify-key"
NOBODYS_KEY = "nobodys-key"  # of a form no key has: it counts for no guess at the server
READER = "192.0.2.77"  # an address set aside for documentation
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LONG = 300_000  # characters; forums and shops send such texts, and proxies have limits
OLD_HOST = "rest.akismet.com"  # before it, older clients put their key

HAM_TEXT = (
    "I followed this on Sunday and it came out better than I had hoped, thank you! One question: "
    "how long do you let it rest when the kitchen is cold? Mine took almost three hours – my "
    "grandmother would have waited till the next day."
)
SPAM_TEXT = (
    "CHEAP VIAGRA online without prescription! Best casino bonus, play poker now and win $$$ "
    "http://cheap-pills.example/viagra http://casino-bonus.example/win "
    '<a href="http://casino-bonus.example/">online casino</a> '
    "[url=http://cheap-pills.example/]buy cialis[/url] Click here now!!!"
)
HAM_COMMENT = {
    "comment_author": "Zoë Bakker",
    "comment_author_email": "zoe@reader.example",
    "comment_content": HAM_TEXT,
}
SPAM_COMMENT = {
    "comment_author": "Best Casino Bonus",
    "comment_author_email": "promo@cheap-pills.example",
    "comment_author_url": "http://cheap-pills.example/",
    "comment_content": SPAM_TEXT,
}
WHY_NOT_HAM = (
    "Right if this site holds every comment, or was taught otherwise: see its page under Sites. "
    "With the mode Automatic, ordinary comments should pass."
)
WHY_NOT_SPAM = (
    "Right if this site answers “not spam” for unclear comments and was taught otherwise: see its "
    "page under Sites. Else look whether the model is loaded: `hamlet doctor`."
)
NOT_KEPT = "The client refuses the key and asks for another."
CHECK_THE_KEY = (
    "Was the key typed rightly, is it for this site, and is it live? `hamlet key list` shows that; "
    "`hamlet key add NAME --site SITE` makes a new one."
)
NOT_TAUGHT = "The client does not look, but what its people say is not learned."
NO_FIGURES = "Figures are missing on the client’s pages; comments are judged all the same."
OLD_CLIENTS = odd(
    "Only older clients send the key so (npm akismet-api, Discourse, rakismet); others are well.",
    "The proxy does not know the host name, or passes another one on. For such clients let it "
    "answer for the name they call and pass it as it came (nginx: proxy_set_header Host $host).",
)


class Part(StrEnum):
    """What a call is about."""

    REACH = "Reaching it"
    KEY = "The key"
    VERDICTS = "Verdicts"
    MISTAKES = "Mistaken calls"
    REPORTS = "Reports"
    ACCOUNT = "Account and figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call; `{key}` in a value or in the host stands for the key."""

    part: Part
    title: str
    path: str
    fields: dict[str, str]
    judge: Judge
    method: str = "POST"
    host: str = ""  # in place of the address's own
    is_gate: bool = False  # where it fails, all that follow would
    otherwise: Judgement | None = None  # where it fails: only some clients live by it
    is_timed: bool = False
    is_hamlets: bool = False  # harmless where Hamlet answers; nobody knows elsewhere


def calls(blog: str) -> list[Call]:
    """Every call, in the order in which they should be mended."""
    return [*_first(blog), *_verdicts(blog), *_mistakes(blog), *_reports(blog), *_account(blog)]


def _first(blog: str) -> list[Call]:
    return [
        Call(
            part=Part.REACH, title="Is anybody there?", method="GET", path="/1.1/test", fields={},
            is_gate=True,
            judge=judging.word(
                "connected", "The WordPress plugin shows that its server can be reached.",
                "The WordPress plugin says that it cannot connect.",
                "It is not Hamlet that answers. Check the host, the port and the path before it.",
            ),
        ),
        Call(
            part=Part.KEY, title="Your key", path=VERIFY, is_gate=True,
            fields={"key": "{key}", "api_key": "{key}", "blog": blog},
            judge=judging.word(
                "valid", "The client keeps the key.", NOT_KEPT, CHECK_THE_KEY
            ),
        ),
        Call(
            part=Part.KEY, title="A key that nobody has", path=VERIFY,
            fields={"key": NOBODYS_KEY, "blog": blog}, judge=judging.unknown_key,
        ),
    ]  # fmt: skip


def _check(blog: str, **fields: str) -> dict[str, str]:
    sent = {"blog": blog, "user_ip": READER, "user_agent": BROWSER, "comment_type": "comment"}
    return {**sent, **fields, "is_test": "1", "api_key": "{key}"}


def _verdicts(blog: str) -> list[Call]:
    def call(title: str, judge: Judge, **fields: str) -> Call:
        sent = _check(blog, **fields)
        return Call(
            part=Part.VERDICTS, title=title, path=CHECK, fields=sent, judge=judge, is_timed=True
        )

    surely_spam = judging.verdict(SPAM, is_sure=True, discard=False)
    probably_ham = judging.verdict(HAM, is_sure=False, why=WHY_NOT_HAM)
    probably_spam = judging.verdict(SPAM, is_sure=False, why=WHY_NOT_SPAM)
    ordinary = {**HAM_COMMENT, "comment_author": "Test"}
    return [
        call("An ordinary comment", probably_ham, **HAM_COMMENT),
        call("Blatant spam", probably_spam, **SPAM_COMMENT),
        call(
            "The test author for spam", surely_spam,
            **{**ordinary, "comment_author": "viagra-test-123"},
        ),
        call(
            "The test e-mail address for spam", surely_spam,
            **{**ordinary, "comment_author_email": "akismet-guaranteed-spam@example.com"},
        ),
        call(
            "An administrator", judging.verdict(HAM, is_sure=True),
            **ordinary, user_role="administrator",
        ),
        call(
            "The test for the worst spam", judging.verdict(SPAM, is_sure=True, discard=True),
            **ordinary, test_discard="1",
        ),
        call(
            f"A long text, {LONG // 1000} KB", probably_ham,
            **{**HAM_COMMENT, "comment_content": _long(HAM_TEXT)},
        ),
        _key_in_host(blog),
    ]  # fmt: skip


def _long(text: str) -> str:
    return (f"{text}\n\n" * (LONG // len(text) + 1))[:LONG]


def _key_in_host(blog: str) -> Call:
    """As older clients have it: the key as first label of the host, nothing in the body."""
    fields = _check(blog, **{**HAM_COMMENT, "comment_author": "Old client"})
    del fields["api_key"]

    def judge(answer: Answer) -> Judgement:
        if answer.text not in (SPAM, HAM):
            return OLD_CLIENTS
        return judging.verdict(HAM, is_sure=False, why=WHY_NOT_HAM)(answer)

    return Call(
        part=Part.VERDICTS, title="The key in the host name", path=CHECK, fields=fields,
        judge=judge, host=f"{{key}}.{OLD_HOST}", otherwise=OLD_CLIENTS, is_timed=True,
    )  # fmt: skip


def _mistakes(blog: str) -> list[Call]:
    def call(title: str, **changed: str) -> Call:
        sent = {**_check(blog, **HAM_COMMENT), **changed}
        kept = {name: value for name, value in sent.items() if value}
        judge = judging.refusal(HTTPStatus.OK)
        return Call(part=Part.MISTAKES, title=title, path=CHECK, fields=kept, judge=judge)

    return [
        call("A check with a key that nobody has", api_key=NOBODYS_KEY),
        call("A check without the blog", blog=""),
        call("A check without the reader’s address", user_ip=""),
        Call(  # without a key: what is asked by GET stands in the logs of proxies
            part=Part.MISTAKES, title="A check by GET", method="GET", path=CHECK, fields={},
            judge=judging.refusal(HTTPStatus.METHOD_NOT_ALLOWED),
        ),
    ]  # fmt: skip


def _reports(blog: str) -> list[Call]:
    def call(title: str, path: str, comment: dict[str, str]) -> Call:
        judge = judging.word(THANKS, "The client is content; a test teaches nothing.",
                             NOT_TAUGHT, judging.NEEDS_UPDATE)  # fmt: skip
        fields = _check(blog, **comment)
        return Call(part=Part.REPORTS, title=title, path=path, fields=fields, judge=judge)

    return [
        call("“This is spam”", "/1.1/submit-spam", SPAM_COMMENT),
        call("“This is not spam”", "/1.1/submit-ham", HAM_COMMENT),
    ]


def _account(blog: str) -> list[Call]:
    both = {"key": "{key}", "api_key": "{key}", "blog": blog}
    figures = ("spam", "ham", "missed_spam", "false_positives")

    def call(title: str, path: str, judge: Judge, **fields: str) -> Call:
        sent = {"api_key": "{key}", **fields}
        return Call(part=Part.ACCOUNT, title=title, path=path, fields=sent, judge=judge)

    return [
        call("The subscription", "/1.1/get-subscription", judging.as_json(
            ("account_id", "account_type", "status", "next_billing_date", "limit_reached"),
            "The WordPress plugin stores the key.", "The WordPress plugin does not store the key.",
        ), **both),
        call("The limit", "/1.2/usage-limit", judging.as_json(
            ("limit", "usage", "percentage", "throttled"),
            "The client shows how much the key is used.", NO_FIGURES,
        )),
        call("The sites of the key", "/1.2/key-sites", judging.as_json(
            ("limit", "offset", "total"), "The client lists where the key is used.", NO_FIGURES,
        )),
        call("Statistics", "/1.1/get-stats", judging.as_json(
            (*figures, "time_saved", "accuracy", "breakdown"),
            "The client draws them on its page.", NO_FIGURES,
        ), **{**both, "from": "6-months"}),
        call("Statistics of the key", "/1.2/get-key-stats", judging.as_json(
            figures, "The client draws them on its page.", NO_FIGURES,
        ), **{"from": "all"}),
        call("A token", "/1.1/token", judging.opaque(
            "The WordPress plugin keeps it for its statistics page.", NO_FIGURES,
        )),
        Call(
            part=Part.ACCOUNT, title="Deactivate, which ends nothing", path="/1.1/deactivate",
            fields=both, is_hamlets=True, judge=judging.word(
                "deactivated", "The client is switched off; its key goes on working.",
                "The client cannot say goodbye.", judging.NEEDS_UPDATE,
            ),
        ),
    ]  # fmt: skip
