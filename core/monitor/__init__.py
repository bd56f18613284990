"""Levels to hits: compares the newest quotes with the levels of the watchlist."""
