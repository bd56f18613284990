"""Plain words for what a counter says when it refuses: the vendor's text is kept whole, this stands beside it.

Codes differ from broker to broker, so the Chinese words are matched, never the numbers.
"""

from __future__ import annotations

_PLAIN = (
    (
        ("可用资金不足", "资金可用余额不足", "可用余额不足"),
        "可用资金不够付这笔买入和费用。请减少数量，或先卖出、撤单腾出资金",
    ),
    (
        ("可用数量不足", "可用股份不足", "证券余额不足"),
        "可卖股数不够：今日买入的下一交易日才能卖，在途卖单占用的不能再卖",
    ),
    (("当前时间不允许",), "现在不是柜台接受委托的时间。连续竞价是 09:30–11:30 和 13:00–14:57"),
    (("停牌",), "证券停牌，复牌前不能委托"),
    (("最小价差", "价差"), "价格不是最小变动单位的整数倍"),
    (("超过涨停", "高于涨停"), "价格高于当日涨停价"),
    (("低于跌停",), "价格低于当日跌停价"),
    (("有效申报范围", "价格笼子"), "价格离盘口太远，超出了连续竞价允许的申报范围"),
    (("权限", "未开通"), "账户没有买卖这类证券的权限。请向券商开通"),
)


def explain(message: str) -> str:
    """One plain sentence without a full stop; empty when the words are not known."""
    return next((plain for words, plain in _PLAIN if any(word in message for word in words)), "")
