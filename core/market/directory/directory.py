"""The directory of instruments: what a user types becomes candidates, or one symbol, or a sentence that says why not.

It starts with the built-in list, and a source's list is merged over it: within the classes that the source
carries its list is the whole truth, other classes keep what is built in. Everything here is quick enough for a
loop; what is heavy (`entries.prepare`, `cache`) is not here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.domain.market import Symbol
from core.exchange.boards import (
    BSE_NEW_CODES_ONLY,
    SecurityClass,
    candidates,
    class_of,
    is_retired_code,
)
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.symbols import Resolved
from core.exchange.symbols import resolve as resolve_code
from core.market.directory.entries import BUILTIN, Entry, builtin_entries
from core.market.directory.pinyin import plain_name

MOST_CANDIDATES = 20
_CODE_INSIDE = re.compile(r"(?:[A-Z]{2,4}[.\-_: ]?)?(?<!\d)\d{6}(?!\d)(?:[.\-_: ]?[A-Z]{2,4}(?![A-Z]))?")
_SECID = re.compile(r"([01])\.(\d{6})")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NOT_LETTERS = re.compile(r"[^0-9A-Z]")
_MARKED_PART = re.compile(r"(SH|SZ|BJ)\.?(\d{1,5})")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+[A-Z0-9]*|[A-Z*]+(?=[\u4e00-\u9fff])")
_ORDER = {cls: at for at, cls in enumerate(SecurityClass)}


@dataclass(frozen=True, slots=True)
class Found:
    """One symbol is meant. `entry` is None when the list does not hold it; then `note` says so."""

    symbol: Symbol
    entry: Entry | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several may be meant, or one by a part of its name: `question` is the sentence to ask with them."""

    text: str
    candidates: tuple[Found, ...]
    question: str


Resolution = Found | Ambiguous | Refusal


class InstrumentDirectory:
    """Names and initials of every security. `source` and `day` tell where the list is from (day None: built in)."""

    def __init__(self, entries: Iterable[Entry] | None = None) -> None:
        self.source = BUILTIN
        self.day: date | None = None
        self._builtin = tuple(builtin_entries() if entries is None else entries)
        self._covered: frozenset[SecurityClass] = frozenset()
        self._index = _Index(self._builtin)

    def __len__(self) -> int:
        return len(self._index.entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries; the tuple is never changed in place."""
        return self._index.entries

    @property
    def covered(self) -> frozenset[SecurityClass]:
        """Classes that the newest source's list carries."""
        return self._covered

    def replace(self, entries: Iterable[Entry], source: str, day: date) -> None:
        """Merge a source's list of `day` over the built-in one; an empty list changes nothing."""
        given = {entry.symbol: entry for entry in entries}
        if not given:
            return
        covered = frozenset(entry.cls for entry in given.values())
        kept = (entry for entry in self._builtin if entry.cls not in covered)
        index = _Index((*given.values(), *kept))
        self.source, self.day, self._covered, self._index = source, day, covered, index

    def update(self, entries: Iterable[Entry]) -> None:
        """Put single entries over the present ones: a flag or a limit that became known during the day."""
        merged = {entry.symbol: entry for entry in self._index.entries}
        merged.update((entry.symbol, entry) for entry in entries)
        self._index = _Index(tuple(merged.values()))

    def get(self, symbol: str) -> Entry | None:
        """The entry of a normal symbol."""
        return self._index.by_symbol.get(Symbol(symbol))

    def name(self, symbol: str) -> str:
        """The name of a normal symbol, empty when it is not known."""
        entry = self.get(symbol)
        return "" if entry is None else entry.name

    def search(self, text: str, limit: int = 10, *, tradable_only: bool = False) -> tuple[Entry, ...]:
        """Best candidates for what has been typed so far: code prefix, part of the name, initials.

        Exact before beginning before inside, stocks before funds before indices. Nothing for an empty text.
        """
        found = self._index.ranked(text)
        if tradable_only:
            found = [entry for entry in found if entry.tradable]
        return tuple(found[:limit])

    def resolve(self, text: str, *, tradable_only: bool = False, day: date | None = None) -> Resolution:
        """One symbol, candidates to ask about, or why not. Never guesses: part of a name or of initials asks.

        A bare code that is a stock and an index asks; with `tradable_only` it is the stock. `day` (else the
        list's own) decides about retired codes.
        """
        cleaned = unicodedata.normalize("NFKC", text).strip().upper()
        named = self._index.by_name.get(plain_name(text), ())
        if cleaned and named:
            return self._choose(text, [Found(entry.symbol, entry) for entry in named], tradable_only)
        if (secid := _SECID.fullmatch(cleaned)) is not None:
            cleaned = secid[2] + self._secid_mark(secid[1], secid[2])
        inside = _CODE_INSIDE.search(cleaned)
        if inside is not None and _HAN.search(cleaned):
            return self._code_and_name(text, cleaned, inside[0], tradable_only, day)
        if not cleaned or cleaned.isdigit() or inside is not None:
            return self._code(text, cleaned, tradable_only, day)
        return self._words(text, cleaned, tradable_only)

    def _code(self, text: str, cleaned: str, tradable_only: bool, day: date | None) -> Resolution:
        found = resolve_code(cleaned.strip("()[]{}$# "), tradable_only=False)
        if isinstance(found, Refusal):
            return found
        bare = cleaned.isdigit()
        meant = self._meanings(found) if bare else [Found(found.symbol, self.get(found.symbol))]
        on = day or self.day or BSE_NEW_CODES_ONLY
        fresh = [one for one in meant if not is_retired_code(one.symbol, on)]
        if not fresh:
            old = f"{found.symbol} 是北交所旧代码，2025-10-09 起只用 920 开头的新代码。"
            return refuse(RuleCode.BAD_CODE, old, symbol=found.symbol)
        return self._choose(text, fresh, tradable_only)

    def _meanings(self, found: Resolved) -> list[Found]:
        """What a bare code may mean: securities that are listed, and those of classes we have no whole list of."""
        every = [Found(symbol, self.get(symbol)) for symbol in (found.symbol, *found.alternatives)]
        listed = [one for one in every if one.entry is not None]
        if not listed:
            return every
        stock_known = any(one.entry is not None and one.entry.tradable for one in listed)
        return [
            one
            for one in every
            if one.entry is not None or (not stock_known and class_of(one.symbol) not in self._covered)
        ]

    def _code_and_name(
        self, text: str, cleaned: str, code: str, tradable_only: bool, day: date | None
    ) -> Resolution:
        """`600519 贵州茅台`: the name settles what the code leaves open, and must not contradict it."""
        by_code = self._code(text, code, False, day)
        if isinstance(by_code, Refusal):
            return by_code
        options = list(by_code.candidates) if isinstance(by_code, Ambiguous) else [by_code]
        words = plain_name("".join(_HAN_RUN.findall(cleaned.replace(code, ""))))
        fitting = [one for one in options if one.entry is None or words in one.entry.name]
        if fitting:
            return self._choose(text, fitting, tradable_only)
        others = [Found(entry.symbol, entry) for entry in self._index.ranked(words)[:MOST_CANDIDATES]]
        names = "、".join(_title(one) for one in options)
        question = f"“{text.strip()}”的代码和名称对不上：代码是 {names}。请选一个。"
        return Ambiguous(text, (*options, *others)[:MOST_CANDIDATES], question)

    def _words(self, text: str, cleaned: str, tradable_only: bool) -> Resolution:
        letters = _NOT_LETTERS.sub("", cleaned) if not _HAN.search(cleaned) else ""
        exact = self._index.by_initials.get(letters, ()) if letters else ()
        if exact:
            return self._choose(text, [Found(entry.symbol, entry) for entry in exact], tradable_only)
        near = self.search(text, MOST_CANDIDATES, tradable_only=tradable_only)
        if near:
            shown = "、".join(_title(Found(entry.symbol, entry)) for entry in near[:5])
            more = f"等 {len(near)} 只" if len(near) > 5 else ""
            return Ambiguous(
                text,
                tuple(Found(entry.symbol, entry) for entry in near),
                f"“{text.strip()}”是不是 {shown}{more}？请选一个。",
            )
        few = f"现在只有内置的 {len(self)} 只证券，" if self.day is None else ""
        sentence = f"没有找到“{text.strip()}”。{few}请输入六位代码，例如 600519。"
        return refuse(RuleCode.NOT_FOUND, sentence, text=text)

    def _choose(self, text: str, found: list[Found], tradable_only: bool) -> Resolution:
        usable = [
            one for one in found if not tradable_only or class_of(one.symbol) is not SecurityClass.INDEX
        ]
        if not usable:
            sentence = f"{_title(found[0])} 是指数，不能交易。可改用跟踪它的 ETF。"
            return refuse(RuleCode.INDEX_NOT_TRADABLE, sentence, symbol=found[0].symbol)
        if len(usable) == 1:
            only = usable[0]
            if only.entry is not None:
                return only
            which = "证券列表" if class_of(only.symbol) in self._covered else "内置的证券列表"
            return Found(only.symbol, None, f"{only.symbol} 不在{which}中，请核对代码。")
        shown = "、".join(_title(one) for one in usable[:5])
        more = f"等 {len(usable)} 只" if len(usable) > 5 else ""
        question = f"“{text.strip()}”可以是 {shown}{more}。请选一个。"
        return Ambiguous(text, tuple(usable[:MOST_CANDIDATES]), question)

    def _secid_mark(self, market: str, code: str) -> str:
        """East Money's `1.600519`: 1 is Shanghai, 0 is Shenzhen or Beijing."""
        if market == "1":
            return ".SH"
        return ".BJ" if f"{code}.SZ" not in candidates(code) and f"{code}.BJ" in candidates(code) else ".SZ"


def _title(one: Found) -> str:
    return one.symbol if one.entry is None else f"{one.entry.name} {one.symbol}"


class _Index:
    """Look-up tables of one list, built once."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        # A well-known security stands before others of its rank: by class, then by code.
        self.entries = tuple(sorted(entries, key=lambda entry: (_ORDER[entry.cls], entry.symbol)))
        self.by_symbol = {entry.symbol: entry for entry in self.entries}
        self.by_name: dict[str, list[Entry]] = defaultdict(list)
        self.by_initials: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self.by_name[entry.name].append(entry)
            for reading in entry.initials[:1]:
                self.by_initials[reading].append(entry)
        self._codes = _Text(entry.code for entry in self.entries)
        self._names = _Text(entry.name for entry in self.entries)
        self._initials = _Text(" ".join(entry.initials) for entry in self.entries)

    def ranked(self, text: str) -> list[Entry]:
        """Every entry that fits, best first."""
        words = plain_name(text)
        if not words:
            return []
        code = resolve_code(words, tradable_only=False)
        if isinstance(code, Resolved) and not words.isdigit():
            return [self.by_symbol[code.symbol]] if code.symbol in self.by_symbol else []
        where = _MARKED_PART.fullmatch(words)
        if where is not None:
            found = (self.entries[row] for row, rank in self._codes.find(where[2]) if rank < 2)
            return [entry for entry in found if entry.symbol.endswith(where[1])]
        best: dict[int, int] = {}
        for base, hits in (
            (0, self._code_hits(words)),
            (0, self._names.find(words)),
            (1, self._initials.find(words)),
        ):
            for row, rank in hits:
                weight = 2 * rank + base
                if weight < best.get(row, 99):
                    best[row] = weight
        return [self.entries[row] for row in sorted(best, key=lambda row: (best[row], row))]

    def _code_hits(self, words: str) -> Iterable[tuple[int, int]]:
        if not words.isdigit():
            return ()
        if len(words) > 2:
            return self._codes.find(words)
        return [(row, 1) for row, entry in enumerate(self.entries) if entry.symbol.startswith(words)]


class _Text:
    """Rows of text as one string, so that a search is one pass in C."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for row in rows:
            self._starts.append(length)
            parts.append(f"\n{row}\n")
            length += len(row) + 2
        self._all = "".join(parts)

    def find(self, words: str) -> Iterable[tuple[int, int]]:
        """(row, rank) of every place: 0 the whole row or word, 1 its beginning, 2 inside."""
        at = self._all.find(words)
        while at >= 0:
            before, after = self._all[at - 1], self._all[at + len(words)]
            rank = 2 if before not in "\n " else (0 if after in "\n " else 1)
            yield bisect_left(self._starts, at) - 1, rank
            at = self._all.find(words, at + 1)
