"""Reads cleaned documents back: JSON lines, one `Article.to_dict()` each, with the `source` it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from cleaner.errors import InputError

Row = dict[str, Any]
"""`Article.to_dict()` with `source`; or a failure: `source` and `error`."""

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")

NEEDED = ("paragraphs", "body", "removed", "found", "access", "confidence")


def read_rows(lines: Iterable[str], where: str) -> Iterator[Row]:
    """The documents of JSON lines, one at a time. Raises InputError, naming the line, for one that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        at = f"{where}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"not JSON: {error}", where=at, todo="give the output of cleaner clean -f jsonl") from None
        if not isinstance(row, dict) or not (row.get("error") or all(key in row for key in NEEDED)):
            raise InputError("no cleaned document", where=at, todo="give the output of cleaner clean -f jsonl")
        if not row.get("error"):
            _check(row, at)
        yield row


def _check(row: Row, at: str) -> None:
    """Raises InputError where the row was written by a version that did not number its blocks."""
    pieces = [*row["body"], *row["removed"]]
    if not all(isinstance(piece, dict) and ("blocks" in piece or "block" in piece) for piece in pieces):
        version = row.get("schema_version", "unknown")
        raise InputError(f"schema version {version} has no block numbers", where=at, todo="clean the source again")


def key_of(row: Row) -> str:
    """What a document is known by: its source, its id or its URL; empty where it has none."""
    return str(row.get("source") or row.get("id") or row.get("url") or "")


def error_of(row: Row) -> str:
    """Why a document failed; empty where it did not."""
    error = row.get("error") or ""
    return str(error.get("message") or error) if isinstance(error, dict) else str(error)


def words_of(text: str) -> list[str]:
    """Words as they are written, with their stops; single characters in scripts without spaces.

    >>> words_of("The rain stopped."), words_of("雨停了")
    (['The', 'rain', 'stopped.'], ['雨', '停', '了'])
    """
    return _WORD.findall(text)
