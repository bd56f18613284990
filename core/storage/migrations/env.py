"""Runs the steps on the connection that `core.storage.engine.migrate` hands over; the caller holds the transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
