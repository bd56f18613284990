"""The directory: candidates while typing, one symbol or a question at the end, lists merged and kept."""

from __future__ import annotations

import json
import logging
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.market import Instrument, Symbol
from core.exchange.boards import SecurityClass, class_of
from core.exchange.refusals import Refusal, RuleCode
from core.market.directory.cache import FILE_NAME, load_cached, save_cached
from core.market.directory.directory import Ambiguous, Found, InstrumentDirectory, Resolution
from core.market.directory.entries import Entry, Listed, builtin_entries, listed_of, prepare

DAY = date(2026, 11, 20)
D = Decimal


@pytest.fixture
def directory() -> InstrumentDirectory:
    return InstrumentDirectory()


def symbols(result: Resolution) -> list[str]:
    assert isinstance(result, Ambiguous), result
    return [one.symbol for one in result.candidates]


@pytest.mark.parametrize(
    "text",
    [
        "600519",
        " 600519 ",
        "sh600519",
        "SH600519",
        "Sh.600519",
        "SHSE.600519",
        "600519.SH",
        "600519.sh",
        "600519 SH",
        "600519.SS",
        "600519.XSHG",
        "600519-SH",
        "６００５１９",
        "ｓｈ６００５１９",
        "１.600519",
        "(600519)",
        "$600519",
        "gzmt",
        "GZMT",
        "ＧＺＭＴ",
        "贵州茅台",
        "贵 州 茅 台",
        "贵州茅台(600519)",
        "贵州茅台（600519.SH）",
        "600519 贵州茅台",
        "茅台 600519",
    ],
)
def test_every_spelling_of_one_stock(directory: InstrumentDirectory, text: str) -> None:
    found = directory.resolve(text)
    assert isinstance(found, Found), found
    assert found.symbol == "600519.SH"
    assert found.entry is not None
    assert found.entry.name == "贵州茅台"


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("0.000001", "000001.SZ"),
        ("1.000001", "000001.SH"),
        ("0.920799", "920799.BJ"),
        ("000001 上证指数", "000001.SH"),
        ("平安银行 000001", "000001.SZ"),
        ("万科Ａ", "000002.SZ"),
        ("R-001", "131810.SZ"),
        ("gc001", "204001.SH"),
        ("000858", "000858.SZ"),
        ("bj899050", "899050.BJ"),
        ("北证50", "899050.BJ"),
    ],
)
def test_spellings_that_mean_one_thing(directory: InstrumentDirectory, text: str, symbol: str) -> None:
    found = directory.resolve(text)
    assert isinstance(found, Found), found
    assert found.symbol == symbol


def test_a_bare_code_of_a_stock_and_an_index_asks_unless_it_must_be_tradable(
    directory: InstrumentDirectory,
) -> None:
    asked = directory.resolve("000001")
    assert symbols(asked) == ["000001.SZ", "000001.SH"]
    assert isinstance(asked, Ambiguous)
    assert "平安银行 000001.SZ" in asked.question
    assert "上证指数 000001.SH" in asked.question
    traded = directory.resolve("000001", tradable_only=True)
    assert isinstance(traded, Found)
    assert traded.symbol == "000001.SZ"


def test_a_short_list_never_hides_the_stock_behind_its_index(directory: InstrumentDirectory) -> None:
    assert symbols(directory.resolve("000016")) == ["000016.SZ", "000016.SH"]


def test_a_whole_list_settles_what_a_bare_code_means(directory: InstrumentDirectory) -> None:
    listed = [Listed("000016.SZ", "深康佳Ａ"), Listed("000002.SZ", "万 科Ａ")]
    directory.replace(prepare(listed, DAY), "test", DAY)
    found = directory.resolve("000300")  # no such stock is listed in Shenzhen
    assert isinstance(found, Found)
    assert found.symbol == "000300.SH"
    assert symbols(directory.resolve("000016")) == ["000016.SZ", "000016.SH"]
    assert directory.name("000002.SZ") == "万科A"


def test_names_and_initials_of_several_are_asked(directory: InstrumentDirectory) -> None:
    assert symbols(directory.resolve("zgyh")) == ["601881.SH", "601988.SH"]
    assert symbols(directory.resolve("黄金ETF")) == ["518880.SH", "159934.SZ"]


def test_a_part_is_asked_even_when_only_one_has_it(directory: InstrumentDirectory) -> None:
    asked = directory.resolve("茅台")
    assert symbols(asked) == ["600519.SH"]
    assert isinstance(asked, Ambiguous)
    assert "是不是 贵州茅台 600519.SH" in asked.question


def test_a_name_that_contradicts_its_code_is_asked(directory: InstrumentDirectory) -> None:
    asked = directory.resolve("600519 五粮液")
    assert symbols(asked) == ["600519.SH", "000858.SZ"]
    assert isinstance(asked, Ambiguous)
    assert "对不上" in asked.question


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("", RuleCode.BAD_CODE, "空"),
        ("   ", RuleCode.BAD_CODE, "空"),
        ("60051", RuleCode.BAD_CODE, "5 位"),
        ("6005190", RuleCode.BAD_CODE, "7 位"),
        ("700001", RuleCode.BAD_CODE, "700001"),
        ("600519.HK", RuleCode.BAD_CODE, "HK"),
        ("110043.SZ", RuleCode.BAD_CODE, "110043.SH"),
        ("830799", RuleCode.BAD_CODE, "920"),
        ("830799.BJ", RuleCode.BAD_CODE, "920"),
        ("没有这只", RuleCode.NOT_FOUND, "没有这只"),
        ("AAPL", RuleCode.NOT_FOUND, "AAPL"),
        ("***", RuleCode.NOT_FOUND, "***"),
    ],
)
def test_what_does_not_resolve_says_why(
    directory: InstrumentDirectory, text: str, code: RuleCode, word: str
) -> None:
    found = directory.resolve(text)
    assert isinstance(found, Refusal), found
    assert found.code is code
    assert word in found.text


@pytest.mark.parametrize("text", ["上证指数", "399006", "000001.SH", "szzs"])
def test_an_index_cannot_be_traded(directory: InstrumentDirectory, text: str) -> None:
    found = directory.resolve(text, tradable_only=True)
    assert isinstance(found, Refusal)
    assert found.code is RuleCode.INDEX_NOT_TRADABLE


def test_an_old_beijing_code_resolves_on_a_day_that_still_had_it(directory: InstrumentDirectory) -> None:
    found = directory.resolve("830799", day=date(2024, 5, 6))
    assert isinstance(found, Found)
    assert found.symbol == "830799.BJ"


def test_a_valid_code_in_no_list_is_found_with_a_word_of_care(directory: InstrumentDirectory) -> None:
    found = directory.resolve("603777")
    assert found == Found(Symbol("603777.SH"), None, "603777.SH 不在内置的证券列表中，请核对代码。")
    directory.replace(prepare([Listed("600519.SH", "贵州茅台")], DAY), "test", DAY)
    again = directory.resolve("603777")
    assert isinstance(again, Found)
    assert again.note == "603777.SH 不在证券列表中，请核对代码。"


def test_search_ranks_codes_names_and_initials(directory: InstrumentDirectory) -> None:
    assert [entry.symbol for entry in directory.search("6005", 3)] == ["600519.SH", "600547.SH", "600549.SH"]
    assert [entry.symbol for entry in directory.search("sh6005", 1)] == ["600519.SH"]
    assert directory.search("sz6005") == ()
    assert [entry.symbol for entry in directory.search("000001")] == ["000001.SZ", "000001.SH"]
    assert [entry.symbol for entry in directory.search("平安")] == ["000001.SZ", "601318.SH"]
    assert directory.search("pa")[0].symbol == "000001.SZ"  # beginning before inside
    assert directory.search("zqpj")[0].symbol == "600132.SH"  # the other reading of 重庆
    assert directory.search("证券ETF")[0].symbol == "512880.SH"
    assert directory.search("") == ()
    assert directory.search("  ") == ()
    assert directory.search("\n") == ()
    assert len(directory.search("6", 7)) == 7
    assert all(entry.tradable for entry in directory.search("000", 50, tradable_only=True))


def test_the_first_start_knows_every_kind(directory: InstrumentDirectory) -> None:
    kinds = {entry.cls for entry in directory.entries}
    assert kinds == set(SecurityClass)
    assert len(directory) == len(builtin_entries()) == len({entry.symbol for entry in directory.entries})
    assert directory.day is None
    same_day = {
        entry.symbol for entry in directory.entries if entry.cls is SecurityClass.SH_ETF and not entry.t_plus
    }
    assert {"518880.SH", "513050.SH", "511880.SH"} <= same_day
    assert "510300.SH" not in same_day


def test_a_list_replaces_its_classes_and_keeps_the_others(directory: InstrumentDirectory) -> None:
    directory.replace(
        prepare([Listed("600519.SH", "贵州茅台"), Listed("605999.SH", "新股份")], DAY), "em", DAY
    )
    assert (directory.source, directory.day) == ("em", DAY)
    assert directory.get("600036.SH") is None  # of a class that the list carries, and not in it
    assert directory.name("605999.SH") == "新股份"
    assert directory.name("000001.SH") == "上证指数"
    found = directory.resolve("xgf")
    assert isinstance(found, Found)
    assert found.symbol == "605999.SH"


def test_an_empty_list_changes_nothing(directory: InstrumentDirectory) -> None:
    directory.replace((), "em", DAY)
    assert directory.day is None
    assert directory.name("600519.SH") == "贵州茅台"


def test_single_entries_can_be_put_over(directory: InstrumentDirectory) -> None:
    (halted,) = prepare([Listed("600519.SH", "贵州茅台", suspended=True)], DAY)
    directory.update([halted])
    entry = directory.get("600519.SH")
    assert entry is not None
    assert entry.suspended
    assert directory.name("600036.SH") == "招商银行"


def entry_of(line: Listed) -> Entry:
    (entry,) = prepare([line], DAY)
    return entry


def test_flags_and_limits_of_the_day() -> None:
    plain = entry_of(Listed("600519.SH", "贵州茅台", pre_close=D("1500.01")))
    assert (plain.limit_up, plain.limit_down, plain.is_st, plain.day) == (
        D("1650.01"),
        D("1350.01"),
        False,
        DAY,
    )
    assert entry_of(Listed("600001.SH", "*ST某某")).is_st
    assert entry_of(Listed("600001.SH", "退市某某")).is_delisting
    given = entry_of(Listed("600519.SH", "贵州茅台", D(10), limit_up=D("10.5"), limit_down=D("9.5")))
    assert (given.limit_up, given.limit_down) == (D("10.5"), D("9.5"))
    sentinel = entry_of(Listed("600519.SH", "x", D(10), limit_up=D(100000), limit_down=D(0)))
    assert (sentinel.limit_up, sentinel.limit_down) == (D("11.00"), D("9.00"))
    for name in ("N某某", "C某某"):
        fresh = entry_of(Listed("301999.SZ", name, D(10)))
        assert fresh.is_new
        assert (fresh.limit_up, fresh.limit_down) == (None, None)
    assert not entry_of(Listed("510300.SH", "N300ETF", D(4))).is_new
    assert entry_of(Listed("920002.BJ", "某某", D("84.63"))).limit_up == D("110.01")


def test_lines_of_no_known_class_are_left_out_and_the_last_of_two_holds() -> None:
    lines = [
        Listed("400001.SH", "x"),
        Listed("600519.SH", "旧名"),
        Listed("600519.SH", "贵州茅台"),
        Listed("600000.SH", " "),
    ]
    assert [entry.name for entry in prepare(lines, DAY)] == ["贵州茅台"]


def test_an_entry_is_the_domains_instrument_and_back() -> None:
    entry = entry_of(Listed("159915.SZ", "创业板ＥＴＦ", D("3.000")))
    made = entry.instrument()
    assert made == Instrument(
        Symbol("159915.SZ"), "创业板ETF", D("0.001"), D("3.000"), D("3.600"), D("2.400"), DAY, False, False
    )
    assert entry_of(listed_of(made)) == entry
    assert pickle.loads(pickle.dumps(entry)) == entry


def test_a_kept_list_comes_back(tmp_path: Path) -> None:
    entries = prepare(
        [Listed("600519.SH", "贵州茅台", D("1500.01")), Listed("000004.SZ", "*ST国华", suspended=True)], DAY
    )
    save_cached(tmp_path / "new", entries, "em", DAY)
    kept = load_cached(tmp_path / "new")
    assert kept is not None
    assert (kept.entries, kept.source, kept.day) == (entries, "em", DAY)
    assert kept.for_day(DAY) == entries
    old = kept.for_day(date(2026, 11, 23))
    assert [entry.name for entry in old] == ["贵州茅台", "*ST国华"]
    assert [(entry.limit_up, entry.suspended) for entry in old] == [(None, False), (None, False)]
    assert old[1].is_st
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_nothing_kept_is_none(tmp_path: Path) -> None:
    assert load_cached(tmp_path) is None


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 99}',
        '{"version": 1, "day": "x", "source": "em", "rows": []}',
        '{"version": 1, "day": "2026-11-20", "source": "em", "rows": []}',
        '{"version": 1, "day": "2026-11-20", "source": "em", "rows": [["600519.SH"]]}',
        '{"version": 1, "day": "2026-11-20", "source": "em", "rows": [["x", "y", [], 0, "", "", ""]]}',
        '{"version": 1, "day": "2026-11-20", "source": "em", "rows": [["600519.SH", "y", [], 0, "q", "", ""]]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_ignored_with_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    (tmp_path / FILE_NAME).write_text(damage, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert load_cached(tmp_path) is None
    assert FILE_NAME in caplog.text


def test_a_torn_write_leaves_the_old_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = prepare([Listed("600519.SH", "贵州茅台")], DAY)
    save_cached(tmp_path, entries, "em", DAY)

    def torn(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(json, "dump", torn)
    with pytest.raises(OSError, match="disk full"):
        save_cached(tmp_path, (), "em", DAY)
    kept = load_cached(tmp_path)
    assert kept is not None
    assert kept.entries == entries
    assert len(list(tmp_path.iterdir())) == 1


WHOLE = InstrumentDirectory()
PASTED = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.shzbjSHZBJ ０１６ＳＨ$()-_:：", max_size=14),
    st.text(alphabet="中国银行贵州茅台平安万科AＡETF*ST 　", max_size=8),
    st.sampled_from([entry.symbol for entry in WHOLE.entries]),
)


@settings(max_examples=1_500, deadline=None)
@given(text=PASTED, tradable_only=st.booleans())
def test_whatever_is_typed_gets_an_answer(text: str, tradable_only: bool) -> None:
    found = WHOLE.resolve(text, tradable_only=tradable_only)
    WHOLE.search(text)
    if isinstance(found, Refusal):
        assert found.text
        return
    meant = found.candidates if isinstance(found, Ambiguous) else (found,)
    assert meant
    for one in meant:
        assert class_of(one.symbol) is not None
        assert not tradable_only or class_of(one.symbol) is not SecurityClass.INDEX
        assert one.entry is None or one.entry.symbol == one.symbol
    if isinstance(found, Ambiguous):
        assert found.question


@pytest.mark.parametrize("entry", WHOLE.entries, ids=lambda entry: entry.symbol)
def test_every_security_is_found_by_its_symbol_its_name_and_its_initials(entry: Entry) -> None:
    assert WHOLE.resolve(entry.symbol) == Found(entry.symbol, entry)
    for text in (entry.name, entry.initials[0]):
        found = WHOLE.resolve(text)
        assert not isinstance(found, Refusal), text
        meant = found.candidates if isinstance(found, Ambiguous) else (found,)
        assert entry in [one.entry for one in meant], text
    assert entry in WHOLE.search(entry.name, 20)
    assert entry in WHOLE.search(entry.code, 20)
