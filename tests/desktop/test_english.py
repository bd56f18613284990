"""An English desk: every sentence of the core has its English, whatever stands in it, and names stay as they are."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtWidgets import QApplication

from core.clock import ManualClock
from core.domain.decision import Decision, ItemView, Reason
from core.domain.enums import (
    AlarmRank,
    FeedState,
    ItemState,
    Mode,
    OrderStatus,
    Outcome,
    Period,
    Phase,
    Side,
    SignalKind,
)
from core.domain.exrights import Basis, ExRights, ExRightsPolicy
from core.domain.market import Symbol, ms_to_datetime
from core.domain.watch_rules import check_item, check_limits
from core.errors import BadInput, JournalError
from core.exchange.symbols import resolve
from core.execution.book import AccountBook
from core.execution.deciding import Verdict, decide
from core.execution.facts import Case, DeskFacts, SymbolFacts
from core.execution.intents import IntentBook
from core.market.board import QuoteBoard
from core.market.history.download import Failure, FillReport
from core.market.history.gaps import DayRange
from core.market.history.rescale import plan
from core.market.public.source_names import gist
from core.market.validity import Silence, judge
from core.risk.gate import RiskGate
from core.service import news as n
from core.service.account import DeskAccount, DeskStatus
from core.service.commands import Command, SetAutomation
from core.service.meters import LatencyMeter
from core.service.outbox import Outbox
from core.service.speaker import Speaker
from core.service.watchlist_csv import read_watchlist
from desktop.bridge import Bridge
from desktop.english import english_news, in_english, read_words
from desktop.english_words import EnglishWords
from tests.fakes import records as r
from tests.fakes.market import at, instrument, quote

SCRIPT = Path(__file__).resolve().parents[2] / "build_spec" / "core_words.py"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
NAME = "浦发银行"
BROKEN = "查询交易日失败：x。请检查 MiniQMT 的行情连接后重试"
BROKER = "[COUNTER] [260200][可用资金不足，请充值]"
ENTRY, PROFIT, STOP = SignalKind.ENTRY, SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("core_words_of_desk", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


core_words = load()


@pytest.fixture(scope="module")
def words() -> EnglishWords:
    return read_words()


def is_english(text: str) -> bool:
    """Nothing Chinese but what may stay."""
    return not CHINESE.search(text.replace(NAME, "").replace(BROKER, ""))


# --- The catalogue


def test_every_sentence_of_the_core_has_english_with_the_same_values() -> None:
    found = core_words.find_all()
    assert len(found) > 400
    known = core_words.read()
    assert core_words.step(found, known) == known, "run build_spec/core_words.py"
    wrong = core_words.complaints_of(found, known)
    assert not wrong, "write the English into core_en.json:\n" + "\n".join(wrong)


def test_every_sentence_is_found_again_with_its_values(words: EnglishWords) -> None:
    """The values stand at their places, whichever other template also looks like the sentence."""
    values = [f"v{number}.50" for number in range(9)]
    for chinese, english in core_words.read().texts.items():
        said, wanted = words.text(chinese.format(*values)), english.format(*values)
        assert said.replace(" ", "").lower() == wanted.replace(" ", "").lower(), chinese


# --- Sentences


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("监测中", "Watching"),
        ("卖出中 300/800", "Selling 300/800"),
        ("止损限价卖出 1,000 股 @ 9.30", "Stop: limit sell 1,000 @ 9.30"),
        ("进场 贵州茅台", "Entry 贵州茅台"),
        ("止盈未做 万 科Ａ", "Take-profit not done: 万 科Ａ"),
        (
            "价格 24.365 不是 0.01 的整数倍。可用 24.36 或 24.37。",
            "24.365 is not a multiple of 0.01. Use 24.36 or 24.37.",
        ),
        ("价格 0.365 不是 1 的整数倍。可用 1。", "0.365 is not a multiple of 1. Use 1."),
        (
            "最新价 9.50 ≤ 止损价 9.50；没有持仓，无可卖出",
            "Last 9.50 ≤ stop 9.50; no holding, nothing to sell",
        ),
        (
            "交易通道未就绪：正在对账。委托没有发出。",
            "Trading channel not ready: reconciling. The order was not sent.",
        ),
        ("已导入 3 项；不认识的列已保留：foo、bar", "Items imported: 3; unknown columns are kept: foo, bar"),
        ("已导入 3 项", "Items imported: 3"),
        ("查询资金超过 3 秒没有回应。", "No answer for 3 s: query cash."),
        (
            "柜台原话。持仓没有保护，自动交易已停；在途委托仍在柜台。请检查终端后重新启动盯盘。",
            "柜台原话。 Holdings are not protected, automation is stopped; working orders are still at the broker. "
            "Check the terminal, then restart DingPan.",
        ),
        (f"委托 12 撤单失败：{BROKER}", f"Order 12 was not cancelled: {BROKER}"),
        ("a.csv 第 3 行：stop_loss：不能是负数：-1", "a.csv row 3: stop_loss: it cannot be negative: -1"),
        (
            "文件是空的\n这一列出现了两次。请删去一列",
            "The file is empty\nThis column is there twice. Delete one",
        ),
    ],
)
def test_a_sentence_in_english(words: EnglishWords, chinese: str, english: str) -> None:
    assert words.text(chinese) == english


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12.30",
        "Watching",
        BROKER,
        "贵州茅台",
        "券商另有说明：请致电，或到营业部",
        "限价买入 [SH600519] [数量 150 不是 100 股的整数倍。]",
    ],
)
def test_what_no_template_made_stays_whole(words: EnglishWords, text: str) -> None:
    assert words.text(text) == text


def test_a_phrase_goes_on_in_a_sentence_of_the_window(words: EnglishWords) -> None:
    assert words.phrase("已对账 10:30:58") == "reconciled 10:30:58"
    assert words.text("已对账 10:30:58") == "Reconciled 10:30:58"


PAUSED = "新浪暂停访问（新浪拒绝访问（HTTP 456），可能请求太多。已放慢，稍后自动再试），30 秒后再试"
PAUSED_EN = (
    "Sina is paused (Sina refuses access (HTTP 456), perhaps after too many requests. Slowed down; "
    "tried again later), trying again in 30 s"
)


@pytest.mark.parametrize("source", ["东方财富", "新浪"])
@pytest.mark.parametrize(
    "problem",
    [
        "的答复格式变了。稍后自动再试。",
        "的K线有问题：不是数字：'x'。稍后自动再试。",
        "没有按时回答（ReadTimeout）。请检查网络，程序会自动再试。",
        "拒绝访问（HTTP 456），可能请求太多。已放慢，稍后自动再试。",
        "的服务器出错（HTTP 500），稍后自动再试。",
    ],
)
def test_the_gist_of_a_problem_is_english_in_another_sentence(
    words: EnglishWords, source: str, problem: str
) -> None:
    text = f"{source}暂停访问（{gist(source + problem)}），30 秒后再试；{gist(source + problem)}。现用新浪。"
    assert is_english(words.text(text)), words.text(text)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        (PAUSED, PAUSED_EN),
        (f"{PAUSED}。现用东方财富。", f"{PAUSED_EN}. Now using East Money."),
        (
            f"MiniQMT 的行情用不了（{PAUSED}；东方财富的答复格式变了。稍后自动再试。请检查网络，程序会自动再试。），现由备用源 x 代替。"
            "设置允许备用源触发交易：到价照常执行。",
            f"MiniQMT gives no usable quotes ({PAUSED_EN}; East Money changed the format of its answer. It is asked "
            "again later. Check the network; the program tries again by itself); the stand-in source x is used now. The settings allow a "
            "stand-in source to trigger orders: levels work as usual.",
        ),
        (
            f"{BROKEN}。正在自动重试。",
            "Query trading days failed: x. Check the quote connection of MiniQMT and try again. Trying again by itself.",
        ),
        (
            "“茅”是不是 贵州茅台 600519.SH、五粮液 000858.SZ等 7 只？请选一个。",
            'Is "茅" 贵州茅台 600519.SH、五粮液 000858.SZ and others, 7 in all? Choose one.',
        ),
        (
            "none.csv：读不出来：[Errno 2] No such file or directory: 'none.csv'",
            "none.csv: it cannot be read: [Errno 2] No such file or directory: 'none.csv'",
        ),
        (
            "没有找到“a\nb”。请输入六位代码，例如 600519。",
            '"a\nb" was not found. Type six digits, for example 600519.',
        ),
        ('应是一个对象，如 {"last": 10.0}', 'It should be an object like {"last": 10.0}'),
    ],
)
def test_a_sentence_within_a_sentence(words: EnglishWords, chinese: str, english: str) -> None:
    assert words.text(chinese) == english


def test_a_silent_feed_is_english_inside_the_sentence_of_a_security(words: EnglishWords) -> None:
    shown, now_ms = quote("600000.SH", "10:00:00", "10.00", pre_close="10.00"), at("10:00:01")
    for market, name in (("", "any security"), ("SH", "the Shanghai market"), ("BJ", "the Beijing market")):
        silence = Silence(9_000, 8_000, market)
        validity = judge(shown.symbol, shown, now_ms, Phase.CONTINUOUS, silence)
        silent = f"No new quote of {name} for 9 s (limit 8 s)"
        assert words.text(silence.text) == silent
        assert words.text(validity.text) == f"{silent}: the price of 600000.SH cannot be trusted"


def test_what_an_ex_rights_day_does_to_levels_is_english(words: EnglishWords) -> None:
    """The reason holds one sentence for each day and the moves of the levels."""
    days = [
        ExRights(
            Symbol("600000.SH"),
            day,
            Decimal("0.5"),
            cash,
            Decimal("10.00"),
            Decimal("5.00"),
            Basis.PRE_CLOSE,
        )
        for day, cash in ((date(2026, 11, 19), Decimal("0.50")), (date(2026, 11, 20), None))
    ]
    reasons = []
    for item, policy in (
        (r.item(), ExRightsPolicy.RESCALE),
        (r.item(), ExRightsPolicy.HOLD),
        (r.item(stop_loss="0.01"), ExRightsPolicy.RESCALE),
    ):
        for due in (days[:1], days):
            rescale = plan(item, due, policy=policy, levels_day=date(2026, 11, 18))
            assert rescale is not None
            reasons.append(words.text(rescale.reason))
            assert is_english(reasons[-1]), reasons[-1]
    assert "goes ex-rights on 2026-11-19: close 10.00" in reasons[0]
    assert reasons[1].count("goes ex-rights") == 2
    assert "until you confirm" in reasons[2]


def test_a_report_of_downloads_is_english(words: EnglishWords) -> None:
    days = DayRange(date(2026, 11, 19), date(2026, 11, 20))
    failure = Failure(Symbol("600000.SH"), days, "新浪的答复是空的，可能被限流。稍后自动再试。")
    report = FillReport(3, 1200, 2, (failure,), cancelled=True, gave_up=True)
    assert words.text(report.text) == (
        "Downloaded: 3 requests, 1200 bars, invalid bars left out: 2, failed requests: 1 (such as 600000.SH: Sina sent "
        "an empty answer, perhaps throttling. It is asked again later), stopped after 5 failures in a row, check the "
        "quote source and try again, stopped as asked, what was downloaded is kept."
    )


def test_values_may_be_reordered() -> None:
    words = EnglishWords({"委托 {0} 卖 {1} 股": "Sells {1} by order {0}"})
    assert words.text("委托 7 卖 100 股") == "Sells 100 by order 7"


def test_the_longer_template_wins() -> None:
    words = EnglishWords({"{0}失败": "{0} failed", "查询{0}失败": "Query of {0} failed", "资金": "cash"})
    assert words.text("查询资金失败") == "Query of cash failed"


# --- What the core really says


def figures(**changes: object) -> SymbolFacts:
    facts = SymbolFacts(
        symbol=Symbol("600000.SH"),
        name=NAME,
        held=1000,
        sellable=1000,
        frozen_by_orders=0,
        cash=Decimal(1_000_000),
        total_asset=Decimal(1_000_000),
        open_buys=Decimal(0),
        working_sells=(),
        working_buys=(),
        live_sells=(),
        unknown_buy=None,
        unknown_sell=None,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def desk_facts() -> DeskFacts:
    status = DeskStatus(Mode.LIVE)
    status.journal_error = str(JournalError("日志库写入超时。"))
    clock = ManualClock(at("10:00:00"))
    return replace(account_of(clock, status).desk(), armed=True, link_ready=True, journal_ok=True)


def account_of(clock: ManualClock, status: DeskStatus) -> DeskAccount:
    account = DeskAccount(
        clock, status, QuoteBoard(clock, lambda *_: Phase.CONTINUOUS), AccountBook(), IntentBook()
    )
    account.instruments[Symbol("600000.SH")] = instrument("600000.SH", 10, NAME)
    return account


def cases(kind: SignalKind) -> Iterator[Case]:
    """Each way a decision can go."""
    shown = quote("600000.SH", "10:00:00", "10.00", pre_close="10.00")
    night = quote("600000.SH", "16:00:00", "10.00", pre_close="10.00")
    usual = Case(r.item(), kind, shown, Decimal("10.00"), desk_facts(), figures())
    working, lost = r.order(5, OrderStatus.REPORTED, side=Side.SELL), r.intent("x")
    for facts in (
        figures(held=0, sellable=0),
        figures(held=1000, sellable=0),
        figures(held=20_000),
        figures(held=0, cash=Decimal(500)),
        figures(cash=None),
        figures(unknown_buy=lost, unknown_sell=lost),
        figures(sellable=0, working_sells=(working,), frozen_by_orders=1000),
    ):
        yield replace(usual, facts=facts)
    for change in ({"armed": False}, {"link_ready": False}, {"journal_ok": False}, {"now": night.time}):
        yield replace(usual, desk=replace(usual.desk, **change))  # type: ignore[arg-type]
    for quant in (
        {"enabled": False},
        {"auto_stop_loss": False},
        {"auto_take_profit": False},
        {"min_trade_amount": Decimal(999_999)},
    ):
        yield replace(usual, item=r.item(**quant))  # type: ignore[arg-type]
    yield replace(usual, facts=figures(held=0))
    yield usual


def decided(kind: SignalKind, verdict: Verdict, number: int = 0) -> Decision:
    return Decision(
        decision_id=f"d{number}",
        signal_id="s",
        item_id="w",
        symbol=Symbol("600000.SH"),
        kind=kind,
        time=r.MOMENT,
        outcome=verdict.outcome,
        reasons=verdict.reasons,
        price=verdict.price,
        volume=verdict.volume,
    )


@pytest.mark.parametrize("kind", [ENTRY, PROFIT, STOP])
def test_every_reason_of_a_decision_is_english(words: EnglishWords, kind: SignalKind) -> None:
    codes = set()
    for case in cases(kind):
        decision = decided(kind, decide(case, RiskGate()))
        told = in_english(n.DecisionNews(decision), words)
        assert isinstance(told, n.DecisionNews)
        assert told.decision.code == decision.code
        for reason in told.decision.reasons:
            assert is_english(reason.text), reason.text
        codes.add(decision.code)
    assert len(codes) >= 7


def test_every_alarm_of_the_speaker_is_english(words: EnglishWords) -> None:
    clock, status, outbox = ManualClock(at("10:00:00")), DeskStatus(Mode.PAPER), Outbox()
    account = account_of(clock, status)
    speaker = Speaker(
        account_id=r.ACCOUNT,
        clock=clock,
        speed=1.0,
        source=lambda: "内置行情 种子 1",
        status=status,
        account=account,
        board=QuoteBoard(clock, lambda *_: Phase.CONTINUOUS),
        book=AccountBook(),
        intents=IntentBook(),
        meter=LatencyMeter(),
        outbox=outbox,
    )
    refused = f"柜台拒绝，成交 100/1,000 股。柜台原文：{BROKER}"
    for number, kind in enumerate(SignalKind):
        for case in cases(kind):
            speaker.decision(decided(kind, decide(case, RiskGate()), number))
        failed = Verdict(Outcome.FAILED, (Reason("REFUSED", refused, False),))
        speaker.decision(decided(kind, failed, number))
    speaker.trade(r.trade("1", 5, 100))
    speaker.order(r.order(5, OrderStatus.JUNK, message=BROKER))
    speaker.state()

    kinds = set()
    for news in outbox.drain():
        told = in_english(news, words)
        match told:
            case n.AlarmNews():
                kinds.add(told.rank)
                assert is_english(told.title), told.title
                assert is_english(told.text), told.text
            case n.OrderNews():
                assert (told.origin, told.order.status_msg) == ("Other", BROKER)
            case n.TradeNews():
                assert told.origin == "Other"
            case n.DeskState():
                assert told.source == "Built-in market, seed 1"
                assert (told.link_text, told.automation_text) == (
                    "not connected yet",
                    "Automation on: buys and sells",
                )
    assert kinds == set(AlarmRank)


def test_what_is_wrong_with_an_item_or_a_code_is_english(words: EnglishWords) -> None:
    wrong = [
        r.item(zone=("10.10", "9.90")),
        r.item(zone=("9.995", "10.10"), stop_loss="-1", take_profit="2000000"),
        r.item(stop_loss="9.95", take_profit="10.05", max_position_pct=Decimal(20)),
        r.item(zone=None, stop_loss="12.00", min_trade_amount=Decimal("0.001")),
        r.item(stop_loss=None, max_position_pct=Decimal("0.01")),
        replace(r.item(), entry_low=None, interval_s=-1),
    ]
    texts = [problem.text for one in wrong for problem in check_item(one, Decimal("0.01"))]
    texts += [problem.text for problem in check_limits(r.item(), Decimal("9.80"), Decimal("10.05"))]
    texts += [
        getattr(resolve(code), "text", "")
        for code in ("", "茅", "60051", "600519.XX", "600519.SZ", "399001.SZ", "000001.SH", "777777")
    ]
    assert len([text for text in texts if text]) >= 20
    for text in texts:
        assert is_english(words.text(text).replace("茅", "")), text


def test_a_broken_watchlist_file_is_told_in_english(words: EnglishWords, tmp_path: Path) -> None:
    file = tmp_path / "w.csv"
    rows = [
        "symbol,stop_loss,quant_enabled,take_profit",
        "600519.SH,abc,1,2",
        "519,1,maybe,2",
        "600519.SH,1,1,0.5",
    ]
    file.write_text("\n".join(rows), "utf-8")
    problems = read_watchlist(file).problems
    assert len(problems) >= 4
    said = words.text("\n".join(str(problem) for problem in problems))
    assert "w.csv row 2: stop_loss:" in said
    assert is_english(said), said


def test_errors_carry_their_place_in_english(words: EnglishWords) -> None:
    error = BadInput(
        "证券代码是空的。请输入六位代码，例如 600519。", where="我的列表.csv 第 2 行", field="symbol"
    )
    assert words.text(str(error)) == (
        "我的列表.csv row 2: symbol: the security code is empty. Type six digits, for example 600519."
    )


# --- News


def test_news_without_sentences_are_handed_on_as_they_are(words: EnglishWords) -> None:
    news = n.QuotesNews((quote("600000.SH", "10:00:00", 10),))
    assert in_english(news, words) is news


def test_news_keep_everything_but_their_sentences(words: EnglishWords) -> None:
    view = ItemView(
        "w", Symbol("600000.SH"), ItemState.HOLDING, "持有 · 受保护", "跌破 9.50 将卖 1,000 股", 1000, 1000
    )
    told = in_english(n.ItemViewsNews((view,)), words)
    assert told == n.ItemViewsNews(
        (replace(view, state_text="Held · protected", protection_text="Sells 1,000 at 9.50 or below"),)
    )
    loaded = n.BarsLoaded(
        Symbol("600000.SH"), Period.D1, (), "下载历史行情失败：x。请检查 MiniQMT 的行情连接后重试"
    )
    assert in_english(loaded, words) == replace(
        loaded, error="Download history failed: x. Check the quote connection of MiniQMT and try again"
    )
    assert in_english(n.ServiceStopped(), words) == n.ServiceStopped()


def test_what_is_said_of_sources_is_put_into_english_and_the_rest_stays(words: EnglishWords) -> None:
    now = ms_to_datetime(at("10:00:00"))
    source = n.SourceView("MiniQMT", FeedState.LOST, BROKEN, now, True)
    feed = n.FeedNews("内置行情 种子 1", (source,), False, False, "", 0.4)
    told = in_english(feed, words)
    assert isinstance(told, n.FeedNews)
    assert is_english(told.source), told.source
    assert is_english(told.sources[0].text), told.sources[0].text
    assert (told.latency_s, told.sources[0].state, told.sources[0].since) == (0.4, FeedState.LOST, now)


class OneAnswer:
    """A service that answers each command with a refusal and tells one alarm before."""

    def __init__(self) -> None:
        self._wake: Callable[[], None] | None = None
        self._news: list[n.News] = []

    def connect(self, wake: Callable[[], None] | None) -> None:
        self._wake = wake

    def drain(self, limit: int | None = None) -> list[n.News]:
        news, self._news = self._news, []
        return news

    def post(self, command: Command) -> None:
        time = ms_to_datetime(at("10:00:00"))
        self._news.append(n.AlarmNews("k", AlarmRank.CARE, "撤单失败", BROKER, time))
        self._news.append(
            n.CommandAnswered(command.command_id, False, "内部错误，命令没有执行；详情已写入日志。")
        )
        assert self._wake is not None
        self._wake()


def test_the_bridge_tells_news_and_answers_in_english(qapp: QApplication) -> None:
    async def story() -> tuple[n.CommandAnswered, list[n.News]]:
        bridge = Bridge(OneAnswer(), asyncio.get_running_loop(), translate=english_news())
        heard: list[n.News] = []
        bridge.news_arrived.connect(heard.extend)
        bridge.open()
        answer = await bridge.ask(SetAutomation(bridge.new_id(), True))
        bridge.close()
        return answer, heard

    answer, heard = asyncio.run(story())
    assert answer.text == "Internal error, the command was not done; details are in the log."
    assert isinstance(heard[0], n.AlarmNews)
    assert (heard[0].title, heard[0].text) == ("Cancel failed", BROKER)


def test_a_sentence_that_nobody_translated_yet_stays_as_it_is() -> None:
    """It must not take the window's other words down with it."""
    words = EnglishWords({"还剩 {0} 天": "{0} days left", "新词 {0} 个": "", "新词": ""})
    assert words.text("新词 3 个") == "新词 3 个"
    assert words.text("新词") == "新词"
    assert words.text("还剩 3 天") == "3 days left"
