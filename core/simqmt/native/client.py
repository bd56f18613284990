"""The native client `XtQuantAsyncClient`: its 118 methods by name and arity over one small link to a terminal.

`ClientLink` is what happens behind a client: binds, numbers, the delivery thread. Which terminal it talks to is found
by the path given to the constructor; a path that no terminal owns behaves like a machine without a terminal.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Protocol

from core.simqmt.clockwork.conductor import Conductor, ParkToken
from core.simqmt.native.delivery import Delivery, Uncounted
from core.simqmt.native.requests import NOT_CONNECTED, Request, empty_answer
from core.simqmt.native.structs import MODULE, Method, Surface, argument_check, arguments_error


class Window(Protocol):
    """What a client needs of its terminal (`reception.front.Front`)."""

    clock: Conductor
    folder: Path | None

    def require_home(self) -> None:
        """Raise RuntimeError in a forked process."""
        ...

    def connect(self, link: ClientLink) -> int:
        """A client wants in: 0, or -1."""
        ...

    def drop(self, link: ClientLink) -> None:
        """A client stopped."""
        ...

    def submit(self, request: Request) -> None:
        """Take a request; its answer comes through `answer`."""
        ...


FindWindow = Callable[[str], Window | None]


class ClientLink:
    """One client's side: created with the native object, alive until `stop`."""

    def __init__(self, surface: Surface, front: Window | None, path: str, session: int) -> None:
        self.surface = surface
        self.front = front
        self.path = path
        self.session = session
        self.connected = False
        self.stopped = False
        self.accounts: set[str] = set()
        activity = front.clock if front is not None else Uncounted()
        self.delivery = Delivery(f"xtquant-{session}", activity, "delivery")
        self._binds: dict[str, Callable[..., object]] = {}
        self._numbers = itertools.count(1)
        # No lock: every step on it is one atomic operation of the dict, and whoever pops a request answers it.
        self._waiting: dict[int, tuple[Request, ParkToken | None]] = {}

    def next_seq(self) -> int:
        """Positive, never the same twice."""
        return next(self._numbers)

    def bind(self, name: str, callback: Callable[..., object] | None) -> None:
        """Set a callback; the last one wins."""
        if callback is None:
            self._binds.pop(name, None)
        else:
            self._binds[name] = callback

    def start(self) -> None:
        """Let the delivery thread run. As with the real one a file for each number is left in the folder (T54)."""
        self.delivery.start()
        if self.front is not None and self.front.folder is not None:
            with contextlib.suppress(OSError):  # nobody reads it
                (self.front.folder / f"down_queue_{self.session}").touch()

    def connect(self) -> int:
        """0 or -1."""
        if self.front is None or self.stopped:
            return -1
        self.front.require_home()
        return self.front.connect(self)

    def stop(self) -> None:
        """The end of this client: threads that are still blocked in a call are released, then nothing more comes."""
        if self.stopped:
            return
        self.stopped = True
        if self.front is not None:
            self.front.drop(self)
        self.release_waiting(blocked_only=True)
        self.delivery.stop()

    def request(self, name: str, seq: int, args: tuple[Any, ...]) -> int:
        """Take a request; its answer comes through the delivery thread. Its number, as from the binary, connected or not."""
        request = Request(self, name, seq, args, threading.current_thread().name)
        if self.front is None:
            self._waiting[seq] = (request, None)
            self.answer(request, empty_answer(self.surface, request, NOT_CONNECTED))
            return seq
        self.front.require_home()
        token = self.front.clock.parking()
        self._waiting[seq] = (request, token)
        self.front.submit(request)
        if token is not None:
            token.park()
        return seq

    def answer(self, request: Request, payload: object, *, again: bool = False) -> None:
        """Deliver the answer of a request, once; `again` a second time."""
        waiting = self._waiting.pop(request.seq, None)
        if waiting is not None:
            self._tell(request, payload, waiting[1])
        elif again and not self.stopped:
            self._tell(request, payload, None)

    def push(self, bind: str, *payload: object) -> None:
        """Deliver a push."""
        callback = self._binds.get(bind)
        if callback is not None and not self.stopped:
            self.delivery.put(callback, *payload)

    def release_waiting(self, *, blocked_only: bool) -> None:
        """Answer what a fault or a loss left unanswered: as it really went, else as not connected."""
        waiting = [pair for pair in self._waiting.copy().values() if pair[1] is not None or not blocked_only]
        for request, token in waiting:
            if self._waiting.pop(request.seq, None) is None:
                continue
            payload = request.answer if request.answered else None
            if payload is None:
                payload = empty_answer(self.surface, request, NOT_CONNECTED)
            self._tell(request, payload, token)

    def waiting(self) -> list[Request]:
        """Requests without an answer."""
        return [request for request, _ in self._waiting.copy().values()]

    def follow(self, executors: Iterable[Executor]) -> None:
        """Executors that the callbacks fill."""
        self.delivery.follow(executors)

    def _tell(self, request: Request, payload: object, token: ParkToken | None) -> None:
        callback = self._binds.get(request.bind)
        if callback is not None:
            self.delivery.put(callback, request.seq, payload, token=token)


def make_client_class(surface: Surface, find: FindWindow) -> type:
    """The class `XtQuantAsyncClient` whose objects find their front with `find(path)`."""
    links: Any = None
    check = _checker(surface, surface.methods["__init__"])

    def init(self: object, *args: Any, **named: Any) -> None:
        if named:
            raise arguments_error(surface.methods["__init__"], (self, *args))
        check(self, args)
        path, _, session = args
        text = path.decode("gb18030") if isinstance(path, bytes) else str(path)
        links.__set__(self, ClientLink(surface, find(text), text, session))

    def link_of(self: object) -> ClientLink:
        found: ClientLink = links.__get__(self)
        return found

    body: dict[str, Any] = {
        "__slots__": ("_link", "__weakref__"),
        "__module__": MODULE,
        "__init__": init,
        "__reduce_ex__": _no_pickle,
    }
    for name, method in surface.methods.items():
        if name != "__init__":
            body[name] = _client_method(surface, method, link_of)
    cls = type("XtQuantAsyncClient", (), body)
    links = cls.__dict__["_link"]
    return cls


def link_of_client(client: object) -> ClientLink:
    """The link behind a native client."""
    link: ClientLink = client._link  # type: ignore[attr-defined]
    return link


def _no_pickle(self: object, _protocol: object) -> object:
    raise TypeError(f"cannot pickle '{MODULE}.{type(self).__name__}' object")


def _client_method(
    surface: Surface, method: Method, link_of: Callable[[object], ClientLink]
) -> Callable[..., object]:
    action = _action(method.name)
    check = _checker(surface, method)

    def call(self: object, *args: Any) -> object:
        check(self, args)
        return action(link_of(self), *args)

    call.__name__ = method.name
    call.__qualname__ = f"XtQuantAsyncClient.{method.name}"
    call.__module__ = MODULE
    return call


def _action(name: str) -> Callable[..., object]:
    if name.startswith("bind"):
        return lambda link, callback: link.bind(name, callback)
    if name.endswith("WithSeq"):
        plain = name.removesuffix("WithSeq")
        return lambda link, seq, *args: link.request(plain, seq, args)
    plain_actions: dict[str, Callable[..., object]] = {
        "connect": ClientLink.connect,
        "init": lambda _link: None,
        "nextSeq": ClientLink.next_seq,
        "setTimeout": lambda _link, _timeout: None,
        "start": ClientLink.start,
        "stop": ClientLink.stop,
    }
    return plain_actions[name]


def _checker(surface: Surface, method: Method) -> Callable[[object, tuple[Any, ...]], None]:
    """Raises the binary's TypeError for a wrong number of arguments, or one of a wrong type."""
    takes = [argument_check(surface, kind) for kind in method.args]

    def check(client: object, given: tuple[Any, ...]) -> None:
        if len(given) == len(takes):
            for fits, value in zip(takes, given, strict=True):
                if not fits(value):
                    break
            else:
                return
        raise arguments_error(method, (client, *given))

    return check
