"""The struct classes of `xtquant.xtpythonclient`, built from `native_surface.json`.

The JSON has one row per stored value: its spellings (a trailing `-` means read-only), its type and its default. Whole
numbers have the binary's widths: `int` is 32 bits, `long` 64, `ulong` 64 without a sign. The
classes behave as the real binary's do (pybind11): both spellings are one value, types are checked at the assignment,
there is no `__dict__`, and objects can be neither pickled nor copied. The terminal writes read-only values with `make`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

MODULE = "xtquant.xtpythonclient"

_RANGES = {"int": (-(1 << 31), 1 << 31), "long": (-(1 << 63), 1 << 63), "ulong": (0, 1 << 64)}


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the client: its argument types as the binary states them, and its result type."""

    name: str
    args: tuple[str, ...]
    returns: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a class keeps its values: defaults in order, place of each spelling, writer and reader of the hidden slot."""

    defaults: list[Any]
    index: dict[str, int]
    store: Callable[[object, list[Any]], None]
    load: Callable[[object], list[Any]]


@dataclass(frozen=True, slots=True)
class Surface:
    """The native classes by name, and the client's methods by name."""

    version: str
    classes: dict[str, type]
    layouts: dict[str, Layout]
    methods: dict[str, Method]

    def make(self, name: str, /, **values: Any) -> Any:
        """An object as the terminal fills it: read-only values too, types trusted, unknown names KeyError."""
        layout = self.layouts[name]
        filled, index = layout.defaults.copy(), layout.index
        for field in values:
            filled[index[field]] = values[field]
        made: Any = object.__new__(self.classes[name])
        layout.store(made, filled)
        return made

    def has_field(self, name: str, field: str) -> bool:
        """Whether the class has this spelling."""
        return field in self.layouts[name].index


@cache
def load_surface() -> Surface:
    """The one set of classes of this process: a program compares and checks them by identity."""
    text = resources.files(__package__).joinpath("native_surface.json").read_text(encoding="utf-8")
    described = json.loads(text)
    built = {name: build_class(name, rows) for name, rows in described["classes"].items()}
    classes = {name: cls for name, (cls, _) in built.items()}
    layouts = {name: layout for name, (_, layout) in built.items()}
    methods = {
        name: Method(name, tuple(args), returns) for name, (args, returns) in described["client"].items()
    }
    return Surface(described["xtquant"], classes, layouts, methods)


def build_class(name: str, rows: list[tuple[str, str, Any]]) -> tuple[type, Layout]:
    """One struct class and its layout. Its values live in one hidden slot, in the order of `rows`."""
    defaults = [row[2] for row in rows]
    index: dict[str, int] = {}

    def init(self: object, *args: object, **kwargs: object) -> None:
        if args or kwargs:
            raise TypeError(_arguments(f"{MODULE}.{name}()", "__init__", args))
        store(self, defaults.copy())

    def reduce_ex(_self: object, _protocol: object) -> object:
        raise TypeError(f"cannot pickle '{MODULE}.{name}' object")

    body: dict[str, Any] = {
        "__slots__": ("values", "__weakref__"),
        "__module__": MODULE,
        "__qualname__": name,
        "__init__": init,
        "__reduce_ex__": reduce_ex,
    }
    cls = type(name, (), body)
    hidden: Any = cls.__dict__["values"]
    store: Callable[[object, list[Any]], None] = hidden.__set__
    load: Callable[[object], list[Any]] = hidden.__get__
    del cls.values, cls.__slots__, cls.__weakref__  # type: ignore[attr-defined]
    for position, (spellings, kind, _) in enumerate(rows):
        for spelling in spellings.split():
            plain = spelling.removesuffix("-")
            index[plain] = position
            setter = None if spelling.endswith("-") else _setter(name, kind, position, load)
            setattr(cls, plain, property(_getter(position, load), setter))
    return cls, Layout(defaults, index, store, load)


def _getter(position: int, load: Callable[[object], list[Any]]) -> Callable[[object], Any]:
    def get(self: object) -> Any:
        value = load(self)[position]
        return value.decode("utf-8") if type(value) is bytes else value

    return get


def _setter(
    owner: str, kind: str, position: int, load: Callable[[object], list[Any]]
) -> Callable[[object, Any], None]:
    convert = _CONVERTERS[kind]

    def put(self: object, value: Any) -> None:
        try:
            converted = convert(value)
        except (TypeError, ValueError, OverflowError, ArithmeticError):
            stated = f"(self: {MODULE}.{owner}, arg0: {_SHOWN.get(kind, kind)}) -> None"
            raise TypeError(_arguments(stated, "", (self, value))) from None
        load(self)[position] = converted

    return put


def _whole(kind: str) -> Callable[[Any], int]:
    least, end = _RANGES[kind]

    def to_int(value: Any) -> int:
        if type(value) is int and least <= value < end:
            return value
        if isinstance(value, float) or value is None or isinstance(value, str | bytes | bytearray):
            raise TypeError
        number = int(value)
        if not least <= number < end:
            raise OverflowError
        return number

    return to_int


def _to_float(value: Any) -> float:
    if type(value) is float:
        return value
    if isinstance(value, str | bytes | bytearray | memoryview):
        raise TypeError
    return float(value)


def _to_str(value: Any) -> str | bytes:
    """Bytes are taken as they are, and read back as UTF-8, so a broken text fails at the reading. The binary keeps C
    strings: they end with the first NUL."""
    if isinstance(value, str):
        text: str = value if type(value) is str else str.__str__(value)
        if not text.isascii():
            text.encode("utf-8")
        return text.partition("\0")[0] if "\0" in text else text
    if isinstance(value, bytes | bytearray):
        return bytes(value).partition(b"\0")[0]
    raise TypeError


def _to_bool(value: Any) -> bool:
    if value is None:
        return False
    if not hasattr(type(value), "__bool__"):
        raise TypeError
    return bool(value)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "int": _whole("int"),
    "long": _whole("long"),
    "ulong": _whole("ulong"),
    "float": _to_float,
    "str": _to_str,
    "bool": _to_bool,
}


_SHOWN = {"long": "int", "ulong": "int"}
"""What the binary calls its types, where we tell more apart."""


def argument_check(surface: Surface, kind: str) -> Callable[[object], bool]:
    """Tells whether a method argument of the stated native type takes a value."""
    if kind in surface.classes:
        cls = surface.classes[kind]
        return lambda value: isinstance(value, cls)
    if kind.startswith("Callable"):
        return lambda value: value is None or callable(value)
    if kind.startswith("list["):
        takes = argument_check(surface, kind[5:-1])
        return lambda value: isinstance(value, list | tuple) and all(map(takes, value))
    return partial(_converts, _CONVERTERS[kind])


def _converts(convert: Callable[[Any], Any], value: object) -> bool:
    try:
        convert(value)
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return False
    return True


def arguments_error(method: Method, values: tuple[object, ...]) -> TypeError:
    """The error of a method called with the wrong arguments."""
    client, *given = values
    kinds = [_SHOWN.get(kind, _qualified(kind)) for kind in method.args]
    stated = ", ".join(f"arg{place}: {kind}" for place, kind in enumerate(kinds))
    if method.name == "__init__":
        return TypeError(_arguments(f"{MODULE}.XtQuantAsyncClient({stated})", method.name, tuple(given)))
    itself = f"self: {MODULE}.XtQuantAsyncClient" + (", " if stated else "")
    return TypeError(_arguments(f"({itself}{stated}) -> {method.returns}", method.name, (client, *given)))


def _qualified(kind: str) -> str:
    """A stated type with the module of our classes, as the binary shows it."""
    return re.sub(r"\b(?!Callable\b|None\b)[A-Z]\w*", lambda found: f"{MODULE}.{found[0]}", kind)


def _arguments(signature: str, name: str, invoked: tuple[object, ...]) -> str:
    kind = "constructor" if name == "__init__" else "function"
    shown = ", ".join(map(repr, invoked))
    return (
        f"{name}(): incompatible {kind} arguments. The following argument types are supported:\n"
        f"    1. {signature}\n\nInvoked with: {shown}"
    )
