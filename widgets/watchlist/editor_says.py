"""What the editor says about a reading: lines of the check list, hints of the switches, the ratio, why no plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from PySide6.QtCore import QCoreApplication

from core.domain.enums import Mode
from core.domain.market import Instrument, Quote, Symbol
from core.domain.watch import WatchItem
from core.domain.watch_rules import FieldProblem, Severity
from widgets import formats
from widgets.core_words import core_text
from widgets.field import CARE, WRONG, Offer
from widgets.securities import board_of
from widgets.watchlist.editor_checks import PASSED, UNKNOWN, Check
from widgets.watchlist.editor_draft import LEVELS, Reading, plain
from widgets.watchlist.editor_plan import Account, BuyPlan, plan_entry

translate = QCoreApplication.translate


def state_of(problem: FieldProblem) -> str:
    """The field state of a problem."""
    return WRONG if problem.severity is Severity.WRONG else CARE


def checks_of(
    reading: Reading,
    shown: Iterable[FieldProblem],
    offers: Mapping[FieldProblem, tuple[Offer, ...]],
    instrument: Instrument | None,
    names: Mapping[str, str],
) -> list[Check]:
    """All lines: what is shown as wrong or in need of care, then what was checked and is good."""
    lines = [
        Check(state_of(one), names.get(one.field, one.field), core_text(one.text), offers.get(one, ()))
        for one in shown
    ]
    busy = {problem.field for problem in reading.problems}
    return [*lines, *_of_security(reading, instrument), *_of_levels(reading, busy), *_of_quant(reading, busy)]


def _of_security(reading: Reading, instrument: Instrument | None) -> Iterator[Check]:
    symbol = reading.symbol
    if symbol is None:
        return
    code = translate("ItemEditor", "证券代码")
    yield Check(PASSED, code, f"{symbol} {board_of(symbol)}")
    if instrument is None:
        text = translate("ItemEditor", "还没有 {symbol} 的资料，涨跌停和停牌没有核对")
        yield Check(UNKNOWN, translate("ItemEditor", "证券资料"), text.format(symbol=symbol))
        return
    if instrument.suspended:
        text = translate("ItemEditor", "今日停牌，复牌前不触发")
        yield Check(CARE, instrument.name, text)
    if instrument.is_st:
        text = translate("ItemEditor", "风险警示股票，每日买入数量有上限")
        yield Check(CARE, instrument.name, text)


def _of_levels(reading: Reading, busy: set[str]) -> Iterator[Check]:
    item = reading.item
    given = [name for name in LEVELS if getattr(item, name) is not None]
    title = translate("ItemEditor", "价位")
    if not given:
        if not busy & set(LEVELS):
            text = translate("ItemEditor", "四个价位都空着：只看行情，不会触发")
            yield Check(CARE, title, text)
        return
    if not any(
        problem.severity is Severity.WRONG and problem.field in LEVELS for problem in reading.problems
    ):
        text = translate("ItemEditor", "止损 < 进场 < 止盈，都是 {tick} 的整数倍")
        yield Check(PASSED, title, text.format(tick=plain(reading.tick)))
    ratio = ratio_text(item)
    if ratio and not busy & set(LEVELS):
        yield Check(PASSED, title, ratio)


def _of_quant(reading: Reading, busy: set[str]) -> Iterator[Check]:
    item, quant = reading.item, reading.item.quant
    title = translate("ItemEditor", "量化配置")
    if not busy & {"max_position_pct", "min_trade_amount"}:
        text = translate("ItemEditor", "单票上限 {percent}%，最小成交额 {amount} 元")
        amount = formats.money(quant.min_trade_amount)
        yield Check(PASSED, title, text.format(percent=plain(quant.max_position_pct * 100), amount=amount))
    if quant.enabled and item.stop_loss is not None and not quant.auto_stop_loss:
        text = translate("ItemEditor", "自动止损关着：到 {price} 只提醒，不会卖出")
        yield Check(CARE, title, text.format(price=item.stop_loss))


def ratio_text(item: WatchItem) -> str:
    """`盈亏比 3.9 : 1` from the worst price of the zone, empty without all three levels in order."""
    entry, target, stop = item.entry_high, item.take_profit, item.stop_loss
    if entry is None or target is None or stop is None or not stop < entry < target:
        return ""
    ratio = (target - entry) / (entry - stop)
    return translate("ItemEditor", "盈亏比 {ratio} : 1").format(ratio=f"{ratio:.1f}")


def title_text(mode: Mode | None, symbol: Symbol | None, instrument: Instrument | None) -> str:
    """The window's title: the mode first where it is known, then what is edited."""
    code = formats.code_of(symbol) if symbol else translate("ItemEditor", "新建")
    which = f"{instrument.name} {code}" if instrument is not None else code
    if mode is None:
        return translate("ItemEditor", "监测项 — {which}").format(which=which)
    modes = {
        Mode.PAPER: translate("ItemEditor", "模拟 PAPER"),
        Mode.PAPER_REAL: translate("ItemEditor", "模拟·真行情 PAPER"),
        Mode.LIVE: translate("ItemEditor", "实盘 LIVE"),
    }
    title = translate("ItemEditor", "【{mode}】监测项 — {which}")
    return title.format(mode=modes[mode], which=which)


def switch_hints(item: WatchItem) -> dict[str, str]:
    """What each switch in its present position will lead to."""
    quant = item.quant
    only_told = translate("ItemEditor", "只提醒，不下单")
    hints = {
        "quant_enabled": translate("ItemEditor", "到价自动下单") if quant.enabled else only_told,
        "alerts": translate("ItemEditor", "触发时通知")
        if item.alerts
        else translate("ItemEditor", "触发时不通知"),
    }
    for name, on, level, sentence in (
        (
            "auto_stop_loss",
            quant.auto_stop_loss,
            item.stop_loss,
            translate("ItemEditor", "跌到 {price} 卖出"),
        ),
        (
            "auto_take_profit",
            quant.auto_take_profit,
            item.take_profit,
            translate("ItemEditor", "涨到 {price} 卖出"),
        ),
    ):
        if not (quant.enabled and on):
            hints[name] = only_told
        elif level is None:
            hints[name] = translate("ItemEditor", "没有设价位")
        else:
            hints[name] = sentence.format(price=level)
    return hints


def plan_of(
    reading: Reading, account: Account | None, instrument: Instrument | None, quote: Quote | None
) -> tuple[BuyPlan | None, str]:
    """The buy an entry would make now, or None with the reason in words."""
    if account is None:
        return None, ""
    if not reading.item.quant.enabled:
        return None, translate("ItemEditor", "未启用量化：到价只提醒，不会买入")
    if not reading.sound:
        return None, translate("ItemEditor", "改正错误后在这里计算")
    day = instrument.trading_day if instrument is not None else None
    if day is None and quote is not None:
        day = quote.time.date()
    if day is None:
        return None, translate("ItemEditor", "等行情或证券资料，费用按交易日计算")
    plan = plan_entry(reading.item, account, day)
    return plan, "" if plan is not None else translate("ItemEditor", "没有进场区间，不会买入")
