"""Spark: `clean_dataframe` adds the columns of `cleaner.arrow.SCHEMA` with `mapInArrow`.

from cleaner.integrations.spark import clean_dataframe

pages = spark.read.parquet("pages")
clean_dataframe(pages, column="html", url_column="url").write.parquet("articles")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cleaner.arrow import SCHEMA, clean_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


def clean_dataframe(frame: DataFrame, **options: Any) -> DataFrame:
    """A DataFrame with its articles; the keywords are those of `clean_arrow`."""
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructField, StructType

    prefix = options.get("prefix", "")
    added = [StructField(f"{prefix}{field.name}", field.dataType) for field in from_arrow_schema(SCHEMA)]

    def clean_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield clean_arrow(batch, **options)

    return frame.mapInArrow(clean_batches, StructType([*frame.schema, *added]))
