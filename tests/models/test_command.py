"""The commands check, train, evaluate and model list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models import load
from models.classifier import SHIPPED
from service.cli import measure, model
from tests.models import toy

SPAM = "Buy cheap viagra [url=http://cheap-pills-store.com/buy]viagra online[/url] no prescription"
BY_NAME = {command.name: command for command in (*model.COMMANDS, *measure.COMMANDS)}


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(BY_NAME[arguments[0]], list(arguments[1:]), input=stdin)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for file in ("one", "two", "three"):
        rows = [
            {
                "id": f"{file}-{number}",
                "text": e.comment.body,
                "author": e.comment.author_name,
                "label": label,
                "created_at": f"2020-01-01T00:{number // 60:02}:{number % 60:02}Z",
            }
            for number, e in enumerate(toy.examples((file,)))
            for label in [("ham", "spam")[e.label]]
        ]
        (tmp_path / f"{file}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_one_comment_is_judged_with_its_reasons() -> None:
    result = run("check", SPAM, "--author", "cheap pills online")
    assert result.exit_code == 0, result.output
    assert result.output.split()[0] == "spam"
    assert "link to cheap-pills-store.com" in result.output


def test_text_may_come_from_standard_input() -> None:
    assert run("check", stdin="Is the library open on Sundays?").output.startswith("ham")


def test_lines_are_answered_in_order_and_a_bad_one_harms_no_neighbour() -> None:
    lines = ['{"body": "Is it open?"}', "nonsense", "[1]", '{"author_name": "x"}', '{"body": 7}']
    lines += ['{"body": "cheap viagra http://x.example.com", "ip": "1.2.3.4", "type": null}']
    result = run("check", "--json", stdin="\n".join(lines).encode() + b"\n\xff\xfe\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [sorted(answer)[0] for answer in answers] == [
        "reasons", "problem", "problem", "problem", "problem", "reasons", "problem",
    ]  # fmt: skip
    assert answers[0]["verdict"] == "ham"
    assert "body" in answers[3]["problem"]
    assert {"code", "text", "weight"} == set(answers[5]["reasons"][0])


def test_good_lines_only_end_well_and_agree_with_the_model() -> None:
    bodies = [f"comment number {number}" for number in range(600)]
    result = run("check", "--json", stdin="\n".join(json.dumps({"body": b}) for b in bodies))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, len(answers)) == (0, 600)
    from models import CommentText

    expected = load().score([CommentText(body) for body in bodies])
    assert [a["score"] for a in answers] == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_model_is_trained_listed_and_used(data: Path) -> None:
    out = data / "made"
    result = run("train", str(data), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert load(out).version in run("model", "list", str(out)).output
    assert run("check", "casino bonus now", "--model", str(out)).exit_code == 0
    tested = {entry.source for entry in load(out).manifest.tested}
    assert tested == {"one", "two", "three"}


def evaluated(*arguments: str) -> str:
    result = run("evaluate", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_model_is_trained_in_passing(data: Path) -> None:
    out = data / "passing"
    assert run("train", str(data), "--out", str(out), "--stream").exit_code == 0
    judged = run("check", "casino bonus now http://one.example.com", "--model", str(out))
    assert judged.exit_code == 0
    assert load(out).manifest.tested


def test_evaluation_prints_a_row_per_source(data: Path) -> None:
    lines = evaluated(str(data), "--exclude", "two").splitlines()
    first = lines.index("Sources") + 4
    assert [line.split(" | ")[0] for line in lines[first : first + 3]] == [
        "| one", "| three", "| all together"
    ]  # fmt: skip


def test_evaluation_online_writes_a_report_and_names_mistakes_never_texts(data: Path) -> None:
    out = data / "report.html"
    told = evaluated(str(data), "--protocol", "online", "--worst", "3", "--html", str(out))
    assert "Learning curve" in told
    assert "| one-" in told
    assert "pills" not in told + out.read_text()


def test_evaluation_of_a_given_model_scores_with_that_very_one(data: Path) -> None:
    assert load().version in evaluated(str(data), "--model", str(SHIPPED))


def test_evaluation_by_split_needs_one(data: Path) -> None:
    result = run("evaluate", str(data), "--protocol", "split")
    assert result.exit_code == 1
    assert "leave-one-source-out" in result.stderr


def test_figures_are_written_between_the_markers_of_a_page(data: Path) -> None:
    page = data / "card.md"
    page.write_text("By hand.\n<!-- measured: online without two, how -->\n<!-- end -->\nMore.")
    evaluated(str(data), "--protocol", "online", "--exclude", "two", "--card", str(page))
    text = page.read_text()
    assert f"hamlet evaluate {data.name} --protocol online --exclude two --seed 1\n" in text
    assert str(data) not in text
    assert (text[:8], text[-5:]) == ("By hand.", "More.")


def test_a_page_without_markers_is_refused_before_anything_is_measured(data: Path) -> None:
    page = data / "card.md"
    page.write_text("By hand.")
    result = run("evaluate", str(data), "--card", str(page))
    assert result.exit_code == 1
    assert "<!-- measured: leave-one-source-out, PART -->" in result.stderr
    assert "Sources" not in result.stdout
    assert page.read_text() == "By hand."


def test_the_manifests_part_of_a_page_is_written_without_data(tmp_path: Path) -> None:
    page = tmp_path / "card.md"
    page.write_text("<!-- measured: model, version -->\n<!-- end -->")
    assert run("model", "card", str(page)).exit_code == 0
    assert load().version in page.read_text()


def test_faults_are_told_in_one_line(tmp_path: Path) -> None:
    missing = run("check", "x", "--model", str(tmp_path / "nowhere"))
    assert missing.exit_code == 1
    assert "hamlet train" in missing.stderr
    (tmp_path / "few.jsonl").write_text('{"text": "x", "label": "ham"}')
    assert "at least 20 spam" in run("train", str(tmp_path), "--out", str(tmp_path)).stderr
