"""What a program cannot know from -1, None and nothing: said to the one who runs it."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence

from core.simqmt.native.requests import NOT_SUPPORTED


class Hints:
    """Says once on stderr what a program asks for in vain, where its calls themselves only say -1, None or nothing."""

    def __init__(self, accounts: Sequence[str]) -> None:
        self._accounts = accounts
        self._told: set[str] = set()

    def stranger(self, account: str, kind: int) -> None:
        """An account that is not there."""
        if account in self._accounts:
            self._tell(
                f"程序把账户 {account} 当作非股票账户（类型 {kind}）使用，模拟终端只有股票账户，这样的请求都会失败。"
            )
        else:
            self._tell(
                f"程序要用账户 {account}，模拟终端里没有（有 {'、'.join(self._accounts)}），这样的请求都会失败。"
                f"请加选项 --cash {account}=1000000。"
            )

    def unsupported(self, name: str) -> None:
        """A request that the terminal does not offer, by its native name."""
        if name == "queryComPosition":
            self._tell(
                "程序调用了 query_com_position：xttrader 自己不接收它的回答，这个调用永远不会返回（真实终端上也一样）。"
            )
            return
        called = re.sub("([A-Z])", r"_\1", name).lower()
        self._tell(f"程序调用了 {called}，{NOT_SUPPORTED}，得到的是空的或失败的回答。")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            say(text)


def say(text: str) -> None:
    """A line on the process's own stderr: what a program puts in its place may call the terminal, which waits for us."""
    stream = sys.__stderr__
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):  # closed
            stream.write(f"{text}\n")
            stream.flush()
