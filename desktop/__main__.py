"""The `dingpan` command: the desk, or one of its head-less sub-commands."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from desktop.arguments import desk_process, parse


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    _speak_utf8()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["replay"]:
        from core.service.replay import main as replay

        return replay(arguments[1:])
    parsed = parse(arguments)
    gc.disable()  # imports make nothing that is garbage; the window collects it on its own thread later
    service = desk_process(parsed)
    service.start()  # it imports what is heavy beside us, while we import Qt and build the window
    try:
        from desktop.app import run_desk

        return run_desk(parsed, service)
    finally:
        service.stop()  # done already, unless the window could not be shown


def _speak_utf8() -> None:
    """A Chinese Windows prints in code page 936, and a windowed program has no stdout at all."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    raise SystemExit(main())
