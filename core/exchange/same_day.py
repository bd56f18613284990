"""Funds whose shares may be sold on the day they were bought (bond, money, gold, commodity, cross-border).

Whole Shanghai segments are of one kind; Shenzhen mixes kinds, so its funds stand in a list, helped by the
name. At a live desk the broker's own sellable volume decides; this table serves simulation and estimates.
"""

from __future__ import annotations

import unicodedata

_SH_PREFIXES = ("511", "513", "518", "520", "551")
_SZ_ETF_CODES = """
159001 159003 159005
159396 159649 159650 159651 159816 159972
159812 159830 159831 159834 159934 159937
159980 159981 159985
159501 159502 159506 159509 159513 159518 159519 159529 159567 159568 159570 159605 159607
159612 159615 159632 159636 159655 159659 159660 159687 159688 159691 159696 159699 159711
159712 159718 159726 159735 159740 159741 159742 159747 159750 159776 159792 159823 159850
159866 159892 159920 159941 159954 159960
"""  # money; bonds; gold; commodity futures; cross-border
_LOF_CODES = """
160140 160216 160416 160717 160719 160723 161116 161125 161126 161127 161128 161129 161130
161815 162411 162415 162719 163208 164701 164824 164906 165513 501018 501021 501225 501300
501302
"""
_SZ_ETF = frozenset(_SZ_ETF_CODES.split())
_LOF = frozenset(_LOF_CODES.split())
_WORDS = (
    "货币", "日利", "添益", "国债", "政金债", "信用债", "公司债", "科创债", "城投债", "地方债", "短融",
    "转债", "黄金", "上海金", "豆粕", "有色期货", "能源化工期货", "恒生", "港股", "H股", "纳指", "纳斯达克",
    "标普", "道琼斯", "日经", "东证", "德国", "法国", "沙特", "巴西", "东南亚", "亚太", "中概", "海外",
)  # fmt: skip
_NOT_WORDS = ("沪港深", "黄金股", "黄金产业")


def is_same_day_fund(symbol: str, name: str = "") -> bool:
    """True for a fund of `boards.SecurityClass.is_fund` that trades T+0."""
    code, exchange = symbol[:6], symbol[7:]
    if exchange == "SH" and code.startswith(_SH_PREFIXES):
        return True
    if code in _SZ_ETF or code in _LOF:
        return True
    plain = unicodedata.normalize("NFKC", name)
    return any(word in plain for word in _WORDS) and not any(word in plain for word in _NOT_WORDS)
