"""The core's sentences in English. The core speaks Chinese, with its numbers in the sentence; here a sentence is found
again among the templates of `resources/translations/core_en.json` and the English one is filled with its values.

A value that is a sentence itself (a reason inside an alarm) is put into English the same way. Numbers, names and what
the broker said stay as they are, and so does a text that no template made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import resources
from core.domain.decision import Decision, ItemView
from core.service import news as n

CATALOGUE = Path(resources.__file__ or "").with_name("translations") / "core_en.json"

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_ENDS_SENTENCE = (".", "?", "!")
_PROPER = frozenset({"Shanghai", "Shenzhen", "Beijing"})
_FIRST = {"；": 10_001, "：": 10_000}
"""Marks that part whole sentences: tried before any template, so that none reaches across them."""
_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class _Template:
    """`texts` stand between the values: text, values, text, values ... text. `runs` are the numbers of the values
    between two texts, mostly one; values that touch make a run of several.
    """

    texts: tuple[str, ...]
    runs: tuple[tuple[int, ...], ...]
    english: tuple[str | int, ...]
    needle: str
    weight: int
    joins: bool  # only a mark between two sentences

    def match(self, text: str) -> list[str] | None:
        """What stands for each run, the shortest that fits; None when the sentence is another one."""
        first, *inner, last = self.texts
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for part in inner:
            place = text.find(part, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(part)
        found.append(text[at:end])
        return found


class EnglishWords:
    """English for whole sentences of the core, by a catalogue `template -> English`. Answers are kept.

    `text` is for a sentence that stands alone, `phrase` for one that goes on in a sentence of the window.
    """

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self._words = {zh: en for zh, en in catalogue.items() if "{" not in zh}
        self._by_start: dict[str, list[_Template]] = {}
        for chinese, english in catalogue.items():
            if "{" in chinese:
                template = _compile(chinese, english)
                self._by_start.setdefault(template.texts[0][:1], []).append(template)
        self.text: Callable[[str], str] = lru_cache(_KEPT)(self._text)
        self.phrase: Callable[[str], str] = lru_cache(_KEPT)(self._find)

    def _text(self, chinese: str) -> str:
        """The sentence in English; each line for itself."""
        return "\n".join(_capital(line, self.phrase(line)) for line in chinese.split("\n"))

    def _find(self, text: str) -> str:
        """The best English: of the templates that fit, the one that leaves the least Chinese, the longest first."""
        if not _CHINESE.search(text):
            return text
        known = self._words.get(text)
        if known is not None:
            return known
        best, least = text, _left(text)
        for template in self._candidates(text):
            values = template.match(text)
            if values is None or (template.joins and not self._may_join(text, values)):
                continue
            said = self._fill(template, values)
            left = _left(said)
            if not left or (
                not template.joins and all("[" in one or not _left(self.phrase(one)) for one in values)
            ):
                return said
            if left < least:
                best, least = said, left
        return self._word_and_name(text) if best is text else best

    def _candidates(self, text: str) -> list[_Template]:
        starts = self._by_start.get(text[0], [])
        found = [one for one in (*starts, *self._by_start.get("", ())) if one.needle in text]
        found.sort(key=lambda one: (-one.weight, len(one.english)))
        return found

    def _may_join(self, text: str, values: Sequence[str]) -> bool:
        """A mark alone makes no sentence of ours: something beside it must be. What the broker says in brackets
        is not taken apart.
        """
        if "[" in text:
            return False
        return any(self.phrase(value) != value for value in values) or not any(map(_CHINESE.search, values))

    def _word_and_name(self, text: str) -> str:
        """`进场 贵州茅台`: one word of ours and a name."""
        word, space, name = text.partition(" ")
        known = self._words.get(word) if "[" not in name else None
        return f"{known}{space}{name}" if known is not None else text

    def _fill(self, template: _Template, found: Sequence[str]) -> str:
        values: dict[int, str] = {}
        for run, given in zip(template.runs, found, strict=True):
            values.update(zip(run, self._cut(given, len(run)), strict=True))
        said = ""
        for place, piece in enumerate(template.english):
            if isinstance(piece, str):
                empty = place > 0 and said[-1:] in ("", " ")  # no value before: one space is enough
                said += piece.lstrip() if empty else piece
                continue
            after = template.english[place + 1] if place + 1 < len(template.english) else ""
            said += self._fitted(values[piece], said, after if isinstance(after, str) else "")
        last = template.english[-1]
        return said if isinstance(last, str) or values[last] else said.rstrip()

    def _fitted(self, value: str, before: str, after: str) -> str:
        """A value in English, its first letter and its full stop as the place wants them."""
        said = self.phrase(value)
        if said == value:
            return value
        if before:
            said = _capital(value, said) if before.rstrip().endswith(_ENDS_SENTENCE) else _small(said)
        if said.endswith(".") and after.lstrip()[:1] in (*".,;:()",):
            said = said.removesuffix(".")
        return said

    def _cut(self, given: str, parts: int) -> list[str]:
        """Values that touch: cut where each is understood whole; else the last begins with the first Chinese."""
        if parts == 1:
            return [given]
        for at in range(len(given) + 1):
            values = [given[:at], *self._cut(given[at:], parts - 1)]
            if not any(_left(self.phrase(value)) for value in values):
                return values
        chinese = _CHINESE.search(given)
        at = chinese.start() if chinese is not None else 0
        return [given[:at], *[""] * (parts - 2), given[at:]]


def _compile(chinese: str, english: str) -> _Template:
    texts, runs = [""], list[tuple[int, ...]]()
    for piece in _pieces(chinese):
        if isinstance(piece, str):
            texts[-1] += piece
        elif runs and not texts[-1]:
            runs[-1] += (piece,)
        else:
            runs.append((piece,))
            texts.append("")
    constant = "".join(texts)
    return _Template(
        texts=tuple(texts),
        runs=tuple(runs),
        english=tuple(_pieces(english)),
        needle=max(texts, key=len),
        weight=_FIRST.get(constant, len(constant)),
        joins=len(constant.strip()) < 2,
    )


def _pieces(template: str) -> list[str | int]:
    """A template as texts and numbers of values."""
    found: list[str | int] = []
    for text, number, _, _ in Formatter().parse(template):
        if text:
            found.append(text)
        if number is not None:
            found.append(int(number))
    return found


def _left(text: str) -> int:
    return len(_CHINESE.findall(text))


def _capital(chinese: str, said: str) -> str:
    """A sentence of ours begins with a capital; one that begins with a name or a code keeps it as it is."""
    return said[:1].upper() + said[1:] if _CHINESE.match(chinese) else said


def _small(said: str) -> str:
    """Within a sentence: a small letter, but for names and abbreviations."""
    word = said.split(" ", 1)[0].rstrip(".,:;")
    return said[:1].lower() + said[1:] if word[1:].islower() and word not in _PROPER else said


# --- News ------------------------------------------------------------------------------------------------------


def in_english(news: n.News, words: EnglishWords) -> n.News:
    """The same news with its sentences in English; names of securities stay."""
    told = _TOLD.get(type(news))
    return news if told is None else told(news, words)


def _fields(*names: str) -> Callable[[Any, EnglishWords], Any]:
    def told(news: Any, words: EnglishWords) -> Any:
        return replace(news, **{name: words.text(getattr(news, name)) for name in names})

    return told


_VIEW = _fields("state_text", "protection_text")


def _state(news: n.DeskState, words: EnglishWords) -> n.DeskState:
    automation, source = words.text(news.automation_text), words.text(news.source)
    return replace(news, link_text=words.phrase(news.link_text), automation_text=automation, source=source)


def _feed(news: n.FeedNews, words: EnglishWords) -> n.FeedNews:
    sources = tuple(
        replace(source, name=words.text(source.name), text=words.text(source.text)) for source in news.sources
    )
    return replace(news, source=words.text(news.source), silent=words.text(news.silent), sources=sources)


def _views(news: n.ItemViewsNews, words: EnglishWords) -> n.ItemViewsNews:
    views: list[ItemView] = [_VIEW(view, words) for view in news.views]
    return replace(news, views=tuple(views))


def _decision(news: n.DecisionNews, words: EnglishWords) -> n.DecisionNews:
    decision: Decision = news.decision
    reasons = tuple(replace(reason, text=words.text(reason.text)) for reason in decision.reasons)
    return replace(news, decision=replace(decision, reasons=reasons))


def _order(news: n.OrderNews, words: EnglishWords) -> n.OrderNews:
    said, order = words.text(news.order.status_msg), news.order
    if said != order.status_msg:
        order = replace(order, status_msg=said)
    return replace(news, order=order, origin=words.text(news.origin))


_TOLD: dict[type[n.News], Callable[[Any, EnglishWords], n.News]] = {
    n.AlarmNews: _fields("title", "text"),
    n.BarsLoaded: _fields("error"),
    n.CommandAnswered: _fields("text"),
    n.DecisionNews: _decision,
    n.DeskState: _state,
    n.FeedNews: _feed,
    n.InstrumentsFound: _fields("note"),
    n.ItemViewsNews: _views,
    n.OrderNews: _order,
    n.RescaleNews: _fields("reason"),
    n.ServiceStopped: _fields("error"),
    n.TradeNews: _fields("origin"),
}


def read_words(path: Path = CATALOGUE) -> EnglishWords:
    """The catalogue of the program."""
    return EnglishWords(json.loads(path.read_text(encoding="utf-8"))["texts"])


def english_news(path: Path = CATALOGUE) -> Callable[[n.News], n.News]:
    """Puts news into English. The catalogue is read with the first of them, which is after the first frame."""
    words = cache(read_words)
    return lambda news: in_english(news, words(path))
