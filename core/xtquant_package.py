"""The one guarded first import of the package `xtquant`; its modules are entered through the vendor doors above it.

Importing the package asks a package index for updates, with a timeout of ten seconds and a bare except. The check
needs `requests` and `pkg_resources`, which are hidden meanwhile; it costs nothing where the index would have answered.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType

_CHECKERS = ("requests", "pkg_resources")
"""What the check imports, in its order; without the first it ends before it costs a fifth of a second."""
_ABSENT = object()
_importing = threading.Lock()  # two lanes may be the first at once, and both would hide and restore


def import_xtquant() -> ModuleType:
    """The package, imported with its update check disarmed. Raises ImportError when it is not installed."""
    with _importing:
        if "xtquant" in sys.modules:
            return sys.modules["xtquant"]
        # What is loaded already costs nothing and may be in use: only the last one must be hidden in any case.
        names = [name for name in _CHECKERS if name not in sys.modules or name == _CHECKERS[-1]]
        before = {name: sys.modules.get(name, _ABSENT) for name in names}
        sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type] # the documented way to forbid an import
        try:
            return importlib.import_module("xtquant")
        finally:
            for name, module in before.items():
                if module is _ABSENT:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module  # type: ignore[assignment] # what was there, None included
