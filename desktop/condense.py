"""What a frame need not show twice: of news that only replace what is shown, the newest of a batch is enough."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.decision import ItemView
from core.service import news as n

_REPLACING = (n.DeskState, n.ClockNews, n.FeedNews, n.PositionsNews, n.AssetNews)


def condense(news: Iterable[n.News]) -> list[n.News]:
    """The same end with less work. Everything that adds to what is shown stays, and stays in order.

    States of items are told together, at the latest before a new watchlist.
    """
    given = list(news)
    last = {key: place for place, one in enumerate(given) if (key := _slot(one)) is not None}
    told: list[n.News] = []
    views: dict[str, ItemView] = {}
    for place, one in enumerate(given):
        if isinstance(one, n.ItemViewsNews):
            views.update((view.item_id, view) for view in one.views)
            continue
        if isinstance(one, n.ItemsNews) and views:
            told.append(n.ItemViewsNews(tuple(views.values())))
            views = {}
        key = _slot(one)
        if key is None or last[key] == place:
            told.append(one)
    if views:
        told.append(n.ItemViewsNews(tuple(views.values())))
    return told


def _slot(one: n.News) -> object:
    """What the news replaces on the screen, to compare with; None for news that add."""
    if isinstance(one, _REPLACING):
        return type(one)
    if isinstance(one, n.BarUpdated):
        return one.bar.symbol, one.bar.period, one.bar.time_ms
    return None
