"""xtquant's native trading module: its structs and its client, what it is asked and what it is told."""
