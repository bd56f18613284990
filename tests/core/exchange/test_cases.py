"""The worked cases, through the functions and through the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.exchange.__main__ import main
from core.exchange.cases import answer, differences

CASES = Path(__file__).resolve().parents[2] / "data" / "rule-cases.json"
DATA: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    found = differences(case, DATA["as_of"])
    if found and case["conf"] == "U":
        pytest.skip(f"uncertain rule differs: {found}")
    assert not found, case["note"]


@pytest.mark.parametrize(
    "case", [case for case in DATA["cases"] if case["kind"] != "lifecycle"], ids=lambda case: case["id"]
)
def test_case_without_seeing_what_is_expected(case: dict[str, Any]) -> None:
    """All fields, none more and none less, computed from the input alone."""
    blind = answer({name: value for name, value in case.items() if name != "expect"}, DATA["as_of"])
    del blind["id"]
    if case["conf"] != "U":
        assert blind == case["expect"]


def test_file_holds_the_cases_it_counts() -> None:
    assert len(DATA["cases"]) == DATA["count"]


def test_command_prints_one_line_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CASES)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == [case["id"] for case in DATA["cases"]]
    first, wanted = lines[0], DATA["cases"][0]
    assert first == {"id": wanted["id"], **wanted["expect"]}


def write(folder: Path, *cases: dict[str, Any]) -> str:
    path = folder / "cases.json"
    path.write_text(json.dumps({"as_of": DATA["as_of"], "cases": cases}), encoding="utf-8")
    return str(path)


def wrong(case: dict[str, Any], conf: str) -> dict[str, Any]:
    return {**case, "conf": conf, "expect": {**case["expect"], "reason": "SOMETHING_ELSE"}}


def case_of(number: str) -> dict[str, Any]:
    return next(case for case in DATA["cases"] if case["id"] == number)


def test_diff_prints_only_what_differs_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, case_of("CAGE-001"), wrong(case_of("CAGE-006"), "V"))
    assert main(["check", path, "--diff"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "id": "CAGE-006",
        "uncertain": False,
        "differs": {"reason": {"expect": "SOMETHING_ELSE", "got": "CAGE_LOW"}},
    }


def test_diff_reports_an_uncertain_case_and_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(tmp_path, wrong(case_of("CAGE-006"), "U")), "--diff"]) == 0
    assert json.loads(capsys.readouterr().out)["uncertain"] is True


def test_diff_of_the_committed_cases_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CASES), "--diff"]) == 0
    certain = [line for line in capsys.readouterr().out.splitlines() if not json.loads(line)["uncertain"]]
    assert certain == []


def test_a_case_that_cannot_be_read_is_named_and_the_others_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(tmp_path, {"id": "BROKEN"}, case_of("CAGE-001"))]) == 2
    broken, fine = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert broken["id"] == "BROKEN"
    assert "kind" in broken["error"]
    assert fine["id"] == "CAGE-001"
    assert fine["reason"] == "OK"


def test_a_missing_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
