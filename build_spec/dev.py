"""The two commands: start the desk, pass the tests. Standard library only.

    python build_spec/dev.py run  [arguments of dingpan]
    python build_spec/dev.py test [arguments of pytest, paths from the project's root] [--capabilities]

The first call checks the system (on Debian and Ubuntu it installs what Qt lacks), makes `.venv`, installs the
pinned dependencies by hash and the project itself. A stamp written last says that all of this is done and of
what, so that later calls start at once and a half-made environment is made again. Messages are plain ASCII:
this runs on consoles of which nothing is known.

Exit code: that of the desk or of pytest; 1 when installing failed, 2 when the caller must do something first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "build_spec" / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
STAMP = VENV / "dingpan.stamp"
OLDEST, NEWEST = (3, 11), (3, 13)
WINDOWS = os.name == "nt"
USAGE = "usage: python build_spec/dev.py {run [dingpan arguments] | test [--capabilities] [pytest arguments]}"

INSTALL_FAILED = """installing stopped at: {}
Its message is above. Close DingPan if it is running, look at the network, then repeat the same command."""


class Stop(Exception):
    """Nothing more can be done here; the text says what the caller can do."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


# --- Which Python ------------------------------------------------------------------------------------------


def python_fits(version: tuple[int, ...]) -> bool:
    """Whether the project runs on this version."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def python_complaint(version: tuple[int, ...], executable: str) -> str:
    """The sentence for a Python that is too old or too new, with what to do about it."""
    fact = "DingPan needs Python 3.11, 3.12 or 3.13; {} is Python {}.{}.".format(executable, *version[:2])
    if WINDOWS:
        return fact + " Install one of them from python.org, then type: py -3.13 build_spec\\dev.py ..."
    return (
        fact + " Install one of them (Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv), "
        "then type: python3.11 build_spec/dev.py ..."
    )


def fitting_python() -> list[str] | None:
    """The command of another Python on this machine that fits, newest first."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", f"-3.{minor}"] if WINDOWS else [f"python3.{minor}"]
        if shutil.which(command[0]) is None:
            continue
        probe = subprocess.run([*command, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            return command
    return None


def base_python() -> str:
    """The interpreter that makes `.venv`; never one that lives inside a virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


# --- The stamp ---------------------------------------------------------------------------------------------


def fingerprint(*parts: str | bytes) -> str:
    """One number for all of these parts."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def wanted_stamp(lock: Path, project: Path, root: Path) -> tuple[str, str]:
    """What a finished environment would be made of: (Python, place, packages), (project)."""
    return (
        fingerprint(lock.read_bytes(), sys.version, sys.base_prefix, str(root)),
        fingerprint(project.read_bytes()),
    )


def read_stamp(stamp: Path) -> tuple[str, str] | None:
    """The stamp of the last finished installation, or None where there is none or it cannot be read."""
    try:
        lines = stamp.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return None
    return (lines[0], lines[1]) if len(lines) == 2 else None


def write_stamp(parts: tuple[str, str], stamp: Path) -> None:
    """Replace the stamp in one step, so that a crash leaves the old one, a new one or none."""
    draft = stamp.with_suffix(".draft")
    draft.write_text("\n".join(parts) + "\n", encoding="ascii")
    os.replace(draft, stamp)


def work_to_do(wanted: tuple[str, str], found: tuple[str, str] | None, python_there: bool) -> str:
    """`"all"`, `"project"` (only this project's metadata changed) or `""`."""
    if not python_there or found is None or found[0] != wanted[0]:
        return "all"
    return "" if found[1] == wanted[1] else "project"


# --- Installing --------------------------------------------------------------------------------------------


def venv_python() -> Path:
    """The interpreter of the own environment."""
    return VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"


def install_commands(work: str, base: str, python: str) -> list[list[str]]:
    """The command lines that do the given work. pip refuses hashes for a folder, hence two calls."""
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    project = [*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    if work == "project":
        return [project]
    return [[base, "-m", "venv", "--clear", str(VENV)], [*pip, "--require-hashes", "-r", str(LOCK)], project]


def prepare() -> None:
    """Bring `.venv` up to date; returns at once where the stamp says it is.

    :raises Stop: where installing failed or the system lacks something that the caller must install.
    """
    wanted = wanted_stamp(LOCK, PROJECT, ROOT)
    work = work_to_do(wanted, read_stamp(STAMP), venv_python().exists())
    if not work:
        return
    if Path(sys.prefix).resolve() == VENV.resolve():
        hand_over([base_python(), *sys.argv])  # this very interpreter is about to be replaced
    if work == "all":
        check_system()
        say("installing the pinned dependencies into .venv (once, some minutes) ...")
    STAMP.unlink(missing_ok=True)
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    for command in install_commands(work, base_python(), str(venv_python())):
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            raise Stop(INSTALL_FAILED.format(subprocess.list2cmdline(command)), 1)
    write_stamp(wanted, STAMP)


def check_system() -> None:
    """On Linux: provide what no wheel brings, or stop and say what to install."""
    if not sys.platform.startswith("linux"):
        return
    import debian  # beside this file; not needed, so not read, on a call that starts at once

    lacking = debian.provide(say)
    if lacking:
        raise Stop(lacking)


# --- Starting ----------------------------------------------------------------------------------------------


def start_command(verb: str, arguments: list[str], python: str) -> list[str]:
    """The desk's or the tests' command line. `-P` keeps the caller's folder from shadowing our packages."""
    if verb == "run":
        return [python, "-P", "-m", "desktop", *arguments]
    return [python, "-m", "pytest", *arguments]


def start_environment(verb: str, environment: dict[str, str], platform: str = sys.platform) -> dict[str, str]:
    """Tests need no screen. The desk without one works on too (trading never needs the window), unseen."""
    chosen = "QT_QPA_PLATFORM" in environment
    screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    if not chosen and (verb == "test" or (platform.startswith("linux") and not screen)):
        return {**environment, "QT_QPA_PLATFORM": "offscreen"}
    return dict(environment)


def hand_over(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Become the given command where the system can, else run it and leave with its exit code."""
    environment = dict(os.environ) if environment is None else environment
    sys.stdout.flush()
    sys.stderr.flush()
    if not WINDOWS:
        os.execvpe(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue  # the child got it too and decides what it means


def say(text: str) -> None:
    """A line to the user, apart from what the command prints."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Run what the arguments ask for; returns the exit code."""
    if not argv or argv[0] not in ("run", "test"):
        print(USAGE, file=sys.stderr)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    if not python_fits(sys.version_info):
        other = fitting_python()
        if other is None:
            say(python_complaint(sys.version_info, sys.executable))
            return 2
        hand_over([*other, *sys.argv])
    try:
        prepare()
    except Stop as stop:
        say(str(stop))
        return stop.code
    except KeyboardInterrupt:
        say("interrupted; the next call starts installing again")
        return 130
    verb, arguments = argv[0], argv[1:]
    environment = start_environment(verb, dict(os.environ))
    if verb == "test":
        os.chdir(ROOT)
    elif environment.get("QT_QPA_PLATFORM") == "offscreen" and "QT_QPA_PLATFORM" not in os.environ:
        say("no display found (DISPLAY, WAYLAND_DISPLAY): the desk runs without a visible window")
    hand_over(start_command(verb, arguments, str(venv_python())), environment)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
