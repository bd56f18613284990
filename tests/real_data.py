"""pytest plugin: where tests find real market data, and how many ran on it.

The data is not part of the repository: the `DINGPAN_DATA` environment variable names its folder, else it is
looked for in `../shared/data` beside the checkout. Without it those tests are skipped, and the summary says so;
with `CI=true` and the folder there, skipping one of them fails.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIXTURE = "market_data_dir"
COUNTS = pytest.StashKey[Counter[str]]()
REQUEST = pytest.StashKey[pytest.FixtureRequest]()


def find_data(environment: Mapping[str, str], root: Path = ROOT) -> Path | None:
    """The folder of real data, or None where there is none.

    :raises pytest.UsageError: where DINGPAN_DATA names something that is not a folder
    """
    named = environment.get("DINGPAN_DATA")
    folder = Path(named) if named else root.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if named:
        raise pytest.UsageError(f"DINGPAN_DATA: {named} is not a folder")
    return None


def must_run(environment: Mapping[str, str], root: Path = ROOT) -> bool:
    return environment.get("CI", "").lower() in {"1", "true"} and find_data(environment, root) is not None


@pytest.fixture(scope="session")
def market_data_dir() -> Path:
    """The folder of real data; the test is skipped where there is none."""
    folder = find_data(os.environ)
    if folder is None:
        pytest.skip("no real market data: DINGPAN_DATA is not set and there is no ../shared/data")
    return folder


@pytest.fixture(autouse=True)
def _remember_request(request: pytest.FixtureRequest) -> None:
    """Unlike the test's own list, the request also names what was asked for while the test ran."""
    request.node.stash[REQUEST] = request


def _uses_data(item: pytest.Item) -> bool:
    request = item.stash.get(REQUEST, None)
    return FIXTURE in (request.fixturenames if request else getattr(item, "fixturenames", ()))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTS] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    if (report.when == "call" or report.skipped) and _uses_data(item):
        if report.skipped and must_run(os.environ):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped although CI is set and the real data is there"
        item.config.stash[COUNTS]["skipped" if report.skipped else "ran"] += 1
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash[COUNTS]
    where = "found" if find_data(os.environ) else "absent"
    terminalreporter.write_line(
        f"real-data tests: {counts['ran']} ran, {counts['skipped']} skipped (data folder {where})"
    )
