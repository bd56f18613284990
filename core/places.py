"""Where a desk keeps its files. Light: the window imports it before anything heavy."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def default_data_dir(platform: str = sys.platform) -> Path:
    """Where the journal and the logs live when nothing else is said, by operating system."""
    if platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "DingPan"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "DingPan"
    # The XDG standard has relative paths ignored.
    shared = os.environ.get("XDG_DATA_HOME", "")
    return (Path(shared) if Path(shared).is_absolute() else Path.home() / ".local" / "share") / "dingpan"


def data_dir(chosen: Path | None = None) -> Path:
    """The folder that was chosen on the command line, else by `DINGPAN_DATA_DIR`, else the system's place."""
    if chosen is not None:
        return chosen
    named = os.environ.get("DINGPAN_DATA_DIR", "")
    return Path(named).expanduser() if named else default_data_dir()
