"""The terminal's file."""
