"""Hugging Face datasets: `clean_dataset` adds the columns of `cleaner.arrow.SCHEMA`, for datasets and streams.

from datasets import load_dataset
from cleaner.integrations.datasets import clean_dataset

clean_dataset(load_dataset("json", data_files="pages.jsonl", split="train"), num_proc=2)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from cleaner.arrow import clean_arrow

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

    AnyDataset = TypeVar("AnyDataset", Dataset, IterableDataset)

ROWS = 256
"""Of a batch."""


def clean_dataset(
    dataset: AnyDataset, *, num_proc: int | None = None, batch_size: int = ROWS, **options: Any
) -> AnyDataset:
    """A dataset with its articles; `num_proc` is for datasets that are no streams, the other keywords are those of
    `clean_arrow`."""
    import datasets

    work = partial(_clean_columns, options=options)
    if isinstance(dataset, datasets.IterableDataset):
        return dataset.map(work, batched=True, batch_size=batch_size)
    return dataset.with_format("arrow").map(
        partial(clean_arrow, **options), batched=True, batch_size=batch_size, num_proc=num_proc
    ).with_format(None)  # fmt: skip


def _clean_columns(columns: dict[str, list[Any]], options: dict[str, Any]) -> dict[str, list[Any]]:
    cleaned: dict[str, list[Any]] = clean_arrow(pa.table(columns), **options).to_pydict()
    return cleaned
