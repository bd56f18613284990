"""Keeps the processes that a program on the simulated MiniQMT starts away from a real terminal.

The simulated terminal lives in the program's own process. A worker or a reloader that it starts is a new Python without
the stand-ins: on a machine with MiniQMT it would find the real natives, and trade. Here xtquant can be imported, as a
worker that only calculates does with the program's file, and refuses to be used. This file stands alone: nothing of the
project is within reach where it is loaded.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

HERE = os.path.dirname(os.path.abspath(__file__))
SENTENCE = (
    "模拟 MiniQMT 只在启动它的那个进程里；程序另起的子进程没有模拟终端，为了不碰真实账户，"
    "这里不能使用 xtquant 的交易和行情。请让程序在一个进程里运行（不用多进程、多个 worker 或自动重载）。"
)


AT_IMPORT = {
    "rpc_init": 0,
    "register_create_nparray": None,
    "get_local_server_port": 0,
    "set_config_dir": None,
}
"""What xtquant's modules call while they are imported, with an answer that lets them."""


class NoTerminalHere(MetaPathFinder, Loader):
    """Stands in for xtquant's two native modules, wherever the package lies, and refuses every use."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """None for all other modules."""
        name = fullname.rpartition(".")[2]
        ours = name == "xtpythonclient" or (name == "datacenter" and _beside_xtdata(path))
        return ModuleSpec(fullname, self) if ours else None

    def exec_module(self, module: ModuleType) -> None:
        """A module that has any name and does nothing."""
        module.__dict__["__getattr__"] = _name_of_native


def _name_of_native(name: str) -> Callable[..., object]:
    if name.startswith("__"):
        raise AttributeError(name)

    def call(*_args: object, **_named: object) -> object:
        if name in AT_IMPORT:
            return AT_IMPORT[name]
        sys.stderr.write(f"{SENTENCE}\n")  # xtdata says only that it cannot connect
        raise RuntimeError(SENTENCE)

    return call


def _beside_xtdata(path: Sequence[str] | None) -> bool:
    return any(os.path.exists(os.path.join(folder, "xtdata.py")) for folder in path or ())


def _load_the_machines_own() -> None:
    """The `sitecustomize` that this one hides, where there is one."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if __name__ == "sitecustomize":
    sys.meta_path.insert(0, NoTerminalHere())
    _load_the_machines_own()
