"""Arrow in, Arrow out: the one function that carries the integrations with Ray, Spark, Polars and their like.

Needs the extra `arrow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import pyarrow as pa

from cleaner.errors import InputError
from cleaner.model import Article, Failure, Found, Removal, SourceKind, Span
from cleaner.options import Options
from cleaner.pipeline import Cleaner

_TEXTS = pa.list_(pa.string())
_PLACE = [("start", pa.int64()), ("end", pa.int64())]
"""Characters in the source text; null for pages."""
_BLOCK = ("block", pa.int64())
"""The number of the block of the source."""

SCHEMA = pa.schema(
    [
        ("clean_text", pa.string()),
        ("headline", pa.string()),
        ("dek", pa.string()),
        ("byline", pa.string()),
        ("authors", _TEXTS),
        ("dateline", pa.struct([("raw", pa.string()), ("places", _TEXTS), ("region", pa.string()),
                                ("agency", pa.string()), ("date", pa.string())])),
        ("published", pa.string()),
        ("updated", pa.string()),
        ("agency", pa.string()),
        ("section", pa.string()),
        ("language", pa.string()),
        ("site_name", pa.string()),
        ("canonical_url", pa.string()),
        ("image", pa.string()),
        ("access", pa.struct([("kind", pa.string()), ("remaining", pa.int64()), ("limit_reached", pa.bool_()),
                              ("truncated", pa.bool_()), ("declared_free", pa.bool_()), ("nags", _TEXTS),
                              ("truncated_by", pa.string())])),
        ("paragraphs", _TEXTS),
        ("body", pa.list_(pa.struct([("text", pa.string()), ("role", pa.string()), ("level", pa.int64()),
                                     ("marker", pa.string()), ("in_text", pa.bool_()), ("confidence", pa.float64()),
                                     ("blocks", pa.list_(pa.int64())), ("spans", pa.list_(pa.struct(_PLACE)))]))),
        ("removed", pa.list_(pa.struct([("text", pa.string()), ("kind", pa.string()), ("rule", pa.string()),
                                        ("detector", pa.string()), ("score", pa.float64()), ("why", pa.string()),
                                        _BLOCK, *_PLACE]))),
        ("found", pa.list_(pa.struct([("field", pa.string()), ("value", pa.string()), ("raw", pa.string()),
                                      ("source", pa.string()), ("confidence", pa.float64()), _BLOCK, *_PLACE]))),
        ("confidence", pa.float64()),
        ("error", pa.string()),
    ]
)  # fmt: skip
"""The columns that `clean_arrow` adds."""

Columns = TypeVar("Columns", pa.Table, pa.RecordBatch)


def clean_arrow(
    batch: Columns, *, column: str = "text", url_column: str | None = None, kind: SourceKind | None = None,
    kind_column: str | None = None, prefix: str = "", options: Options | None = None,
) -> Columns:  # fmt: skip
    """A RecordBatch or Table with the columns of SCHEMA added, one row for one row.

    `column` holds the documents: text or markup, as string or binary of any width, dictionary-encoded or not.
    `url_column` may hold where they came from, `kind_column` what they are: `html`, `text` or null. Where a document is
    null, all that is added is null; where it can't be cleaned, `error` says why. `prefix` is put before the names of
    the added columns.

    Raises InputError for a column that is missing or holds no text, and for a name that is taken already.

    >>> batch = pa.record_batch({"text": ["Rain ends\\n\\nThe rain had stopped by noon, and the river fell.", None]})
    >>> clean_arrow(batch).column("headline").to_pylist()
    ['Rain ends', None]
    """
    sources = _values(batch, column)
    urls = _values(batch, url_column) if url_column else None
    names = [f"{prefix}{field.name}" for field in SCHEMA]
    if taken := sorted(set(names) & set(batch.schema.names)):
        raise InputError(f"columns are there already: {', '.join(taken)}", todo='give another prefix="..."')
    kinds = _values(batch, kind_column) if kind_column else [kind] * len(sources)
    answers = _answers(sources, urls, kinds, options)
    rows = [None if answer is None else article_row(answer) for answer in answers]
    schema: Any = pa.schema([pa.field(name, field.type) for name, field in zip(names, SCHEMA, strict=True)])
    arrays: list[Any] = [pa.array([row and row[field.name] for row in rows], field.type) for field in SCHEMA]
    columns = [*batch.columns, *arrays]
    whole = pa.schema([*batch.schema, *schema], metadata=batch.schema.metadata)
    if isinstance(batch, pa.RecordBatch):
        return pa.RecordBatch.from_arrays(columns, schema=whole)
    return pa.Table.from_arrays(columns, schema=whole)


def _values(batch: pa.Table | pa.RecordBatch, column: str) -> list[str | bytes | None]:
    """The values of a column of strings. Raises InputError."""
    found = [n for n, name in enumerate(batch.schema.names) if name == column]
    if len(found) != 1:
        known = ", ".join(batch.schema.names[:20])
        raise InputError(f"no column {column}" if not found else f"several columns {column}", todo=f"there are {known}")
    values = batch.column(found[0])
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    known_kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary,
                   pa.types.is_null, getattr(pa.types, "is_string_view", pa.types.is_null),
                   getattr(pa.types, "is_binary_view", pa.types.is_null))  # fmt: skip
    if not any(is_kind(kind) for is_kind in known_kinds):
        raise InputError(f"column {column} is of type {values.type}", todo="give a column of strings or bytes")
    found_values: list[str | bytes | None] = values.to_pylist()
    return found_values


def _answers(
    sources: Sequence[str | bytes | None], urls: Sequence[Any] | None, kinds: Sequence[Any], options: Options | None
) -> list[Article | Failure | None]:
    """An answer for each source that is not null."""
    there = [source for source in sources if source is not None]
    of = [n for n, source in enumerate(sources) if source is not None]
    given = [urls[n] for n in of] if urls else None
    answers = iter(Cleaner(options).clean_batch(there, urls=given, kind=[kinds[n] for n in of]))
    return [None if source is None else next(answers) for source in sources]


def article_row(answer: Article | Failure) -> dict[str, Any]:
    """The values of a row, by the names of SCHEMA."""
    if isinstance(answer, Failure):
        return {**dict.fromkeys(SCHEMA.names), "error": str(answer.error)}
    row = answer.to_dict()
    row["clean_text"], row["canonical_url"], row["error"] = row["text"], row["url"], None
    row["body"] = [{**part, "spans": [_placed(span) for span in item.spans]}
                   for part, item in zip(row["body"], answer.body, strict=True)]  # fmt: skip
    placed: list[tuple[str, tuple[Removal | Found, ...]]] = [("removed", answer.removed), ("found", answer.found)]
    for name, items in placed:
        for record, item in zip(row[name], items, strict=True):
            del record["span"]
            record |= _placed(item.span)
    return {name: row[name] for name in SCHEMA.names}


def _placed(span: Span | None) -> dict[str, int | None]:
    return {"start": span.start if span else None, "end": span.end if span else None}
