"""Alembic's home: `env.py` and, in `versions`, one file per step of the schema, never changed once released.

Run by `core.storage.engine.migrate` when a journal's stored revision is not the newest. To add a step: change
`core/storage/schema.py`, write `versions/rNNNN_<words>.py` by hand after the last one, set `opening.HEAD`.
"""
