"""Starting a foreign program as `__main__`, with our own packages out of its way."""

from __future__ import annotations

import builtins
import importlib.util
import io
import os
import runpy
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path

from core.errors import BadInput

OURS = ("core", "desktop", "widgets", "resources", "tests")
_KEPT = ("__main__", "encodings", "xtquant")
"""Loaded before any program by Python itself, or by us with the stand-ins inside."""
GUARD = Path(__file__).resolve().parent / "guard"


@dataclass(frozen=True, slots=True)
class Program:
    """`folder` goes first on the path; `run` does not return when the program exits by itself. It raises BadInput when
    there is no such module: only then, with us out of the way, can that be known."""

    folder: Path
    run: Callable[[], None]


def find_program(words: Sequence[str], *, is_module: bool) -> Program:
    """The program of a command line: a file, a folder or zip with `__main__.py`, or a module. Raises BadInput."""
    name, *_ = words
    if not name:
        raise BadInput("没有给出要运行的程序：名字是空的。请检查命令里的变量。")
    if is_module:
        return Program(Path.cwd(), lambda: _run_module(words))
    path = Path(name)
    if not path.exists():
        raise BadInput(f"找不到程序 {name}。请检查路径；选项要写在程序之前。")
    if path.is_dir() and not (path / "__main__.py").is_file():
        raise BadInput(f"目录 {name} 里没有 __main__.py，不能作为程序运行。")
    real = Path(os.path.realpath(path))
    if real.is_dir() or real.suffix in (".zip", ".pyz"):
        return Program(real, lambda: _run_bundle(words))
    return Program(real.parent, lambda: _run_script(words))


def step_aside(root: Path, folder: Path) -> None:
    """Take our packages out of `sys.modules` and `root` off `sys.path`, and put the program's folder first.

    Where `root` holds other packages too (installed among them), it stays on the path and only ours are hidden. Code
    of ours that is already running keeps what it has imported.
    """
    if not sys.flags.safe_path and sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]
    shared = root.name in ("site-packages", "dist-packages")
    if not shared:
        sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != root]
    sys.path.insert(0, str(folder))
    # For the processes that the program starts: without us, and kept off a real terminal.
    given = os.environ.get("PYTHONPATH", "")
    kept = [entry for entry in given.split(os.pathsep) if entry and Path(entry).resolve() != root]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *kept])
    for name in list(sys.modules):
        if name.partition(".")[0] in OURS:
            del sys.modules[name]
    _forget_what_the_program_has(folder)
    if folder != root:
        sys.meta_path.insert(0, Hiding(root))


def _forget_what_the_program_has(folder: Path) -> None:
    """Let the program find its own `email.py` or `signal.py`, as it would if we had not loaded Python's before it.

    Built-in and frozen modules are found before any folder in any case.
    """
    try:
        entries = list(folder.iterdir())
    except OSError:  # no folder but a zip, or one that may not be listed
        return
    for entry in entries:
        name = entry.name.partition(".")[0]
        spec = getattr(sys.modules.get(name), "__spec__", None)
        if spec is None or name in _KEPT or spec.origin in ("built-in", "frozen"):
            continue
        if spec.origin is not None and folder in Path(spec.origin).parents:
            continue
        if entry.name == f"{name}.py" or (entry / "__init__.py").is_file():
            for loaded in [one for one in sys.modules if one.partition(".")[0] == name]:
                del sys.modules[loaded]


class Hiding(MetaPathFinder):
    """Finds packages of our names anywhere but in `root`, whatever way of installing put them within reach."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a foreign package of that name; None for other names. Raises ModuleNotFoundError."""
        if fullname not in OURS or path is not None:
            return None
        others = [entry for entry in sys.path if Path(entry or ".").resolve() != self._root]
        found = PathFinder.find_spec(fullname, others, target)
        for finder in sys.meta_path:
            if found is not None:
                return found
            if finder is not self and finder is not PathFinder:
                found = self._foreign(finder.find_spec(fullname, None, target))
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return found

    def _foreign(self, found: ModuleSpec | None) -> ModuleSpec | None:
        places = [] if found is None else [found.origin or "", *(found.submodule_search_locations or ())]
        ours = any(place and self._root in Path(place).resolve().parents for place in places)
        return None if ours else found


def _run_script(words: Sequence[str]) -> None:
    path = os.path.abspath(words[0])
    main = types.ModuleType("__main__")
    main.__dict__.update(
        __file__=path, __builtins__=builtins, __cached__=None, __loader__=SourceFileLoader("__main__", path)
    )
    sys.modules["__main__"] = main
    sys.argv[:] = words

    def run() -> None:
        with io.open_code(path) as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        exec(code, main.__dict__)

    _as_python_does(run, hidden=2)


def _run_bundle(words: Sequence[str]) -> None:
    sys.argv[:] = words
    _as_python_does(lambda: runpy.run_path(words[0], run_name="__main__"), hidden=2)


def _run_module(words: Sequence[str]) -> None:
    if not _is_there(words[0].partition(".")[0]):
        raise BadInput(f"找不到模块 {words[0]!r}。请检查名字，并在它所在的目录里运行。")
    sys.argv[:] = words
    _as_python_does(lambda: runpy.run_module(words[0], run_name="__main__", alter_sys=True), hidden=2)


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # one of ours, that is hidden; no name at all
        return False


def _as_python_does(run: Callable[[], object], *, hidden: int) -> None:
    """Run; an error of the program is printed without our frames (the first `hidden`), and the exit code is 1."""
    try:
        run()
    except SystemExit:
        raise
    except BaseException as error:  # process border: the interpreter's own last word
        trace = error.__traceback__
        for _ in range(hidden):
            trace = trace.tb_next if trace is not None else None
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        if isinstance(error, KeyboardInterrupt):
            sys.excepthook = lambda *_: None  # shown already; how the process ends is the interpreter's
            raise
        sys.exit(1)
