"""The one guarded first import of the package `xtquant`; its modules are entered through the vendor doors above it.

Importing the package asks a package index for updates, with a timeout of ten seconds and a bare except. The check
needs `pkg_resources`, which is hidden meanwhile; it costs nothing where the index would have answered.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType

_CHECKER = "pkg_resources"
_importing = threading.Lock()  # two lanes may be the first at once, and both would hide and restore


def import_xtquant() -> ModuleType:
    """The package, imported with its update check disarmed. Raises ImportError when it is not installed."""
    with _importing:
        if "xtquant" in sys.modules:
            return sys.modules["xtquant"]
        absent = _CHECKER not in sys.modules
        hidden = sys.modules.get(_CHECKER)
        sys.modules[_CHECKER] = None  # type: ignore[assignment] # the documented way to forbid an import
        try:
            return importlib.import_module("xtquant")
        finally:
            if absent:
                sys.modules.pop(_CHECKER, None)
            else:
                sys.modules[_CHECKER] = hidden  # type: ignore[assignment] # what was there, None included
