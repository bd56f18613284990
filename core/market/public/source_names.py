"""Public sources of market data by name, and the ways in which they fail."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """A public source; the value is its badge on the screen."""

    EASTMONEY = "东方财富"
    SINA = "新浪"
    OTHER = "其他网站"


class SourceFault(StrEnum):
    """What went wrong with one request; the value is the word for the user."""

    TIMEOUT = "超时"
    DROPPED = "连接中断"
    BANNED = "拒绝访问"  # 403, 429, 456: go away for a while
    STATUS = "服务器错误"
    THROTTLED = "限流"  # 200 with nothing in it
    GARBLED = "内容损坏"  # not JSON, a web page, broken compression, fields gone
    REFUSED = "不认识请求"  # rc 102: this request is wrong, the source is well
    EMPTY = "没有数据"  # an honest nothing
    BUDGET = "已到请求上限"
    OPEN = "暂停访问"  # our breaker

    @property
    def counts(self) -> bool:
        """Speaks against the source, so the breaker counts it."""
        return self not in (SourceFault.REFUSED, SourceFault.EMPTY, SourceFault.BUDGET, SourceFault.OPEN)


def gist(sentences: str) -> str:
    """What happened, without the advice that follows and without the stop: for use inside another sentence."""
    return sentences.partition("。")[0]


_HOSTS = (
    (Source.EASTMONEY, ("eastmoney.com",)),
    (Source.SINA, ("sinajs.cn", "sina.com.cn", "sina.cn")),
)


def source_of_host(host: str) -> Source:
    """Whose machine this is."""
    for source, names in _HOSTS:
        if any(host == name or host.endswith(f".{name}") for name in names):
            return source
    return Source.OTHER
