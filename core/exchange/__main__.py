"""`python -m core.exchange check CASES.json [--diff]`: our rules against worked cases, one JSON line each.

Without `--diff` every line holds the id and the fields of `expect` as our rules give them. With it only cases
that differ are printed, with what was expected and what we gave; the exit code is 1 when one differs that is not
marked uncertain (`conf` U). Exit code 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import DingPanError
from core.exchange.cases import DEFAULT_DAY, answer, differences

_BAD_CASE = (ArithmeticError, AttributeError, DingPanError, LookupError, TypeError, ValueError)


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
    except (OSError, ValueError, TypeError, KeyError) as error:
        sys.stderr.write(f"{given.cases}：读不出案例：{error}\n")
        return 2
    return _diff(cases, day) if given.diff else _all(cases, day)


def _read(path: Path) -> tuple[list[dict[str, Any]], str]:
    data = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(data, list):
        return data, DEFAULT_DAY
    return list(data["cases"]), str(data.get("as_of", DEFAULT_DAY))


def _line(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")  # ASCII: a Windows console may not take Chinese


def _all(cases: list[dict[str, Any]], day: str) -> int:
    failed = False
    for case in cases:
        try:
            _line(answer(case, day))
        except _BAD_CASE as error:
            failed = True
            _line({"id": case.get("id"), "error": f"{type(error).__name__}: {error}"})
    return 1 if failed else 0


def _diff(cases: list[dict[str, Any]], day: str) -> int:
    failed = False
    for case in cases:
        uncertain = case.get("conf") == "U"
        try:
            found = differences(case, day)
        except _BAD_CASE as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        if found:
            failed = failed or not uncertain
            _line({"id": case.get("id"), "uncertain": uncertain, "differs": found})
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
