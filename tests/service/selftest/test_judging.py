"""What is thought of an answer: the promised one, one to look at, or a wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.selftest import between, judging
from service.selftest.answer import Answer, Grade, fine
from service.selftest.calls import calls

BLOG = "https://blog.example"
JUDGES = {call.title: call.judge for call in calls(BLOG)}
CHECKS = [call.title for call in calls(BLOG) if call.is_timed]
GUID = {"x-akismet-guid": "0" * 32}
HELP = {"x-akismet-debug-help": 'Empty "blog" value'}
TIP = {"x-akismet-pro-tip": "discard"}


def grade(title: str, text: str, status: int = 200, **headers: str) -> Grade:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JUDGES[title](Answer(status, text, named)).grade


class TestChecks:
    def judged(self, title: str, text: str, *headers: dict[str, str]) -> tuple[Grade, str]:
        merged = {name: value for given in headers for name, value in given.items()}
        judgement = JUDGES[title](Answer(200, text, merged))
        return judgement.grade, f"{judgement.meaning} {judgement.remedy}"

    def test_a_promised_verdict_is_fine(self) -> None:
        assert self.judged("An ordinary comment", "false", GUID)[0] is Grade.FINE
        assert self.judged("Blatant spam", "true", GUID)[0] is Grade.FINE
        assert self.judged("Blatant spam", "true", GUID, TIP)[0] is Grade.FINE
        assert self.judged("The test author for spam", "true", GUID)[0] is Grade.FINE
        assert self.judged("An administrator", "false", GUID)[0] is Grade.FINE
        assert self.judged("The test for the worst spam", "true", GUID, TIP)[0] is Grade.FINE

    def test_what_the_worst_spam_comes_to_is_told(self) -> None:
        assert "drops it unseen" in self.judged("Blatant spam", "true", GUID, TIP)[1]
        assert "under Comments, Spam" in self.judged("Blatant spam", "true", GUID)[1]

    def test_another_verdict_on_a_test_value_is_wrong(self) -> None:
        assert self.judged("The test author for spam", "false", GUID)[0] is Grade.WRONG
        assert self.judged("An administrator", "true", GUID)[0] is Grade.WRONG

    def test_another_verdict_on_an_invented_comment_may_be_right(self) -> None:
        seen, told = self.judged("An ordinary comment", "true", GUID)
        assert seen is Grade.ODD
        assert "holds every comment" in told

    def test_a_discard_too_many_or_too_few_is_wrong(self) -> None:
        assert self.judged("The test author for spam", "true", GUID, TIP)[0] is Grade.WRONG
        assert self.judged("The test for the worst spam", "true", GUID)[0] is Grade.WRONG

    def test_a_missing_guid_tells_of_the_proxy_and_of_what_it_does(self) -> None:
        seen, told = self.judged("An ordinary comment", "false")
        assert seen is Grade.WRONG
        assert "published unchecked" in told
        assert "let the proxy pass response headers" in told

    def test_what_the_server_says_stands_in_the_remedy(self) -> None:
        _, told = self.judged("An ordinary comment", "invalid", HELP)
        assert 'The server says: Empty "blog" value.' in told

    def test_a_key_in_the_host_that_does_not_arrive_concerns_older_clients_only(self) -> None:
        seen, told = self.judged("The key in the host name", "Missing required field: api_key.")
        assert seen is Grade.ODD
        assert "proxy_set_header Host" in told

    def test_an_answer_in_time_stays_as_it_is_and_a_late_one_is_odd(self) -> None:
        assert judging.in_time(fine("It is."), 0.9).grade is Grade.FINE
        late = judging.in_time(fine("It is."), 1.2)
        assert late.grade is Grade.ODD
        assert "1.2 s" in late.meaning


class TestMistakes:
    @pytest.mark.parametrize("word", ["true", "false", "valid"])
    def test_an_error_that_looks_like_a_verdict_is_wrong(self, word: str) -> None:
        said = {"x_akismet_guid": "0" * 32, "x_akismet_debug_help": "no"}
        assert grade("A check without the blog", word, **said) is Grade.WRONG
        assert grade("A check by GET", word, 405, **said) is Grade.WRONG

    def test_an_error_needs_help_and_a_guid(self) -> None:
        guid, told = {"x_akismet_guid": "0" * 32}, {"x_akismet_debug_help": "no"}
        title = "A check with a key that nobody has"
        assert grade(title, "invalid", **guid, **told) is Grade.FINE
        assert grade(title, "invalid", **guid) is Grade.WRONG
        assert grade(title, "invalid", **told) is Grade.WRONG

    def test_an_unknown_key_is_invalid_and_no_more(self) -> None:
        title = "A key that nobody has"
        assert grade(title, "invalid") is Grade.FINE
        assert grade(title, "invalid", x_akismet_debug_help="no") is Grade.ODD
        assert grade(title, "valid") is Grade.WRONG
        assert grade(title, "invalid\n") is Grade.WRONG  # clients compare byte for byte


class TestAccount:
    def test_json_needs_its_fields(self) -> None:
        whole = '{"limit": "none", "usage": 0, "percentage": "0", "throttled": false}'
        assert grade("The limit", whole) is Grade.FINE
        judgement = JUDGES["The limit"](Answer(200, '{"limit": "none"}'))
        assert judgement.grade is Grade.WRONG
        assert "usage, percentage, throttled" in judgement.remedy

    @pytest.mark.parametrize("text", ["invalid", "[]", "", "[" * 100_000, "nul"])
    def test_what_is_no_json_object_is_wrong(self, text: str) -> None:
        assert grade("Statistics", text) is Grade.WRONG

    def test_thanks_must_be_said_in_these_words(self) -> None:
        assert grade("“This is spam”", judging.THANKS) is Grade.FINE
        assert grade("“This is spam”", "Thanks") is Grade.WRONG

    def test_a_token_is_any_text_but_an_error(self) -> None:
        assert grade("A token", "abc") is Grade.FINE
        assert grade("A token", "") is Grade.ODD
        assert grade("A token", "Missing", x_akismet_debug_help="no") is Grade.ODD


ANSWERS = st.builds(
    Answer,
    st.integers(100, 599),
    st.one_of(
        st.text(max_size=30), st.sampled_from(["true", "false", "valid", "invalid", "{}", "<p>"])
    ),
    st.dictionaries(
        st.sampled_from(["x-akismet-guid", "x-akismet-pro-tip", "content-type", "location"]),
        st.text(max_size=20),
    ),
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(JUDGES)), ANSWERS)
def test_any_answer_at_all_gets_a_judgement_with_a_remedy_if_it_is_not_fine(
    title: str, answer: Answer
) -> None:
    judgement = between.found(answer, "http://here.example") or JUDGES[title](answer)
    assert judgement.meaning
    assert bool(judgement.remedy) == (judgement.grade is not Grade.FINE)


@given(st.sampled_from(CHECKS), ANSWERS)
def test_only_a_verdict_with_a_guid_is_a_fine_answer_to_a_check(title: str, answer: Answer) -> None:
    if JUDGES[title](answer).grade is Grade.FINE:
        assert answer.status == 200
        assert answer.text in ("true", "false")
        assert answer.header("X-Akismet-Guid")
