"""Ray Data: `clean_dataset` adds the columns of `cleaner.arrow.SCHEMA`, in tasks or, with `concurrency`, in actors.

import ray
from cleaner.integrations.ray import clean_dataset

pages = ray.data.read_parquet("s3://bucket/pages")
clean_dataset(pages, column="html", url_column="url").write_parquet("s3://bucket/articles")
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cleaner.arrow import clean_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data

ROWS = 256
"""Of a batch."""


class ArrowCleaner:
    """The actor class: `dataset.map_batches(ArrowCleaner, concurrency=8, batch_format="pyarrow")`."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def __call__(self, batch: pa.Table) -> pa.Table:
        return clean_arrow(batch, **self.options)


def clean_dataset(
    dataset: ray.data.Dataset, *, concurrency: int | None = None, batch_size: int = ROWS, **options: Any
) -> ray.data.Dataset:
    """A dataset with its articles. `concurrency` is a number of actors; further keywords are those of `clean_arrow`."""
    if concurrency:
        return dataset.map_batches(
            ArrowCleaner, fn_constructor_kwargs=options, concurrency=concurrency, batch_format="pyarrow",
            batch_size=batch_size,
        )  # fmt: skip
    return dataset.map_batches(partial(clean_arrow, **options), batch_format="pyarrow", batch_size=batch_size)
