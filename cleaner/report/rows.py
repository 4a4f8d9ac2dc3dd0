"""Reads cleaned documents back: JSON lines, one `Article.to_dict()` each, with the `source` it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from cleaner.errors import InputError
from cleaner.measure import UNSPACED

Row = dict[str, Any]
"""`Article.to_dict()` with `source`; or a failure: `source` and `error`."""

_WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")

PIECES = {
    "body": {"text", "role", "marker", "spans", "in_text", "blocks"},
    "removed": {"text", "kind", "rule", "detector", "score", "why", "span", "block"},
    "found": {"field", "value", "raw", "source", "confidence", "span", "block"},
}
ACCESS = {"kind", "remaining", "limit_reached", "truncated", "declared_free", "nags"}
TODO = "give the output of cleaner clean -f jsonl"


def read_rows(lines: Iterable[str], where: str) -> Iterator[Row]:
    """The documents of JSON lines, one at a time. Raises InputError, naming the line, for one that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        at = f"{where}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"not JSON: {error}", where=at, todo=TODO) from None
        if "\\ud" in line.lower():  # halves of surrogate pairs, which can't be written again
            row = json.loads(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
        if not isinstance(row, dict) or not (row.get("error") or _is_article(row)):
            raise InputError("no cleaned document", where=at, todo=TODO)
        if not row.get("error") and (missing := _missing(row)):
            version = row.get("schema_version", "unknown")
            todo = "clean the source again"
            raise InputError(f"schema version {version} has no {missing}", where=at, todo=todo)
        yield row


def _is_article(row: Row) -> bool:
    lists = all(isinstance(row.get(name), list) for name in ("paragraphs", *PIECES))
    return lists and isinstance(row.get("access"), dict) and isinstance(row.get("confidence"), int | float)


def _missing(row: Row) -> str:
    """What the row of an older version lacks; empty where it lacks nothing."""
    missing = {f"access.{key}" for key in ACCESS - row["access"].keys()}
    for name, keys in PIECES.items():
        for piece in row[name]:
            missing |= {f"{name}[].{key}" for key in (keys - piece.keys() if isinstance(piece, dict) else keys)}
    if not missing and not all(isinstance(text, str) for text in _texts(row)):
        return "text where text should be"
    return ", ".join(sorted(missing))


def _texts(row: Row) -> Iterator[object]:
    yield from row["paragraphs"]
    for name in ("body", "removed"):
        yield from (piece["text"] for piece in row[name])
    yield from (piece["kind"] for piece in row["removed"])


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
