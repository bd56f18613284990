"""Rows of a desk table as text: full precision, ASCII minus, no separators."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar

from widgets.models.column import Column

R = TypeVar("R")


def as_lines(columns: Sequence[Column[R]], rows: Iterable[R]) -> str:
    """Tab-separated rows without a title line, for the clipboard."""
    return "\n".join("\t".join(column.exported(row) for column in columns) for row in rows)


def as_csv(columns: Sequence[Column[R]], rows: Iterable[R]) -> str:
    """CSV with a title line and CRLF ends; the writer of the file adds the encoding."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title or column.key for column in columns])
    for row in rows:
        writer.writerow([column.exported(row) for column in columns])
    return out.getvalue()
