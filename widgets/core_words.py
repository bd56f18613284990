"""Words that come from the core as they are: findings about a field, names of boards, units."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def core_text(text: str) -> str:
    """`text` of the core in the window's language, for showing only; a Chinese desk shows it as it is.

    Sentences of the core are templates already filled, so no file of whole texts can hold them. A translator that
    answers the context Core knows their patterns (the desk installs it); nobody else is asked with that context.
    """
    return QCoreApplication.translate("Core", text)
