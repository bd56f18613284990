"""The one guarded first import of the package `xtquant`; its modules are entered through the vendor doors above it.

Importing the package asks a package index for updates, with a timeout of ten seconds and a bare except. The check
needs `requests` and `pkg_resources`, in whose place stand modules meanwhile that fail when they are called, not when
they are imported: one version imports them outside its try. It costs nothing where the index would have answered.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

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
        sys.modules.update({name: _failing(name) for name in names})
        try:
            return importlib.import_module("xtquant")
        finally:
            for name, module in before.items():
                if module is _ABSENT:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module  # type: ignore[assignment] # what was there, None included


def _failing(name: str) -> ModuleType:
    """A module that has any name, each of them a function that fails."""

    def find(wanted: str) -> Callable[..., NoReturn]:
        if wanted.startswith("__"):
            raise AttributeError(wanted)

        def fail(*_args: object, **_named: object) -> NoReturn:
            raise ImportError(f"{name}.{wanted} is not to be used while xtquant is imported")

        return fail

    made = ModuleType(name)
    made.__dict__["__getattr__"] = find
    return made
