"""News of the service in English: which of their fields are sentences. How a sentence is put into English is told in
`english_words.py`; its catalogue is `resources/translations/core_en.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import resources
from core.domain.decision import Decision, ItemView
from core.service import news as n
from desktop.english_words import EnglishWords

CATALOGUE = Path(resources.__file__ or "").with_name("translations") / "core_en.json"


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
