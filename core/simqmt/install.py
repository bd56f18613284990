"""Puts the stand-ins in the place of xtquant's two native modules, before anything of xtquant uses them.

The modules stay for the life of the process; terminals come and go behind them. A trading client finds its terminal
by the path it is given, a data client takes the newest one.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from core.errors import ContractError, UserError
from core.simqmt.data.hub import DataHub
from core.simqmt.data.module import make_data_module
from core.simqmt.native.client import make_client_class
from core.simqmt.native.structs import MODULE, Surface
from core.simqmt.reception.front import Front
from core.simqmt.terminal import SimTerminal
from core.xtquant_package import import_xtquant

DATA_MODULE = "xtquant.datacenter"
_MARK = "simqmt_registry"
_OTHER_VERSION = "请换一个版本：pip install --upgrade xtquant"


class Registry:
    """Terminals behind one stand-in module."""

    def __init__(self) -> None:
        self._terminals: list[SimTerminal] = []
        self.any_path = False

    def add(self, terminal: SimTerminal, *, any_path: bool) -> None:
        """Serve this terminal until it closes."""
        if terminal not in self._terminals:
            self._terminals.append(terminal)
            terminal.on_close.append(lambda: self.remove(terminal))
        self.any_path = any_path

    def remove(self, terminal: SimTerminal) -> None:
        """Forget a terminal."""
        if terminal in self._terminals:
            self._terminals.remove(terminal)

    @property
    def current(self) -> SimTerminal | None:
        """The newest terminal."""
        return self._terminals[-1] if self._terminals else None

    def hub(self) -> DataHub | None:
        """The market data side of the newest terminal."""
        terminal = self.current
        return None if terminal is None else terminal.data

    def find(self, path: str) -> SimTerminal | None:
        """The terminal that owns the folder `path`, or one above or below it, whatever way the path is written."""
        asked = _real(path)
        for terminal in reversed(self._terminals):
            home = _real(terminal.path)
            if home == asked or home in asked.parents or asked in home.parents:
                return terminal
        return self.current if self.any_path else None

    def front(self, path: str) -> Front | None:
        """Where a client of this path asks."""
        terminal = self.find(path)
        return None if terminal is None else terminal.front


def _real(path: str | Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):  # no path that a system knows
        return Path(path)


def install(terminal: SimTerminal, trader: bool = True, data: bool = True, *, any_path: bool = False) -> None:
    """Serve `terminal` through the stand-ins; the first call must come before `xtquant.xttrader` is imported.

    `any_path` gives it to clients of every folder. Raises ContractError when the real natives are in place already.
    """
    wanted = [name for name, asked in ((MODULE, trader), (DATA_MODULE, data)) if asked]
    for name in wanted:
        _registry(name)
    package = import_package()
    for name in wanted:
        registry = _registry(name)
        if registry is None:
            registry = Registry()
            module = _trader_module(terminal.surface, registry) if name == MODULE else _data_module(registry)
            sys.modules[name] = module
            setattr(package, name.rpartition(".")[2], module)
        registry.add(terminal, any_path=any_path)
    _serve_elsewhere(wanted)
    _set_modules_aside()


def _serve_elsewhere(names: Sequence[str]) -> None:
    found = next((finder for finder in sys.meta_path if isinstance(finder, Elsewhere)), None)
    if found is None:
        found = Elsewhere()
        sys.meta_path.insert(0, found)
    for name in names:
        found.natives[name] = sys.modules[name]


@cache
def _set_modules_aside() -> None:
    """Once in a process: keep the collector of garbage from looking through what was imported until here.

    It stays for good; each look took some 20 ms, for which everything that a program waits for had to wait too.
    """
    gc.collect()
    gc.freeze()


class Elsewhere(MetaPathFinder, Loader):
    """Serves the stand-ins to a copy of xtquant inside a package of the program's own (`pkg.xtquant.xttrader`), and to a
    program that forgets xtquant and imports it anew.

    Where they come from the real natives lie too; with them the program would reach a real terminal.
    """

    def __init__(self) -> None:
        self.natives: dict[str, ModuleType] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The spec of a native; None for other modules and where the stand-in is not installed."""
        name = f"xtquant.{fullname.rpartition('.')[2]}"
        if name not in self.natives:
            return None
        user = "xttrader.py" if name == MODULE else "xtdata.py"
        return ModuleSpec(fullname, self) if any(Path(one, user).is_file() for one in path or ()) else None

    def exec_module(self, module: ModuleType) -> None:
        """The same classes and functions under the other name."""
        native = self.natives[f"xtquant.{module.__name__.rpartition('.')[2]}"]
        module.__dict__.update({k: v for k, v in vars(native).items() if not k.startswith("__")})


def uninstall(terminal: SimTerminal) -> None:
    """Serve this terminal no more; clients that have it keep it. The modules stay in place."""
    for name in (MODULE, DATA_MODULE):
        registry = _registry(name)
        if registry is not None:
            registry.remove(terminal)


def import_package(beside: Path | None = None) -> Any:
    """Import `xtquant` itself, guarded (`core.xtquant_package`); where none is installed, the copy in the folder `beside`.

    Raises UserError.
    """
    try:
        return import_xtquant()
    except ImportError as error:
        if error.name != "xtquant":
            raise UserError(f"xtquant 不能导入（{error}）。{_OTHER_VERSION}") from error
        if beside is None or not (beside / "xtquant" / "xttrader.py").is_file():
            raise UserError("没有安装 xtquant。请先安装：pip install xtquant") from error
    sys.path.insert(0, str(beside))
    try:
        return import_xtquant()
    except ImportError as error:
        raise UserError(f"{beside} 里的 xtquant 不能导入（{error}）。{_OTHER_VERSION}") from error
    finally:
        sys.path.remove(str(beside))


def import_needed(names: Sequence[str]) -> None:
    """Import what the stand-ins look up later. Raises UserError."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            cure = f"请安装或换一个版本：pip install --upgrade {name.partition('.')[0]}"
            raise UserError(f"{name} 不能导入（{error}）。{cure}") from error


def _registry(name: str) -> Registry | None:
    """The registry behind an installed stand-in; None when nothing is there yet."""
    module = sys.modules.get(name)
    user = "xtquant.xttrader" if name == MODULE else "xtquant.xtdatacenter"
    if module is None:
        if user in sys.modules:
            raise ContractError(f"{user} was imported before the simulated natives were installed")
        return None
    found = getattr(module, _MARK, None)
    if not isinstance(found, Registry):
        raise ContractError(f"the real {name} is in place; one process cannot have both")
    return found


def _trader_module(surface: Surface, registry: Registry) -> ModuleType:
    module = ModuleType(MODULE, "XtQuant Trade Client Python Extension Module")
    for name, cls in surface.classes.items():
        setattr(module, name, cls)
    client: Any = make_client_class(surface, registry.front)
    setattr(module, client.__name__, client)
    setattr(module, _MARK, registry)
    return module


def _data_module(registry: Registry) -> ModuleType:
    module = make_data_module(DATA_MODULE, registry.hub)
    setattr(module, _MARK, registry)
    return module
