"""Badge, rail, frame, account bar, health strip, alarm bar and depth: words on them and pixels of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.domain.enums import AlarmRank, LinkState, Mode, Phase
from core.domain.market import SHANGHAI, Symbol
from core.domain.trading import Asset
from tests.widgets.desk_records import MOMENT, instrument, quote
from tests.widgets.pictures import count, grab
from widgets.account_bar import AccountBar, Figure
from widgets.alarm import Alarm
from widgets.alarm_bar import AlarmBar
from widgets.depth import DepthPanel, middle_of
from widgets.elided import ElidedLabel
from widgets.health_strip import Health, HealthStrip
from widgets.mode_badge import LiveFrame, ModeBadge, ModeRail
from widgets.phases import countdown
from widgets.theme import Theme, ThemeHolder
from widgets.tokens import Direction

D = Decimal


def test_paper_badge_is_hatched_and_live_badge_is_solid(theme: ThemeHolder, qtbot: QtBot) -> None:
    badge = ModeBadge(theme)
    qtbot.addWidget(badge)
    badge.resize(186, 54)
    badge.set_mode(Mode.PAPER, "SIM-01")
    assert (badge.title, badge.line, badge.note) == ("模拟", "PAPER · SIM-01", "不会发往券商")
    paper = grab(badge)
    assert count(paper, theme.color("paperbg")) > 1000
    assert count(paper, theme.color("live")) == 0
    badge.set_mode(Mode.LIVE, "88601234521", "自动已武装 09:22")
    assert (badge.title, badge.line, badge.note) == ("实盘", "LIVE · 8860****21", "自动已武装 09:22")
    assert "8860123" not in badge.accessibleName()
    live = grab(badge)
    assert count(live, theme.color("live")) > 186 * 54 * 0.7


def test_a_badge_that_knows_no_mode_claims_none(theme: ThemeHolder, qtbot: QtBot) -> None:
    bar = AccountBar(theme)
    qtbot.addWidget(bar)
    badge = bar.badge
    badge.resize(186, 54)
    assert (badge.title, badge.line, badge.note) == ("未运行", "", "正在启动")
    plain = grab(badge)
    assert (count(plain, theme.color("paperbg")), count(plain, theme.color("live"))) == (0, 0)
    bar.set_not_running()
    assert (badge.title, badge.note, bar.sentence.text()) == ("未运行", "没有启动", "交易服务没有运行")
    bar.set_desk(Mode.PAPER, "SIM-01", True, "自动运行中")
    bar.set_not_running()
    assert (badge.title, bar.stops.armed) == ("模拟", False), "the mode that was told stays so"


def test_rail_is_dashed_on_paper_and_solid_live(theme: ThemeHolder, qtbot: QtBot) -> None:
    rail = ModeRail(theme)
    qtbot.addWidget(rail)
    rail.resize(130, 3)
    assert count(grab(rail), theme.color("paper")) == 0, "nothing is claimed before the desk has spoken"
    rail.set_mode(Mode.PAPER)
    assert count(grab(rail), theme.color("paper")) == 80 * 3
    rail.set_mode(Mode.LIVE)
    assert count(grab(rail), theme.color("live")) == 130 * 3


def test_live_window_has_a_frame_that_the_mouse_does_not_notice(theme: ThemeHolder, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    window.show()
    frame = LiveFrame(theme, window)
    frame.set_mode(Mode.PAPER)
    assert count(grab(window), theme.color("live")) == 0
    frame.set_mode(Mode.LIVE)
    window.resize(300, 120)
    qtbot.waitUntil(lambda: frame.size() == window.size())
    assert count(grab(window), theme.color("live")) == 300 * 120 - 294 * 114
    assert frame.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


@pytest.fixture
def bar(theme: ThemeHolder, qtbot: QtBot) -> AccountBar:
    widget = AccountBar(theme)
    qtbot.addWidget(widget)
    widget.resize(1920, 54)
    widget.show()
    return widget


def test_account_bar_shows_whole_yuan_and_the_day(bar: AccountBar) -> None:
    asset = Asset("SIM-01", D("433523.40"), D(0), D("508278.00"), D("1012463.20"))
    bar.set_asset(asset)
    assert bar.day.value.text() == "—", "without an opening total the day's result is not known"
    bar.set_asset(asset, "1008887")
    assert bar.total.value.text() == "1,012,463"
    assert (bar.cash.value.text(), bar.value.value.text()) == ("433,523", "508,278")
    assert (bar.day.value.text(), bar.day.extra.text()) == ("+3,576", "+0.35%")
    assert bar.exposure.caption.text() == "总仓位 50.2%"
    bar.set_exposure_cap(0.8)
    assert bar.exposure.caption.text() == "总仓位 50.2% / 上限 80.0%"


@pytest.mark.parametrize("wide", [1300, 1000, 760])
def test_a_narrow_bar_drops_whole_figures_and_never_the_essential_ones(bar: AccountBar, wide: int) -> None:
    bar.set_desk(Mode.PAPER, "SIM-01", True, "自动运行中：可开新，可卖出")
    bar.set_asset(Asset("SIM-01", D("433523.40"), D(0), D("508278.00"), D("1012463.20")), "1008887")
    bar.set_clock(datetime(2026, 11, 20, 10, 30), Phase.CONTINUOUS, True, 10)
    bar.set_protection(4, 8, 1)
    assert bar.minimumSizeHint().width() <= 760
    bar.resize(wide, bar.height())
    QApplication.sendPostedEvents()
    for figure in (bar.badge, bar.day, bar.protection, bar.stops):
        assert figure.isVisible()
    for child in bar.findChildren(QWidget):
        if child.isVisible() and isinstance(child, QLabel) and not isinstance(child, ElidedLabel):
            assert child.width() >= child.fontMetrics().horizontalAdvance(child.text()), child.text()
    shown = [f for f in bar.findChildren(Figure) if f.isVisible()]
    assert max(f.geometry().right() for f in shown) <= bar.stops.geometry().left()
    bar.resize(1920, bar.height())
    assert all(f.isVisible() for f in bar.findChildren(Figure)), "room again, everything again"


def test_day_result_is_painted_by_the_direction_scheme(
    bar: AccountBar, theme: ThemeHolder, qapp: object
) -> None:
    bar.set_asset(Asset("SIM-01", D(1), D(0), D(0), D(100)), D(90))
    assert count(grab(bar.day), theme.color("rise")) > 0
    theme.set_theme(Theme(direction=Direction.GREEN_UP), qapp)  # type: ignore[arg-type]
    assert count(grab(bar.day), theme.color("rise")) > 0


@pytest.mark.parametrize(
    ("protected", "held", "lost", "text", "extra", "token"),
    [
        (8, 8, 0, "8 / 8", "", "acc"),
        (5, 8, 0, "5 / 8", "3 受限", "warn"),
        (4, 8, 1, "4 / 8", "1 无保护", "alarm"),
    ],
)
def test_protection_is_always_said(
    bar: AccountBar,
    theme: ThemeHolder,
    protected: int,
    held: int,
    lost: int,
    text: str,
    extra: str,
    token: str,
) -> None:
    bar.set_protection(protected, held, lost)
    assert (bar.protection.value.text(), bar.protection.extra.text()) == (text, extra)
    assert count(grab(bar.protection), theme.color(token)) > 0


def test_clock_says_when_it_is_simulated(bar: AccountBar) -> None:
    bar.set_clock(MOMENT, Phase.CONTINUOUS, simulated=True, speed=60)
    assert bar.clock.value.text() == "10:31:06"
    assert bar.clock.caption.text() == "模拟时钟 60× · 连续竞价 · 周五 11-20"
    assert bar.clock.extra.text() == "距午休 58:54"
    bar.set_clock(MOMENT, Phase.CONTINUOUS, simulated=False)
    assert "模拟" not in bar.clock.caption.text()


@pytest.mark.parametrize(
    ("clock", "phase", "text"),
    [
        ((9, 29, 0), Phase.PAUSE, "距开盘 1:00"),
        ((11, 45, 0), Phase.LUNCH, "距开盘 1:15:00"),
        ((14, 0, 0), Phase.CONTINUOUS, "距收盘竞价 57:00"),
        ((14, 58, 0), Phase.CONTINUOUS, "距收盘 2:00"),
        ((14, 58, 0), Phase.CLOSE_CALL, "距收盘 2:00"),
        ((16, 0, 0), Phase.CLOSED, ""),
    ],
)
def test_countdown(clock: tuple[int, int, int], phase: Phase, text: str) -> None:
    assert countdown(datetime(2026, 11, 20, *clock, tzinfo=SHANGHAI), phase) == text


def test_automation_is_asked_for_and_shown_only_when_answered(bar: AccountBar, qtbot: QtBot) -> None:
    bar.set_desk(Mode.PAPER, "SIM-01", True, "自动运行中：可开新，可卖出；三级停止")
    assert (bar.sentence.text(), bar.hint.text()) == ("自动运行中：可开新，可卖出", "三级停止")
    stops = bar.stops
    with qtbot.assertNotEmitted(bar.automation_requested):
        qtbot.mouseClick(stops, Qt.MouseButton.LeftButton, pos=QPoint(10, 20))
    with qtbot.waitSignal(bar.automation_requested) as asked:
        qtbot.mouseClick(stops, Qt.MouseButton.LeftButton, pos=QPoint(stops.width() - 10, 20))
    assert asked.args == [False]
    assert stops.armed
    bar.set_desk(Mode.PAPER, "SIM-01", False, "自动已停")
    assert not stops.armed
    with qtbot.waitSignal(bar.automation_requested) as asked:
        qtbot.keyClick(stops, Qt.Key.Key_Left)
        qtbot.keyClick(stops, Qt.Key.Key_Space)
    assert asked.args == [True]


@pytest.mark.parametrize(
    ("link", "health"),
    [
        (LinkState.READY, Health.WELL),
        (LinkState.RECONCILING, Health.CARE),
        (LinkState.LOST, Health.ALARM),
        (LinkState.FAILED, Health.ALARM),
    ],
)
def test_link_is_shown_with_its_proof(
    theme: ThemeHolder, qtbot: QtBot, link: LinkState, health: Health
) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1400, 28)
    strip.set_link(link, "已对账 10:30:58")
    assert strip.link.text == "交易通道 已对账 10:30:58"
    assert strip.link.health is health
    filled = count(grab(strip.link), theme.color("alarmfill"))
    assert (filled > 500) is (health is Health.ALARM)


def test_strip_says_quotes_clock_queue_and_latency(theme: ThemeHolder, qtbot: QtBot) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.set_quotes(14, 14, 0.9)
    assert (strip.quotes.text, strip.quotes.health) == ("行情 14/14 · 最旧 0.9 秒", Health.WELL)
    strip.set_quotes(12, 14, 83)
    assert (strip.quotes.text, strip.quotes.health) == ("行情 12/14 · 最旧 1:23", Health.CARE)
    strip.set_clock(MOMENT, Phase.LUNCH, True, 20)
    assert strip.clock.text == "模拟时钟 10:31:06 · 午间休市 · 20×"
    strip.set_queue(3, 12)
    assert strip.queue.text == "队列 3"
    strip.set_latency(None)
    assert strip.latency.text == "触发→下单 —"
    strip.set_latency(6.12)
    assert strip.latency.text == "触发→下单 p99 6.1 ms"
    with qtbot.waitSignal(strip.inbox_requested):
        qtbot.mouseClick(strip.inbox, Qt.MouseButton.LeftButton)


def test_alarm_bar_shows_one_and_counts_the_rest(theme: ThemeHolder, qtbot: QtBot) -> None:
    bar = AlarmBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1400, 40)
    assert bar.isHidden()
    bar.add_alarm(Alarm("m", AlarmRank.MESSAGE, "已买入", "", MOMENT))
    bar.add_alarm(Alarm("c", AlarmRank.CARE, "T+1", "", MOMENT))
    assert bar.isHidden(), "only alarms push content down"
    bar.add_alarm(Alarm("a", AlarmRank.ALARM, "断线", "交易通道断开", MOMENT))
    bar.add_alarm(Alarm("b", AlarmRank.ALARM, "保护失效", "行情停更 12.4 秒", MOMENT, Symbol("300750.SZ")))
    assert not bar.isHidden()
    assert bar.words == "保护失效 行情停更 12.4 秒 还有 1 条"
    assert count(grab(bar), theme.color("alarmfill")) > 1400 * 40 * 0.7
    with qtbot.waitSignal(bar.show_requested) as shown:
        bar.look.click()
    assert shown.args == ["300750.SZ"]
    with qtbot.waitSignal(bar.acknowledged) as told:
        bar.confirm.click()
    assert told.args == ["b"]
    assert bar.words == "断线 交易通道断开"
    bar.cure("a")
    assert bar.isHidden()
    bar.cure("nobody")


@pytest.fixture
def depth(theme: ThemeHolder, qtbot: QtBot) -> DepthPanel:
    panel = DepthPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(340, 700)
    panel.show()
    panel.set_symbol(Symbol("300750.SZ"), instrument("300750.SZ", "宁德时代"))
    return panel


def test_depth_shows_levels_and_a_dash_where_there_is_none(depth: DepthPanel) -> None:
    depth.set_quote(quote("300750.SZ", "381.66", "375.20"))
    rows = depth.ladder.rows()
    assert [row[0] for row in rows] == ["卖5", "卖4", "卖3", "卖2", "卖1", "买1", "买2", "买3", "买4", "买5"]
    assert rows[4] == ("卖1", 381_670, 700, True)
    assert rows[5] == ("买1", 381_660, 500, False)
    assert rows[0][1] == rows[9][1] == 0
    assert depth.head.title.text() == "宁德时代"
    assert depth.board.text() == "创业板"


def test_depth_ignores_other_symbols_and_forgets_the_old_one(depth: DepthPanel) -> None:
    depth.set_quote(quote("300750.SZ", "381.66", "375.20"))
    depth.set_quote(quote("600519.SH", "10.00"))
    assert depth.ladder.quote is not None
    assert depth.ladder.quote.symbol == "300750.SZ"
    depth.set_symbol(Symbol("600519.SH"), None)
    assert depth.ladder.quote is None
    assert depth.head.title.text() == "600519"


def test_a_click_picks_the_price_of_the_level(depth: DepthPanel, qtbot: QtBot) -> None:
    depth.set_quote(quote("300750.SZ", "381.66", "375.20"))
    with qtbot.waitSignal(depth.price_picked) as picked:
        qtbot.mouseClick(
            depth.ladder, Qt.MouseButton.LeftButton, pos=QPoint(100, depth.ladder.height() // 2 + 20)
        )
    assert picked.args == [D("381.66")]


def test_last_price_is_painted_by_direction_and_grey_when_stale(
    depth: DepthPanel, theme: ThemeHolder
) -> None:
    depth.set_quote(quote("300750.SZ", "381.66", "375.20"))
    depth.set_age(0.4, stale=False)
    assert count(grab(depth.figures), theme.color("rise")) > 50
    depth.set_age(12.4, stale=True)
    image = grab(depth.figures)
    assert count(image, theme.color("rise")) == 0
    assert count(image, theme.color("alarm")) > 0


def test_paper_on_real_quotes_is_a_draft_of_its_own(theme: ThemeHolder, qtbot: QtBot) -> None:
    badge, plain = ModeBadge(theme), ModeBadge(theme)
    for one in (badge, plain):
        qtbot.addWidget(one)
        one.resize(320, 54)
    badge.set_mode(Mode.PAPER_REAL, "SIM-01")
    plain.set_mode(Mode.PAPER, "SIM-01")
    assert (badge.title, badge.line) == ("模拟·真行情", "PAPER · SIM-01")
    assert badge.note == "行情是真的，不会发往券商"
    shown = grab(badge)
    assert count(shown, theme.color("paperbg")) > 1000
    assert count(shown, theme.color("live")) == 0, "never the look of real money"
    edge = QRect(0, 2, 4, 50)
    assert count(grab(badge, edge), theme.color("paper")) == 4 * 50
    assert count(grab(plain, edge), theme.color("paper")) < 4 * 50
    rail = ModeRail(theme, Mode.PAPER_REAL)
    qtbot.addWidget(rail)
    rail.resize(78, 3)
    assert count(grab(rail), theme.color("paper")) == 68 * 3


def test_strip_says_the_source_its_latency_and_when_it_is_not_the_best(
    theme: ThemeHolder, qtbot: QtBot
) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.set_source("MiniQMT", 0.4, tip="MiniQMT：正常")
    assert (strip.source.text, strip.source.health) == ("MiniQMT · 延迟 0.4 秒", Health.QUIET)
    assert strip.source.toolTip() == "MiniQMT：正常"
    strip.set_source("新浪", 2.0, stand_in=True)
    assert (strip.source.text, strip.source.health) == ("备用源 新浪 · 延迟 2.0 秒", Health.CARE)
    strip.set_source("MiniQMT", None, lost=True)
    assert (strip.source.text, strip.source.health) == ("MiniQMT · 断开", Health.CARE)


def test_a_long_alarm_takes_two_lines_and_a_short_one_stays_as_it_was(
    theme: ThemeHolder, qtbot: QtBot
) -> None:
    bar = AlarmBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1000, 40)
    bar.add_alarm(Alarm("a", AlarmRank.ALARM, "断线", "交易通道断开", MOMENT))
    assert bar.height() == 40
    reason = "日志数据库已损坏。先把它复制到别处保存。" * 4
    bar.add_alarm(Alarm("b", AlarmRank.ALARM, "交易服务没有运行", reason, MOMENT))
    assert 50 <= bar.height() <= 70, "a reason does not end in dots while there is room below"
    ink = theme.color("onfill")
    lower = QRect(0, bar.height() // 2 + 4, 700, bar.height() // 2 - 6)
    assert count(grab(bar, lower), ink) > 50
    bar.resize(2600, bar.height())
    assert bar.height() == 40
    bar.cure("b")
    bar.resize(1000, bar.height())
    assert bar.height() == 40


def test_a_narrow_strip_drops_what_is_well_and_never_care_or_alarm(theme: ThemeHolder, qtbot: QtBot) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1400, 28)
    strip.show()
    strip.set_link(LinkState.READY, "已对账 10:30:58")
    strip.set_quotes(14, 14, 0.9)
    strip.set_clock(MOMENT, Phase.CONTINUOUS, True, 1)
    strip.set_queue(0, 0)
    strip.set_latency(6.1)
    strip.set_source("内置行情 种子 1", 0.0)
    cells = (strip.link, strip.quotes, strip.inbox, strip.source, strip.clock, strip.latency, strip.queue)
    assert all(cell.isVisible() for cell in cells)
    strip.resize(620, 28)
    assert [cell.isVisible() for cell in cells[:3]] == [True] * 3
    assert not strip.queue.isVisible()
    strip.set_queue(5_000, 0)
    assert strip.queue.isVisible(), "a long queue is care"
    assert not strip.clock.isVisible()
    assert strip.minimumSizeHint().width() < 600


def test_a_long_message_is_cut_in_the_strip_and_whole_in_its_tip(theme: ThemeHolder, qtbot: QtBot) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(1000, 28)
    strip.show()
    strip.set_link(LinkState.READY, "已对账 10:30:58")
    narrow = strip.minimumSizeHint().width()
    text = "第 3 行 stop_loss：止损应低于进场下沿。" * 20
    strip.set_message(text, Health.CARE)
    assert strip.minimumSizeHint().width() == narrow, "no message makes the window wider"
    assert strip.message.isVisible()
    assert strip.message.toolTip() == text
    QApplication.sendPostedEvents()
    assert strip.message.geometry().right() <= strip.inbox.geometry().left()


def test_strip_shows_a_stopped_feed_until_quotes_come_again(theme: ThemeHolder, qtbot: QtBot) -> None:
    strip = HealthStrip(theme)
    qtbot.addWidget(strip)
    strip.set_quotes(5, 5, 1.0)
    strip.set_silence("所有证券的行情都已 12 秒没有更新")
    assert (strip.quotes.text, strip.quotes.health) == ("行情停更", Health.ALARM)
    strip.set_quotes(5, 5, 13.0)
    assert strip.quotes.health is Health.ALARM
    strip.set_silence("")
    strip.set_quotes(5, 5, 1.0)
    assert strip.quotes.health is Health.WELL


def test_depth_says_where_its_quote_comes_from(depth: DepthPanel) -> None:
    depth.set_symbol(Symbol("300274.SZ"), None)
    fresh = replace(quote("300274.SZ", "70.00", "69.00"), source="MiniQMT")
    depth.set_quote(replace(fresh, received_ms=fresh.time_ms + 400))
    assert (depth.source.text(), depth.source.toolTip()) == ("MiniQMT", "来源 MiniQMT · 延迟 0.4 秒")
    depth.set_quote(replace(fresh, source="新浪", fallback=True))
    assert depth.source.text() == "备用 新浪"
    assert "没有允许它触发交易" in depth.source.toolTip()
    assert depth.source.property("role") == "warn"


@pytest.mark.parametrize(
    ("free", "wide", "left"),
    [((0, 300), 100, 100), ((140, 300), 100, 140), ((0, 190), 100, 90), ((140, 220), 100, None)],
)
def test_the_spread_keeps_to_the_middle_where_nothing_else_is(
    free: tuple[float, float], wide: float, left: float | None
) -> None:
    box = QRectF(0, 5, 300, 20)
    place = middle_of(box, QRectF(free[0], 5, free[1] - free[0], 20), wide)
    assert (None if place is None else place.left()) == left
