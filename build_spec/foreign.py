"""Run published trading programs, unmodified, on the simulated MiniQMT. Standard library only.

    python build_spec/foreign.py [make] [name ...]     make or renew the programs' environments
    python build_spec/foreign.py test [pytest arguments]   the same, then run tests/foreign

Each program lives in an environment of its own, `.venv-foreign/<name>`, made of `tests/foreign/requirements-<name>.txt`;
their pins clash with each other and with ours. The lists are complete, so nothing is resolved and nothing else is
installed. A stamp written last says of what an environment was made. The tests themselves run in `.venv`
(`build_spec/dev.py`); where an environment is missing they are skipped and say so.

Exit code: that of pytest; 1 when installing failed, 2 when `.venv` is missing.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "foreign"
PLACE = ROOT / ".venv-foreign"
STAMP = "dingpan.stamp"
WINDOWS = os.name == "nt"
PARALLEL = 2
ATTEMPTS = 2


def names() -> list[str]:
    """Programs that have a list of requirements."""
    return sorted(path.stem.removeprefix("requirements-") for path in LISTS.glob("requirements-*.txt"))


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "Scripts" / "python.exe" if WINDOWS else folder / "bin" / "python"


def wanted_stamp(requirements: Path) -> str:
    """Of what an environment would be made: the list and this Python."""
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def is_made(name: str) -> bool:
    """Whether the environment is there and made of the present list."""
    folder, requirements = PLACE / name, LISTS / f"requirements-{name}.txt"
    stamp = folder / STAMP
    return python_of(folder).exists() and stamp.exists() and stamp.read_text() == wanted_stamp(requirements)


def commands(name: str) -> list[list[str]]:
    """The command lines that make one environment."""
    folder = PLACE / name
    base = getattr(sys, "_base_executable", None) or sys.executable
    pip = [
        str(python_of(folder)),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--quiet",
    ]
    return [
        [base, "-m", "venv", "--clear", str(folder)],
        [*pip, "--no-deps", "-r", str(LISTS / f"requirements-{name}.txt")],
    ]


def make(name: str) -> str:
    """Make one environment where it is not made yet; what went wrong, empty when nothing did."""
    if is_made(name):
        return ""
    started = time.monotonic()
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    for command in commands(name):
        for _ in range(ATTEMPTS):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                break
        else:
            return f"{name}: {subprocess.list2cmdline(command)}\n{done.stdout}{done.stderr}"
    (PLACE / name / STAMP).write_text(wanted_stamp(LISTS / f"requirements-{name}.txt"))
    say(f"{name}: installed in {time.monotonic() - started:.0f} s")
    return ""


def make_all(wanted: Sequence[str]) -> bool:
    """Make the environments, some at a time; False when one failed."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        problems = [problem for problem in pool.map(make, wanted) if problem]
    for problem in problems:
        say(problem)
    return not problems


def run_tests(arguments: Sequence[str]) -> int:
    """The group's tests, in the project's environment."""
    python = python_of(ROOT / ".venv")
    if not python.exists():
        say("no .venv yet; first: python build_spec/dev.py test")
        return 2
    command = [str(python), "-m", "pytest", "tests/foreign", "--durations=8", *arguments]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "DINGPAN_FOREIGN": str(PLACE)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def say(text: str) -> None:
    """A line to the user, apart from what the command prints."""
    print(f"foreign.py: {text}", file=sys.stderr, flush=True)


def main(argv: Sequence[str]) -> int:
    """See the module."""
    verb, *rest = argv or ["make"]
    known = names()
    if verb == "test":
        return run_tests(rest) if make_all(known) else 1
    if verb != "make" or not set(rest) <= set(known):
        print(
            f"usage: foreign.py [make [{' | '.join(known)}] ... | test [pytest arguments]]", file=sys.stderr
        )
        return 2
    return 0 if make_all(rest or known) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
