"""Tables of the journal. Prices and money are integers of 1/10000 yuan, volumes shares, times ISO text (+08:00),
enums their values, `day` the Shanghai date. `seq` keeps the order of the writes.

A change here needs a new file in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

LIVE_STATES = ("COMMITTED", "SENT", "WORKING", "UNKNOWN")
"""Values of the IntentStates that are not final; a test keeps them equal to the enum."""


def _text(name: str, **options: object) -> Column[str]:
    return Column(name, Text, nullable=False, **options)  # type: ignore[arg-type]


def _int(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _bool(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _seq() -> Column[int]:
    return Column("seq", Integer, primary_key=True)


meta = Table("meta", metadata, Column("name", Text, primary_key=True), _text("value"))

counters = Table("counters", metadata, Column("day", Text, primary_key=True), _int("next_id"))

watch_items = Table(
    "watch_items",
    metadata,
    Column("item_id", Text, primary_key=True),
    _int("position"),
    _text("symbol"),
    Column("entry_low", Integer),
    Column("entry_high", Integer),
    Column("take_profit", Integer),
    Column("stop_loss", Integer),
    _bool("quant_enabled"),
    _text("max_position_pct"),
    _bool("auto_stop_loss"),
    _bool("auto_take_profit"),
    _int("min_trade_amount"),
    _bool("alerts"),
    _int("interval_s"),
    _text("group_name"),
    _text("note"),
    _text("extra"),
)

signals = Table(
    "signals",
    metadata,
    _seq(),
    _text("signal_id", unique=True),
    _text("day", index=True),
    _text("item_id"),
    _text("symbol"),
    _text("kind"),
    _text("time"),
    _int("price"),
    _int("level"),
)

decisions = Table(
    "decisions",
    metadata,
    _seq(),
    _text("decision_id", unique=True),
    _text("day", index=True),
    _text("signal_id"),
    _text("item_id"),
    _text("symbol"),
    _text("kind"),
    _text("time"),
    _text("outcome"),
    Column("price", Integer),
    _int("volume"),
    _text("intent_id"),
)

decision_reasons = Table(
    "decision_reasons",
    metadata,
    Column("decision_id", Text, ForeignKey("decisions.decision_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("code"),
    _text("text"),
    _bool("passed"),
)

intents = Table(
    "intents",
    metadata,
    _seq(),
    _text("intent_id", unique=True),
    _text("day", index=True),
    _text("account_id"),
    _text("symbol"),
    _text("side"),
    _int("volume"),
    _int("price"),
    _text("created"),
    _text("state", index=True),
    _text("item_id"),
    _text("signal_id"),
    Column("kind", Text),
    _text("trigger_key"),
    _int("order_id"),
    _int("filled"),
    _text("message"),
    # A fact that reached us outside the commit path (emergency file, a final intent that came back to life) is
    # recorded even where it breaks the rule of one live intent per trigger: hiding it would be worse.
    _bool("exempt"),
)

Index("ix_intents_trigger", intents.c.trigger_key, sqlite_where=text("trigger_key <> ''"))
Index(
    "uq_intents_live_trigger",
    intents.c.trigger_key,
    unique=True,
    sqlite_where=text(
        "trigger_key <> '' AND exempt = 0 AND state IN ('COMMITTED', 'SENT', 'WORKING', 'UNKNOWN')"
    ),
)

orders = Table(
    "orders",
    metadata,
    _seq(),
    _text("account_id"),
    _int("order_id"),
    _text("day", index=True),
    _text("symbol"),
    _text("order_sysid"),
    _text("time"),
    _text("side"),
    _int("volume"),
    _int("price"),
    _int("traded_volume"),
    _int("traded_price"),
    _int("status"),
    _text("status_msg"),
    _text("remark"),
    _int("price_type"),
    _text("strategy"),
    UniqueConstraint("account_id", "order_id", "day", name="uq_orders"),
)

trades = Table(
    "trades",
    metadata,
    _seq(),
    _text("account_id"),
    _text("trade_id"),
    _text("day", index=True),
    _text("symbol"),
    _int("order_id"),
    _text("time"),
    _text("side"),
    _int("price"),
    _int("volume"),
    _int("amount"),
    _text("remark"),
    _int("commission"),
    UniqueConstraint("account_id", "trade_id", "day", name="uq_trades"),
)
