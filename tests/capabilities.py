"""pytest plugin: which of the 210 capabilities are proven, and by which tests.

A test says what it proves with `@pytest.mark.capability("000-07")`. At most two ids a test, each of them known
(tests/data/capabilities.json) and part of the test's name (`test_000_07_...`); anything else stops the run before
it starts. An id is proven when a test that carries it passed in all its parameters and none that carries it
failed; skipped and expected-to-fail tests prove nothing. `--capabilities` prints the count at the end.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TABLE = Path(__file__).parent / "data" / "capabilities.json"
MOST_IDS = 2


def known_ids() -> list[str]:
    return [row["id"] for row in json.loads(TABLE.read_text(encoding="utf-8"))]


def complaints(name: str, ids: list[str], known: set[str]) -> list[str]:
    """What is wrong with the capability ids of the test function of this name."""
    found = [f"{one!r} is not a known capability" for one in ids if one not in known]
    found += [
        f"its name does not hold {one.replace('-', '_')}" for one in ids if one.replace("-", "_") not in name
    ]
    if len(ids) > MOST_IDS:
        found.append(f"{len(ids)} capabilities, at most {MOST_IDS} are allowed")
    return found


class Tally:
    """Outcomes by capability id and test (parameters of one test count as one)."""

    def __init__(self) -> None:
        self._outcomes: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, ids: list[str], test: str, outcome: str) -> None:
        for one in ids:
            self._outcomes[one][test].add(outcome)

    def proven(self) -> dict[str, list[str]]:
        """The proven ids, sorted, with the tests that prove each."""
        rows = {}
        for one, tests in sorted(self._outcomes.items()):
            passed = sorted(test for test, seen in tests.items() if seen == {"passed"})
            if passed and not any("failed" in seen for seen in tests.values()):
                rows[one] = passed
        return rows


TALLY = pytest.StashKey[Tally]()


def _ids(item: pytest.Item) -> list[str]:
    return [str(one) for mark in item.iter_markers("capability") for one in mark.args]


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "print how many of the capabilities the passed tests prove, with the tests' names"
    parser.addoption("--capabilities", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TALLY] = Tally()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = set(known_ids())
    wrong = {
        f"{item.nodeid.split('[')[0]}: {text}"
        for item in items
        for text in complaints(_name(item), _ids(item), known)
    }
    if wrong:
        raise pytest.UsageError("capability markers:\n  " + "\n  ".join(sorted(wrong)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    ids = _ids(item)
    if ids and (report.when == "call" or not report.passed):
        outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
        item.config.stash[TALLY].add(ids, item.nodeid.split("[")[0], outcome)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--capabilities"):
        return
    proven = config.stash[TALLY].proven()
    terminalreporter.section("capabilities")
    for one, tests in proven.items():
        for test in tests:
            terminalreporter.write_line(f"{one} {test}")
    terminalreporter.write_line(f"capabilities: {len(proven)} of {len(known_ids())} proven")
