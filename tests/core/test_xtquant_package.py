"""The guarded import, with versions of the package other than the installed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EAGER = """
import requests
from pkg_resources import get_distribution

def look():
    print(get_distribution("xtquant").version, requests.get("http://127.0.0.1:9", timeout=10))

try:
    look()
except:
    pass
"""
LATE = """
def look():
    import requests
    from pkg_resources import get_distribution
    print(get_distribution("xtquant").version, requests.get("http://127.0.0.1:9", timeout=10))

try:
    look()
except:
    pass
"""
IMPORT = """
import sys
from core.xtquant_package import import_xtquant
print(import_xtquant().__name__, [name for name in ("requests", "pkg_resources") if name in sys.modules])
"""


@pytest.mark.parametrize("check", [EAGER, LATE])
def test_no_version_of_the_update_check_asks_anyone_or_ends_the_import(tmp_path: Path, check: str) -> None:
    (tmp_path / "xtquant").mkdir()
    (tmp_path / "xtquant" / "__init__.py").write_text(check, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORT], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "xtquant []"), done.stderr
