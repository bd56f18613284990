"""Handles the commands of a window. Every command is answered: done, or why not and which field caused it."""

from __future__ import annotations

import logging
from decimal import Decimal
from pathlib import Path

from core.domain.enums import AlarmRank, IntentState, LinkState, Side
from core.domain.market import Symbol
from core.domain.trading import Intent
from core.errors import BadInput, UserError
from core.exchange.refusals import Refused
from core.exchange.symbols import rule_of, tick_size
from core.risk.gate import Proposal
from core.service import commands as c
from core.service.news import CommandAnswered
from core.service.service import TradingService
from core.service.watchlist_csv import read_watchlist
from core.service.watchlist_writing import write_watchlist

_log = logging.getLogger(__name__)


class CommandDesk:
    """One method for each command. Runs on the trading loop."""

    def __init__(self, service: TradingService) -> None:
        self._service = service

    async def handle(self, command: c.Command) -> None:
        """Do it and answer."""
        try:
            text = await self._do(command)
        except BadInput as error:
            self._answer(command, False, str(error), error.field)
        except UserError as error:
            self._answer(command, False, str(error))
        except Exception:  # noqa: BLE001 - task border: a broken command must not end the service
            _log.exception("command %s failed", type(command).__name__)
            self._answer(command, False, "内部错误，命令没有执行；详情已写入日志。")
        else:
            self._answer(command, True, text)

    def _answer(self, command: c.Command, ok: bool, text: str = "", field: str = "") -> None:
        self._service.parts.speaker.outbox.put(CommandAnswered(command.command_id, ok, text, field))

    async def _do(self, command: c.Command) -> str:
        match command:
            case c.SaveItems():
                for item in command.items:
                    tick_size(item.symbol)  # refuses what is not a security
                await self._service.set_items(command.items, command.removed)
                return ""
            case c.ImportWatchlist():
                return await self._import(command)
            case c.ExportWatchlist():
                return await self._export(command)
            case c.SetAutomation():
                return self._arm(command.armed)
            case c.AllowFallback():
                return self._service.allow_fallback(command.allowed)
            case c.AcceptRescale():
                holds = self._service.rights.holds
                return await (holds.keep if command.keep else holds.accept)(command.item_id)
            case c.PlaceOrder():
                return self._place(command)
            case c.CancelOrder():
                self._service.parts.sender.cancel(command.order_id)
                return "撤单请求已发出，等柜台回报"
            case c.LookUp():
                return await self._look_up(command)
            case c.SearchInstruments():
                p = self._service.parts
                p.speaker.outbox.put(p.names.search(command.text, command.limit))
                return ""
            case c.LoadBars():
                charts = self._service.parts.charts
                if charts is not None:
                    await charts.load(command)
                return ""
            case _:
                raise UserError(f"不认识的命令 {type(command).__name__}。")

    async def _import(self, command: c.ImportWatchlist) -> str:
        read = await self._service.parts.files.call(read_watchlist, Path(command.path))
        if read.problems:
            raise BadInput("\n".join(str(problem) for problem in read.problems))
        replaced = {item.symbol for item in read.items}
        kept = {item.item_id for item in read.items}
        removed = [
            item.item_id
            for item in self._service.items.values()
            if item.symbol in replaced and item.item_id not in kept
        ]
        await self._service.set_items(read.items, removed)
        unknown = f"；不认识的列已保留：{'、'.join(read.unknown_columns)}" if read.unknown_columns else ""
        return f"已导入 {len(read.items)} 项{unknown}"

    async def _export(self, command: c.ExportWatchlist) -> str:
        items = tuple(self._service.items.values())
        await self._service.parts.files.call(write_watchlist, Path(command.path), items)
        return f"已导出 {len(items)} 项"

    async def _look_up(self, command: c.LookUp) -> str:
        p = self._service.parts
        try:
            found = await p.feed.instruments([command.symbol])
        except UserError:
            if (listed := p.names.instrument(command.symbol)) is None:
                raise
            found = {command.symbol: listed}
        if command.symbol not in found:
            raise BadInput(f"行情源不认识 {command.symbol}。请核对代码。", field="symbol")
        self._service.parts.speaker.instruments(tuple(found.values()))
        return ""

    def _arm(self, armed: bool) -> str:
        p = self._service.parts
        p.status.armed = armed
        self._service.tell_state()
        p.speaker.alarm("armed", AlarmRank.MESSAGE, "自动交易", p.status.armed_text)
        return p.status.armed_text

    def _place(self, command: c.PlaceOrder) -> str:
        """A manual order: the same gate, journal and broker as an automatic one."""
        service, p = self._service, self._service.parts
        if p.status.link is not LinkState.READY or service.ids is None:
            raise UserError(f"交易通道未就绪：{p.status.link_text}。委托没有发出。")
        try:
            rule_of(command.symbol)
        except Refused as refused:
            raise BadInput(refused.refusal.text, field=refused.refusal.code.value) from None
        facts = p.account.of(command.symbol)
        unknown = facts.unknown_buy if command.side is Side.BUY else facts.unknown_sell
        if unknown is not None:
            raise UserError("本票同方向有一笔委托结果不明，等柜台答复后再下。")
        quote = p.board.quote(command.symbol)
        proposal = Proposal(
            command.symbol, facts.name, command.side, command.volume, command.price, None, p.clock.now()
        )
        load = facts.load(self._cap_of(command.symbol))
        for reason in p.gate.check(proposal, quote, sellable=facts.sellable, cash=facts.cash, load=load):
            if not reason.passed:
                raise BadInput(reason.text, field=reason.code)
        intent = Intent(
            intent_id=service.ids.intent(),
            account_id=p.broker.account_id,
            symbol=command.symbol,
            side=command.side,
            volume=command.volume,
            price=command.price,
            created=p.clock.now(),
            state=IntentState.COMMITTED,
        )
        buy = command.side is Side.BUY
        day = p.clock.now().date()
        freeze = p.gate.cash_needed(command.symbol, command.price, command.volume, day) if buy else Decimal(0)
        p.sender.start(intent, freeze)
        return "委托已写入日志并发出，等柜台回报"

    def _cap_of(self, symbol: Symbol) -> Decimal | None:
        """The largest share of total assets that an item of the watchlist allows this security; None without an item."""
        caps = [i.quant.max_position_pct for i in self._service.items.values() if i.symbol == symbol]
        return max(caps, default=None)
