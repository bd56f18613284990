"""The worked cases, through the functions and through the command."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import DingPanError
from core.exchange.__main__ import main
from core.exchange.cases import answer, differences

CASES = Path(__file__).resolve().parents[2] / "data" / "rule-cases.json"
MORE = CASES.with_name(
    "rule-cases-more.json"
)  # worked by hand from market-rules.md, boards and dates it names
DATA: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
MORE_DATA: dict[str, Any] = json.loads(MORE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    found = differences(case, DATA["as_of"])
    if found and case["conf"] == "U":
        pytest.skip(f"uncertain rule differs: {found}")
    assert not found, case["note"]


@pytest.mark.parametrize("case", MORE_DATA["cases"], ids=lambda case: case["id"])
def test_further_case(case: dict[str, Any]) -> None:
    found = differences(case, MORE_DATA["as_of"])
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
    assert len(MORE_DATA["cases"]) == MORE_DATA["count"] > 500
    numbers = [case["id"] for case in (*DATA["cases"], *MORE_DATA["cases"])]
    assert len(numbers) == len(set(numbers))


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


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"qty": "many"}, "input.qty"),
        ({"qty": 1.5}, "input.qty"),
        ({"qty": None}, "input.qty"),
        ({"side": "HOLD"}, "input.side"),
        ({"code": None}, "input.code"),
        ({"price": "NaN"}, "input.price"),
        ({"price": "1e999999"}, "input.price"),
        ({"prev_close": [1]}, "input.prev_close"),
        ({"date": "2026-13-01"}, "input.date"),
        ({"time": "25:00"}, "input.time"),
        ({"position": 5}, "input.position"),
        ({"position": {"can_use": "x"}}, "input.position.can_use"),
        ({"book": {"ask1": "-"}}, "input.book.ask1"),
        ({"halted": "perhaps"}, "input.halted"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], named: str
) -> None:
    case = case_of("CAGE-001")
    path = write(tmp_path, {**case, "input": {**case["input"], **change}}, case_of("CAGE-006"))
    for option in ([], ["--diff"]):
        assert main(["check", path, *option]) == 2
        line = json.loads(capsys.readouterr().out.splitlines()[0])
        assert line["id"] == "CAGE-001"
        assert line["error"].startswith(named)


@pytest.mark.parametrize(
    ("case", "named"),
    [
        ({"id": "X", "kind": "dance"}, "kind"),
        ({"id": "X", "kind": "order"}, "input"),
        ({"id": "X", "kind": "order", "input": {}, "expect": 5}, "expect"),
        ({"id": "X", "kind": "cancel", "input": {"exchange": "HK", "status": 50}}, "input.exchange"),
        ({"id": "X", "kind": "auction", "input": {"exchange": "SH", "orders": [["B", 1]], "prev_close": 1}}, "input.orders[0]"),
        ({"id": "X", "kind": "auction", "input": {"exchange": "SH", "orders": []}}, "input.prev_close"),
        ({"id": "X", "kind": "market_match", "input": {"price_type": 11, "qty": 1}}, "input.price_type"),
        ({"id": "X", "kind": "market_match", "input": {"price_type": 42, "qty": 1, "asks": [[0, 1]]}}, "input.asks[0]"),
        ({"id": "X", "kind": "lifecycle", "input": {"code": "600000.SH", "events": ["start", "dance"]}}, "lifecycle step"),
        ({"id": "X", "kind": "lifecycle", "input": {"code": "600000.SH", "events": ["cancel"]}}, "lifecycle step"),
        ({"id": "X", "kind": "lifecycle", "input": {"code": "600000.SH", "events": ["buy shares"]}}, "lifecycle step"),
    ],
)  # fmt: skip
def test_a_case_that_makes_no_sense_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: dict[str, Any], named: str
) -> None:
    assert main(["check", write(tmp_path, case)]) == 2
    assert json.loads(capsys.readouterr().out)["error"].startswith(named)


@pytest.mark.parametrize("text", ["", "{", "5", "null", '"x"', '{"cases": 5}', "[" * 100_000])
def test_a_file_that_is_no_list_of_cases_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert "cases.json" in capsys.readouterr().err


def test_one_case_a_line_and_a_broken_line_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.jsonl"
    lines = [json.dumps(case_of("CAGE-001")), "{broken", '"no object"', json.dumps(case_of("CAGE-006"))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    assert main(["check", str(path)]) == 2
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("id") for line in shown] == ["CAGE-001", None, None, "CAGE-006"]
    assert "line 2" in shown[1]["error"]


def test_fields_that_may_be_left_out_have_defaults() -> None:
    given = {"code": "600000.SH", "side": "buy", "qty": "100", "price": 10, "prev_close": 10.0}
    found = answer({"id": "X", "kind": "order", "input": given})
    assert (found["decision"], found["phase"], found["limit_up"]) == ("accept", "continuous", "11.00")


def test_an_enormous_order_is_refused_for_its_size() -> None:
    given = {"code": "600000.SH", "side": "BUY", "qty": 10**30, "price": "10.00", "prev_close": "10.00"}
    assert answer({"id": "X", "kind": "order", "input": given})["reason"] == "QTY_ABOVE_MAX"


NASTY: tuple[Any, ...] = (
    None, "", [], {}, True, -1, 0, 10**30, 1.5, float("nan"), float("inf"), "x", "1e999999", "1e-50", "9" * 50,
    "2026-13-01", "25:00:00", "10:00:00+08:00", [[1]], [["B"]], {"a": 1}, "BUY", "\x00", "600519",
)  # fmt: skip


def test_no_damage_to_a_case_is_more_than_an_error_that_is_said() -> None:
    """Any field of any case replaced by anything: an answer, or an error of ours."""
    dice = random.Random(7)
    for _ in range(8_000):
        case = json.loads(json.dumps(dice.choice(MORE_DATA["cases"])))
        place = dice.choice([*case["input"], "kind", "expect", "input"])
        (case if place in ("kind", "expect", "input") else case["input"])[place] = dice.choice(NASTY)
        with contextlib.suppress(DingPanError):
            json.dumps(differences(case))


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that is closed early is another error there")
def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    cases = Path(__file__).parents[2] / "data" / "rule-cases-more.json"
    with subprocess.Popen(
        [sys.executable, "-m", "core.exchange", "check", str(cases)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        assert json.loads(command.stdout.readline())["id"]
        command.stdout.close()
        assert command.stderr.read() == b""
        assert command.wait(30) == 0
