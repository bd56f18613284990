"""`commonControl`: the calls of xtdata.py that go by a name and a BSON document.

What a MiniQMT offers is answered here. What it does not (formulas, level 2, quote servers' own doing) fails as the
native module fails: RuntimeError `function not realize`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.simqmt.data.hub import Listener
from core.simqmt.data.link import DataLink
from core.simqmt.data.periods import PERIODS
from core.simqmt.data.queries import DataQueries
from core.simqmt.data.sectors import Sectors

Document = dict[str, Any]
MARKETS = ("SH", "SZ", "BJ")
NOT_REALIZED = "function not realize"
_BAR_META, _TICK_META = 3001, 3000

_NAMES = {
    "tick": "分笔",
    "1m": "1分钟线",
    "5m": "5分钟线",
    "15m": "15分钟线",
    "30m": "30分钟线",
    "1h": "1小时线",
    "1d": "日线",
    "1w": "周线",
    "1mon": "月线",
    "1q": "季线",
    "1hy": "半年线",
    "1y": "年线",
}
_CALL, _TRADE, _CLOSE = 2, 3, 8


def _session(status: int, begin: int, end: int) -> Document:
    return {"status": status, "time": [0, [begin, 0], [end, 0]]}


_SESSIONS = [
    _session(_CALL, 91500, 92500),
    _session(_TRADE, 93000, 113000),
    _session(_TRADE, 130000, 145700),
    _session(_CLOSE, 145700, 150000),
]
_BAR_SESSIONS = [
    {"type": "auction", "source": [0, [91500, 0], [93000, -1]], "bartime": [0, 93000]},
    {"type": "continuous", "bartime": [0, 93000, 113000]},
    {"type": "continuous", "bartime": [0, 130000, 150000]},
]


class DataControl:
    """Answers for one data client."""

    def __init__(self, queries: DataQueries, link: DataLink) -> None:
        self._queries = queries
        self._link = link
        self._sectors = Sectors(queries.hub)
        self._answers: dict[str, Callable[[Document], Document]] = {
            "getdatafilepath": self._file_paths,
            "getfullkline": queries.full_kline,
            "createsectorfolder": lambda asked: {"result": str(asked["foldername"])},
            "createsector": self._create_sector,
            "addsector": lambda asked: self._put_sector(asked, add=True),
            "resetsector": lambda asked: self._put_sector(asked, add=False),
            "removestockfromsector": self._take_from_sector,
            "removesector": lambda asked: {"result": self._sectors.remove(str(asked["sectorname"]))},
            "getperiodlist": lambda _asked: {
                "result": [{"name": name, "desc": text} for name, text in _NAMES.items()]
            },
            "getopenclosetradetimebystock": lambda asked: self._hours(asked, _SESSIONS),
            "getopencloseklinetimebystock": lambda asked: self._hours(asked, _BAR_SESSIONS),
            "getopenclosealltradetime": lambda _asked: {"result": self._all_hours(_SESSIONS)},
            "getopencloseallklinetime": lambda _asked: {"result": self._all_hours(_BAR_SESSIONS)},
            "gettradingtime": _seconds,  # of versions before 2025
            "tradetime": _seconds,
            "getauthorizedmarketlist": lambda _asked: {"result": list(MARKETS)},
            "getcomingtradedate": lambda _asked: {"result": queries.coming_dates()},
            "getcurrentsubinfo": lambda _asked: {"result": _subscribed(link)},
            "getallsubinfo": lambda _asked: {"result": self._all_subscribed()},
        }
        # Nothing to fetch and nothing to list: an empty list of results, and a download that is done.
        for name in ("getmetatabledatas", "getquoteserverconfig", "getquoteserverstatus"):
            self._answers[name] = lambda _asked: {"result": []}
        for name in (
            "getapiversion",
            "getwpmarketlist",
            "watchquoteserverstatus",
            "watchxtquantstatus",
            "downloadmetatabledata",
        ):
            self._answers[name] = lambda _asked: {}
        for name in ("downloadholidaydata", "downloadhisstdata", "downloadmetadata"):
            self._answers[name] = lambda _asked: {}
        self._answers["downloadtabulardata"] = lambda _asked: {"seq": 1}
        self._answers["getdownloadworkprogress"] = lambda _asked: {"done": True}

    def answer(self, name: str, asked: Document) -> Document:
        """The answer to one call. Raises RuntimeError for what a MiniQMT does not do."""
        found = self._answers.get(name)
        if found is None:
            raise RuntimeError(NOT_REALIZED)
        return found(asked)

    @property
    def sectors(self) -> Sectors:
        """The terminal's sectors."""
        return self._sectors

    def _file_paths(self, asked: Document) -> Document:
        """Where the data of each code would lie: a file that is not there, which reads as no data."""
        folder = self._queries.terminal.path / "datadir"
        kind = f"{asked.get('metaid')}_{asked.get('periodNum')}"
        return {"result": {code: str(folder / f"{code}_{kind}.dat") for code in asked.get("stocklist", ())}}

    def _create_sector(self, asked: Document) -> Document:
        name, overwrite = str(asked["sectorname"]), bool(asked.get("overwrite", True))
        return {"result": self._sectors.create(name, overwrite=overwrite)}

    def _put_sector(self, asked: Document, *, add: bool) -> Document:
        codes = [str(code) for code in asked.get("stocklist", ())]
        return {"result": self._sectors.put(str(asked["sectorname"]), codes, add=add)}

    def _take_from_sector(self, asked: Document) -> Document:
        codes = [str(code) for code in asked.get("stocklist", ())]
        return {"result": self._sectors.take(str(asked["sectorname"]), codes)}

    def _hours(self, asked: Document, tradings: list[Document]) -> Document:
        market = str(asked.get("stockcode", "")).rpartition(".")[2].upper()
        return _hours_of(market, tradings) if market in MARKETS else {}

    def _all_hours(self, tradings: list[Document]) -> list[Document]:
        return [_hours_of(market, tradings) for market in MARKETS]

    def _all_subscribed(self) -> list[Document]:
        links = self._queries.hub.links
        return [
            {"addr": "127.0.0.1:58610"} | {name: item[name] for name in ("stockCode", "period", "metaId")}
            for link in links
            for item in _subscribed(link)
        ]


def _seconds(asked: Document) -> Document:
    """Trading hours as [begin, end, kind] in seconds of the day."""
    if str(asked.get("market", "")).upper() not in MARKETS:
        return {"result": []}
    hours = []
    for session in _SESSIONS:
        _, (begin, _), (end, _) = session["time"]
        hours.append([_of_day(begin), _of_day(end), session["status"]])
    return {"result": hours}


def _of_day(clock: int) -> int:
    """Seconds of the day of 93000."""
    return clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100


def _hours_of(market: str, tradings: list[Document]) -> Document:
    return {"market": market, "codeRegex": ".*", "product": [], "category": [], "tradings": tradings}


def _subscribed(link: Listener) -> list[Document]:
    found = []
    for number, subscription in link.subscriptions().items():
        period = subscription.period
        for code in sorted(subscription.wanted):
            item = {"subId": number, "stockCode": code, "isSub": True}
            length = 0 if period is None else PERIODS[period.name].meta
            found.append({**item, "period": length, "metaId": _TICK_META if period is None else _BAR_META})
    return found
