"""Recorded files that users have: bars and ticks."""
