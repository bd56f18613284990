"""The store of bars: what is written is read, damage is set aside, and several programs share one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from core.domain.enums import Period
from core.domain.market import Symbol
from core.errors import BadInput, UserError
from core.market.history import locks
from core.market.history.cache import BarCache
from core.market.history.exrights import LastClose
from core.market.history.gaps import Coverage, DayRange, DayState
from core.market.history.parquet import Damaged, ParquetDoor
from core.market.history.table import Adjust, BarTable, empty_table
from tests.core.market.history.bars import MOUTAI, VANKE, at, daily, day, days, minutes, table

ROOT = Path(__file__).resolve().parents[4]
LATER = at(day("2026-06-01"))
MARCH = days("2026-03-02", "2026-03-31")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[BarCache]:
    # A folder name that DuckDB would read as a pattern, and that SQL would read as the end of a text.
    found = BarCache(tmp_path / "it's [1]*" if os.name != "nt" else tmp_path / "it's [1]")
    yield found
    found.close()


def put(
    cache: BarCache, bars: BarTable, first: date, last: date, source: str = "xtdata", now: int = LATER
) -> int:
    return cache.write(bars, DayRange(first, last), source=source, now_ms=now)


def files(cache: BarCache) -> list[str]:
    folder = cache.folder
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_written_days_are_read_and_cut(cache: BarCache) -> None:
    bars = table(daily(MOUTAI, MARCH))
    assert put(cache, bars, MARCH[0], MARCH[-1]) == 0
    assert cache.read(MOUTAI, Period.D1) == bars
    assert cache.read(MOUTAI, Period.D1).bars() == daily(MOUTAI, MARCH)
    part = cache.read(MOUTAI, Period.D1, MARCH[3], MARCH[5])
    assert part.bars() == bars.bars()[3:6]
    assert cache.read(VANKE, Period.D1) == empty_table(VANKE, Period.D1)
    assert cache.missing(MOUTAI, Period.D1, MARCH[0], MARCH[-1], now_ms=LATER) == ()
    assert [str(r.first) for r in cache.missing(VANKE, Period.D1, MARCH[0], MARCH[-1], now_ms=LATER)] == [
        "2026-03-02"
    ]


def test_folder_whose_name_is_a_pattern_is_not_taken_for_another(tmp_path: Path) -> None:
    """DuckDB reads `a [1]` as a pattern that matches `a 1`."""
    caches = {name: BarCache(tmp_path / name, threads=1) for name in ("a 1", "a [1]")}
    for price, cache in enumerate(caches.values(), 1):
        put(cache, table(daily(MOUTAI, MARCH, price * 10_000)), MARCH[0], MARCH[-1])
    for price, cache in enumerate(caches.values(), 1):
        assert cache.read(MOUTAI, Period.D1).open[0] == price * 10_000
        assert cache.missing(MOUTAI, Period.D1, MARCH[0], MARCH[-1], now_ms=LATER) == ()
        cache.close()


def test_many_symbols_at_once(cache: BarCache) -> None:
    symbols = [Symbol(f"60{n:04d}.SH") for n in range(12)]
    for n, symbol in enumerate(symbols):
        put(cache, table(daily(symbol, MARCH[: n + 1], 1_000 * (n + 1))), MARCH[0], MARCH[n])
    found = cache.read_many([*reversed(symbols), VANKE], Period.D1)
    assert list(found) == [*reversed(symbols), VANKE]
    for n, symbol in enumerate(symbols):
        assert found[symbol].bars() == daily(symbol, MARCH[: n + 1], 1_000 * (n + 1))
    assert len(found[VANKE]) == 0
    twice = cache.read_many([symbols[0], symbols[0]], Period.D1)
    assert twice == {symbols[0]: found[symbols[0]]}


def test_minutes_lie_in_one_file_a_year(cache: BarCache) -> None:
    around = days("2025-12-30", "2026-01-06")
    bars = [bar for one in around for bar in minutes(MOUTAI, one)]
    put(cache, table(bars), around[0], around[-1])
    names = [name for name in files(cache) if name.endswith(".parquet")]
    assert names == [os.path.join("1m", "600519.SH", f"{year}.parquet") for year in (2025, 2026)]
    assert cache.read(MOUTAI, Period.M1).bars() == bars
    assert len(cache.read(MOUTAI, Period.M1, around[0], around[1])) == 480
    assert cache.missing(MOUTAI, Period.M1, around[0], around[-1], now_ms=LATER) == ()
    assert len(cache.read(MOUTAI, Period.M5)) == 0


def test_newer_answer_replaces_whole_days_and_keeps_the_others(cache: BarCache) -> None:
    put(cache, table(daily(MOUTAI, MARCH[:5])), MARCH[0], MARCH[4])
    put(cache, table(daily(MOUTAI, MARCH[3:8], 20_000)), MARCH[3], MARCH[7])
    found = cache.read(MOUTAI, Period.D1).bars()
    assert found == daily(MOUTAI, MARCH[:3]) + daily(MOUTAI, MARCH[3:8], 20_000)


def test_complete_day_is_never_replaced_by_a_part_of_it_or_by_silence(cache: BarCache) -> None:
    one = MARCH[0]
    put(cache, table(minutes(MOUTAI, one)), one, one)
    put(cache, table(minutes(MOUTAI, one, 100, 99_000)), one, one, source="akshare", now=LATER + 1)
    put(cache, empty_table(MOUTAI, Period.M1), one, one, source="akshare", now=LATER + 2)
    assert cache.read(MOUTAI, Period.M1).bars() == minutes(MOUTAI, one)
    span = cache.coverage(MOUTAI, Period.M1).span_of(one)
    assert span is not None
    assert (span.state, span.source) == (DayState.COMPLETE, "xtdata")


def test_part_of_today_grows_until_it_is_complete(cache: BarCache) -> None:
    today = MARCH[0]
    put(cache, table(minutes(MOUTAI, today, 30)), today, today, now=at(today, "10:00"))
    assert cache.missing(MOUTAI, Period.M1, today, today, now_ms=at(today, "10:01"))
    # An empty (throttled) answer takes nothing away.
    put(cache, empty_table(MOUTAI, Period.M1), today, today, now=at(today, "10:02"))
    assert len(cache.read(MOUTAI, Period.M1)) == 30
    put(cache, table(minutes(MOUTAI, today)), today, today, now=at(today, "15:40"))
    assert len(cache.read(MOUTAI, Period.M1)) == 240
    assert not cache.missing(MOUTAI, Period.M1, today, today, now_ms=at(today, "15:41"))


def test_bars_outside_what_was_asked_for_and_unusable_ones_are_left_out(cache: BarCache) -> None:
    bars = daily(MOUTAI, MARCH[:5])
    bars[1] = replace(bars[1], low=0)
    bars[2] = replace(bars[2], high=bars[2].low - 1)
    bars[3] = replace(bars[3], volume=-1)
    assert put(cache, table(bars), MARCH[0], MARCH[3]) == 3
    assert cache.read(MOUTAI, Period.D1).bars() == bars[:1]
    assert cache.coverage(MOUTAI, Period.D1).state_of(MARCH[1]) is DayState.SILENT


@pytest.mark.parametrize("how", [Adjust.FORWARD, Adjust.BACKWARD, Adjust.UNKNOWN])
def test_prices_that_are_not_real_are_refused(cache: BarCache, how: Adjust) -> None:
    bars = replace(table(daily(MOUTAI, MARCH)), adjust=how)
    with pytest.raises(BadInput, match="只存真实价格"):
        put(cache, bars, MARCH[0], MARCH[-1])
    assert not cache.folder.exists()


@pytest.mark.parametrize("name", ["../x", "600519", "600519.SH/../../x", ""])
def test_name_that_is_no_symbol_touches_no_file(cache: BarCache, name: str) -> None:
    with pytest.raises(BadInput, match="不是认识的证券代码"):
        cache.read(Symbol(name), Period.D1)


def damage_end(data: bytes) -> bytes:
    return data[:-20]


def damage_middle(data: bytes) -> bytes:
    return data[:40] + b"\x55" * 60 + data[100:]


def damage_empty(data: bytes) -> bytes:
    return b""


def damage_text(data: bytes) -> bytes:
    return b"<html>" * 200


def damage_zeros(data: bytes) -> bytes:
    return bytes(len(data))


@pytest.mark.parametrize(
    "damage", [damage_end, damage_middle, damage_empty, damage_text, damage_zeros], ids=lambda f: f.__name__
)
def test_damaged_file_is_set_aside_and_its_days_are_missing(
    cache: BarCache, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    put(cache, table(daily(VANKE, MARCH)), MARCH[0], MARCH[-1])
    path = cache.folder / "1d" / "600519.SH.parquet"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    found = cache.read_many([VANKE, MOUTAI], Period.D1)
    assert len(found[MOUTAI]) == 0
    assert found[VANKE].bars() == daily(VANKE, MARCH), "the others are read"
    assert "set aside" in caplog.text
    assert not path.exists()
    assert len(list((cache.folder / "damaged").iterdir())) == 1
    assert cache.missing(MOUTAI, Period.D1, MARCH[0], MARCH[-1], now_ms=LATER) == (
        DayRange(MARCH[0], MARCH[-1]),
    )
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    assert cache.read(MOUTAI, Period.D1).bars() == daily(MOUTAI, MARCH)


def test_numbers_that_were_changed_on_the_disk_are_noticed(cache: BarCache) -> None:
    """A sound Parquet file with other numbers under our notes."""
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    path = cache.folder / "1d" / "600519.SH.parquet"
    door = ParquetDoor()
    columns, notes = door.read([path], ("time_ms", "open", "high", "low", "close", "volume", "amount"))[0], {}
    notes = door.notes([path])[0]
    columns["close"] = columns["close"].copy()
    columns["close"][0] += 10
    door.write(path, columns, notes)
    door.close()
    assert len(cache.read(MOUTAI, Period.D1)) == 0
    assert not path.exists()


def test_no_flipped_bit_gives_other_bars_or_other_coverage(cache: BarCache) -> None:
    """Nor does it spoil another file: DuckDB itself refuses everything after some kinds of damage."""
    bars, others = table(daily(MOUTAI, MARCH)), table(daily(VANKE, MARCH))
    put(cache, bars, MARCH[0], MARCH[-1])
    put(cache, others, MARCH[0], MARCH[-1])
    known = cache.coverage(MOUTAI, Period.D1)
    path = cache.folder / "1d" / "600519.SH.parquet"
    data = path.read_bytes()
    note = data.index(b"[[", data.index(b"coverage"))
    lost = 0
    for place in (*range(0, len(data), 29), *range(note, data.index(b"]]", note) + 2, 3)):
        spoiled = bytearray(data)
        spoiled[place] ^= 0x01
        path.write_bytes(spoiled)
        covered = cache.coverage(MOUTAI, Period.D1)
        assert covered in (known, Coverage()), place
        found = cache.read_many([MOUTAI, VANKE], Period.D1)
        assert found[VANKE] == others, place
        assert len(found[MOUTAI]) == 0 or found[MOUTAI] == bars, place
        lost += len(found[MOUTAI]) == 0
    assert lost > 20, "most of a file is bars"
    assert cache.coverage(VANKE, Period.D1) == known


def fatal_damage(path: Path) -> bytes | None:
    """A one-bit damage after which DuckDB refuses every query, sound files too; None when it knows none such."""
    import duckdb

    data = path.read_bytes()
    connection = duckdb.connect(":memory:", config={"enable_external_file_cache": "false"})
    for place in range(data.index(b"amount") - 200, len(data)):
        spoiled = bytearray(data)
        spoiled[place] ^= 0x01
        path.write_bytes(spoiled)
        try:
            connection.execute("SELECT * FROM read_parquet(?)", [[str(path)]]).fetchnumpy()
        except duckdb.InternalException:
            with pytest.raises(duckdb.Error, match="invalidated"):
                connection.execute("SELECT 1")
            return bytes(spoiled)
        except (duckdb.Error, UnicodeDecodeError):
            continue
    return None


def test_damage_that_stops_duckdb_itself_stops_one_file_only(tmp_path: Path) -> None:
    cache = BarCache(tmp_path / "history", threads=1)
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    put(cache, table(daily(VANKE, MARCH)), MARCH[0], MARCH[-1])
    path = cache.folder / "1d" / "600519.SH.parquet"
    spoiled = fatal_damage(path)
    if spoiled is None:
        pytest.skip("this DuckDB survives every one-bit damage")
    path.write_bytes(spoiled)
    assert len(cache.read(MOUTAI, Period.D1)) == 0
    assert cache.read(VANKE, Period.D1).bars() == daily(VANKE, MARCH)
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    assert [path.name.split("-")[-1] for path in (cache.folder / "damaged").iterdir()] == [
        "600519.SH.parquet"
    ]
    cache.close()


def test_damaged_file_is_noticed_when_gaps_are_asked_for_and_when_it_is_written(cache: BarCache) -> None:
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    path = cache.folder / "1d" / "600519.SH.parquet"
    path.write_bytes(b"PAR1 no")
    assert cache.coverage(MOUTAI, Period.D1).spans == ()
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    path.write_bytes(b"PAR1 no")
    put(cache, table(daily(MOUTAI, MARCH[:2])), MARCH[0], MARCH[1])
    assert cache.read(MOUTAI, Period.D1).bars() == daily(MOUTAI, MARCH[:2])
    assert len(list((cache.folder / "damaged").iterdir())) == 2


def test_unreadable_file_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    """No right to read, or a folder in its place: nothing is moved away."""
    folder = tmp_path / "600519.SH.parquet"
    folder.mkdir()
    door = ParquetDoor()
    with pytest.raises(OSError, match="600519"):
        door.read([folder], ("close",))
    with pytest.raises(FileNotFoundError):
        door.read([tmp_path / "none.parquet"], ("close",))
    (tmp_path / "short.parquet").write_bytes(b"PAR1")
    with pytest.raises(Damaged):
        door.notes([tmp_path / "short.parquet"])
    door.close()
    assert folder.is_dir()


def test_failed_write_leaves_the_old_file_and_no_litter(
    cache: BarCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cache, table(daily(MOUTAI, MARCH[:3])), MARCH[0], MARCH[2])
    before = files(cache)

    def full(new: object, old: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match=r"写不了.*No space"):
        put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    assert files(cache) == before
    assert cache.read(MOUTAI, Period.D1).bars() == daily(MOUTAI, MARCH[:3])


def test_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = BarCache(tmp_path / "file")
    with pytest.raises(UserError, match="请检查磁盘空间和权限"):
        put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    folder = tmp_path / "history" / "1d" / "600519.SH.parquet"
    folder.mkdir(parents=True)
    cache = BarCache(tmp_path / "history")
    with pytest.raises(UserError, match="读不了"):
        cache.read(MOUTAI, Period.D1)
    assert folder.is_dir(), "not taken for a damaged file"
    cache.close()


def test_replacing_waits_for_a_reader_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")
    waits: list[float] = []
    real = os.replace

    def busy(a: Path, b: Path) -> None:
        if len(waits) < 3:
            raise PermissionError(13, "used by another process")
        real(a, b)

    monkeypatch.setattr(os, "replace", busy)
    locks.replace_file(new, old, pause=waits.append)
    assert old.read_text() == "new"
    assert len(waits) == 3
    new.write_text("newer")
    waits.clear()
    with pytest.raises(PermissionError):
        locks.replace_file(new, old, tries=2, pause=waits.append)
    assert old.read_text() == "new"


def test_lock_that_is_never_given_free_is_said(tmp_path: Path) -> None:
    waits: list[float] = []
    with (
        locks.exclusive(tmp_path / "1d.lock"),
        pytest.raises(UserError, match="被另一个程序占用"),
        locks.exclusive(tmp_path / "1d.lock", wait_s=0.1, pause=waits.append),
    ):
        pytest.fail("two holders")
    assert len(waits) == 5
    with locks.exclusive(tmp_path / "1d.lock", wait_s=0.0):
        pass


def test_last_close_is_complete_and_before_the_day(cache: BarCache) -> None:
    bars = daily(MOUTAI, MARCH[:3])
    put(cache, table(bars[:2]), MARCH[0], MARCH[1])
    put(cache, table(bars[2:]), MARCH[2], MARCH[2], now=at(MARCH[2], "14:00"))
    price = cache.last_close(MOUTAI, MARCH[3])
    assert price is not None
    assert (price.day, str(price.price)) == (MARCH[1], "10.020"), "a day that still grew has no close"
    assert cache.last_close(MOUTAI, MARCH[1]) == LastClose(MARCH[0], Decimal("10.010"))
    assert cache.last_close(MOUTAI, MARCH[0]) is None
    assert cache.last_close(VANKE, MARCH[3]) is None


def test_rested_days_are_those_known_to_be_empty(cache: BarCache) -> None:
    put(cache, table(daily(MOUTAI, [MARCH[0], MARCH[4]])), MARCH[0], MARCH[5])
    assert cache.rested(MOUTAI, MARCH[0], MARCH[7]) == MARCH[1:4]
    last = LastClose(MARCH[0], Decimal("10.010"))
    assert cache.last_closes([MOUTAI, VANKE, MOUTAI], MARCH[4]) == {
        MOUTAI: (last, MARCH[1:4]),
        VANKE: (None, ()),
    }


def test_litter_of_killed_writers_is_swept_after_an_hour(cache: BarCache) -> None:
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    litter = cache.folder / "1d" / ".600519.SH.parquet.1.2.tmp"
    litter.write_bytes(b"half")
    made = litter.stat().st_mtime
    assert cache.sweep(made + 3599) == 0
    assert cache.sweep(made + 3601) == 1
    assert not litter.exists()
    assert len(cache.read(MOUTAI, Period.D1)) == len(MARCH)


WRITER = """
import sys
from pathlib import Path
from core.domain.market import Symbol
from core.market.history.cache import BarCache
from core.market.history.gaps import DayRange
from tests.core.market.history.bars import MOUTAI, at, daily, day, days, table
cache, offset, rounds = BarCache(Path(sys.argv[1]), threads=1), int(sys.argv[2]), int(sys.argv[3])
line = days("2025-01-02", "2025-12-31")
for n in range(rounds):
    mine = line[offset + n * 4: offset + n * 4 + 1]
    cache.write(table(daily(MOUTAI, mine)), DayRange(mine[0], mine[-1]), source="x", now_ms=at(day("2026-06-01")))
    print(n, flush=True)
"""


def start_writer(folder: Path, offset: int, rounds: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(offset), str(rounds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )


def test_four_programs_write_one_symbol_while_a_fifth_reads(tmp_path: Path) -> None:
    """No update is lost, no read is torn: every day that any of them wrote is there in the end."""
    folder, rounds = tmp_path / "history", 25
    writers = [start_writer(folder, offset, rounds) for offset in range(4)]
    cache = BarCache(folder, threads=1)
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        found = cache.read(MOUTAI, Period.D1)
        assert np.all(np.diff(found.time_ms) > 0)
        seen.append(len(found))
    for writer in writers:
        _, errors = writer.communicate()
        assert writer.returncode == 0, errors
    assert seen == sorted(seen), "days never go away"
    line = days("2025-01-02", "2025-12-31")[: 4 * rounds]
    assert len(cache.read(MOUTAI, Period.D1)) == 4 * rounds
    assert cache.missing(MOUTAI, Period.D1, line[0], line[-1], now_ms=LATER) == ()
    assert not (folder / "damaged").exists()
    cache.close()


def test_killed_writer_leaves_a_sound_store(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    writer = start_writer(folder, 0, 60)
    assert writer.stdout is not None
    for _ in range(3):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    writer.communicate()
    cache = BarCache(folder, threads=1)
    known = cache.coverage(MOUTAI, Period.D1)
    bars = cache.read(MOUTAI, Period.D1)
    assert len(bars) >= 3
    assert len(bars) == sum(
        known.state_of(one) is DayState.COMPLETE for one in days("2025-01-02", "2025-12-31")
    )
    put(cache, table(daily(MOUTAI, MARCH)), MARCH[0], MARCH[-1])
    assert not (folder / "damaged").exists()
    cache.close()


def test_duckdb_is_not_loaded_by_importing() -> None:
    code = (
        "import sys; import core.market.history.jobs, core.market.files.bar_files; "
        "print([m for m in ('duckdb', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
