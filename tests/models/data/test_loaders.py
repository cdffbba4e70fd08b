"""Files of others, invented in their shapes: recognised, read as a stream, faults named."""

from __future__ import annotations

import contextlib
import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import BadData, CommentText
from models.data.datasets import Example, data_files, read
from models.data.loaders import rows
from models.features import Batch, matrix

TUBESPAM = """COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS
z1,Ann Lee,2014-01-19T19:00:01.123000,"Lovely song, ""really"" lovely\ufeff",0
z2,Bob,,"visit
my channel",1
z3,Cy,2014-02-01,VISIT my   channel,1
"""
SMS = 'ham\tSee you at "six then\nspam\tWin a prize\tnow\n\nham\tsee you at  "SIX then\n'
_NAMES = "comment_author,comment_author_email,comment_author_url,comment_content,comment_date_gmt"
AKISMET = f"""{_NAMES},is_spam
Ann,ann@example.org,https://ann.example.org,Thanks for this,2020-01-02 03:04:05,false
pills,,http://pills.example.com,cheap pills,2020-01-03 03:04:05,1
"""
WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<wp:base_blog_url>https://blog.example.net</wp:base_blog_url>
<wp:author><wp:author_id>3</wp:author_id></wp:author>
<item><title>A post</title>
{comments}
</item></channel></rss>
"""


def comment(text: str, approved: str, kind: str = "", user: str = "0") -> str:
    return f"""<wp:comment><wp:comment_id>7</wp:comment_id>
<wp:comment_author><![CDATA[Ann & Co]]></wp:comment_author>
<wp:comment_author_url>https://ann.example.org</wp:comment_author_url>
<wp:comment_date_gmt>2020-01-02 03:04:05</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved>{approved}</wp:comment_approved>
<wp:comment_type>{kind}</wp:comment_type>
<wp:comment_user_id>{user}</wp:comment_user_id>
<wp:commentmeta><wp:meta_value>noise</wp:meta_value></wp:commentmeta></wp:comment>"""


def wxr(*comments: str) -> str:
    return WXR.format(comments="\n".join(comments))


def examples(path: Path, text: str | bytes) -> list[Example]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read(path))


def test_the_youtube_collection_is_read_as_published(tmp_path: Path) -> None:
    found = examples(tmp_path / "Youtube01-Psy.csv", TUBESPAM)
    assert [e.comment.body for e in found] == [
        'Lovely song, "really" lovely', "visit\nmy channel", "VISIT my   channel"
    ]  # fmt: skip
    assert [(e.label, e.id, e.duplicate) for e in found] == [
        (0, "z1", False), (1, "z2", False), (1, "z3", True)
    ]  # fmt: skip
    assert {(e.group, e.video) for e in found} == {("youtube_tubespam", "Youtube01-Psy")}
    assert [e.written is None for e in found] == [False, True, False]


def test_the_sms_collection_is_read_as_published(tmp_path: Path) -> None:
    found = examples(tmp_path / "SMSSpamCollection", SMS)
    assert [e.comment.body for e in found] == [
        'See you at "six then', "Win a prize\tnow", 'see you at  "SIX then'
    ]  # fmt: skip
    assert [(e.label, e.duplicate) for e in found] == [(0, False), (1, False), (0, True)]
    assert {(e.group, e.file) for e in found} == {("sms_spam_collection", "SMSSpamCollection")}


def test_a_csv_of_akismet_fields_is_read(tmp_path: Path) -> None:
    ham, spam = examples(tmp_path / "mine.csv", AKISMET)
    assert ham.comment == CommentText(
        "Thanks for this",
        author_name="Ann",
        author_email="ann@example.org",
        author_url="https://ann.example.org",
    )
    assert (ham.label, spam.label, spam.comment.author_name) == (0, 1, "pills")
    assert spam.written - ham.written == 86400  # type: ignore[operator]
    assert spam.id == "mine.csv line 3"


def test_of_a_csv_of_wordpress_s_table_only_what_was_judged_is_read(tmp_path: Path) -> None:
    lines = ["comment_content,comment_approved,comment_type", "yes,1,", "no,spam,comment"]
    found = examples(
        tmp_path / "a.csv", "\n".join([*lines, "wait,0,", "gone,trash,", "x,1,pingback"])
    )
    assert [(e.comment.body, e.label) for e in found] == [("yes", 0), ("no", 1)]


def test_a_wordpress_export_gives_its_approved_and_its_spam_comments(tmp_path: Path) -> None:
    text = wxr(
        comment("Nice &amp; so on", "1"),
        comment("buy", "spam", "comment"),
        comment("waiting", "0"),
        comment("binned", "trash"),
        comment("[...] linked [...]", "1", "pingback"),
        comment("thank you all", "1", user="3"),
    )
    found = examples(tmp_path / "export.xml", text)
    assert [(e.comment.body, e.label, e.by_owner) for e in found] == [
        ("Nice &amp; so on", 0, False), ("buy", 1, False), ("thank you all", 0, True)
    ]  # fmt: skip
    assert found[0].comment.author_name == "Ann & Co"
    assert found[0].comment.site_url == "https://blog.example.net"


def test_an_export_is_streamed(tmp_path: Path) -> None:
    """The first rows come before the fault at the end is met."""
    path = tmp_path / "export.xml"
    path.write_text(wxr(*[comment(f"text {n}", "1") for n in range(2000)]) + "<broken")
    found = rows(path)
    assert len(list(islice(found, 100))) == 100
    with pytest.raises(BadData, match=r"well-formed XML.*export\.xml line \d{4,}"):
        list(found)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;',
    ],
)
def test_entities_of_a_foreign_file_are_refused(tmp_path: Path, declared: str) -> None:
    text = wxr(comment("x", "1")).replace("<rss", f"<!DOCTYPE rss [{declared}]>\n<rss", 1)
    with pytest.raises(BadData, match=r"no entity declarations.*export\.xml line 2"):
        examples(tmp_path / "export.xml", text)


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "SMSSpamCollection", "export.xml"])
def test_packed_files_read_like_plain_ones(tmp_path: Path, name: str) -> None:
    text = {"a.csv": TUBESPAM, "b.csv": AKISMET, "SMSSpamCollection": SMS}.get(
        name, wxr(comment("x", "1"))
    )
    plain = examples(tmp_path / name, text)
    packed = examples(tmp_path / f"{name}.gz", gzip.compress(text.encode()))
    assert [e.comment for e in plain] == [e.comment for e in packed]
    assert {e.file for e in plain} == {e.file for e in packed}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "name,message\nx,y\n", r"TubeSpam CSV.*'name,message' in a\.csv line 1"),
        ("notes.txt", "Dear all", r"WordPress export.*'Dear all' in notes\.txt line 1"),
        ("a.csv", TUBESPAM + "z4,Dee,2014,hi,2\n", r"0, false, no as label.*'2' in a\.csv line 6"),
        ("a.csv", TUBESPAM + "z4,Dee\n", r"5 cells \(comment_id, .*found 2 in a\.csv line 6"),
        ("a.csv", TUBESPAM + 'z4,Dee,2014,"hi', r"a line of CSV.*a\.csv line 6"),
        ("b.csv", AKISMET.replace("false", "maybe"), r"'maybe' in b\.csv line 2"),
        ("sms", SMS + "eggs\tand ham\n", r"a tab, the text.*eggs.*in sms line 5"),
        ("feed.xml", "<feed></feed>", r"<rss> first.*<feed> in feed\.xml line 1"),
        ("sms", b"ham\t\xff\xfe\n", r"text in UTF-8.*sms line 1"),
        ("sms.gz", gzip.compress(SMS.encode())[:-9], r"a whole gzip file.*sms\.gz"),
    ],
)
def test_a_fault_is_told_with_file_line_and_what_was_expected(
    tmp_path: Path, name: str, text: str | bytes, told: str
) -> None:
    with pytest.raises(BadData, match=told):
        examples(tmp_path / name, text)


def test_a_folder_gives_every_file_with_a_known_ending(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.csv", "c.csv.gz", "d.xml", "SMSSpamCollection", "e.txt", "f.md"):
        (tmp_path / name).touch()
    found = [path.name for path in data_files([tmp_path], ["b"])]
    assert found == ["SMSSpamCollection", "a.jsonl", "c.csv.gz", "d.xml"]


LEAKS = {
    "id": "9", "source": "elsewhere", "article": "7", "title": "A title", "by_owner": True,
    "split": "test", "dup_of": "1", "lang": "ru", "video": "x", "status": "deleted",
    "created_at": "2020-01-01", "author_email_hash": "abc", "collection": "sms_spam_collection",
    "article_title": "t", "article_url": "https://a.example", "language": "de",
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(LEAKS))
def test_what_tells_where_a_row_comes_from_is_out_of_the_features_reach(
    tmp_path: Path, field: str
) -> None:
    plain = {"text": "buy cheap pills", "label": "spam", "author": "Ann"}
    path = tmp_path / "a.jsonl"
    bare, marked = examples(
        path, f"{json.dumps(plain)}\n{json.dumps(plain | {field: LEAKS[field]})}"
    )
    assert bare.comment == marked.comment
    one, other = matrix(Batch([bare.comment])), matrix(Batch([marked.comment]))
    assert (one != other).nnz == 0


def test_the_same_comment_is_the_same_to_the_features_in_every_format(tmp_path: Path) -> None:
    """Nothing of the file, its format or its place in it is in what the features are given."""
    head = "comment_id,comment_author,comment_author_url,comment_content,is_spam,blog_lang"
    (json_row,) = examples(
        tmp_path / "a.jsonl",
        json.dumps(
            {
                "text": "hi",
                "label": "ham",
                "author": "Ann & Co",
                "author_url": "https://ann.example.org",
            }
        ),
    )
    (csv_row,) = examples(
        tmp_path / "b.csv", f"{head}\n5,Ann & Co,https://ann.example.org,hi,0,fr\n"
    )
    (xml_row,) = examples(tmp_path / "c.xml", wxr(comment("hi", "1")))
    made = [matrix(Batch([e.comment])) for e in (json_row, csv_row, xml_row)]
    assert all((made[0] != other).nnz == 0 for other in made[1:])


def read_or_refused(path: Path, raw: bytes) -> None:
    """Reads the file whole; the only error may be one that names it."""
    path.write_bytes(raw)
    with contextlib.suppress(BadData):
        assert all(isinstance(e, Example) for e in read(path))


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xml", "a", "a.gz", "a.jsonl"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, name: str
) -> None:
    read_or_refused(tmp_path_factory.getbasetemp() / name, raw)


@settings(max_examples=60)
@given(
    st.text(max_size=80),
    st.sampled_from([TUBESPAM, SMS, AKISMET, wxr(comment("x", "1"))]),
    st.integers(0, 400),
)
def test_a_spoilt_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: str, text: str, place: int
) -> None:
    spoilt = (text[:place] + noise + text[place:]).encode("utf-8", "replace")
    read_or_refused(tmp_path_factory.getbasetemp() / "spoilt", spoilt)
