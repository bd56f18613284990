"""What the programs of this folder share: a line of JSON for each step, and waiting for a condition."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn


def emit(step: str, **data: Any) -> None:
    """Tell the test what happened."""
    print(json.dumps({"step": step, **data}, ensure_ascii=False, default=str), flush=True)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 15.0) -> Any:
    """The first true value of the condition; ends the program when it does not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    emit("timeout", waited_for=what)
    sys.stderr.write(f"waited {seconds} s for {what}\n")
    return leave(3)


def leave(code: int = 0) -> NoReturn:
    """End now: traders that lost their session, or were never stopped, leave threads that do not end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
