"""Daft: `clean_dataframe` adds the columns of `cleaner.arrow.SCHEMA`.

import daft
from cleaner.integrations.daft import clean_dataframe

clean_dataframe(daft.read_parquet("pages"), column="html").write_parquet("articles")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cleaner.arrow import SCHEMA, clean_arrow

if TYPE_CHECKING:
    import daft


def clean_dataframe(
    frame: daft.DataFrame, *, column: str = "text", url_column: str | None = None, prefix: str = "", **options: Any
) -> daft.DataFrame:
    """A DataFrame with its articles; the keywords are those of `clean_arrow`."""
    import daft

    struct = daft.DataType.from_arrow_type(pa.struct(list(SCHEMA)))
    names = [column, *([url_column] if url_column else [])]

    @daft.func.batch(return_dtype=struct)
    def cleaned(*series: daft.Series) -> pa.Array:
        table = pa.table({name: part.to_arrow() for name, part in zip(names, series, strict=True)})
        added = clean_arrow(table, column=column, url_column=url_column, prefix="\0", **options)
        arrays = [added.column(f"\0{field.name}").combine_chunks() for field in SCHEMA]
        return pa.StructArray.from_arrays(arrays, fields=list(SCHEMA))

    held = "__cleaned__"
    whole = frame.with_column(held, cleaned(*(frame[name] for name in names)))
    parts = [whole[held].get(field.name).alias(f"{prefix}{field.name}") for field in SCHEMA]
    return whole.select(*frame.column_names, *parts)
