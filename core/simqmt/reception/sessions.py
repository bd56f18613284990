"""Sessions of the terminal: which client is connected under which number, and which accounts it hears of."""

from __future__ import annotations

from core.simqmt.native.requests import Client

REUSE_AFTER_MS = 3_000


class Sessions:
    """The rules reported for the real terminal: a number in use is refused, and so is its reuse within 3 s."""

    def __init__(self) -> None:
        self._open: dict[int, Client] = {}
        self._ended: dict[int, int] = {}

    def open(self, link: Client, now_ms: int) -> bool:
        """Connect a client, or refuse."""
        holder = self._open.get(link.session)
        if holder is link:
            return True
        ended = self._ended.get(link.session)
        if holder is not None or (ended is not None and now_ms - ended < REUSE_AFTER_MS):
            return False
        self._open[link.session] = link
        link.connected = True
        return True

    def close(self, link: Client, now_ms: int) -> bool:
        """Forget a client; False when it was not connected."""
        link.connected = False
        link.accounts.clear()
        if self._open.get(link.session) is not link:
            return False
        del self._open[link.session]
        self._ended[link.session] = now_ms
        return True

    def chosen(self, session: int | None) -> list[Client]:
        """The client of one number, or all."""
        return [link for number, link in self._open.items() if session in (None, number)]

    def hearing(self, account: str) -> list[Client]:
        """Clients that subscribed to an account, in the order they connected."""
        return [link for link in self._open.values() if account in link.accounts]
