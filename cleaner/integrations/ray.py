"""Ray Data: `clean_dataset` adds the columns of `cleaner.arrow.SCHEMA`, in tasks or, with `concurrency`, in actors.

import ray
from cleaner.integrations.ray import clean_dataset

pages = ray.data.read_parquet("s3://bucket/pages")
clean_dataset(pages, column="html", url_column="url").write_parquet("s3://bucket/articles")
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cleaner.arrow import clean_arrow
from cleaner.errors import InputError

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


# --- files to files -------------------------------------------------------------------------------------

DONE, PLAN = "_SUCCESS", "_parts.json"
"""What marks a complete part, and which files belong to which."""
READABLE = (".parquet", ".jsonl", ".jsonl.gz", ".ndjson", ".json")


def clean_files(
    source: str, target: str, *, address: str | None = None, files_per_part: int = 16, concurrency: int | None = None,
    say: Callable[[str], None] = print, **options: Any,
) -> tuple[int, int]:  # fmt: skip
    """Clean the files of a folder into parts of another; how many parts were made, and were there already.

    A part that is complete is not made again, so that a run that broke off can be gone on with. Raises InputError where
    there is nothing to read, or where the files are others than those that the output was begun with.
    """
    import ray
    from fsspec.core import url_to_fs

    files_in, read_from = url_to_fs(source)
    files_out, write_to = url_to_fs(target)
    found = sorted(path for path in files_in.find(read_from) if path.endswith(READABLE))
    if not found:
        raise InputError("no Parquet or JSONL file", where=source)
    parts = [found[n : n + files_per_part] for n in range(0, len(found), files_per_part)]
    plan = f"{write_to}/{PLAN}"
    files_out.makedirs(write_to, exist_ok=True)
    if files_out.exists(plan):
        if json.loads(files_out.cat_file(plan)) != parts:
            raise InputError("was begun with other files", where=target, todo="give another output")
    else:
        files_out.pipe_file(plan, json.dumps(parts).encode())
    ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
    made = 0
    for number, paths in enumerate(parts):
        part = f"{write_to}/part-{number:05}"
        if files_out.exists(f"{part}/{DONE}"):
            continue
        if files_out.exists(part):
            files_out.rm(part, recursive=True)
        reader = ray.data.read_parquet if paths[0].endswith(".parquet") else ray.data.read_json
        dataset = reader([files_in.unstrip_protocol(path) for path in paths])
        clean_dataset(dataset, concurrency=concurrency, **options).write_parquet(files_out.unstrip_protocol(part))
        files_out.pipe_file(f"{part}/{DONE}", b"")
        made += 1
        say(f"part {number + 1} of {len(parts)} written")
    return made, len(parts) - made
