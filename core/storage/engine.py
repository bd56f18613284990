"""The one door to SQLAlchemy's engine: a connection with our pragmas, and the schema brought to the newest step.

Alembic is imported only when there is a step to take.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from core.storage import failures, opening

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # On macOS a plain fsync leaves the data in the drive's cache; elsewhere this does nothing.
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
)


def connect(path: Path, busy_ms: int) -> Connection:
    """One connection for the life of the journal, used by one thread. Every transaction begins IMMEDIATE."""

    def raw() -> sqlite3.Connection:
        connection = sqlite3.connect(
            opening.uri(path, "rwc"), uri=True, timeout=busy_ms / 1000, isolation_level=None
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma).close()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=raw, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The driver's own begin is switched off (isolation_level None), so that DDL is transactional too.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine.connect()


def migrate(connection: Connection, path: Path, stored: str | None) -> None:
    """Bring the schema to `opening.HEAD`, all in one transaction; `stored` None makes it from nothing."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if stored is not None:
        known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
        if stored not in known:
            raise failures.newer(path, stored, opening.HEAD)
    with connection.begin():
        config.attributes["connection"] = connection
        connection.exec_driver_sql(f"PRAGMA application_id = {opening.APPLICATION_ID}")
        command.upgrade(config, "head")
