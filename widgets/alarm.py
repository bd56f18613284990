"""Something the user should hear, as the bar and the inbox are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.enums import AlarmRank
from core.domain.market import Symbol


@dataclass(frozen=True, slots=True)
class Alarm:
    """`key` names the state it speaks of; the same key again renews it, and `cured` says that it is over."""

    key: str
    rank: AlarmRank
    title: str
    text: str
    time: datetime
    symbol: Symbol | None = None
    cured: bool = False
