"""What outlives the process: the journal behind `core.ports.Journal`, the emergency file, the keyring.

Importing this package costs nothing: SQLAlchemy and Alembic are loaded on the storage lane when a journal opens.
"""
