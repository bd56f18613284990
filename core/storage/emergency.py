"""The emergency file: where a stop-loss intent becomes durable when the journal cannot be written.

64 KiB are written when the file is opened, so that a full disk does not stop the next stop. One page holds one
record; a record counts only when its checksum is right, and a page that holds anything is never written again until
the file is cleared, after its records are in the journal.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from core.domain.trading import Intent
from core.errors import JournalError
from core.storage import failures, rows

FILE_SIZE = 64 * 1024
PAGE_SIZE = 1024
CAPACITY = FILE_SIZE // PAGE_SIZE - 1

_FILE_MAGIC = b"DingPan emergency 1\n".ljust(PAGE_SIZE, b"\x00")
_RECORD_MAGIC = b"DPI1"
_HEAD = struct.Struct("<4sHI")  # magic, length of the text, checksum of length and text
_EMPTY = bytes(PAGE_SIZE)

if sys.platform == "darwin":
    import fcntl

    def _sync(fd: int) -> None:
        # A plain fsync leaves the data in the drive's cache there.
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
else:
    _sync = os.fsync


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits to be merged: whole records in order, the numbers (from 1) of pages that are not whole, the last
    page in use.

    A page that is not whole was being written when the program died: its order was never sent.
    """

    intents: tuple[Intent, ...]
    torn: tuple[int, ...]
    through: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: ids new to the journal, ids it had already, pages that were not whole."""

    adopted: tuple[str, ...]
    known: tuple[str, ...]
    torn: tuple[int, ...]


class Adopter(Protocol):
    """The part of the journal that a merge needs."""

    async def adopt_intents(self, intents: Sequence[Intent]) -> tuple[str, ...]: ...


class EmergencyFile:
    """An open emergency file. May be used from any thread; every method is durable when it returns.

    Raises JournalError. A file that is not ours is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._fd = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            self._prepare()
            self._next = max(self._used(), default=0) + 1
        except OSError as error:
            self.close()
            raise failures.system(path, error, "打开") from error
        except BaseException:
            self.close()
            raise

    def append(self, intent: Intent) -> None:
        """Write one intent and wait for the disk. Raises JournalError: then the order must not be sent."""
        page = _encode(intent)
        with self._guard:
            if self._next > CAPACITY:
                raise JournalError(
                    f"应急文件 {self._path} 已写满 {CAPACITY} 条，{intent.intent_id} 没有写入也不能发送。"
                    "请恢复日志数据库的写入，记录会自动并入并腾出位置。"
                )
            number = self._next
            # Taken before it is written: after a failure the page may hold half a record.
            self._next += 1
            self._write(number, page)

    def pending(self) -> Pending:
        """All records that were not cleared."""
        intents: list[Intent] = []
        torn: list[int] = []
        with self._guard:
            used = self._used()
        for number, page in used.items():
            intent = _decode(page, self._path)
            if intent is None:
                torn.append(number)
            else:
                intents.append(intent)
        return Pending(tuple(intents), tuple(torn), max(used, default=0))

    def clear(self, through: int = CAPACITY) -> None:
        """Empty the pages up to and including `through`; what was appended after them stays."""
        with self._guard:
            cleared = min(through, self._next - 1)
            if cleared > 0:
                self._write(1, _EMPTY * cleared)
            if self._next - 1 <= through:
                self._next = 1

    def close(self) -> None:
        """Close the file; closing twice is allowed."""
        with self._guard:
            fd, self._fd = self._fd, -1
            if fd >= 0:
                os.close(fd)

    def _prepare(self) -> None:
        data = self._read()
        head = data[:PAGE_SIZE]
        if head and head != _FILE_MAGIC and head.strip(b"\x00"):
            raise JournalError(
                f"{self._path} 不是盯盘的应急文件或已损坏，没有作任何改动。请把它移到别处保存，然后重新启动。"
            )
        if len(data) < FILE_SIZE:
            # Real zeros, not a hole: the disk must have given the space.
            self._write_at(len(data), bytes(FILE_SIZE - len(data)))
        if head != _FILE_MAGIC:
            self._write_at(0, _FILE_MAGIC)
            _sync_folder(self._path.parent)

    def _used(self) -> dict[int, bytes]:
        """Pages that hold anything, by number."""
        data = self._read()
        pages = {
            number: data[number * PAGE_SIZE : (number + 1) * PAGE_SIZE] for number in range(1, CAPACITY + 1)
        }
        return {number: page for number, page in pages.items() if page != _EMPTY}

    def _read(self) -> bytes:
        self._require_open()
        os.lseek(self._fd, 0, os.SEEK_SET)
        parts = []
        left = FILE_SIZE
        while left and (part := os.read(self._fd, left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _write(self, page_number: int, data: bytes) -> None:
        self._require_open()
        try:
            self._write_at(page_number * PAGE_SIZE, data)
        except OSError as error:
            raise failures.system(self._path, error, "写入") from error

    def _write_at(self, offset: int, data: bytes) -> None:
        os.lseek(self._fd, offset, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        _sync(self._fd)

    def _require_open(self) -> None:
        if self._fd < 0:
            raise JournalError(f"应急文件 {self._path} 没有打开，不能读写。请重新启动盯盘。")


async def merge(file: EmergencyFile, journal: Adopter) -> Merged:
    """Bring what waits in the emergency file into the journal, then clear it.

    Safe to run again after a crash at any point: the journal knows an intent by its id. What is appended meanwhile
    stays for the next merge. Reading and clearing block the calling thread about as long as a commit.
    """
    pending = file.pending()
    adopted = await journal.adopt_intents(pending.intents) if pending.intents else ()
    file.clear(pending.through)
    known = tuple(intent.intent_id for intent in pending.intents if intent.intent_id not in adopted)
    return Merged(adopted, known, pending.torn)


def _encode(intent: Intent) -> bytes:
    room = PAGE_SIZE - _HEAD.size
    text = _intent_text(intent)
    if len(text) > room:
        # The message explains, the rest decides.
        text = _intent_text(replace(intent, message=""))
    if len(text) > room:
        raise JournalError(
            f"意图 {intent.intent_id} 有 {len(text)} 字节，应急文件一条最多 {room} 字节，没有写入也不能发送。"
        )
    return (_HEAD.pack(_RECORD_MAGIC, len(text), _checksum(text)) + text).ljust(PAGE_SIZE, b"\x00")


def _intent_text(intent: Intent) -> bytes:
    return json.dumps(rows.intent_to_row(intent), ensure_ascii=False, separators=(",", ":")).encode()


def _decode(page: bytes, path: Path) -> Intent | None:
    """The record of a page; None when it is not whole."""
    magic, length, checksum = _HEAD.unpack_from(page)
    text = page[_HEAD.size : _HEAD.size + length]
    if magic != _RECORD_MAGIC or len(text) != length or checksum != _checksum(text):
        return None
    try:
        return rows.row_to_intent(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        # Whole, so it was sent; only its meaning is unknown to this version. It must not be cleared.
        raise JournalError(
            f"应急文件 {path} 里有本版本读不懂的记录（{error}），没有作任何改动。请用写它的版本启动一次。"
        ) from error


def _checksum(text: bytes) -> int:
    return zlib.crc32(text, len(text))


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable; Windows does so by itself and knows no such handle."""
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
