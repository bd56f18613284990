"""The committed steps make exactly the tables that the statements are written for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from core.domain.enums import IntentState
from core.errors import JournalError
from core.storage import engine, opening, schema
from core.storage.store import Store


def test_the_steps_lead_to_the_schema(tmp_path: Path) -> None:
    migrated, wanted = tmp_path / "migrated.db", tmp_path / "wanted.db"
    Store(migrated, None, 50).close()
    made = create_engine(f"sqlite:///{wanted}", poolclass=NullPool)
    schema.metadata.create_all(made)

    def described(path: Path) -> dict[str, object]:
        with closing(sqlite3.connect(path)) as connection:
            tables = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                if row[0] != "alembic_version"
            ]
            columns = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}
            keys = {
                name: sorted(
                    (row[2], row[3], row[4], *connection.execute(f"PRAGMA index_info({row[1]})").fetchall())
                    for row in connection.execute(f"PRAGMA index_list({name})")
                )
                for name in tables
            }
            indexes = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
            ).fetchall()
            return {"columns": columns, "keys": keys, "indexes": indexes}

    assert described(migrated) == described(wanted)
    with create_engine(f"sqlite:///{migrated}", poolclass=NullPool).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_newest_step_is_the_one_the_program_expects(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [opening.HEAD]


def test_the_rule_of_the_trigger_names_every_live_state() -> None:
    live = tuple(state.value for state in IntentState if not state.is_final)
    assert live == schema.LIVE_STATES
    for table, column in (("uq_intents_live_trigger", "state"),):
        (index,) = [index for index in schema.intents.indexes if index.name == table]
        condition = str(index.dialect_options["sqlite"]["where"])
        assert f"{column} IN ({', '.join(repr(state) for state in live)})" in condition


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text(
        (engine.MIGRATIONS / "env.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (broken / "versions" / "r0001.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'r0001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    op.create_table('meta', sa.Column('name', sa.Text))\n"
        "    op.execute('INSERT INTO nowhere VALUES (1)')\n",
        encoding="utf-8",
    )
    path = tmp_path / "journal.db"
    with monkeypatch.context() as patched:
        patched.setattr(engine, "MIGRATIONS", broken)
        with pytest.raises(JournalError, match="nowhere"):
            Store(path, None, 50)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    Store(path, None, 50).close()
    assert opening.inspect(path, 50) == opening.HEAD
