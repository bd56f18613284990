"""A local HTTP server that stands in for the public sources: answers, throttles, hangs, drops, sends rubbish.

Requests are told apart by the `Host` they were meant for and by path. Every request is remembered with its time.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Fault(Enum):
    """What the server does instead of answering well."""

    THROTTLE = "empty 200"
    HANG = "never answers"
    DROP = "closes the connection"
    CUT = "half of the body, then closes"
    TRUNCATED = "a third of the body, well framed"
    HTML = "a web page with status 200"
    BAD_GZIP = "says gzip, is not"
    DRIP = "a few bytes at a time, for ever"
    DRIP_HEADERS = "headers that never end, a few bytes at a time"
    FORBIDDEN = "403"
    BROKEN = "502"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whose machine it was meant for, where, with what, when (monotonic seconds)."""

    host: str
    path: str
    query: Mapping[str, str]
    at: float


Responder = Callable[[Asked], "bytes | str | dict[str, Any]"]


@dataclass
class _State:
    routes: list[tuple[str, str, Responder]] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)


class EastmoneyServer:
    """Use as a context manager. `origin` is the address to redirect to."""

    def __init__(self) -> None:
        state = self._state = _State()

        class Handler(_Handler):
            shared = state

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="eastmoney-server"
        )
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> EastmoneyServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._state.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def redirect(self) -> tuple[tuple[str, str], ...]:
        """For `DoorOptions`: every host is here."""
        return (("*", self.origin),)

    def serve(self, path: str, body: Responder | bytes | str | dict[str, Any], *, host: str = "") -> None:
        """Answer requests whose path starts with `path` and whose host ends with `host`; the newest rule wins."""
        responder = body if callable(body) else (lambda _: body)
        self._state.routes.insert(0, (host, path, responder))

    def break_down(self, fault: Fault | None, *, host: str = "") -> None:
        """From now on hosts that end with `host` do this; None ends it."""
        with self._state.lock:
            if fault is None:
                self._state.faults.pop(host, None)
            else:
                self._state.faults[host] = fault

    def forget(self) -> None:
        """Forget the requests so far, and what is served."""
        with self._state.lock:
            self._state.asked.clear()
            self._state.routes.clear()

    def asked(self, host: str = "") -> list[Asked]:
        """Requests so far to hosts that end with `host`."""
        with self._state.lock:
            return [one for one in self._state.asked if one.host.endswith(host)]


class _Handler(BaseHTTPRequestHandler):
    shared: _State

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked((self.headers.get("Host") or "").split(":")[0], parts.path, query, time.monotonic())
        state = self.shared
        with state.lock:
            state.asked.append(asked)
            fault = next((f for host, f in state.faults.items() if asked.host.endswith(host)), None)
        with contextlib.suppress(OSError):  # the client gave up
            self._answer(asked, fault)

    def _answer(self, asked: Asked, fault: Fault | None) -> None:
        state = self.shared
        if fault is Fault.HANG:
            while not state.closing.wait(0.02) and Fault.HANG in state.faults.values():
                pass
            self.close_connection = True
            return
        if fault is Fault.DROP:
            self.close_connection = True
            return
        if fault is Fault.FORBIDDEN or fault is Fault.BROKEN:
            self._send(b"<html>no</html>", status=403 if fault is Fault.FORBIDDEN else 502)
            return
        if fault is Fault.DRIP_HEADERS:
            self._drip_headers()
            return
        body = self._body(asked)
        if body is None:
            self._send(b"not found", status=404)
        elif fault is Fault.THROTTLE:
            self._send(throttled(asked))
        elif fault is Fault.HTML:
            self._send(b"<!DOCTYPE html><html><body>busy</body></html>", kind="text/html")
        elif fault is Fault.TRUNCATED:
            self._send(body[: len(body) // 3])
        elif fault is Fault.CUT:
            self._send(body[: len(body) // 2], length=len(body))
        elif fault is Fault.BAD_GZIP:
            self._send(b"\x1f\x8b\x08\x00rubbish" + body, encoding="gzip")
        elif fault is Fault.DRIP:
            self._drip(body)
        else:
            self._send(gzip.compress(body), encoding="gzip")

    def _body(self, asked: Asked) -> bytes | None:
        for host, path, responder in self.shared.routes:
            if asked.host.endswith(host) and asked.path.startswith(path):
                made = responder(asked)
                if isinstance(made, dict):
                    made = json.dumps(made, ensure_ascii=False)
                return made.encode() if isinstance(made, str) else made
        return None

    def _send(
        self,
        body: bytes,
        *,
        status: int = 200,
        kind: str = "application/json",
        encoding: str = "",
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _drip_headers(self) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while not self.shared.closing.wait(0.02) and Fault.DRIP_HEADERS in self.shared.faults.values():
            self.wfile.write(b"xxxx")
            self.wfile.flush()

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 20))
        self.end_headers()
        while not self.shared.closing.wait(0.02) and Fault.DRIP in self.shared.faults.values():
            self.wfile.write(body[:4])
            self.wfile.flush()


def throttled(asked: Asked) -> bytes:
    """A 200 with nothing in it, as East Money and Sina send it."""
    if "sina" in asked.host:
        return b""
    if "kline" in asked.path:
        return b'{"rc":0,"data":{"dktotal":0,"klines":[]}}'
    return b'{"rc":0,"data":null}'
