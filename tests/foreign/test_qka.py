"""QKA 1.9.0, unmodified: its QMTServer on the simulated terminal, its QMTClient over real HTTP in another process."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from tests.foreign.running import (
    ACCOUNT,
    PROGRAMS,
    command,
    environment,
    held,
    steps_of,
    terminal_of,
)


def free_ports() -> int:
    """The first of two neighbours that nobody uses."""
    for port in range(18_000, 19_000):
        try:
            for place in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", place))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


def start(words: list[str], work: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    with (work / "errors.txt").open("a", encoding="utf-8") as errors:
        return subprocess.Popen(
            words, cwd=work, env=environment(work), stdin=pipe, stdout=pipe, stderr=errors, text=True,
            encoding="utf-8",
        )  # fmt: skip


def test_qka_serves_a_day_over_http(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    python, port = python_of("qka"), free_ports()
    folder, server_work, client_work = tmp_path / "sim", tmp_path / "server", tmp_path / "client"
    server = start(
        command(
            python,
            PROGRAMS / "qka_server_program.py",
            str(tmp_path / "userdata_mini"),
            str(port),
            folder=folder,
            faults=[{"fault": "disconnect_after", "on": "orderStock", "nth": 7}],
            work=server_work,
        ),
        server_work,
    )
    killer = threading.Timer(100, server.kill)
    killer.start()
    client: subprocess.Popen[str] | None = None
    try:
        assert server.stdin is not None
        assert server.stdout is not None
        token = ""
        for line in server.stdout:
            if line.startswith('{"step": "serving"'):
                token = json.loads(line)["token"]
                break
        urls = [f"http://127.0.0.1:{port + turn}" for turn in range(2)]
        words = command(
            python, PROGRAMS / "qka_client_program.py", *urls, token, folder=None, work=client_work
        )
        client = start(words, client_work)
        assert client.stdout is not None
        lines = []
        for line in client.stdout:
            lines.append(line)
            if line.startswith('{"step": "start_another"'):
                server.stdin.write("another\n")
                server.stdin.flush()
        code = client.wait()
    finally:
        killer.cancel()
        for process in (client, server):
            if process is not None:
                process.kill()
                process.communicate()
    steps = {step["step"]: step for step in steps_of("".join(lines))}
    words_of_both = "".join((work / "errors.txt").read_text() for work in (server_work, client_work))
    assert code == 0, f"{steps}\n{words_of_both[-4000:]}"
    assert steps["asked"]["asset"]["cash"] == 1_000_000
    assert [item["stock_code"] for item in steps["asked"]["positions"]] == ["600000.SH"]
    assert "401" in steps["wrong_token"]["error"]
    assert (steps["bought"]["volume"], steps["bought"]["price"]) == (300, 10.0)
    assert steps["cancelled"]["result"] == 0
    assert steps["cancelled"]["open"] == []
    position = steps["sold"]["positions"][0]
    assert (position["volume"], position["can_use_volume"]) == (1000, 600)
    assert steps["sold"]["market"]["price_type"] == 88, "the broker's code of the fifth-level order"
    assert steps["refused"]["numbers"]["cash"] > 0
    assert steps["refused"]["numbers"]["lots"] == -1
    assert steps["refused"]["state"] == 57
    assert steps["disconnected"]["orders"] == [], (
        "an empty list, not an error: the trap that a user meets here"
    )
    assert steps["reconnected"]["trades"] == 5
    with terminal_of(folder) as terminal:
        assert [trade.volume for trade in terminal.trades(ACCOUNT)] == [300, 400, 100, 100, 100]
        assert held(terminal, "600000.SH") == 1200 - 100 + 100
