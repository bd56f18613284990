<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="zh_CN">
<context>
    <name>AccountBar</name>
    <message>
        <source>交易服务没有运行</source>
        <translation>The trading service is not running</translation>
    </message>
    <message>
        <source>可用</source>
        <translation>Available</translation>
    </message>
    <message>
        <source>当日盈亏</source>
        <translation>Today's P&amp;L</translation>
    </message>
    <message>
        <source>总仓位</source>
        <translation>Exposure</translation>
    </message>
    <message>
        <source>总仓位 {share}</source>
        <translation>Exposure {share}</translation>
    </message>
    <message>
        <source>总仓位 {share} / 上限 {cap}</source>
        <translation>Exposure {share} / cap {cap}</translation>
    </message>
    <message>
        <source>总资产</source>
        <translation>Total assets</translation>
    </message>
    <message>
        <source>持仓保护</source>
        <translation>Protected</translation>
    </message>
    <message>
        <source>持仓市值</source>
        <translation>Market value</translation>
    </message>
    <message>
        <source>时钟已停</source>
        <translation>Clock stopped</translation>
    </message>
    <message>
        <source>模拟时钟 {speed}×</source>
        <translation>Simulated clock {speed}×</translation>
    </message>
    <message>
        <source>没有启动</source>
        <translation>Did not start</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
</context>
<context>
    <name>ActBar</name>
    <message>
        <source>保存 Ctrl+S</source>
        <translation>Save Ctrl+S</translation>
    </message>
    <message>
        <source>保存后立即生效；工作中的委托不受影响</source>
        <translation>Takes effect at once; working orders are not touched</translation>
    </message>
    <message>
        <source>取消 Esc</source>
        <translation>Cancel Esc</translation>
    </message>
    <message>
        <source>还原</source>
        <translation>Revert</translation>
    </message>
</context>
<context>
    <name>AdjustButton</name>
    <message>
        <source>不复权</source>
        <translation>Unadjusted</translation>
    </message>
    <message>
        <source>前复权</source>
        <translation>Forward-adj.</translation>
    </message>
    <message>
        <source>后复权</source>
        <translation>Backward-adj.</translation>
    </message>
    <message>
        <source>复权方式 {name}</source>
        <translation>Adjustment: {name}</translation>
    </message>
    <message>
        <source>日 K 线的复权方式；价位和触发始终按真实价格</source>
        <translation>Adjustment of daily bars; levels and triggers always use real prices</translation>
    </message>
</context>
<context>
    <name>AlarmBar</name>
    <message>
        <source>看这一行</source>
        <translation>Show the row</translation>
    </message>
    <message>
        <source>确认 Ctrl+Enter</source>
        <translation>Acknowledge Ctrl+Enter</translation>
    </message>
    <message>
        <source>还有 {n} 条</source>
        <translation>{n} more</translation>
    </message>
</context>
<context>
    <name>AskBar</name>
    <message>
        <source>放弃修改</source>
        <translation>Discard changes</translation>
    </message>
    <message>
        <source>继续编辑 Esc</source>
        <translation>Keep editing Esc</translation>
    </message>
</context>
<context>
    <name>Blotter</name>
    <message>
        <source>不在监测列表</source>
        <translation>Not on the watchlist</translation>
    </message>
    <message>
        <source>为什么</source>
        <translation>Why</translation>
    </message>
    <message>
        <source>买入</source>
        <translation>Buy</translation>
    </message>
    <message>
        <source>买入成交后在这里，连同可卖数量和盈亏</source>
        <translation>Holdings appear here once a buy is filled, with what can be sold and the P&amp;L</translation>
    </message>
    <message>
        <source>五档剩撤</source>
        <translation>5-level IOC</translation>
    </message>
    <message>
        <source>五档转限价</source>
        <translation>5-level, limit</translation>
    </message>
    <message>
        <source>什么事</source>
        <translation>Event</translation>
    </message>
    <message>
        <source>今天还没有委托</source>
        <translation>No orders today</translation>
    </message>
    <message>
        <source>今天还没有成交</source>
        <translation>No fills today</translation>
    </message>
    <message>
        <source>今日</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>仓位</source>
        <translation>Share</translation>
    </message>
    <message>
        <source>信号</source>
        <translation>Sig.</translation>
    </message>
    <message>
        <source>先选中一笔在途委托</source>
        <translation>Select a working order first</translation>
    </message>
    <message>
        <source>全成或撤</source>
        <translation>FOK</translation>
    </message>
    <message>
        <source>全部确认</source>
        <translation>Acknowledge all</translation>
    </message>
    <message>
        <source>决策</source>
        <translation>Decisions</translation>
    </message>
    <message>
        <source>卖出</source>
        <translation>Sell</translation>
    </message>
    <message>
        <source>即成剩撤</source>
        <translation>IOC</translation>
    </message>
    <message>
        <source>只看在途</source>
        <translation>Working only</translation>
    </message>
    <message>
        <source>只看未做</source>
        <translation>Not acted only</translation>
    </message>
    <message>
        <source>可卖</source>
        <translation>Sellable</translation>
    </message>
    <message>
        <source>名称 / 代码</source>
        <translation>Name / code</translation>
    </message>
    <message>
        <source>告警</source>
        <translation>Alarm</translation>
    </message>
    <message>
        <source>告警、注意和消息都留在这里</source>
        <translation>Alarms, cautions and messages stay here</translation>
    </message>
    <message>
        <source>均价</source>
        <translation>Average</translation>
    </message>
    <message>
        <source>处理</source>
        <translation>Handled</translation>
    </message>
    <message>
        <source>失败</source>
        <translation>Failed</translation>
    </message>
    <message>
        <source>委托</source>
        <translation>Orders</translation>
    </message>
    <message>
        <source>委托价</source>
        <translation>Order price</translation>
    </message>
    <message>
        <source>委托号</source>
        <translation>Order no.</translation>
    </message>
    <message>
        <source>对手方最优</source>
        <translation>Far touch</translation>
    </message>
    <message>
        <source>导出</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>导出为 CSV Ctrl+E</source>
        <translation>Export as CSV Ctrl+E</translation>
    </message>
    <message>
        <source>已做</source>
        <translation>Acted</translation>
    </message>
    <message>
        <source>已成</source>
        <translation>Filled</translation>
    </message>
    <message>
        <source>已报</source>
        <translation>Accepted</translation>
    </message>
    <message>
        <source>已报待撤</source>
        <translation>Cancel pending</translation>
    </message>
    <message>
        <source>已撤</source>
        <translation>Cancelled</translation>
    </message>
    <message>
        <source>已确认</source>
        <translation>Acknowledged</translation>
    </message>
    <message>
        <source>已解除</source>
        <translation>Cured</translation>
    </message>
    <message>
        <source>已过</source>
        <translation>Age</translation>
    </message>
    <message>
        <source>市价</source>
        <translation>Market</translation>
    </message>
    <message>
        <source>市值</source>
        <translation>Value</translation>
    </message>
    <message>
        <source>废单</source>
        <translation>Rejected</translation>
    </message>
    <message>
        <source>待报</source>
        <translation>Queued</translation>
    </message>
    <message>
        <source>待确认</source>
        <translation>To acknowledge</translation>
    </message>
    <message>
        <source>成交</source>
        <translation>Fills</translation>
    </message>
    <message>
        <source>成交/委托</source>
        <translation>Filled / ordered</translation>
    </message>
    <message>
        <source>成交价</source>
        <translation>Fill price</translation>
    </message>
    <message>
        <source>成交号</source>
        <translation>Fill no.</translation>
    </message>
    <message>
        <source>成本</source>
        <translation>Cost</translation>
    </message>
    <message>
        <source>护</source>
        <translation>Prot</translation>
    </message>
    <message>
        <source>持仓</source>
        <translation>Held</translation>
    </message>
    <message>
        <source>提醒</source>
        <translation>Alerts</translation>
    </message>
    <message>
        <source>撤单 Del</source>
        <translation>Cancel order Del</translation>
    </message>
    <message>
        <source>数量</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>方向</source>
        <translation>Side</translation>
    </message>
    <message>
        <source>时间</source>
        <translation>Time</translation>
    </message>
    <message>
        <source>最优价</source>
        <translation>Best price</translation>
    </message>
    <message>
        <source>未做</source>
        <translation>Blocked</translation>
    </message>
    <message>
        <source>未报</source>
        <translation>Unsent</translation>
    </message>
    <message>
        <source>未知</source>
        <translation>Unknown</translation>
    </message>
    <message>
        <source>本方最优</source>
        <translation>Near touch</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>Origin</translation>
    </message>
    <message>
        <source>柜台说明</source>
        <translation>Broker says</translation>
    </message>
    <message>
        <source>标的</source>
        <translation>Security</translation>
    </message>
    <message>
        <source>止损</source>
        <translation>SL</translation>
    </message>
    <message>
        <source>止盈</source>
        <translation>TP</translation>
    </message>
    <message>
        <source>每一笔成交都在这里，最新在上</source>
        <translation>Every fill is here, newest on top</translation>
    </message>
    <message>
        <source>每次触发做了什么、为什么没做，都在这里；按 W 看全部理由</source>
        <translation>What each trigger did, or why it did nothing; press W for all reasons</translation>
    </message>
    <message>
        <source>没有持仓</source>
        <translation>No holdings</translation>
    </message>
    <message>
        <source>没有提醒</source>
        <translation>No alerts</translation>
    </message>
    <message>
        <source>注意</source>
        <translation>Care</translation>
    </message>
    <message>
        <source>浮盈亏</source>
        <translation>P&amp;L</translation>
    </message>
    <message>
        <source>消息</source>
        <translation>Message</translation>
    </message>
    <message>
        <source>状态</source>
        <translation>State</translation>
    </message>
    <message>
        <source>现价</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>理由 W</source>
        <translation>Reasons W</translation>
    </message>
    <message>
        <source>略过</source>
        <translation>Skipped</translation>
    </message>
    <message>
        <source>盈亏%</source>
        <translation>P&amp;L %</translation>
    </message>
    <message>
        <source>等待</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>筛选 标的/原因</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>类型</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>级别</source>
        <translation>Rank</translation>
    </message>
    <message>
        <source>结果</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>自动和手动的委托都在这里，最新在上</source>
        <translation>Automatic and manual orders are here, newest on top</translation>
    </message>
    <message>
        <source>说明</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>费用</source>
        <translation>Fees</translation>
    </message>
    <message>
        <source>还没有决策</source>
        <translation>No decisions yet</translation>
    </message>
    <message>
        <source>进场</source>
        <translation>In</translation>
    </message>
    <message>
        <source>部成</source>
        <translation>Part filled</translation>
    </message>
    <message>
        <source>部成待撤</source>
        <translation>Part filled, cancel pending</translation>
    </message>
    <message>
        <source>部撤</source>
        <translation>Part cancelled</translation>
    </message>
    <message>
        <source>金额</source>
        <translation>Amount</translation>
    </message>
    <message>
        <source>限价</source>
        <translation>Limit</translation>
    </message>
</context>
<context>
    <name>Bridge</name>
    <message>
        <source>交易服务 {seconds:g} 秒没有答复；命令可能仍会执行，请看委托和提醒。</source>
        <translation>No answer from the trading service for {seconds:g} s; the command may still run. Look at orders and alerts.</translation>
    </message>
</context>
<context>
    <name>ChartLevels</name>
    <message>
        <source>不提醒</source>
        <translation>No alert</translation>
    </message>
    <message>
        <source>亏 {n}</source>
        <translation>Loss {n}</translation>
    </message>
    <message>
        <source>仅提醒</source>
        <translation>Alert only</translation>
    </message>
    <message>
        <source>到价买入</source>
        <translation>Buys here</translation>
    </message>
    <message>
        <source>区间内</source>
        <translation>In the zone</translation>
    </message>
    <message>
        <source>卖 {n}</source>
        <translation>Sells {n}</translation>
    </message>
    <message>
        <source>成本</source>
        <translation>Cost</translation>
    </message>
    <message>
        <source>损</source>
        <translation>SL</translation>
    </message>
    <message>
        <source>本</source>
        <translation>C</translation>
    </message>
    <message>
        <source>止损</source>
        <translation>Stop-loss</translation>
    </message>
    <message>
        <source>止盈</source>
        <translation>Take-profit</translation>
    </message>
    <message>
        <source>盈</source>
        <translation>TP</translation>
    </message>
    <message>
        <source>盈 {n}</source>
        <translation>Gain {n}</translation>
    </message>
    <message>
        <source>进</source>
        <translation>In</translation>
    </message>
    <message>
        <source>进场区间</source>
        <translation>Entry zone</translation>
    </message>
</context>
<context>
    <name>ChartPanel</name>
    <message>
        <source> 1 分钟 K 线</source>
        <translation> 1-minute bars</translation>
    </message>
    <message>
        <source> 5 分钟 K 线</source>
        <translation> 5-minute bars</translation>
    </message>
    <message>
        <source>{name}，最近 300 根</source>
        <translation>{name}, last 300 bars</translation>
    </message>
    <message>
        <source>{what}没有载入</source>
        <translation>{what}: not loaded</translation>
    </message>
    <message>
        <source>分时</source>
        <translation>Intraday</translation>
    </message>
    <message>
        <source>在监测列表选一行，按空格键在这里看走势</source>
        <translation>Select a row of the watchlist and press Space to see its chart here</translation>
    </message>
    <message>
        <source>日 K 线</source>
        <translation>Daily bars</translation>
    </message>
    <message>
        <source>正在载入{what}</source>
        <translation>Loading {what}</translation>
    </message>
    <message>
        <source>第一笔行情到达后从这里开始</source>
        <translation>Starts here with the first quote</translation>
    </message>
    <message>
        <source>走势</source>
        <translation>Chart</translation>
    </message>
    <message>
        <source>载入失败，显示到 {time}</source>
        <translation>Loading failed, shown up to {time}</translation>
    </message>
    <message>
        <source>还没有{what}</source>
        <translation>No {what} yet</translation>
    </message>
    <message>
        <source>还没有选证券</source>
        <translation>No security selected</translation>
    </message>
</context>
<context>
    <name>ChartView</name>
    <message>
        <source>走势图</source>
        <translation>Price chart</translation>
    </message>
</context>
<context>
    <name>CheckList</name>
    <message>
        <source>{wrong} 处错误，{care} 处提醒，{passed} 项通过</source>
        <translation>{wrong} wrong, {care} to note, {passed} passed</translation>
    </message>
    <message>
        <source>检查</source>
        <translation>Checks</translation>
    </message>
</context>
<context>
    <name>Clock</name>
    <message>
        <source>休市</source>
        <translation>Market closed</translation>
    </message>
    <message>
        <source>停牌</source>
        <translation>Suspended</translation>
    </message>
    <message>
        <source>午间休市</source>
        <translation>Lunch break</translation>
    </message>
    <message>
        <source>周一</source>
        <translation>Mon</translation>
    </message>
    <message>
        <source>周三</source>
        <translation>Wed</translation>
    </message>
    <message>
        <source>周二</source>
        <translation>Tue</translation>
    </message>
    <message>
        <source>周五</source>
        <translation>Fri</translation>
    </message>
    <message>
        <source>周六</source>
        <translation>Sat</translation>
    </message>
    <message>
        <source>周四</source>
        <translation>Thu</translation>
    </message>
    <message>
        <source>周日</source>
        <translation>Sun</translation>
    </message>
    <message>
        <source>开盘前静默</source>
        <translation>Pre-open pause</translation>
    </message>
    <message>
        <source>开盘竞价</source>
        <translation>Opening auction</translation>
    </message>
    <message>
        <source>收盘竞价</source>
        <translation>Closing auction</translation>
    </message>
    <message>
        <source>时段未知</source>
        <translation>Session unknown</translation>
    </message>
    <message>
        <source>盘前</source>
        <translation>Before the open</translation>
    </message>
    <message>
        <source>盘后</source>
        <translation>After hours</translation>
    </message>
    <message>
        <source>距午休 {left}</source>
        <translation>Lunch in {left}</translation>
    </message>
    <message>
        <source>距开盘 {left}</source>
        <translation>Open in {left}</translation>
    </message>
    <message>
        <source>距收盘 {left}</source>
        <translation>Close in {left}</translation>
    </message>
    <message>
        <source>距收盘竞价 {left}</source>
        <translation>Closing auction in {left}</translation>
    </message>
    <message>
        <source>距竞价 {left}</source>
        <translation>Auction in {left}</translation>
    </message>
    <message>
        <source>距竞价结束 {left}</source>
        <translation>Auction ends in {left}</translation>
    </message>
    <message>
        <source>连续竞价</source>
        <translation>Continuous trading</translation>
    </message>
</context>
<context>
    <name>Crosshair</name>
    <message>
        <source>周一</source>
        <translation>Mon</translation>
    </message>
    <message>
        <source>周三</source>
        <translation>Wed</translation>
    </message>
    <message>
        <source>周二</source>
        <translation>Tue</translation>
    </message>
    <message>
        <source>周五</source>
        <translation>Fri</translation>
    </message>
    <message>
        <source>周六</source>
        <translation>Sat</translation>
    </message>
    <message>
        <source>周四</source>
        <translation>Thu</translation>
    </message>
    <message>
        <source>周日</source>
        <translation>Sun</translation>
    </message>
</context>
<context>
    <name>DecisionPanel</name>
    <message>
        <source>{result}：{who} {kind}</source>
        <translation>{result}: {who} {kind}</translation>
    </message>
    <message>
        <source>{result}：{who} {kind}，{side} {volume} @ {price}</source>
        <translation>{result}: {who} {kind}, {side} {volume} @ {price}</translation>
    </message>
    <message>
        <source>{time} · {passed}/{all} 步通过</source>
        <translation>{time} · {passed}/{all} steps passed</translation>
    </message>
    <message>
        <source>复制全文</source>
        <translation>Copy all</translation>
    </message>
    <message>
        <source>收起 Esc</source>
        <translation>Close Esc</translation>
    </message>
</context>
<context>
    <name>DepthLadder</name>
    <message>
        <source>买{n}</source>
        <translation>Bid {n}</translation>
    </message>
    <message>
        <source>五档盘口</source>
        <translation>Five-level book</translation>
    </message>
    <message>
        <source>价差 {gap}（{n} 跳）</source>
        <translation>Spread {gap}, ticks {n}</translation>
    </message>
    <message>
        <source>单位 手</source>
        <translation>In lots</translation>
    </message>
    <message>
        <source>卖{n}</source>
        <translation>Ask {n}</translation>
    </message>
    <message>
        <source>委比</source>
        <translation>Imbalance</translation>
    </message>
</context>
<context>
    <name>DepthPanel</name>
    <message>
        <source>{tip}。备用源：设置没有允许它触发交易</source>
        <translation>{tip}. Stand-in source: the settings do not allow it to trigger orders</translation>
    </message>
    <message>
        <source>备用 {name}</source>
        <translation>Stand-in {name}</translation>
    </message>
    <message>
        <source>行情</source>
        <translation>Quote</translation>
    </message>
</context>
<context>
    <name>DockArea</name>
    <message>
        <source>图表</source>
        <translation>Chart</translation>
    </message>
    <message>
        <source>委托与成交</source>
        <translation>Orders and fills</translation>
    </message>
    <message>
        <source>监测列表</source>
        <translation>Watchlist</translation>
    </message>
    <message>
        <source>盘口</source>
        <translation>Order book</translation>
    </message>
</context>
<context>
    <name>EditorHead</name>
    <message>
        <source>{symbol} · {board} · 一手 {lot} {unit} · 一跳 {tick}</source>
        <translation>{symbol} · {board} · lot {lot} {unit} · tick {tick}</translation>
    </message>
    <message>
        <source>今日停牌</source>
        <translation>Suspended today</translation>
    </message>
    <message>
        <source>新监测项</source>
        <translation>New watch item</translation>
    </message>
    <message>
        <source>跌停 {down} · 涨停 {up}</source>
        <translation>Limits {down} – {up}</translation>
    </message>
    <message>
        <source>输入代码后在这里核对</source>
        <translation>Type a code to see it here</translation>
    </message>
    <message>
        <source>还没有证券资料</source>
        <translation>Security not known yet</translation>
    </message>
    <message>
        <source>风险警示</source>
        <translation>Risk warning (ST)</translation>
    </message>
</context>
<context>
    <name>FillItem</name>
    <message>
        <source>{word}{n}（{count}笔）</source>
        <translation>{word}{n} ({count} fills)</translation>
    </message>
    <message>
        <source>买</source>
        <translation>B</translation>
    </message>
    <message>
        <source>卖</source>
        <translation>S</translation>
    </message>
</context>
<context>
    <name>HealthStrip</name>
    <message>
        <source>{n} 条未确认</source>
        <translation>{n} to acknowledge</translation>
    </message>
    <message>
        <source>{words} · 延迟 {age}</source>
        <translation>{words} · {age} late</translation>
    </message>
    <message>
        <source>{words} · 断开</source>
        <translation>{words} · lost</translation>
    </message>
    <message>
        <source>{words} · 最旧 {age}</source>
        <translation>{words} · oldest {age}</translation>
    </message>
    <message>
        <source>交易通道 {text}</source>
        <translation>Trading channel {text}</translation>
    </message>
    <message>
        <source>备用源 {name}</source>
        <translation>Stand-in {name}</translation>
    </message>
    <message>
        <source>无待确认</source>
        <translation>Nothing to acknowledge</translation>
    </message>
    <message>
        <source>时钟 {time} · {phase}</source>
        <translation>Clock {time} · {phase}</translation>
    </message>
    <message>
        <source>模拟时钟 {time} · {phase} · {speed}×</source>
        <translation>Simulated clock {time} · {phase} · {speed}×</translation>
    </message>
    <message>
        <source>等待显示的消息 {n}；被更新的行情覆盖 {m}</source>
        <translation>Messages waiting to be shown: {n}; quotes overwritten by newer ones: {m}</translation>
    </message>
    <message>
        <source>行情 {fresh}/{total}</source>
        <translation>Quotes {fresh}/{total}</translation>
    </message>
    <message>
        <source>行情 {text}</source>
        <translation>Quotes {text}</translation>
    </message>
    <message>
        <source>行情停更</source>
        <translation>Quotes stopped</translation>
    </message>
    <message>
        <source>触发→下单 p99 {n} ms</source>
        <translation>Trigger→order p99 {n} ms</translation>
    </message>
    <message>
        <source>触发→下单 {n}</source>
        <translation>Trigger→order {n}</translation>
    </message>
    <message>
        <source>队列 {n}</source>
        <translation>Queue {n}</translation>
    </message>
</context>
<context>
    <name>ItemEditor</name>
    <message>
        <source>{code} 也可能是 {others}，现在按 {symbol} 监测。请写明交易所。</source>
        <translation>{code} may also mean {others}; it is taken as {symbol}. Name the exchange.</translation>
    </message>
    <message>
        <source>{name} 的修改还没有保存。放弃修改？</source>
        <translation>Changes to {name} are not saved. Discard them?</translation>
    </message>
    <message>
        <source>“{text}”不是数字。请只写数字和小数点，例如 {example}。</source>
        <translation>"{text}" is not a number. Use digits and a point only, for example {example}.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>【{mode}】监测项 — {which}</source>
        <translation>[{mode}] Watch item — {which}</translation>
    </message>
    <message>
        <source>今日停牌，复牌前不触发</source>
        <translation>Suspended today, triggers nothing until it resumes</translation>
    </message>
    <message>
        <source>价位</source>
        <translation>Levels</translation>
    </message>
    <message>
        <source>修改还没有保存。放弃修改？</source>
        <translation>Changes are not saved. Discard them?</translation>
    </message>
    <message>
        <source>先填证券代码</source>
        <translation>Fill in the code first</translation>
    </message>
    <message>
        <source>先改正 {n} 处错误：{names}</source>
        <translation>Correct {n} first: {names}</translation>
    </message>
    <message>
        <source>到价自动下单</source>
        <translation>Trades by itself at its levels</translation>
    </message>
    <message>
        <source>单票上限 {percent}% 不在 0 到 100 之间（占总资产的百分比）。</source>
        <translation>Position cap {percent}% is not between 0 and 100 (percent of total assets).</translation>
    </message>
    <message>
        <source>单票上限 {percent}%，最小成交额 {amount} 元</source>
        <translation>Position cap {percent}%, minimum trade {amount} CNY</translation>
    </message>
    <message>
        <source>只提醒，不下单</source>
        <translation>Alerts only, no orders</translation>
    </message>
    <message>
        <source>四个价位都空着：只看行情，不会触发</source>
        <translation>All four levels are empty: shown, but never triggers</translation>
    </message>
    <message>
        <source>实盘 LIVE</source>
        <translation>LIVE</translation>
    </message>
    <message>
        <source>对调上下沿</source>
        <translation>Swap the edges</translation>
    </message>
    <message>
        <source>改为 {value}</source>
        <translation>Use {value}</translation>
    </message>
    <message>
        <source>改正错误后在这里计算</source>
        <translation>Worked out here once the errors are corrected</translation>
    </message>
    <message>
        <source>新建</source>
        <translation>New</translation>
    </message>
    <message>
        <source>未启用量化：到价只提醒，不会买入</source>
        <translation>Automation is off: alerts only, buys nothing</translation>
    </message>
    <message>
        <source>模拟 PAPER</source>
        <translation>PAPER</translation>
    </message>
    <message>
        <source>模拟·真行情 PAPER</source>
        <translation>PAPER · REAL QUOTES</translation>
    </message>
    <message>
        <source>止损 &lt; 进场 &lt; 止盈，都是 {tick} 的整数倍</source>
        <translation>Stop &lt; entry &lt; target, all multiples of {tick}</translation>
    </message>
    <message>
        <source>正在保存</source>
        <translation>Saving</translation>
    </message>
    <message>
        <source>没有设价位</source>
        <translation>No level set</translation>
    </message>
    <message>
        <source>没有进场区间，不会买入</source>
        <translation>No entry zone, buys nothing</translation>
    </message>
    <message>
        <source>涨到 {price} 卖出</source>
        <translation>Sells at {price} or above</translation>
    </message>
    <message>
        <source>盈亏比 {ratio} : 1</source>
        <translation>Reward to risk {ratio} : 1</translation>
    </message>
    <message>
        <source>监测间隔“{text}”不是 0 到 {most} 的整秒数。请填例如 15，或留空。</source>
        <translation>Watch interval "{text}" is not whole seconds from 0 to {most}. Fill in 15, for example, or leave it empty.</translation>
    </message>
    <message>
        <source>监测项 — {which}</source>
        <translation>Watch item — {which}</translation>
    </message>
    <message>
        <source>等行情或证券资料，费用按交易日计算</source>
        <translation>Waiting for a quote or the security: fees depend on the trading day</translation>
    </message>
    <message>
        <source>自动止损关着：到 {price} 只提醒，不会卖出</source>
        <translation>Automatic stop is off: {price} only alerts, nothing is sold</translation>
    </message>
    <message>
        <source>触发时不通知</source>
        <translation>Triggers are not told</translation>
    </message>
    <message>
        <source>触发时通知</source>
        <translation>Triggers are told</translation>
    </message>
    <message>
        <source>证券代码</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>证券资料</source>
        <translation>Security</translation>
    </message>
    <message>
        <source>跌到 {price} 卖出</source>
        <translation>Sells at {price} or below</translation>
    </message>
    <message>
        <source>还没有 {symbol} 的资料，涨跌停和停牌没有核对</source>
        <translation>{symbol} is not known yet: limits and suspension are unchecked</translation>
    </message>
    <message>
        <source>这里不能留空。请填一个数字，例如 {example}。</source>
        <translation>This cannot be empty. Fill in a number, for example {example}.</translation>
    </message>
    <message>
        <source>量化配置</source>
        <translation>Automation</translation>
    </message>
    <message>
        <source>风险警示股票，每日买入数量有上限</source>
        <translation>Risk-warning stock: daily buying is capped</translation>
    </message>
</context>
<context>
    <name>ItemForm</name>
    <message>
        <source>代码、名称或拼音首字母</source>
        <translation>code, name or pinyin initials</translation>
    </message>
    <message>
        <source>例如 600519</source>
        <translation>e.g. 600519</translation>
    </message>
    <message>
        <source>元</source>
        <translation>CNY</translation>
    </message>
    <message>
        <source>公开行情多久问一次；空着按默认</source>
        <translation>How often public quotes are asked for; empty means the default</translation>
    </message>
    <message>
        <source>其他</source>
        <translation>Other</translation>
    </message>
    <message>
        <source>分组</source>
        <translation>Group</translation>
    </message>
    <message>
        <source>单票上限</source>
        <translation>Position cap</translation>
    </message>
    <message>
        <source>启用量化</source>
        <translation>Automate</translation>
    </message>
    <message>
        <source>备注</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>建议 10–30</source>
        <translation>10–30 advised</translation>
    </message>
    <message>
        <source>提醒</source>
        <translation>Alerts</translation>
    </message>
    <message>
        <source>最小成交额</source>
        <translation>Minimum trade</translation>
    </message>
    <message>
        <source>监测间隔</source>
        <translation>Watch interval</translation>
    </message>
    <message>
        <source>秒</source>
        <translation>s</translation>
    </message>
    <message>
        <source>自动止损</source>
        <translation>Auto stop</translation>
    </message>
    <message>
        <source>自动止盈</source>
        <translation>Auto target</translation>
    </message>
    <message>
        <source>触发价位</source>
        <translation>Trigger levels</translation>
    </message>
    <message>
        <source>证券代码</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>量化配置</source>
        <translation>Automation</translation>
    </message>
</context>
<context>
    <name>LevelTable</name>
    <message>
        <source>价位</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>价格（元）</source>
        <translation>Price (CNY)</translation>
    </message>
    <message>
        <source>止损</source>
        <translation>Stop-loss</translation>
    </message>
    <message>
        <source>止盈</source>
        <translation>Take-profit</translation>
    </message>
    <message>
        <source>距现价</source>
        <translation>From last</translation>
    </message>
    <message>
        <source>距进场上沿</source>
        <translation>From entry top</translation>
    </message>
    <message>
        <source>进场上沿</source>
        <translation>Entry top</translation>
    </message>
    <message>
        <source>进场下沿</source>
        <translation>Entry bottom</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>【实盘 LIVE】盯盘 DingPan</source>
        <translation>[LIVE] DingPan</translation>
    </message>
    <message>
        <source>【模拟 PAPER】盯盘 DingPan</source>
        <translation>[PAPER] DingPan</translation>
    </message>
    <message>
        <source>【模拟·真行情 PAPER】盯盘 DingPan</source>
        <translation>[PAPER · REAL QUOTES] DingPan</translation>
    </message>
    <message>
        <source>实盘：五秒内再按一次“运行”确认武装，武装只管今天。</source>
        <translation>Live: press Run again within five seconds to arm; arming holds for today only.</translation>
    </message>
    <message>
        <source>导出表格</source>
        <translation>Export table</translation>
    </message>
    <message>
        <source>已导出 {path}</source>
        <translation>Exported {path}</translation>
    </message>
    <message>
        <source>已收到托盘</source>
        <translation>Now in the tray</translation>
    </message>
    <message>
        <source>正在退出：等交易服务写完日志…</source>
        <translation>Closing: waiting for the trading service to finish its journal…</translation>
    </message>
    <message>
        <source>盯盘 DingPan</source>
        <translation>DingPan</translation>
    </message>
    <message>
        <source>盯盘仍在后台盯价和止损。右键托盘图标可以退出。</source>
        <translation>DingPan keeps watching prices and stops in the background. Right-click the tray icon to exit.</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>主行情源失效时，允许备用源的行情触发进场、止盈和止损</source>
        <translation>When the main quote source fails, quotes of a stand-in source may trigger entries, take-profits and stops</translation>
    </message>
    <message>
        <source>交易(&amp;T)</source>
        <translation>&amp;Trade</translation>
    </message>
    <message>
        <source>使用手册</source>
        <translation>Manual</translation>
    </message>
    <message>
        <source>停自动</source>
        <translation>Stop automation</translation>
    </message>
    <message>
        <source>关于盯盘</source>
        <translation>About DingPan</translation>
    </message>
    <message>
        <source>备用源可触发交易</source>
        <translation>Stand-in sources may trigger orders</translation>
    </message>
    <message>
        <source>外观</source>
        <translation>Look</translation>
    </message>
    <message>
        <source>字号</source>
        <translation>Font size</translation>
    </message>
    <message>
        <source>导入监测列表…</source>
        <translation>Import watchlist…</translation>
    </message>
    <message>
        <source>导出监测列表…</source>
        <translation>Export watchlist…</translation>
    </message>
    <message>
        <source>帮助(&amp;H)</source>
        <translation>&amp;Help</translation>
    </message>
    <message>
        <source>恢复标准布局</source>
        <translation>Restore standard layout</translation>
    </message>
    <message>
        <source>撤销</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>文件(&amp;F)</source>
        <translation>&amp;File</translation>
    </message>
    <message>
        <source>查找</source>
        <translation>Find</translation>
    </message>
    <message>
        <source>浅色</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>涨红跌绿</source>
        <translation>Red rises, green falls</translation>
    </message>
    <message>
        <source>涨绿跌红</source>
        <translation>Green rises, red falls</translation>
    </message>
    <message>
        <source>涨跌颜色</source>
        <translation>Rise and fall colours</translation>
    </message>
    <message>
        <source>深色</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>添加监测项…</source>
        <translation>Add watch item…</translation>
    </message>
    <message>
        <source>确认最上面的警报</source>
        <translation>Acknowledge the top alarm</translation>
    </message>
    <message>
        <source>编辑(&amp;E)</source>
        <translation>&amp;Edit</translation>
    </message>
    <message>
        <source>编辑监测项…</source>
        <translation>Edit watch item…</translation>
    </message>
    <message>
        <source>色弱</source>
        <translation>Colour-weak</translation>
    </message>
    <message>
        <source>视图(&amp;V)</source>
        <translation>&amp;View</translation>
    </message>
    <message>
        <source>语言（重新启动后生效）</source>
        <translation>Language (after a restart)</translation>
    </message>
    <message>
        <source>跟随系统</source>
        <translation>Follow the system</translation>
    </message>
    <message>
        <source>运行自动交易</source>
        <translation>Run automation</translation>
    </message>
    <message>
        <source>退出</source>
        <translation>Exit</translation>
    </message>
    <message>
        <source>重做</source>
        <translation>Redo</translation>
    </message>
</context>
<context>
    <name>ModeBadge</name>
    <message>
        <source>不会发往券商</source>
        <translation>Nothing goes to a broker</translation>
    </message>
    <message>
        <source>实盘</source>
        <translation>LIVE</translation>
    </message>
    <message>
        <source>未运行</source>
        <translation>NOT RUNNING</translation>
    </message>
    <message>
        <source>模拟</source>
        <translation>PAPER</translation>
    </message>
    <message>
        <source>模拟·真行情</source>
        <translation>PAPER · REAL QUOTES</translation>
    </message>
    <message>
        <source>正在启动</source>
        <translation>Starting</translation>
    </message>
    <message>
        <source>真实资金</source>
        <translation>Real money</translation>
    </message>
    <message>
        <source>行情是真的，不会发往券商</source>
        <translation>Quotes are real, nothing goes to the broker</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>MoneyPanel</name>
    <message>
        <source>{percent}% × {total} − 已持 {held}</source>
        <translation>{percent}% × {total} − held {held}</translation>
    </message>
    <message>
        <source>一手需 {amount} 元</source>
        <translation>One lot {amount} CNY</translation>
    </message>
    <message>
        <source>上限 {percent}%</source>
        <translation>Cap {percent}%</translation>
    </message>
    <message>
        <source>不够一手，一手需 {amount} 元</source>
        <translation>Less than a lot ({amount} CNY)</translation>
    </message>
    <message>
        <source>交易所的规定</source>
        <translation>Rule of the exchange</translation>
    </message>
    <message>
        <source>低于最小成交额 {least}，不会买</source>
        <translation>Below the minimum {least}, not bought</translation>
    </message>
    <message>
        <source>单票上限</source>
        <translation>Position cap</translation>
    </message>
    <message>
        <source>单笔最多</source>
        <translation>Largest order</translation>
    </message>
    <message>
        <source>占总资产</source>
        <translation>Of total assets</translation>
    </message>
    <message>
        <source>可用现金</source>
        <translation>Cash</translation>
    </message>
    <message>
        <source>含费用</source>
        <translation>Fees included</translation>
    </message>
    <message>
        <source>总资产的 {share}</source>
        <translation>{share} of assets</translation>
    </message>
    <message>
        <source>按最不利的进场上沿 {price} 计，未计在途委托</source>
        <translation>At the entry top {price}; working orders not counted</translation>
    </message>
    <message>
        <source>数量</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>最小成交额 {least}</source>
        <translation>Minimum trade {least}</translation>
    </message>
    <message>
        <source>止损时亏损</source>
        <translation>Loss at the stop</translation>
    </message>
    <message>
        <source>没有设止损</source>
        <translation>No stop set</translation>
    </message>
    <message>
        <source>现在触发会买多少</source>
        <translation>What a trigger would buy now</translation>
    </message>
    <message>
        <source>金额 + 费用</source>
        <translation>Amount + fees</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>重新载入</source>
        <translation>Load again</translation>
    </message>
</context>
<context>
    <name>PaneLegends</name>
    <message>
        <source>柱 {n}</source>
        <translation>Hist {n}</translation>
    </message>
    <message>
        <source>量 {n}</source>
        <translation>Vol {n}</translation>
    </message>
</context>
<context>
    <name>Panels</name>
    <message>
        <source>{name}{mark}：{state}，{since} 起</source>
        <translation>{name}: {state}, since {since} {mark}</translation>
    </message>
    <message>
        <source>交易服务没有运行</source>
        <translation>The trading service is not running</translation>
    </message>
    <message>
        <source>交易服务没有运行：{text}</source>
        <translation>The trading service is not running: {text}</translation>
    </message>
    <message>
        <source>交易服务没有运行：止损不会触发</source>
        <translation>The trading service is not running: stops will not trigger</translation>
    </message>
    <message>
        <source>停更</source>
        <translation>silent</translation>
    </message>
    <message>
        <source>已订阅，等第一笔</source>
        <translation>subscribed, waits for the first quote</translation>
    </message>
    <message>
        <source>持有 · 无保护</source>
        <translation>Held · unprotected</translation>
    </message>
    <message>
        <source>断开，正在重试</source>
        <translation>lost, trying again</translation>
    </message>
    <message>
        <source>正常</source>
        <translation>fine</translation>
    </message>
    <message>
        <source>没有启用</source>
        <translation>off</translation>
    </message>
    <message>
        <source>没有监测</source>
        <translation>Not watched</translation>
    </message>
    <message>
        <source>（使用中）</source>
        <translation>(in use)</translation>
    </message>
</context>
<context>
    <name>PeriodBar</name>
    <message>
        <source>1 分钟 K 线</source>
        <translation>1-minute bars</translation>
    </message>
    <message>
        <source>1分</source>
        <translation>1m</translation>
    </message>
    <message>
        <source>5 分钟 K 线</source>
        <translation>5-minute bars</translation>
    </message>
    <message>
        <source>5分</source>
        <translation>5m</translation>
    </message>
    <message>
        <source>分时</source>
        <translation>Intraday</translation>
    </message>
    <message>
        <source>当日分时走势</source>
        <translation>Today's intraday line</translation>
    </message>
    <message>
        <source>日</source>
        <translation>Day</translation>
    </message>
    <message>
        <source>日 K 线</source>
        <translation>Daily bars</translation>
    </message>
</context>
<context>
    <name>ProtectionFigure</name>
    <message>
        <source>{n} 受限</source>
        <translation>{n} limited</translation>
    </message>
    <message>
        <source>{n} 无保护</source>
        <translation>{n} unprotected</translation>
    </message>
</context>
<context>
    <name>QuoteHead</name>
    <message>
        <source>{age}前</source>
        <translation>{age} ago</translation>
    </message>
    <message>
        <source>低</source>
        <translation>L</translation>
    </message>
    <message>
        <source>停更 {age}</source>
        <translation>Stale {age}</translation>
    </message>
    <message>
        <source>开</source>
        <translation>O</translation>
    </message>
    <message>
        <source>昨</source>
        <translation>P</translation>
    </message>
    <message>
        <source>量</source>
        <translation>Vol</translation>
    </message>
    <message>
        <source>额</source>
        <translation>Amt</translation>
    </message>
    <message>
        <source>高</source>
        <translation>H</translation>
    </message>
</context>
<context>
    <name>Readout</name>
    <message>
        <source>{told}（{count} 笔均价）</source>
        <translation>{told} (average of {count} fills)</translation>
    </message>
    <message>
        <source>价</source>
        <translation>Price</translation>
    </message>
    <message>
        <source>低</source>
        <translation>L</translation>
    </message>
    <message>
        <source>均</source>
        <translation>Avg</translation>
    </message>
    <message>
        <source>幅</source>
        <translation>Chg</translation>
    </message>
    <message>
        <source>开</source>
        <translation>O</translation>
    </message>
    <message>
        <source>成交 买</source>
        <translation>Bought</translation>
    </message>
    <message>
        <source>成交 卖</source>
        <translation>Sold</translation>
    </message>
    <message>
        <source>收</source>
        <translation>C</translation>
    </message>
    <message>
        <source>量</source>
        <translation>Vol</translation>
    </message>
    <message>
        <source>额</source>
        <translation>Amt</translation>
    </message>
    <message>
        <source>高</source>
        <translation>H</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>交易服务还没有启动。</source>
        <translation>The trading service has not started yet.</translation>
    </message>
    <message>
        <source>没有执行</source>
        <translation>Not done</translation>
    </message>
</context>
<context>
    <name>StopsBar</name>
    <message>
        <source>停自动</source>
        <translation>Stop automation</translation>
    </message>
    <message>
        <source>停自动后不再自动下单，止损也不再自动卖出；已报的委托不撤</source>
        <translation>Stopped, nothing is ordered automatically and stops do not sell; accepted orders stay</translation>
    </message>
    <message>
        <source>自动买卖</source>
        <translation>Trades by itself</translation>
    </message>
    <message>
        <source>自动交易：已停</source>
        <translation>Automation: stopped</translation>
    </message>
    <message>
        <source>自动交易：运行</source>
        <translation>Automation: running</translation>
    </message>
    <message>
        <source>运行</source>
        <translation>Run</translation>
    </message>
</context>
<context>
    <name>SymbolSearch</name>
    <message>
        <source>候选证券</source>
        <translation>Securities to choose from</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>停自动</source>
        <translation>Stop automation</translation>
    </message>
    <message>
        <source>实盘 LIVE</source>
        <translation>LIVE</translation>
    </message>
    <message>
        <source>显示窗口</source>
        <translation>Show window</translation>
    </message>
    <message>
        <source>未运行</source>
        <translation>NOT RUNNING</translation>
    </message>
    <message>
        <source>模拟 PAPER</source>
        <translation>PAPER</translation>
    </message>
    <message>
        <source>模拟·真行情 PAPER</source>
        <translation>PAPER · REAL QUOTES</translation>
    </message>
    <message>
        <source>盯盘 {state}</source>
        <translation>DingPan {state}</translation>
    </message>
    <message>
        <source>自动交易已停</source>
        <translation>Automation stopped</translation>
    </message>
    <message>
        <source>自动运行中</source>
        <translation>Automation running</translation>
    </message>
    <message>
        <source>运行自动交易</source>
        <translation>Run automation</translation>
    </message>
    <message>
        <source>退出</source>
        <translation>Exit</translation>
    </message>
</context>
<context>
    <name>WatchHead</name>
    <message>
        <source>{n} 项 · 持仓 {held} · 今日决策 {decisions}</source>
        <translation>{n} items · {held} held · {decisions} decisions today</translation>
    </message>
    <message>
        <source>仅提醒 {n}</source>
        <translation>Alert only {n}</translation>
    </message>
    <message>
        <source>全部 {n}</source>
        <translation>All {n}</translation>
    </message>
    <message>
        <source>完成 {n}</source>
        <translation>Done {n}</translation>
    </message>
    <message>
        <source>导入或导出监测列表</source>
        <translation>Import or export the watchlist</translation>
    </message>
    <message>
        <source>待进场 {n}</source>
        <translation>To enter {n}</translation>
    </message>
    <message>
        <source>持仓 {n}</source>
        <translation>Held {n}</translation>
    </message>
    <message>
        <source>添加 Ins</source>
        <translation>Add Ins</translation>
    </message>
    <message>
        <source>监测列表</source>
        <translation>Watchlist</translation>
    </message>
    <message>
        <source>筛选 代码 / 名称</source>
        <translation>Filter code / name</translation>
    </message>
    <message>
        <source>筛选监测列表</source>
        <translation>Filter the watchlist</translation>
    </message>
    <message>
        <source>需处理 {n}</source>
        <translation>Needs you {n}</translation>
    </message>
</context>
<context>
    <name>Watchlist</name>
    <message>
        <source>买入中</source>
        <translation>Buying</translation>
    </message>
    <message>
        <source>仅提醒</source>
        <translation>Alert only</translation>
    </message>
    <message>
        <source>今天触及过涨停价</source>
        <translation>Touched limit-up today</translation>
    </message>
    <message>
        <source>今天触及过跌停价</source>
        <translation>Touched limit-down today</translation>
    </message>
    <message>
        <source>今日分时</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>价位尺 损–进–盈</source>
        <translation>Ruler SL–entry–TP</translation>
    </message>
    <message>
        <source>保护（止损将做什么）</source>
        <translation>Protection (what the stop will do)</translation>
    </message>
    <message>
        <source>停牌</source>
        <translation>Suspended</translation>
    </message>
    <message>
        <source>关</source>
        <translation>off</translation>
    </message>
    <message>
        <source>区间内</source>
        <translation>In zone</translation>
    </message>
    <message>
        <source>卖出中</source>
        <translation>Selling</translation>
    </message>
    <message>
        <source>名称 / 代码</source>
        <translation>Name / code</translation>
    </message>
    <message>
        <source>备</source>
        <translation>S</translation>
    </message>
    <message>
        <source>委托不明</source>
        <translation>Order unknown</translation>
    </message>
    <message>
        <source>完成</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>封</source>
        <translation>L</translation>
    </message>
    <message>
        <source>已破损 {n}</source>
        <translation>SL hit {n}</translation>
    </message>
    <message>
        <source>已触发 · 被拦截</source>
        <translation>Triggered · blocked</translation>
    </message>
    <message>
        <source>已达盈 {n}</source>
        <translation>TP hit {n}</translation>
    </message>
    <message>
        <source>开</source>
        <translation>on</translation>
    </message>
    <message>
        <source>快照时间 {time}</source>
        <translation>Snapshot {time}</translation>
    </message>
    <message>
        <source>持仓 / 可卖</source>
        <translation>Held / sellable</translation>
    </message>
    <message>
        <source>持有 · 受保护</source>
        <translation>Held · protected</translation>
    </message>
    <message>
        <source>持有 · 无保护</source>
        <translation>Held · unprotected</translation>
    </message>
    <message>
        <source>损 {n}</source>
        <translation>SL {n}</translation>
    </message>
    <message>
        <source>无持仓</source>
        <translation>No holding</translation>
    </message>
    <message>
        <source>最新</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>最近价位</source>
        <translation>Nearest</translation>
    </message>
    <message>
        <source>来自备用源：设置没有允许它触发交易</source>
        <translation>From a stand-in source: the settings do not allow it to trigger orders</translation>
    </message>
    <message>
        <source>止损</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>止损待发</source>
        <translation>Stop waiting</translation>
    </message>
    <message>
        <source>止盈</source>
        <translation>Target</translation>
    </message>
    <message>
        <source>浮盈亏</source>
        <translation>Open P&amp;L</translation>
    </message>
    <message>
        <source>涨停封死：没有卖盘</source>
        <translation>Locked at limit-up: no asks</translation>
    </message>
    <message>
        <source>涨跌幅</source>
        <translation>Change</translation>
    </message>
    <message>
        <source>状态</source>
        <translation>State</translation>
    </message>
    <message>
        <source>盈 {n}</source>
        <translation>TP {n}</translation>
    </message>
    <message>
        <source>盈亏%</source>
        <translation>P&amp;L %</translation>
    </message>
    <message>
        <source>监测中</source>
        <translation>Watching</translation>
    </message>
    <message>
        <source>竞</source>
        <translation>A</translation>
    </message>
    <message>
        <source>行情陈旧：不触发交易</source>
        <translation>Stale quote: triggers no orders</translation>
    </message>
    <message>
        <source>触</source>
        <translation>T</translation>
    </message>
    <message>
        <source>跌停封死：没有买盘</source>
        <translation>Locked at limit-down: no bids</translation>
    </message>
    <message>
        <source>还没有行情</source>
        <translation>No quote yet</translation>
    </message>
    <message>
        <source>进 {n}</source>
        <translation>In {n}</translation>
    </message>
    <message>
        <source>进场区间</source>
        <translation>Entry zone</translation>
    </message>
    <message>
        <source>量化</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>量化交易：{state}，点击切换</source>
        <translation>Automation: {state}, click to switch</translation>
    </message>
    <message>
        <source>集合竞价：价格只是参考价</source>
        <translation>Call auction: the price is only indicative</translation>
    </message>
</context>
<context>
    <name>WatchlistEditing</name>
    <message>
        <source>{name} {n} 股</source>
        <translation>{name} {n} shares</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>导入监测列表</source>
        <translation>Import watchlist</translation>
    </message>
    <message>
        <source>导出监测列表</source>
        <translation>Export watchlist</translation>
    </message>
    <message>
        <source>已删除 {count} 项。Ctrl+Z 撤销</source>
        <translation>Removed {count} items. Ctrl+Z undoes it</translation>
    </message>
    <message>
        <source>已删除 {count} 项，持有的 {told} 不再有止损。Ctrl+Z 撤销</source>
        <translation>Removed {count} items; held {told} has no stop any more. Ctrl+Z undoes it</translation>
    </message>
    <message>
        <source>没有可撤销的修改</source>
        <translation>Nothing to undo</translation>
    </message>
    <message>
        <source>没有可重做的修改</source>
        <translation>Nothing to redo</translation>
    </message>
    <message>
        <source>监测列表 (*.csv)</source>
        <translation>Watchlist (*.csv)</translation>
    </message>
</context>
<context>
    <name>WatchlistView</name>
    <message>
        <source>不调整，按原价位恢复触发</source>
        <translation>Do not rescale; trigger again at the old levels</translation>
    </message>
    <message>
        <source>删除 {n} 项 Del</source>
        <translation>Delete {n} Del</translation>
    </message>
    <message>
        <source>同意除权调整，恢复触发</source>
        <translation>Accept the ex-rights change, trigger again</translation>
    </message>
    <message>
        <source>复制 Ctrl+C</source>
        <translation>Copy Ctrl+C</translation>
    </message>
    <message>
        <source>导入 CSV…</source>
        <translation>Import CSV…</translation>
    </message>
    <message>
        <source>导出 CSV… Ctrl+E</source>
        <translation>Export CSV… Ctrl+E</translation>
    </message>
    <message>
        <source>按 Ins 添加一只证券和它的价位，或从 CSV 导入</source>
        <translation>Press Ins to add a security and its levels, or import a CSV</translation>
    </message>
    <message>
        <source>添加 Ins</source>
        <translation>Add Ins</translation>
    </message>
    <message>
        <source>监测列表</source>
        <translation>Watchlist</translation>
    </message>
    <message>
        <source>编辑 F2</source>
        <translation>Edit F2</translation>
    </message>
    <message>
        <source>还没有监测项</source>
        <translation>Nothing is watched yet</translation>
    </message>
</context>
<context>
    <name>formats</name>
    <message>
        <source>{n} 秒</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>{n}手</source>
        <translation>{n} lots</translation>
    </message>
    <message>
        <source>{words} · 延迟 {age}</source>
        <translation>{words} · {age} late</translation>
    </message>
    <message>
        <source>万亿</source>
        <translation>KMB</translation>
    </message>
    <message>
        <source>来源 {name}</source>
        <translation>Source {name}</translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>关于盯盘</source>
        <translation>About DingPan</translation>
    </message>
    <message>
        <source>盯盘 DingPan {version}

A 股盯盘与自动交易桌面程序。Apache-2.0 许可。

自动交易有风险：行情可能延迟或中断，委托可能失败，成交价可能与触发价不同，程序和网络可能出错。请先用模拟盘熟悉，实盘从小资金开始，并始终有人看管。本程序不构成投资建议，盈亏由使用者自己承担。</source>
        <translation>DingPan {version}

A desktop monitor and automatic trader for mainland China stocks. Apache-2.0 licence.

Automatic trading carries risk: quotes may be late or stop, orders may fail, fills may differ from the trigger price, programs and networks may err. Learn on paper first, start live with little money, and keep someone watching. This program is no investment advice; gains and losses are your own.</translation>
    </message>
    <message>
        <source>盯盘使用手册</source>
        <translation>DingPan manual</translation>
    </message>
</context>
</TS>
