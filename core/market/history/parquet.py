"""The door to DuckDB: columns of numbers to and from Parquet files. The only importer of `duckdb`.

DuckDB is loaded at the first read or write (0.12 s), never at import. It works in memory and opens nothing but the
files it is told to; fetching of extensions is off.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.market.history.locks import replace_file

if TYPE_CHECKING:
    import duckdb

Columns = dict[str, NDArray[np.generic]]
TEMPORARY = ".tmp"
_OPTIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # Files are replaced under the same name by several processes.
    "enable_external_file_cache": "false",
    "preserve_insertion_order": "true",
}
_FORMAT = "PARQUET_VERSION v2, COMPRESSION uncompressed"
"""Its delta encoding alone makes bars half as large as snappy does, and is faster to read."""
_serial = itertools.count()


class Damaged(Exception):
    """A file that is there, can be read from the disk, and is not a sound Parquet file."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


class ParquetDoor:
    """Reads and writes Parquet files. For one thread at a time.

    Writing is atomic: a reader in any process sees the old file or the new one, whole.
    """

    def __init__(self, *, threads: int = 4, pause: Callable[[float], None] = time.sleep) -> None:
        self._threads = threads
        self._pause = pause
        self._connection: duckdb.DuckDBPyConnection | None = None

    def write(self, path: Path, columns: Columns, notes: Mapping[str, str]) -> None:
        """Put columns of equal length and text notes into `path`; raises OSError."""
        import duckdb

        temporary = path.with_name(f".{path.name}.{os.getpid()}.{next(_serial)}{TEMPORARY}")
        marks = ", ".join(f"{_text(name)}: {_text(value)}" for name, value in notes.items())
        connection = self._open()
        connection.register("columns_to_write", columns)
        try:
            connection.execute(
                f"COPY (SELECT * FROM columns_to_write) TO {_text(str(temporary))} "
                f"(FORMAT parquet, {_FORMAT}, KV_METADATA {{{marks}}})"
            )
            connection.unregister("columns_to_write")
            replace_file(temporary, path, pause=self._pause)
        except duckdb.Error as error:
            self.close()
            raise OSError(f"cannot write {path.name}: {error}") from error
        finally:
            temporary.unlink(missing_ok=True)

    def read(self, paths: Sequence[Path], names: Sequence[str]) -> list[Columns]:
        """The columns `names` of each file, in the order of `paths`.

        Raises FileNotFoundError, OSError (cannot be read at all) or Damaged.
        """
        if not paths:
            return []
        listed = ", ".join(f'"{name}"' for name in names)
        found = self._query(f"SELECT file_index, {listed} FROM read_parquet(?)", paths)
        which = found.pop("file_index").astype(np.int64)
        if len(which) and bool(np.any(np.diff(which) < 0)):
            order = np.argsort(which, kind="stable")
            which, found = which[order], {name: column[order] for name, column in found.items()}
        edges = np.searchsorted(which, np.arange(len(paths) + 1))
        return [
            {name: found[name][start:end] for name in names}
            for start, end in itertools.pairwise(edges.tolist())
        ]

    def notes(self, paths: Sequence[Path]) -> list[dict[str, str]]:
        """The notes of each file, in the order of `paths`; raises as `read`."""
        if not paths:
            return []
        rows = self._query("SELECT file_name, key, value FROM parquet_kv_metadata(?)", paths)
        found: dict[str, dict[str, str]] = {_plain(path): {} for path in paths}
        for name, key, value in zip(rows["file_name"], rows["key"], rows["value"], strict=True):
            found[_plain(Path(str(name)))][bytes(key).decode(errors="replace")] = bytes(value).decode(
                errors="replace"
            )
        return [found[_plain(path)] for path in paths]

    def close(self) -> None:
        """Let DuckDB go; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(":memory:", config={**_OPTIONS, "threads": self._threads})
        return self._connection

    def _query(self, text: str, paths: Sequence[Path]) -> Columns:
        """Run a query over files; raises FileNotFoundError, Damaged or OSError for the file that is at fault."""
        try:
            return self._run(text, paths)
        except _Failed:
            pass
        if len(paths) > 1:
            for path in paths:
                self._query(text, [path])
        # Each is sound alone, or another program was replacing it. Only what fails twice is at fault.
        try:
            return self._run(text, paths)
        except _Failed as failed:
            if len(paths) == 1:
                raise _cause(paths[0], str(failed)) from failed
            raise OSError(f"cannot read {len(paths)} files together: {failed}") from failed

    def _run(self, text: str, paths: Sequence[Path]) -> Columns:
        """One try. After a failure DuckDB is opened anew: a damaged file can make it refuse every later query."""
        import duckdb

        try:
            return dict(self._open().execute(text, [[_escaped(path) for path in paths]]).fetchnumpy())
        except (duckdb.Error, UnicodeDecodeError) as error:
            # The message of an error may quote a damaged name, which then cannot be decoded.
            self.close()
            raise _Failed(str(error).partition("\n")[0] or type(error).__name__) from error


class _Failed(Exception):
    """DuckDB did not do it."""


def _cause(path: Path, reason: str) -> Exception:
    """What DuckDB's complaint about one file means."""
    try:
        path.read_bytes()
    except FileNotFoundError as missing:
        return missing
    except OSError as unreadable:
        return unreadable
    return Damaged(path, reason)


def _plain(path: Path) -> str:
    return path.as_posix() if os.sep == "\\" else str(path)


def _escaped(path: Path) -> str:
    """DuckDB reads names as patterns; a folder may be called `[1]`."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in _plain(path))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
