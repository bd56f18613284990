"""Starts that are quick and light, and starts that go wrong and say so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.enums import LinkState
from core.service.desk import Composer, DeskChoice
from core.service.news import DeskState, ServiceStopped
from core.service.runtime import DeskThread
from tests.desktop.running import RunningDesk
from tests.fakes.desk import ROOT

OpenDesk = Callable[..., RunningDesk]
Expect = Callable[[str], None]

HEAVY = ("pandas", "akshare", "xtquant", "sqlalchemy", "alembic", "pydantic", "pydantic_settings")
PROBE = """
import json, sys
import desktop.app as app
from desktop.__main__ import main
def probe(program):
    window = program._window
    docks = [dock.windowTitle() for dock in window.docks.docks if dock.isVisible()]
    print(json.dumps({"modules": sorted(sys.modules), "docks": len(docks)}), flush=True)
    window.quit()
app.Program.start_service = probe
raise SystemExit(main(sys.argv[1:]))
"""


def test_at_the_first_frame_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "--data-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in HEAVY if name in found["modules"]] == []
    assert found["docks"] == 4


def test_the_window_never_loads_what_the_desk_needs(tmp_path: Path) -> None:
    """Not at the first frame, and not while it trades: the desk's process loads it."""
    code = (
        "import sys\nfrom desktop.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\nraise SystemExit(code)"
    )
    picture = tmp_path / "a.png"
    options = [
        "--data-dir",
        str(tmp_path),
        "--exit-after",
        "2.5",
        "--speed",
        "20",
        "--screenshot",
        str(picture),
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert picture.stat().st_size > 10_000
    assert "Traceback" not in done.stderr
    assert "never awaited" not in done.stderr


def test_a_picture_that_cannot_be_written_is_said_and_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    options = ["--data-dir", str(tmp_path), "--exit-after", "0.5"]
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *options, "--screenshot", str(tmp_path / "file" / "a.png")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert "窗口图片写不进" in done.stderr
    assert "Traceback" not in done.stderr


async def refused(desk: RunningDesk, *words: str) -> None:
    """The window stands and says these words, in the strip and as a notification."""
    await desk.until(lambda: all(word in desk.message for word in words))
    assert desk.window.isVisible()
    assert desk.told(ServiceStopped)[-1].error
    assert any(all(word in text for word in words) for _, text in desk.notes)
    assert not [state for state in desk.told(DeskState) if state.link is LinkState.READY]
    if not desk.told(DeskState):
        for shown in (desk.panels.account.badge.accessibleName(), desk.window.windowTitle()):
            assert "模拟" not in shown, "no mode is claimed for a desk that never was"
            assert "实盘" not in shown
        assert desk.window.tray.state_text == "未运行 · 自动交易已停"
    assert "自动交易已停" in desk.window.tray.state_text
    assert desk.panels.account.sentence.text() == "交易服务没有运行"


@pytest.mark.skipif(sys.platform == "win32", reason="may have a terminal")
def test_live_without_windows_says_what_it_needs(open_desk: OpenDesk) -> None:
    async def story(desk: RunningDesk) -> None:
        await refused(desk, "实盘需要 Windows", "MiniQMT", "--live")

    desk = open_desk("--live").play(story)
    assert not list(desk.folder.rglob("journal.db"))
    assert desk.program.exit_code == 1, "who asked for a desk did not get one"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ("没有.csv",)),
        ("symbol,entry_low,entry_high\n600000.SH,10.00,9.00\n", ("没有.csv", "2", "entry_low")),
        ("symbol,stop_loss\n999999.XX,9.00\n", ("没有.csv", "2", "symbol")),
        ("symbol,stop_loss\n600000.SH,9.001\n", ("没有.csv", "2", "stop_loss")),
    ],
    ids=["missing", "zone upside down", "symbol", "off the tick"],
)
def test_a_wrong_watchlist_is_named_and_no_desk_is_half_started(
    open_desk: OpenDesk, tmp_path: Path, text: str | None, words: tuple[str, ...]
) -> None:
    path = tmp_path / "没有.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    async def story(desk: RunningDesk) -> None:
        await refused(desk, *words)

    desk = open_desk("--watchlist", str(path)).play(story)
    assert not list(desk.folder.rglob("journal.db"))
    assert not list(desk.folder.rglob("simqmt.sqlite3"))


def test_a_second_desk_on_the_same_data_is_told_and_the_first_goes_on(
    open_desk: OpenDesk, tmp_path: Path, expect_log_error: Expect
) -> None:
    folder = tmp_path / "data"
    expect_log_error("cannot be composed")

    async def story(desk: RunningDesk) -> None:
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
        second = DeskThread(Composer(DeskChoice(seed=2, data_dir=str(folder))))
        second.start()
        said: list[ServiceStopped] = []

        def stopped() -> bool:
            said.extend(one for one in second.drain() if isinstance(one, ServiceStopped))
            return bool(said)

        await desk.until(stopped)
        assert str(folder) in said[0].error
        newest = max(quote.time_ms for quote in desk.panels.latest.values())
        await desk.until(lambda: max(q.time_ms for q in desk.panels.latest.values()) > newest)

    open_desk("--seed", "2", "--speed", "20", folder=folder).play(story)


def folder_in_place(path: Path) -> None:
    path.mkdir()


def garbage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


@pytest.mark.parametrize("damage", [folder_in_place, garbage])
def test_a_journal_that_cannot_be_opened_is_named_and_left_as_it_is(
    open_desk: OpenDesk, damage: Callable[[Path], None]
) -> None:
    async def ready(desk: RunningDesk) -> None:
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])

    first = open_desk("--seed", "2").play(ready)
    path = first.journal_path
    path.unlink()
    damage(path)
    before = path.read_bytes() if path.is_file() else None

    async def story(desk: RunningDesk) -> None:
        await refused(desk, str(path))

    open_desk("--seed", "2").play(story)
    assert (path.read_bytes() if path.is_file() else None) == before
