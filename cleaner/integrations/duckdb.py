"""DuckDB: `clean_relation` reads a query in batches and gives its rows with their articles.

import duckdb
from cleaner.integrations.duckdb import clean_relation

articles = clean_relation(duckdb.sql("select * from 'pages/*.parquet'"), column="html")
duckdb.sql("copy (select * from articles) to 'articles.parquet'")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cleaner.arrow import clean_arrow

if TYPE_CHECKING:
    import duckdb

ROWS = 1_000
"""Of a batch."""


def clean_relation(relation: duckdb.DuckDBPyRelation, **options: Any) -> pa.RecordBatchReader:
    """The rows of a relation with their articles, as a reader that DuckDB can query; it is read once. The keywords are
    those of `clean_arrow`."""
    reader = relation.to_arrow_reader(ROWS) if hasattr(relation, "to_arrow_reader") else relation.arrow(ROWS)
    schema = clean_arrow(reader.schema.empty_table(), **options).schema

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            yield clean_arrow(batch, **options)

    return pa.RecordBatchReader.from_batches(schema, batches())
