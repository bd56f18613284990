"""Industries of the simulated market's stocks: the 31 first-level names of Shenwan, as sectors `SW1银行` and so on.

What a name tells is believed (a bank is a bank); the others are dealt out by their codes, the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache

from core.exchange.boards import SecurityClass, class_of
from core.simqmt.market.builtin.dice import draws

PREFIX = "SW1"
_TOLD: dict[str, tuple[str, ...]] = {
    "银行": ("银行",),
    "非银金融": ("证券", "平安", "人寿", "人保", "太保", "保险", "国泰海通", "银河", "中金公司", "东方财富"),
    "食品饮料": ("茅台", "五粮", "汾酒", "老窖", "洋河", "啤酒", "伊利", "海天", "今世缘", "东鹏", "酒"),
    "医药生物": ("药", "医", "生物", "同仁堂", "片仔癀", "白云山", "复星", "爱尔", "康", "华熙"),
    "煤炭": ("煤", "神华", "兖矿", "焦"),
    "石油石化": ("石油", "石化", "海油", "油服"),
    "电力设备": ("宁德", "光伏", "隆基", "天合", "晶", "阳光电源", "南瑞", "特变", "德业", "电气", "亿纬"),
    "电子": ("芯", "微", "半导体", "兆易", "京东方", "立讯", "传音", "士兰", "硅", "三安", "歌尔", "光电"),
    "计算机": ("软件", "办公", "海光", "曙光", "科大讯飞", "用友", "恒生", "寒武纪", "中控", "三六零"),
    "通信": ("移动", "联通", "电信", "中兴", "通信", "亨通", "通号"),
    "汽车": ("汽车", "比亚迪", "赛力斯", "拓普", "福耀", "客车", "广汽", "九号"),
    "家用电器": ("美的", "格力", "海尔", "石头", "家电", "老板"),
    "公用事业": ("电力", "水电", "核电", "三峡能源", "华能", "华电", "国电", "川投"),
    "交通运输": ("机场", "航", "港", "铁路", "高速", "高铁", "圆通", "顺丰", "海控", "轮船"),
    "房地产": ("万科", "保利", "地产", "蛇口"),
    "建筑装饰": ("中铁", "铁建", "建筑", "交建", "中冶", "电建", "能建", "化学"),
    "建筑材料": ("水泥", "巨石", "建材", "东方雨虹"),
    "钢铁": ("钢", "特钢", "包钢"),
    "有色金属": ("紫金", "铜", "铝", "黄金", "稀土", "钼", "钨", "钴", "锂", "矿"),
    "基础化工": ("万华", "华鲁", "恒力", "宝丰", "合盛", "化"),
    "国防军工": ("船舶", "沈飞", "航发", "动力", "军工", "兵"),
    "机械设备": ("三一", "恒立", "中车", "重工", "机"),
    "农林牧渔": ("牧", "温氏", "海大", "农"),
    "商贸零售": ("小商品", "百货", "商"),
    "社会服务": ("中免", "旅", "酒店"),
    "传媒": ("传媒", "分众", "影", "游戏"),
    "纺织服饰": ("纺", "服饰", "衣"),
    "轻工制造": ("纸", "家居", "欧派"),
    "美容护理": ("美容", "珀莱雅", "爱美客"),
    "环保": ("环保", "环境"),
    "综合": (),
}
INDUSTRIES = tuple(sorted(_TOLD))
_DEALT = tuple(name for name in INDUSTRIES if name not in ("银行", "非银金融", "煤炭"))
"""Those whose members need not say so in their names."""


@lru_cache(maxsize=8192)
def industry_of(symbol: str, name: str) -> str | None:
    """The industry of an A share; None for what is none."""
    cls = class_of(symbol)
    if cls is None or cls is SecurityClass.B_SHARE or not cls.is_stock:
        return None
    for industry, words in _TOLD.items():
        if any(word in name for word in words):
            return industry
    (dice,) = draws(1, 0, symbol, "industry")
    return _DEALT[dice % len(_DEALT)]
