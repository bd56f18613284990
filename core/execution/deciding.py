"""What is made of a level that was hit: pure, from facts to an outcome with its reasons.

Entries and take-profits are limit orders at the last price of the snapshot that triggered; a stop is a limit order at
the lowest price allowed. Nothing here holds a stop back but the user's switch, the market, the channel, an order of
unknown fate, or a working sell that must be cancelled first.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.decision import Reason
from core.domain.enums import Outcome, Side, SignalKind
from core.domain.money import price_text
from core.exchange.cage import quote_lowest_sell
from core.exchange.limits import LimitFacts
from core.exchange.lots import max_volume, round_sell
from core.exchange.symbols import rule_of, tick_size
from core.execution.chain import Chain
from core.execution.facts import Case
from core.risk.gate import Proposal, RiskGate
from core.risk.sizing import SizingInput, size_entry


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome, reasons, and for ACTED the order; `cancel` are orders to cancel first."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    price: Decimal | None = None
    volume: int = 0
    freeze: Decimal = Decimal(0)
    cancel: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """Code of the settling step."""
        failed = next((r.code for r in self.reasons if not r.passed), "")
        return failed or (self.reasons[-1].code if self.reasons else "")


def decide(case: Case, gate: RiskGate) -> Verdict:
    """The one place where a level that was hit becomes an order or a reason."""
    chain = Chain()
    _level(chain, case)
    if case.kind is SignalKind.ENTRY:
        return _entry(chain, case, gate)
    return _exit(chain, case, gate)


def _level(chain: Chain, case: Case) -> None:
    tick = tick_size(case.item.symbol)
    last = price_text(case.quote.last_price, tick)
    item = case.item
    if case.kind is SignalKind.ENTRY:
        low = price_text(item.entry_low, tick) if item.entry_low is not None else "—"
        high = price_text(item.entry_high, tick) if item.entry_high is not None else "—"
        chain.note("LEVEL", f"最新价 {last} 在进场区间 {low}–{high} 内")
    elif case.kind is SignalKind.TAKE_PROFIT:
        chain.note("LEVEL", f"最新价 {last} ≥ 止盈价 {price_text(case.level, tick)}")
    else:
        chain.note("LEVEL", f"最新价 {last} ≤ 止损价 {price_text(case.level, tick)}")


def _switches(chain: Chain, case: Case) -> bool:
    quant = case.item.quant
    if not chain.require(quant.enabled, "QUANT_OFF", "量化交易已启用", "本项未启用量化，只提醒"):
        return False
    if case.kind is SignalKind.STOP_LOSS:
        return chain.require(quant.auto_stop_loss, "STOP_OFF", "自动止损已开", "自动止损已关，只提醒")
    if case.kind is SignalKind.TAKE_PROFIT:
        return chain.require(
            quant.auto_take_profit, "TAKE_PROFIT_OFF", "自动止盈已开", "自动止盈已关，只提醒"
        )
    return True


def _desk(chain: Chain, case: Case) -> bool:
    desk = case.desk
    return (
        chain.require(desk.armed, "DISARMED", "自动交易已武装", desk.armed_text)
        and chain.require(desk.link_ready, "LINK", "交易通道就绪", desk.link_text)
        and (
            case.kind is SignalKind.STOP_LOSS  # a stop has the emergency file
            or chain.require(desk.journal_ok, "JOURNAL", "日志库可写", desk.journal_text)
        )
    )


def _entry(chain: Chain, case: Case, gate: RiskGate) -> Verdict:
    if not _switches(chain, case):
        return Verdict(Outcome.SKIPPED, chain.done())
    if not _desk(chain, case):
        return Verdict(Outcome.BLOCKED, chain.done())
    facts, price = case.facts, case.quote.last_price.quantize(tick_size(case.item.symbol))
    unknown = facts.unknown_buy
    if not chain.require(
        unknown is None,
        "UNKNOWN_ORDER",
        "没有结果不明的买单",
        "有一笔买单结果不明，本票买入已停发，等柜台答复",
    ):
        return Verdict(Outcome.BLOCKED, chain.done())
    if not chain.require(
        facts.cash is not None and facts.total_asset is not None,
        "ACCOUNT_UNKNOWN",
        "资金已知",
        "还没有查到资金，无法计算买多少",
    ):
        return Verdict(Outcome.BLOCKED, chain.done())
    assert facts.cash is not None
    assert facts.total_asset is not None
    given = SizingInput(
        symbol=case.item.symbol,
        price=price,
        total_asset=facts.total_asset,
        held_value=price * facts.held,
        working_value=facts.open_buys,
        cash=facts.cash,
        max_position_pct=case.item.quant.max_position_pct,
        invested=facts.invested,
        limits=gate.limits,
    )
    day = case.quote.time.date()
    sizing = size_entry(given, lambda volume: gate.cash_needed(case.item.symbol, price, volume, day))
    lot = rule_of(case.item.symbol).min_volume
    few = f"不够一手（{lot} 股需 {price * lot:,.2f} 元）：{sizing.binding.text}"
    if not chain.require(sizing.volume > 0, sizing.binding.code, sizing.binding.text, few):
        return Verdict(Outcome.BLOCKED, chain.done())
    amount, least = price * sizing.volume, case.item.quant.min_trade_amount
    chain.require(
        amount >= least,
        "MIN_AMOUNT",
        f"金额 {amount:,.2f} ≥ 最小成交额 {least:,.2f}",
        f"金额 {amount:,.2f} 元低于最小成交额 {least:,.2f} 元",
    )
    return _through_gate(chain, case, gate, Side.BUY, sizing.volume, price)


def _exit(chain: Chain, case: Case, gate: RiskGate) -> Verdict:
    if not _switches(chain, case):
        return Verdict(Outcome.SKIPPED, chain.done())
    facts, urgent = case.facts, case.kind is SignalKind.STOP_LOSS
    if not chain.require(facts.held > 0, "NO_HOLDING", f"持有 {facts.held:,} 股", "没有持仓，无可卖出"):
        return Verdict(Outcome.SKIPPED, chain.done())
    later = Outcome.WAITING if urgent else Outcome.BLOCKED
    if not _desk(chain, case):
        return Verdict(later, chain.done())
    if not chain.require(
        facts.unknown_sell is None,
        "UNKNOWN_ORDER",
        "没有结果不明的卖单",
        "有一笔卖单结果不明，本票卖出已停发，等柜台答复",
    ):
        return Verdict(Outcome.WAITING, chain.done())
    freed_soon = facts.sellable <= 0 < facts.frozen
    if urgent and (facts.working_sells or freed_soon):
        open_volume = sum(order.open_volume for order in facts.working_sells) or facts.frozen
        text = f"在途卖单 {open_volume:,} 股先撤，撤成后用腾出的股数止损"
        chain.require(False, "CANCEL_FIRST", "", text)
        orders = tuple(o.order_id for o in facts.working_sells if o.status.is_cancelable)
        return Verdict(Outcome.WAITING, chain.done(), cancel=orders)
    if not _sellable(chain, case):
        return Verdict(Outcome.WAITING, chain.done())
    price = _stop_price(case) if urgent else case.quote.last_price.quantize(tick_size(case.item.symbol))
    most = min(facts.sellable, max_volume(case.item.symbol))
    volume = round_sell(case.item.symbol, most, facts.sellable)
    return _through_gate(chain, case, gate, Side.SELL, volume, price)


def _sellable(chain: Chain, case: Case) -> bool:
    facts = case.facts
    if facts.sellable > 0:
        return chain.require(True, "SELLABLE", f"可卖 {facts.sellable:,} 股", "")
    if facts.frozen_by_orders > 0 or facts.frozen > 0 or facts.live_sells:
        return chain.require(False, "WORKING_SELL", "", f"{facts.held:,} 股都在途卖出，等它成交或撤单")
    bad = f"持有 {facts.held:,} 股，今日买入，T+1 可卖 0；下一交易日起可以卖出"
    return chain.require(False, "T_PLUS_1", "", bad)


def _stop_price(case: Case) -> Decimal:
    """Lowest price allowed: limit-down or the cage's floor; without either the best bid."""
    tick = tick_size(case.item.symbol)
    floor = quote_lowest_sell(case.quote, LimitFacts(name=case.facts.name))
    if floor is not None:
        return floor.quantize(tick)
    bid = case.quote.best_bid or case.quote.last
    return (Decimal(bid) / 1000).quantize(tick)


def _through_gate(
    chain: Chain, case: Case, gate: RiskGate, side: Side, volume: int, price: Decimal
) -> Verdict:
    day = case.quote.time.date()
    freeze = gate.cash_needed(case.item.symbol, price, volume, day) if side is Side.BUY else Decimal(0)
    proposal = Proposal(case.item.symbol, case.facts.name, side, volume, price, case.kind, case.desk.now)
    if not chain.settled:
        facts = case.facts
        load = facts.load(case.item.quant.max_position_pct)
        chain.extend(gate.check(proposal, case.quote, sellable=facts.sellable, cash=facts.cash, load=load))
    if chain.settled:
        outcome = Outcome.WAITING if case.kind is SignalKind.STOP_LOSS else Outcome.BLOCKED
        return Verdict(outcome, chain.done())
    verb = "买入" if side is Side.BUY else "卖出"
    kind = "止损限价" if case.kind is SignalKind.STOP_LOSS else "限价"
    shown = price_text(price, tick_size(case.item.symbol))
    chain.note("SENT", f"{kind}{verb} {volume:,} 股 @ {shown}")
    return Verdict(Outcome.ACTED, chain.done(), price=price, volume=volume, freeze=freeze)
