"""`python -m core.exchange check CASES.json [--diff]`: our rules against worked cases, one JSON line each.

Without `--diff` every line holds the id and the fields of `expect` as our rules give them. With it only cases
that differ are printed, with what was expected and what we gave; the exit code is 1 when one differs that is not
marked uncertain (`conf` U). A case that cannot be read gives a line with `error`, which names the thing, and exit
code 2; so does a file that cannot be read. The file is one JSON document, or one case a line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import DingPanError
from core.exchange.case_input import CaseError
from core.exchange.cases import DEFAULT_DAY, answer, differences

_BAD_CASE = (
    ArithmeticError,
    AttributeError,
    DingPanError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_BAD_FILE = (OSError, RecursionError, ValueError)
DIFFERS, UNREADABLE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    parser = argparse.ArgumentParser(prog="python -m core.exchange", description="Mainland market rules.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="worked cases against our rules")
    check.add_argument("cases", type=Path)
    check.add_argument("--diff", action="store_true", help="print only what differs and exit 1")
    given = parser.parse_args(argv)
    try:
        cases, day = _read(given.cases)
    except _BAD_FILE as error:
        sys.stderr.write(f"{given.cases}：读不出案例：{error}\n")
        return UNREADABLE
    try:
        code = max((_one(case, day, diff=given.diff) for case in cases), default=0)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough; nothing is left for the interpreter to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _read(path: Path) -> tuple[list[Any], str]:
    text = path.read_text(encoding="utf-8-sig")
    try:
        data = json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines or not any(_is_object(line) for line in lines):
            raise
        return [_line_case(line, number) for number, line in enumerate(lines, 1)], DEFAULT_DAY
    if isinstance(data, list):
        return data, DEFAULT_DAY
    if isinstance(data, dict) and "kind" in data and "cases" not in data:
        return [data], DEFAULT_DAY
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise ValueError('expected {"cases": [...]} or a list of cases')
    return data["cases"], str(data.get("as_of") or DEFAULT_DAY)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _line_case(line: str, number: int) -> Any:
    """The case of one line; a line that is no JSON becomes one that says so when it is answered."""
    try:
        return json.loads(line)
    except ValueError as error:
        return CaseError(f"line {number}: {error}")


def _print(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, default=str) + "\n")  # ASCII: a Windows console may not take Chinese


def _one(case: Any, day: str, *, diff: bool) -> int:
    """Answer one case and print its line; the exit code it asks for."""
    fields = case if isinstance(case, dict) else {}
    uncertain = fields.get("conf") == "U"
    try:
        if isinstance(case, CaseError):
            raise case
        found = differences(case, day) if diff else answer(case, day)
    except _BAD_CASE as error:
        text = str(error) if isinstance(error, DingPanError) else f"{type(error).__name__}: {error}"
        _print({"id": fields.get("id"), "error": text})
        return UNREADABLE
    if not diff:
        _print(found)
        return 0
    if found:
        _print({"id": fields.get("id"), "uncertain": uncertain, "differs": found})
    return DIFFERS if found and not uncertain else 0


if __name__ == "__main__":
    sys.exit(main())
