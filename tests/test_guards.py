"""The guards guard: each plugin of tests/ fails what it must fail, and counts what it must count."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import capabilities, leaks, real_data

PLUGINS = ("-p", "tests.capabilities", "-p", "tests.leaks", "-p", "tests.real_data")


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nmarkers = capability(id): proven\nfilterwarnings = error\n")
    pytester.makepyfile(source)
    quiet = ("-p", "no:pytest-qt", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    return pytester.runpytest_inprocess(*PLUGINS, *quiet, *arguments)


def test_a_thread_left_running_fails_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks.left_running, "__defaults__", (0.05,))
    release = threading.Event()
    monkeypatch.setattr(threading, "release_for_test", release, raising=False)
    try:
        result = run(
            pytester,
            """
            import threading
            def test_leaks():
                threading.Thread(target=threading.release_for_test.wait, name="stray", daemon=True).start()
            def test_is_clean():
                thread = threading.Thread(target=int)
                thread.start()
            """,
        )
    finally:
        release.set()
        for thread in threading.enumerate():
            if thread.name == "stray":
                thread.join()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*::test_leaks", "*left thread 'stray' running (daemon)*"])


def test_a_coroutine_never_awaited_fails_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        async def answer():
            return 42
        def test_forgets():
            answer()
        """,
    )
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*'answer' was never awaited*"])


def test_an_unexpected_error_in_the_log_fails_the_test(
    pytester: pytest.Pytester, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("broken pipe")  # the inner run logs in this very process
    result = run(
        pytester,
        """
        import logging
        def test_noisy():
            logging.getLogger("core.x").error("broken %s", "pipe")
        def test_expected(expect_log_error):
            expect_log_error("broken")
            logging.getLogger("core.x").error("broken %s", "pipe")
        def test_expected_but_silent(expect_log_error):
            expect_log_error("never said")
        def test_warning_is_no_error():
            logging.getLogger("core.x").warning("careful")
        """,
    )
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(
        ["*logged an error: core.x: broken pipe*", "*did not log the expected error 'never said'*"]
    )


def test_an_exception_is_part_of_the_line_a_pattern_can_match() -> None:
    log = leaks.ErrorLog()
    log.expected.append(r"core\.x: feed broke.*KeyError")
    try:
        raise KeyError("600519.SH")
    except KeyError as error:
        log.handle(
            logging.LogRecord(
                "core.x", logging.ERROR, "", 0, "feed broke", (), (KeyError, error, error.__traceback__)
            )
        )
    assert log.complaints() == []


def test_capabilities_count_only_tests_that_passed(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        @pytest.mark.capability("000-07")
        def test_000_07_fires(): pass
        @pytest.mark.capability("000-08")
        @pytest.mark.skip
        def test_000_08_fires(): pass
        @pytest.mark.capability("000-09")
        @pytest.mark.xfail
        def test_000_09_fires(): assert False
        @pytest.mark.capability("001-14", "001-15")
        @pytest.mark.parametrize("n", [1, 2])
        def test_001_14_and_001_15(n): pass
        @pytest.mark.capability("001-16")
        @pytest.mark.parametrize("n", [1, 2])
        def test_001_16_half(n):
            if n == 2: pytest.skip()
        @pytest.mark.capability("X-04")
        def test_X_04_good(): pass
        @pytest.mark.capability("X-04")
        def test_X_04_bad(): assert False
        """,
        "--capabilities",
    )
    result.stdout.fnmatch_lines(
        [
            "000-07 *::test_000_07_fires",
            "001-14 *::test_001_14_and_001_15",
            "001-15 *::test_001_14_and_001_15",
            "capabilities: 3 of 210 proven",
        ]
    )


@pytest.mark.parametrize(
    ("name", "ids", "wrong"),
    [
        ("test_000_07_fires", ["000-07"], 0),
        ("test_000_07_and_000_09", ["000-07", "000-09"], 0),
        ("test_fires", ["000-07"], 1),
        ("test_000_07_000_08_000_09", ["000-07", "000-08", "000-09"], 1),
        ("test_009_99", ["009-99"], 1),
    ],
)
def test_a_marker_that_breaks_the_rules_is_named(name: str, ids: list[str], wrong: int) -> None:
    assert len(capabilities.complaints(name, ids, set(capabilities.known_ids()))) == wrong


def test_a_bad_marker_stops_the_run(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        @pytest.mark.capability("000-07")
        def test_nameless(): pass
        """,
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*::test_nameless: its name does not hold 000_07"])


def test_there_are_210_capabilities() -> None:
    ids = capabilities.known_ids()
    assert len(ids) == len(set(ids)) == 210


def test_skipping_real_data_fails_under_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DINGPAN_DATA", str(pytester.path))
    source = """
        import pytest
        def test_reads(market_data_dir): assert market_data_dir.is_dir()
        def test_gives_up(market_data_dir): pytest.skip("no wish to")
        @pytest.fixture
        def ticks(market_data_dir): return 1
        def test_asks_late(request): assert request.getfixturevalue("ticks")
        def test_needs_none(): pass
        """
    monkeypatch.setenv("CI", "")
    lenient = run(pytester, source)
    lenient.assert_outcomes(passed=3, skipped=1)
    lenient.stdout.fnmatch_lines(["real-data tests: 2 ran, 1 skipped (data folder found)"])
    monkeypatch.setenv("CI", "true")
    run(pytester, source).assert_outcomes(passed=3, failed=1)


def test_real_data_is_found_by_name_or_beside_the_checkout(tmp_path: Path) -> None:
    checkout, beside = tmp_path / "checkout", tmp_path / "shared" / "data"
    assert real_data.find_data({}, checkout) is None
    assert not real_data.must_run({"CI": "true"}, checkout)
    beside.mkdir(parents=True)
    assert real_data.find_data({}, checkout) == beside
    assert real_data.must_run({"CI": "true"}, checkout)
    assert not real_data.must_run({}, checkout)
    assert real_data.find_data({"DINGPAN_DATA": str(tmp_path)}, checkout) == tmp_path
    with pytest.raises(pytest.UsageError, match="not a folder"):
        real_data.find_data({"DINGPAN_DATA": str(tmp_path / "nowhere")}, checkout)
