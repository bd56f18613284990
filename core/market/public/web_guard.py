"""Every request of the helper process goes through here, also those that akshare makes by itself.

akshare calls `requests` without timeouts in many places, retries on its own and reads whatever comes. The guard
sits below it, in the adapter of `requests`: it asks for a permit, sets timeouts, bounds the whole answer in time
and size, tells rubbish and throttling from data, reports how it went, and can send a host to another address
(a local mirror, a test server). It is in force only while a job runs.
"""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from core.errors import SourceError
from core.market.public.source_names import Source, SourceFault, source_of_host

MAX_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_BANNED = frozenset({401, 403, 418, 429, 456})


@dataclass(frozen=True, slots=True)
class DoorOptions:
    """Timeouts in seconds, and where hosts really are.

    `timeout_s` bounds each wait on a socket, `total_s` one whole answer. `redirect` pairs an origin
    (`https://push2.eastmoney.com`, or `*` for all) with the origin that stands in for it.
    """

    timeout_s: float = 5.0
    total_s: float = 8.0
    redirect: tuple[tuple[str, str], ...] = ()


class Gate(Protocol):
    """Who grants requests and hears how they went."""

    def permit(self, source: Source) -> None:
        """Return when the request may leave; raises SourceError when it must not."""
        ...

    def outcome(self, source: Source, fault: SourceFault | None, elapsed_ms: int, text: str) -> None: ...


Check = Callable[[str, bytes], bytes]
"""(address, body) -> the body to use; raises SourceError for throttling and rubbish."""


class WebGuard:
    """The guard of one job. `last_body` is the newest good answer, for what a library throws away, of `last_source`."""

    def __init__(self, options: DoorOptions, gate: Gate, check: Check) -> None:
        self._options = options
        self._gate = gate
        self._check = check
        self.last_body = b""
        self.last_source = Source.OTHER

    def blame(self, fault: SourceFault, text: str) -> SourceError:
        """What looked like data turned out to be none: tell, and return the error to raise."""
        self._gate.outcome(self.last_source, fault, 0, text)
        return SourceError(text, source=self.last_source, fault=fault)

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """All requests of this process are guarded inside."""
        from requests.adapters import HTTPAdapter

        plain = HTTPAdapter.send

        def send(adapter: Any, request: Any, *_: Any, **options: Any) -> Any:
            return self._send(plain, adapter, request, **options)

        patched: Any = HTTPAdapter
        patched.send = send
        try:
            yield
        finally:
            patched.send = plain

    def _send(self, plain: Callable[..., Any], adapter: Any, request: Any, **options: Any) -> Any:
        address = str(request.url)
        source = source_of_host(urlsplit(address).hostname or "")
        self.last_source = source
        self._gate.permit(source)
        import requests
        import urllib3

        started = time.monotonic()
        try:
            options.update(stream=True, timeout=(self._options.timeout_s, self._options.timeout_s))
            if self._redirect(request, address):
                options["proxies"] = {}
            response = plain(adapter, request, **options)
            body = self._read(response, started, source)
            _judge_status(response.status_code, source)
            body = self._check(address, body) if response.status_code == 200 else body
        except (
            SourceError,
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
        ) as error:
            known = explained(error, source)
            self._gate.outcome(source, SourceFault(known.fault), _ms_since(started), str(known))
            if known is error:
                raise
            raise known from error
        self._gate.outcome(source, None, _ms_since(started), "")
        response._content = self.last_body = body
        response._content_consumed = True
        return response

    def _redirect(self, request: Any, address: str) -> bool:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        for wanted, target in self._options.redirect:
            if wanted in ("*", origin):
                request.url = target + address[len(origin) :]
                request.headers["Host"] = parts.netloc
                return True
        return False

    def _read(self, response: Any, started: float, source: Source) -> bytes:
        """The whole body within time and size. `read1` gives what is there, so a drip cannot hold us."""
        raw = response.raw
        read: Callable[..., bytes] = getattr(raw, "read1", raw.read)
        parts: list[bytes] = []
        size = 0
        try:
            while chunk := read(_CHUNK, decode_content=True):
                parts.append(chunk)
                size += len(chunk)
                if time.monotonic() - started > self._options.total_s:
                    text = f"{source}超过 {self._options.total_s:g} 秒还没有传完，已放弃。"
                    raise SourceError(text, source=source, fault=SourceFault.TIMEOUT)
                if size > MAX_BYTES:
                    text = f"{source}的答复大得不合理（超过 {MAX_BYTES // 1024 // 1024} MB），已放弃。"
                    raise SourceError(text, source=source, fault=SourceFault.GARBLED)
        except BaseException:
            raw.close()
            raise
        raw.release_conn()
        return b"".join(parts)


def _judge_status(status: int, source: Source) -> None:
    if status in _BANNED:
        text = f"{source}拒绝访问（HTTP {status}），可能请求太多。已放慢，稍后自动再试。"
        raise SourceError(text, source=source, fault=SourceFault.BANNED)
    if status >= 400:
        text = f"{source}的服务器出错（HTTP {status}），稍后自动再试。"
        raise SourceError(text, source=source, fault=SourceFault.STATUS)


def explained(error: Exception, source: Source) -> SourceError:
    """An error of the network as one of ours, by what it means."""
    if isinstance(error, SourceError):
        return error
    import requests
    import urllib3

    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        fault, what = SourceFault.TIMEOUT, "没有按时回答"
    elif isinstance(error, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)):
        fault, what = SourceFault.GARBLED, "的答复无法解压"
    else:
        fault, what = SourceFault.DROPPED, "的连接断了"
    text = f"{source}{what}（{type(error).__name__}）。请检查网络，程序会自动再试。"
    return SourceError(text, source=source, fault=fault)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
