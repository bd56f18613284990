"""Bodies for the local server: recorded ones from the real data, and synthetic ones shaped after akshare's parsers.

Recorded: everything read by `recorded`. Synthetic (no recording exists): `ulist` rows, five-level `stock/get`,
`trends2`, Sina's list, factors, dividends, suspensions. Their fields are those that akshare 1.19.5 reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.fakes.eastmoney_server import Asked

Row = dict[str, Any]


def recorded(folder: Path, name: str) -> dict[str, Any]:
    """One recorded body."""
    body: dict[str, Any] = json.loads((folder / "eastmoney" / f"{name}.json").read_text(encoding="utf-8"))
    return body


def list_row(
    code: str, market: int, name: str, last: float | str, pre_close: float, at_s: int, lots: int | str = 1000
) -> Row:
    """One synthetic `ulist` row in yuan; money fits the volume."""
    amount = "-" if isinstance(last, str) or isinstance(lots, str) else round(last * lots * 100, 2)
    return {
        "f2": last,
        "f5": lots,
        "f6": amount,
        "f12": code,
        "f13": market,
        "f14": name,
        "f15": last,
        "f16": last,
        "f17": last,
        "f18": pre_close,
        "f31": last if isinstance(last, str) else round(last - 0.01, 3),
        "f32": last if isinstance(last, str) else round(last + 0.01, 3),
        "f124": at_s,
        "f152": 2,
    }


def ulist(rows: Mapping[str, Row]) -> Callable[[Asked], dict[str, Any]]:
    """Answers `ulist.np/get` with the rows (by secid) that were asked."""

    def answer(asked: Asked) -> dict[str, Any]:
        found = [rows[secid] for secid in asked.query["secids"].split(",") if secid in rows]
        return {"rc": 0, "data": {"total": len(found), "diff": found} if found else None}

    return answer


def stock_get(code: str, name: str, at_s: int, *, scale: int = 1, halted: bool = False) -> dict[str, Any]:
    """A synthetic five-level `stock/get` answer: last 4.718, pre-close 4.700, or all `-`."""

    def price(yuan: float) -> float | int | str:
        if halted:
            return "-"
        return round(yuan * scale) if scale > 1 else yuan

    data: dict[str, Any] = {
        "f43": price(4.718), "f44": price(4.73), "f45": price(4.69), "f46": price(4.705),
        "f47": "-" if halted else 10_000, "f48": "-" if halted else 4_712_000.0,
        "f49": 5000, "f161": 5000, "f50": 1.1, "f168": 0.5, "f71": price(4.712),
        "f51": price(5.17), "f52": price(4.23), "f57": code, "f58": name, "f59": 3,
        "f60": round(4.7 * scale) if scale > 1 else 4.7, "f86": at_s, "f169": 0.01, "f170": 0.2,
    }  # fmt: skip
    for level in range(5):
        data[f"f{19 - 2 * level}"] = price(round(4.717 - 0.001 * level, 3))
        data[f"f{20 - 2 * level}"] = "-" if halted else 100 + level
        data[f"f{39 - 2 * level}"] = price(round(4.718 + 0.001 * level, 3))
        data[f"f{40 - 2 * level}"] = "-" if halted else 200 + level
    return {"rc": 0, "data": data}


def trends(code: str, lines: list[str]) -> dict[str, Any]:
    """A synthetic `trends2/get` answer: `2026-03-27 09:31,open,close,high,low,lots,yuan,average`."""
    return {"rc": 0, "data": {"code": code, "trends": lines}}


def sina_line(
    code: str, name: str, *, last: str = "1468.200", day: str = "2026-07-08", at: str = "10:15:03"
) -> str:
    """One synthetic line of `hq.sinajs.cn`: 33 fields, volumes in shares."""
    book = ",".join(f"{100 * (n + 1)},{1468.19 - 0.01 * n:.3f}" for n in range(5))
    asks = ",".join(f"{300 * (n + 1)},{1468.2 + 0.01 * n:.3f}" for n in range(5))
    figures = f"1460.000,1455.000,{last},1470.000,1450.500,1468.190,1468.200,1234567,1802467820.000"
    return f'var hq_str_{code}="{name},{figures},{book},{asks},{day},{at},00";'


def sina_list(lines: Mapping[str, str]) -> Callable[[Asked], bytes]:
    """Answers `list=a,b` as Sina does, in GBK, with an empty string for an unknown code."""

    def answer(asked: Asked) -> bytes:
        codes = asked.path.removeprefix("/list=").split(",")
        text = "\n".join(lines.get(code, f'var hq_str_{code}="";') for code in codes)
        return text.encode("gb18030")

    return answer


QFQ_JS = (
    'var sh600519qfq={"total":3,"data":[{"d":"2023-06-30","f":"1.0000000000000000"},'
    '{"d":"2022-06-30","f":"1.0150000000000000"},{"d":"1900-01-01","f":"1.0300000000000000"}]}\n/* sina */'
)
"""Synthetic, shaped after `stock_zh_a_daily(adjust="qfq-factor")`."""


def dividends_page() -> dict[str, Any]:
    """Synthetic `RPT_SHAREBONUS_DET`: thirty columns in akshare's order; one paid, one planned."""

    def row(report: str, cash: float | None, shares: float | None, ex_day: str | None, progress: str) -> Row:
        columns: list[Any] = [None] * 30
        columns[5], columns[8], columns[9], columns[10] = shares, cash, report, ex_day
        columns[11], columns[12], columns[13] = ex_day, report, progress
        return {f"C{n}": value for n, value in enumerate(columns)}

    rows = [
        row("2023-12-31 00:00:00", 308.76, None, "2024-06-19 00:00:00", "实施分配"),
        row("2024-12-31 00:00:00", 276.24, 3.0, None, "董事会预案"),
        row("2022-12-31 00:00:00", None, None, None, "不分配"),
    ]
    return {"success": True, "result": {"pages": 1, "data": rows}}


def suspensions_page() -> dict[str, Any]:
    """Synthetic `RPT_CUSTOM_SUSPEND_DATA_INTERFACE`: twelve columns in akshare's order."""
    names = ("code", "name", "since", "until", "span", "why", "market", "first", "resumes", "a", "b", "c")
    rows = [
        (
            "600519",
            "贵州茅台",
            "2026-07-08 09:30:00",
            None,
            "连续停牌",
            "重大事项",
            "上交所",
            None,
            None,
            0,
            0,
            0,
        ),
        ("400001", "大自然5", "2026-07-08 09:30:00", None, "连续停牌", "x", "三板", None, None, 0, 0, 0),
    ]
    return {
        "success": True,
        "result": {"pages": 1, "data": [dict(zip(names, row, strict=True)) for row in rows]},
    }
