"""What Qt and the virtual environment need of a Debian or Ubuntu system, and how to get it.

Standard library only. Libraries are looked for by loading them, the way Qt will, since package names change
between releases.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# What PySide6's QtCore, QtGui, QtWidgets, QtNetwork and xcb platform plugin name as NEEDED and do not bring.
# Newer package names first: 64-bit time renamed some.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libX11.so.6": ("libx11-6",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2",),
    "libxcb.so.1": ("libxcb1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xinerama.so.0": ("libxcb-xinerama0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}
CHINESE_FONTS = ("fonts-noto-cjk", "fonts-wqy-microhei")
CHINESE_FONT_FILE = re.compile(
    r"cjk|wqy|source ?han|droidsansfallback|uming|ukai|msyh|simsun|simhei|(noto|harmony).*(sc|hans)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Need:
    """Something missing, and the packages that bring it: the first that this release knows is taken."""

    what: str
    packages: tuple[str, ...]


def missing(
    has_library: Callable[[str], bool], has_ensurepip: bool, has_chinese_font: bool, python: tuple[int, int]
) -> list[Need]:
    """What a desk needs and this machine lacks, given what was found."""
    needs = [Need(soname, packages) for soname, packages in LIBRARIES.items() if not has_library(soname)]
    if not has_ensurepip:
        needs.append(Need("venv with pip", ("python{}.{}-venv".format(*python), "python3-venv")))
    if not has_chinese_font:
        needs.append(Need("a Chinese font", CHINESE_FONTS))
    return needs


def choose_packages(needs: Iterable[Need], known: Callable[[str], bool]) -> list[str]:
    """One package per need; where the release knows none (no package lists yet) the oldest name, which newer
    releases still answer to, except for fonts and venv whose first name is the better guess.
    """
    names = []
    for need in needs:
        guess = need.packages[-1] if need.what in LIBRARIES else need.packages[0]
        names.append(next((name for name in need.packages if known(name)), guess))
    return list(dict.fromkeys(names))


def install_arguments(packages: list[str]) -> list[str]:
    """The command line that installs packages."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def line_to_type(packages: list[str], root: bool, has_sudo: bool) -> str:
    """The exact line for the user's shell."""
    both = f"apt-get update && {' '.join(install_arguments(packages))}"
    if root:
        return both
    return both.replace("apt-get", "sudo apt-get") if has_sudo else f"su -c '{both}'"


# --- Asking this machine -----------------------------------------------------------------------------------


def library_loads(soname: str) -> bool:
    """Whether the dynamic loader finds a library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def chinese_font_installed() -> bool:
    """Whether any file of the usual font folders is a font with Chinese letters."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", data / "fonts")
    files = (name for folder in folders for _, _, names in os.walk(folder) for name in names)
    return any(CHINESE_FONT_FILE.search(name) for name in files)


def package_known(name: str) -> bool:
    """Whether the package lists of this machine name a package."""
    return _quiet("apt-cache", "show", "--quiet=2", name)


def missing_here() -> list[Need]:
    """What this very machine lacks."""
    importlib.invalidate_caches()
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    return missing(library_loads, has_ensurepip, chinese_font_installed(), sys.version_info[:2])


def _quiet(*command: str) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def provide(say: Callable[[str], None]) -> str:
    """Install what is missing where this user may.

    :returns: "" when all is there, else the sentence to show
    """
    needs = missing_here()
    if not needs:
        return ""
    lacking = ", ".join(need.what for need in needs)
    if shutil.which("apt-get") is None:
        say(f"this system seems to lack {lacking}; DingPan's window may not open until they are installed")
        return ""
    root, sudo = os.geteuid() == 0, shutil.which("sudo") is not None
    if not root and not (sudo and _quiet("sudo", "-n", "true")):
        line = line_to_type(choose_packages(needs, package_known), root, sudo)
        return f"this system lacks {lacking}. Type this line, then repeat the command:\n\n    {line}\n"
    prefix = [] if root else ["sudo", "-n"]
    say("installing system packages for " + lacking)
    subprocess.run([*prefix, "apt-get", "update", "--quiet=2"], check=False)  # old lists may still serve
    packages = choose_packages(needs, package_known)
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *install_arguments(packages)]
    subprocess.run(command, check=False)
    still = missing_here()
    if not still:
        return ""
    line = line_to_type(choose_packages(still, package_known), root, sudo)
    lacking = ", ".join(need.what for need in still)
    return f"this system still lacks {lacking}; apt-get said why. This line should help:\n\n    {line}\n"
