"""Make requirements.lock: exact versions and hashes for Linux, Windows and macOS on every Python we support.

    python build_spec/lock.py              keep the pinned versions, add or drop what pyproject.toml changed
    python build_spec/lock.py --upgrade    take the newest versions allowed
    python build_spec/lock.py --upgrade-package NAME

Needs the network: the resolver (uv) is installed into a temporary environment, never into `.venv`. It reads
the public registry and not this machine's pip settings, so that the hashes are those everybody else sees.
Further arguments go to `uv pip compile`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "build_spec" / "requirements.lock"
OLDEST_PYTHON = "3.11"
HEADER = """\
# Made by build_spec/lock.py from pyproject.toml and build_spec/requirements.in; do not edit by hand.
# Installed by build_spec/dev.py with --require-hashes.
"""


def compile_command(uv: str, extra: list[str]) -> list[str]:
    """The resolver's command line; its paths are relative so that nothing of this machine enters the lock."""
    return [
        *(uv, "pip", "compile", "pyproject.toml", "build_spec/requirements.in"),
        *("--extra", "dev", "--universal", "--python-version", OLDEST_PYTHON),
        *("--fork-strategy", "fewest", "--generate-hashes"),
        *("--no-header", "--no-emit-index-url", "--quiet", "--output-file", str(LOCK.relative_to(ROOT))),
        *extra,
    ]


def main(argv: list[str]) -> int:
    """Rewrite the lock file from an environment made anew."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        scripts = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([str(scripts / "python"), "-m", "pip", "install", "--quiet", "uv"], check=True)
        done = subprocess.run(compile_command(str(scripts / "uv"), argv), cwd=ROOT, check=False)
    if done.returncode == 0:
        LOCK.write_text(HEADER + LOCK.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
