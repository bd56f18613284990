"""Symbols: what users type or paste becomes `600519.SH`, or a sentence that says why not.

Pinyin initials need an instrument list and are not read here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from core.domain.market import Symbol
from core.exchange import same_day
from core.exchange.boards import BJ, RULES, SH, SZ, ClassRule, SecurityClass, candidates, class_of
from core.exchange.refusals import Refusal, Refused, RuleCode, refuse

_ALIASES = {
    "SH": SH, "SS": SH, "SSE": SH, "XSHG": SH, "SHSE": SH,
    "SZ": SZ, "SZSE": SZ, "XSHE": SZ,
    "BJ": BJ, "BSE": BJ, "BJSE": BJ, "XBSE": BJ, "XBEI": BJ,
}  # fmt: skip
_NAMES = {SH: "上海", SZ: "深圳", BJ: "北京"}
_SHAPES = (
    re.compile(r"(?P<code>\d+)"),
    re.compile(r"(?P<mark>[A-Z]+)[.\-_: ]?(?P<code>\d+)"),
    re.compile(r"(?P<code>\d+)[.\-_: ]?(?P<mark>[A-Z]+)"),
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A symbol, its class, and what else the same spelling could have meant."""

    symbol: Symbol
    cls: SecurityClass
    alternatives: tuple[Symbol, ...] = ()


def resolve(text: str, *, tradable_only: bool = True) -> Resolved | Refusal:
    """Read one spelling. A bare code that is a stock and an index is the stock, the index an alternative."""
    cleaned = unicodedata.normalize("NFKC", text).strip().upper()
    if not cleaned:
        return refuse(RuleCode.BAD_CODE, "证券代码是空的。请输入六位代码，例如 600519。")
    match = next((found for shape in _SHAPES if (found := shape.fullmatch(cleaned))), None)
    if match is None:
        return refuse(
            RuleCode.BAD_CODE, f"“{text}”不是证券代码。请写成 600519、sh600519 或 600519.SH。", text=text
        )
    code, mark = match["code"], match.groupdict().get("mark")
    if len(code) != 6:
        return refuse(RuleCode.BAD_CODE, f"代码 {code} 是 {len(code)} 位，应为 6 位数字。", code=code)
    if mark is None:
        return _bare(code, tradable_only)
    if mark not in _ALIASES:
        return refuse(
            RuleCode.BAD_CODE, f"“{mark}”不是认识的交易所。请用 SH、SZ 或 BJ。", code=code, mark=mark
        )
    return _with_exchange(code, _ALIASES[mark], tradable_only)


def _bare(code: str, tradable_only: bool) -> Resolved | Refusal:
    found = candidates(code)
    if not found:
        return refuse(RuleCode.BAD_CODE, f"代码 {code} 不在沪、深、北任何证券的号段内。", code=code)
    first = _with_exchange(code, found[0][-2:], tradable_only)
    if isinstance(first, Refusal):
        return first
    return Resolved(first.symbol, first.cls, tuple(Symbol(other) for other in found[1:]))


def _with_exchange(code: str, exchange: str, tradable_only: bool) -> Resolved | Refusal:
    symbol = f"{code}.{exchange}"
    cls = class_of(symbol)
    if cls is None:
        others = "、".join(candidates(code))
        cure = f"是不是 {others}？" if others else "请核对代码。"
        where = _NAMES[exchange]
        return refuse(RuleCode.BAD_CODE, f"{where}没有代码为 {code} 的证券号段。{cure}", symbol=symbol)
    if tradable_only and cls is SecurityClass.INDEX:
        stocks = [other for other in candidates(code) if class_of(other) is not SecurityClass.INDEX]
        cure = f"若指证券，请用 {'、'.join(stocks)}。" if stocks else "可改用跟踪它的 ETF。"
        return refuse(RuleCode.INDEX_NOT_TRADABLE, f"{symbol} 是指数，不能交易。{cure}", symbol=symbol)
    return Resolved(Symbol(symbol), cls)


def parse_symbol(text: str, *, tradable_only: bool = True) -> Symbol:
    """The normal symbol of one spelling; raises `Refused` (a `BadInput`) with the sentence."""
    found = resolve(text, tradable_only=tradable_only)
    if isinstance(found, Refusal):
        raise Refused(found)
    return found.symbol


def require_class(symbol: str) -> SecurityClass:
    """Class of a normal symbol; raises `Refused` when there is none."""
    cls = class_of(symbol)
    if cls is None:
        raise Refused(
            refuse(RuleCode.BAD_CODE, f"{symbol} 不是认识的证券代码，应形如 600519.SH。", symbol=symbol)
        )
    return cls


@lru_cache(maxsize=8192)
def rule_of(symbol: str) -> ClassRule:
    """Tick, lots and maxima of a normal symbol; raises `Refused`."""
    return RULES[require_class(symbol)]


@lru_cache(maxsize=8192)
def tick_size(symbol: str) -> Decimal:
    """Price tick in yuan; Shanghai B shares trade in 0.001 dollars."""
    rule = rule_of(symbol)
    return Decimal("0.001") if rule.id is SecurityClass.B_SHARE and symbol.endswith(".SH") else rule.tick


def t_plus(symbol: str, name: str = "") -> int:
    """0 when shares bought today may be sold today, else 1. `name` helps with funds not in our table."""
    rule = rule_of(symbol)
    if rule.t_plus == 0 or (rule.id.is_fund and same_day.is_same_day_fund(symbol, name)):
        return 0
    return 1
