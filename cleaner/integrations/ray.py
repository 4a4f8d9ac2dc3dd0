"""Ray Data: `clean_dataset` adds the columns of `cleaner.arrow.SCHEMA`, in tasks or, with `concurrency`, in actors.

import ray
from cleaner.integrations.ray import clean_dataset

pages = ray.data.read_parquet("s3://bucket/pages")
clean_dataset(pages, column="html", url_column="url").write_parquet("s3://bucket/articles")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cleaner.arrow import clean_arrow
from cleaner.errors import CleanerError, InputError
from cleaner.options import Options

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data

ROWS = 256
"""Of a batch."""


class ArrowCleaner:
    """The actor class: `dataset.map_batches(ArrowCleaner, concurrency=8, batch_format="pyarrow")`. Its keywords are
    those of `clean_arrow`, and the files that the options name, where they are not on every node."""

    def __init__(self, *, files: Files | None = None, **keywords: Any) -> None:
        self.keywords = {**keywords, "options": files.localised(keywords["options"])} if files else keywords

    def __call__(self, batch: pa.Table) -> pa.Table:
        return clean_arrow(batch, **self.keywords)


def _clean(batch: pa.Table, **keywords: Any) -> pa.Table:
    """The work of a task."""
    return ArrowCleaner(**keywords)(batch)


class Files:
    """The files that options name (a memory of sites, rules, weights), as one value in Ray's object store, which each
    node holds once."""

    def __init__(self, digest: str, reference: Any) -> None:
        self.digest, self.reference = digest, reference

    @classmethod
    def of(cls, options: Options | None) -> Files | None:
        """None where there are none. Raises InputError where one can't be read."""
        import ray

        held = {path: _read(path) for path in _named(options)}
        digest = sha256(repr([(path, sha256(data).digest()) for path, data in held.items()]).encode()).hexdigest()
        return cls(digest, ray.put(held)) if held else None

    def localised(self, options: Options) -> Options:
        """The options, naming copies of the files that this process can read."""
        known = _COPIES.get(self.digest)
        if known is None:
            import ray

            known = _COPIES[self.digest] = _copied(ray.get(self.reference), Path(_folder().name, self.digest[:16]))
        return replace(
            options, sites=known.get(options.sites or ""), weights=known.get(options.weights or ""),
            rules=tuple(known[path] for path in options.rules),
        )  # fmt: skip


_COPIES: dict[str, dict[str, str]] = {}


def _named(options: Options | None) -> list[str]:
    return [path for path in (options.sites, options.weights, *options.rules) if path] if options else []


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", where=path) from error


def _copied(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """The paths of copies, by the paths on the machine that they came from."""
    folder.mkdir()
    copies = {}
    for number, (path, data) in enumerate(files.items()):
        copy = folder / f"{number}-{Path(path).name}"
        copy.write_bytes(data)
        copies[path] = str(copy)
    return copies


@cache
def _folder() -> TemporaryDirectory[str]:
    """A folder that goes with the process."""
    return TemporaryDirectory(prefix="cleaner-")


def clean_dataset(
    dataset: ray.data.Dataset, *, concurrency: int | None = None, batch_size: int = ROWS, **keywords: Any
) -> ray.data.Dataset:
    """A dataset with its articles. `concurrency` is a number of actors; further keywords are those of `clean_arrow`."""
    keywords["files"] = Files.of(keywords.get("options"))
    if concurrency:
        return dataset.map_batches(
            ArrowCleaner, fn_constructor_kwargs=keywords, concurrency=concurrency, batch_format="pyarrow",
            batch_size=batch_size,
        )  # fmt: skip
    return dataset.map_batches(partial(_clean, **keywords), batch_format="pyarrow", batch_size=batch_size)


# --- files to files -------------------------------------------------------------------------------------

DONE, PLAN = "_SUCCESS", "_parts.json"
"""What marks a complete part, and which files belong to which."""
WARC = (".warc", ".warc.gz")
READABLE = (".parquet", ".jsonl", ".jsonl.gz", ".ndjson", ".json", *WARC)
WARC_COLUMNS = {"column": "content", "url_column": "url", "kind_column": "kind"}


def clean_files(
    source: str, target: str, *, address: str | None = None, files_per_part: int = 16, concurrency: int | None = None,
    say: Callable[[str], None] = print, **keywords: Any,
) -> tuple[int, int]:  # fmt: skip
    """Clean the files of a folder into parts of another; how many parts were made, and were there already. Of WARC
    files the pages are read, into the columns url, kind and content.

    A part that is complete is not made again, so that a run that broke off can be gone on with. Raises InputError where
    there is nothing to read, or where the files are others than those that the output was begun with.
    """
    import ray
    from fsspec.core import url_to_fs

    files_in, read_from = url_to_fs(source)
    files_out, write_to = url_to_fs(target)
    found = sorted(path for path in files_in.find(read_from) if path.endswith(READABLE))
    if not found:
        raise InputError("no Parquet, JSONL or WARC file", where=source)
    kinds = {_kind_of(path) for path in found}
    if len(kinds) > 1:
        raise InputError(f"files of several kinds: {', '.join(sorted(kinds))}", where=source, todo="give one at a time")
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
        dataset = _dataset([files_in.unstrip_protocol(path) for path in paths])
        about = {**keywords, **WARC_COLUMNS} if kinds == {"warc"} else keywords
        clean_dataset(dataset, concurrency=concurrency, **about).write_parquet(files_out.unstrip_protocol(part))
        files_out.pipe_file(f"{part}/{DONE}", b"")
        made += 1
        say(f"part {number + 1} of {len(parts)} written")
    return made, len(parts) - made


def _kind_of(path: str) -> str:
    return "warc" if path.endswith(WARC) else "parquet" if path.endswith(".parquet") else "json"


def _dataset(paths: list[str]) -> ray.data.Dataset:
    """The records of files of one kind."""
    import ray.data

    match _kind_of(paths[0]):
        case "warc":
            return ray.data.from_items([{"path": path} for path in paths]).flat_map(_pages)
        case "parquet":
            return ray.data.read_parquet(paths)
    return ray.data.read_json(paths)


def _pages(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of a WARC, read as a stream; one that can't be read has no content."""
    import fsspec

    from cleaner.batch.warc import warc_pages

    with fsspec.open(row["path"], "rb") as stream:
        for page in warc_pages(stream, row["path"]):
            content = None if isinstance(page.document, CleanerError) else page.document
            yield {"url": page.url, "kind": page.kind, "content": content}
