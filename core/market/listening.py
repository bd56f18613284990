"""What a source tells while nobody listens yet."""

from __future__ import annotations


def unheard(told: object) -> None:
    """Stands in the place of a listener until one is set."""
    del told
