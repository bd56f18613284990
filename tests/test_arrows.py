"""The vendor's two modules have one door each; import-linter cannot tell submodules of other packages apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOORS = {"xtquant.xttrader": "core.broker.vendor", "xtquant.xtdata": "core.market.xtdata.vendor"}


def imported(source: str) -> Iterator[str]:
    """Dotted names that a module imports, at any depth, `import_module("...")` with a literal included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"}:
                yield str(node.args[0].value)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize(("vendor", "door"), DOORS.items())
def test_a_vendor_module_has_one_door(vendor: str, door: str) -> None:
    files = [path for top in ("core", "desktop", "widgets") for path in (ROOT / top).rglob("*.py")]
    assert files
    users = {module_name(path) for path in files if vendor in imported(path.read_text(encoding="utf-8"))}
    assert users <= {door}


@pytest.mark.parametrize(
    "source",
    [
        "import xtquant.xtdata",
        "from xtquant import xtdata",
        "from xtquant.xtdata import get_full_tick",
        "def late():\n    from xtquant import xtdata as quotes",
        "importlib.import_module('xtquant.xtdata')",
    ],
)
def test_every_way_to_import_is_seen(source: str) -> None:
    assert "xtquant.xtdata" in set(imported(source))
