"""The first journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _int(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _optional_int(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer) for name in names]


def _bool(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean, nullable=False) for name in names]


def _seq() -> sa.Column[int]:
    return sa.Column("seq", sa.Integer, primary_key=True)


def upgrade() -> None:
    """Make every table and index."""
    _watchlist()
    _signals_and_decisions()
    _intents()
    _orders_and_trades()


def _watchlist() -> None:
    op.create_table("meta", sa.Column("name", sa.Text, primary_key=True), *_text("value"))
    op.create_table("counters", sa.Column("day", sa.Text, primary_key=True), *_int("next_id"))
    op.create_table(
        "watch_items",
        sa.Column("item_id", sa.Text, primary_key=True),
        *_int("position"),
        *_text("symbol"),
        *_optional_int("entry_low", "entry_high", "take_profit", "stop_loss"),
        *_bool("quant_enabled"),
        *_text("max_position_pct"),
        *_bool("auto_stop_loss", "auto_take_profit"),
        *_int("min_trade_amount"),
        *_bool("alerts"),
        *_int("interval_s"),
        *_text("group_name", "note", "extra"),
    )


def _signals_and_decisions() -> None:
    op.create_table(
        "signals",
        _seq(),
        *_text("signal_id", "day", "item_id", "symbol", "kind", "time"),
        *_int("price", "level"),
        sa.UniqueConstraint("signal_id"),
    )
    op.create_table(
        "decisions",
        _seq(),
        *_text("decision_id", "day", "signal_id", "item_id", "symbol", "kind", "time", "outcome"),
        *_optional_int("price"),
        *_int("volume"),
        *_text("intent_id"),
        sa.UniqueConstraint("decision_id"),
    )
    op.create_table(
        "decision_reasons",
        sa.Column(
            "decision_id",
            sa.Text,
            sa.ForeignKey("decisions.decision_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        *_text("code", "text"),
        *_bool("passed"),
    )
    op.create_index("ix_signals_day", "signals", ["day"])
    op.create_index("ix_decisions_day", "decisions", ["day"])


def _intents() -> None:
    op.create_table(
        "intents",
        _seq(),
        *_text("intent_id", "day", "account_id", "symbol", "side"),
        *_int("volume", "price"),
        *_text("created", "state", "item_id", "signal_id"),
        sa.Column("kind", sa.Text),
        *_text("trigger_key"),
        *_int("order_id", "filled"),
        *_text("message"),
        *_bool("exempt"),
        sa.UniqueConstraint("intent_id"),
    )
    op.create_index("ix_intents_day", "intents", ["day"])
    op.create_index("ix_intents_state", "intents", ["state"])
    op.create_index(
        "ix_intents_trigger", "intents", ["trigger_key"], sqlite_where=sa.text("trigger_key <> ''")
    )
    op.create_index(
        "uq_intents_live_trigger",
        "intents",
        ["trigger_key"],
        unique=True,
        sqlite_where=sa.text(
            "trigger_key <> '' AND exempt = 0 AND state IN ('COMMITTED', 'SENT', 'WORKING', 'UNKNOWN')"
        ),
    )


def _orders_and_trades() -> None:
    op.create_table(
        "orders",
        _seq(),
        *_text("account_id"),
        *_int("order_id"),
        *_text("day", "symbol", "order_sysid", "time", "side"),
        *_int("volume", "price", "traded_volume", "traded_price", "status"),
        *_text("status_msg", "remark"),
        *_int("price_type"),
        *_text("strategy"),
        sa.UniqueConstraint("account_id", "order_id", "day", name="uq_orders"),
    )
    op.create_table(
        "trades",
        _seq(),
        *_text("account_id", "trade_id", "day", "symbol"),
        *_int("order_id"),
        *_text("time", "side"),
        *_int("price", "volume", "amount"),
        *_text("remark"),
        *_int("commission"),
        sa.UniqueConstraint("account_id", "trade_id", "day", name="uq_trades"),
    )
    op.create_index("ix_orders_day", "orders", ["day"])
    op.create_index("ix_trades_day", "trades", ["day"])
