"""QKA's QMTServer as its documentation starts it. A second one starts, on the next port, when a line comes on stdin."""

from __future__ import annotations

import sys
import threading

from qka.brokers.server import QMTServer
from steps import emit, leave


def main(path: str, port: int) -> None:
    for turn in range(2):
        server = QMTServer(account_id="88000001", mini_qmt_path=path, host="127.0.0.1", port=port + turn)
        emit("serving", token=server.token, port=port + turn)
        threading.Thread(target=server.start, daemon=True).start()
        if not sys.stdin.readline():
            break
    leave()


main(sys.argv[1], int(sys.argv[2]))
