"""Polars, eager and lazy: `clean_frame` adds the columns of `cleaner.arrow.SCHEMA`.

import polars as pl
from cleaner.integrations.polars import clean_frame

clean_frame(pl.scan_parquet("pages/*.parquet"), column="html").sink_parquet("articles.parquet")
"""

from __future__ import annotations

from typing import Any, TypeVar

import polars as pl
import pyarrow as pa

from cleaner.arrow import SCHEMA, clean_arrow

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def clean_frame(frame: Frame, **options: Any) -> Frame:
    """A frame with its articles; the keywords are those of `clean_arrow`."""
    if isinstance(frame, pl.DataFrame):
        return _cleaned(frame, options)
    prefix = options.get("prefix", "")
    added = pl.from_arrow(pa.Table.from_batches([], SCHEMA))
    assert isinstance(added, pl.DataFrame)
    schema = {**frame.collect_schema(), **{f"{prefix}{name}": kind for name, kind in added.schema.items()}}
    return frame.map_batches(lambda part: _cleaned(part, options), schema=schema, streamable=True)


def _cleaned(frame: pl.DataFrame, options: dict[str, Any]) -> pl.DataFrame:
    answer = pl.from_arrow(clean_arrow(frame.to_arrow(), **options))
    assert isinstance(answer, pl.DataFrame)
    return answer
