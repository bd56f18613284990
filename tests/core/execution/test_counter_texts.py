"""What a counter says, in plain words: real texts of real counters."""

from __future__ import annotations

import pytest

from core.execution.counter_texts import explain


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (
            "[COUNTER][260200][可用资金不足][...p_occur_balance=7180.50,v_enable_balance_t=360.82]",
            "可用资金不够",
        ),
        ("[COUNTER] 资金可用余额不足，尚需[4789.630]", "可用资金不够"),
        ("[COUNTER][251005][证券可用数量不足][v_stock_code=000506,p_enable_amount=0.00,...]", "可卖股数不够"),
        ("限价买入 [SZ162411] [COUNTER] [12313][当前时间不允许此类证券交易]", "不是柜台接受委托的时间"),
        ("[120147][当前时间不允许委托]", "不是柜台接受委托的时间"),
        ("[COUNTER] [120142][委托价格超过涨停价]", "高于当日涨停价"),
        ("[COUNTER] [120146][证券停牌]", "停牌"),
    ],
)
def test_known_words_are_explained(message: str, word: str) -> None:
    assert word in explain(message)


def test_unknown_words_are_left_to_speak_for_themselves() -> None:
    assert explain("[COUNTER][999999][???]") == ""
    assert explain("") == ""
