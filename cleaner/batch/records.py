"""A stream → the documents in it: records of JSON Lines, CSV and Parquet, or the one that it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from cleaner.batch.jobs import MOST_BYTES, Job, needed, too_large
from cleaner.batch.reading import ARCHIVES, COLUMNS, Reading, Source, in_words
from cleaner.batch.streams import as_utf8, next_line, read_all, unpacked
from cleaner.batch.warc import documents_in_warc
from cleaner.errors import CleanerError, InputError

MOST_CELLS = 10_000_000
"""Of a row: a line of nothing but commas would take many times its size. Texts have fewer, being of MOST_BYTES."""


def documents_in_stream(source: Source, holds: str, packed: str, stream: IO[bytes]) -> Iterator[Job]:
    """The documents in a stream of records, or the one that it is."""
    if holds in ARCHIVES:
        raise InputError("an archive in an archive", where=source.name, todo="unpack it first")
    if holds == ".warc" and packed == ".gz":  # compressed record by record, which fastwarc reads
        yield from documents_in_warc(source, stream)
        return
    opened = unpacked(stream, packed, source.name)
    match holds:
        case ".jsonl" | ".ndjson":
            yield from _lines(source, as_utf8(opened))
        case ".csv" | ".tsv":
            yield from _rows(source, as_utf8(opened), "\t" if holds == ".tsv" else ",")
        case ".parquet":
            data = read_all(opened, source.name)  # it is read from its end
            if isinstance(data, CleanerError):
                raise data
            yield from documents_in_parquet(source, io.BytesIO(data))
        case ".warc":
            yield from documents_in_warc(source, opened)
        case _:
            yield source.job(read_all(opened, source.name))


def _lines(source: Source, stream: IO[bytes]) -> Iterator[Job]:
    number = 0
    while line := next_line(stream):
        number += 1
        if len(line) > MOST_BYTES:
            yield source.job(too_large(None), number)
        elif line.strip():
            yield _of_line(source, number, line)


def _of_line(source: Source, number: int, line: bytes) -> Job:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return source.job(InputError(f"not JSON: {error}"), number)
    if not isinstance(record, dict):
        return source.job(InputError("not a JSON object"), number)
    return _of_record(source, number, record)


def _of_record(source: Source, number: int, record: Mapping[str, Any]) -> Job:
    """The job of a record: a line of JSON, a row of a table."""
    reading = source.reading
    column = reading.column or next((name for name in COLUMNS if record.get(name)), None)
    if column is None or column not in record:
        return source.job(_no_column(reading, record), number)
    document, url, own = record[column], _plain(record.get(reading.url_column)), _plain(record.get(reading.id_column))
    if not isinstance(document, str | bytes | CleanerError):
        document = InputError(f"no text in {column}")
    return source.job(
        document, number, url=url if isinstance(url, str) else None, kind="html" if column == "html" else None,
        identity=(reading.id_column, own) if isinstance(own, str | int) else None,
    )  # fmt: skip


def _no_column(reading: Reading, names: Iterable[str]) -> InputError:
    listed = ", ".join(str(name)[:80] for _, name in zip(range(8), names, strict=False))
    wanted = f"no column {reading.column}" if reading.column else f"none of {', '.join(COLUMNS)}"
    return InputError(f"{wanted} among {listed}", todo="name one with --column")


def _plain(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _rows(source: Source, stream: IO[bytes], separator: str) -> Iterator[Job]:
    csv.field_size_limit(MOST_BYTES)
    size = cells = 0

    def lines() -> Iterator[str]:
        """The lines of a row, while they are not too large: csv would read on to the end of the quotes."""
        nonlocal size, cells
        while line := next_line(stream):
            size, cells = size + len(line), cells + line.count(separator.encode())
            if size > MOST_BYTES or cells > MOST_CELLS:
                large = f"{MOST_BYTES // 1_000_000} MB" if size > MOST_BYTES else f"{MOST_CELLS:,} cells"
                raise InputError(f"row {number + 1} is larger than {large}", todo="the rows behind it are not read")
            for part in line.splitlines(keepends=True) if b"\r" in line else [line]:
                yield part.decode(errors="surrogateescape")

    number = 0
    for record in csv.DictReader(lines(), delimiter=separator):
        number, size, cells = number + 1, 0, 0
        yield _of_record(source, number, {str(name): _cell(value) for name, value in record.items()})


def _cell(value: Any) -> Any:
    """A value of a table; as bytes where it is not UTF-8, for whoever cleans it finds out what it is."""
    if isinstance(value, str) and not value.isascii():
        data = value.encode(errors="surrogateescape")
        try:
            data.decode()
        except UnicodeDecodeError:
            return data
    return value


def documents_in_parquet(source: Source, file: str | io.BytesIO) -> Iterator[Job]:
    pyarrow, parquet = needed("pyarrow", source.name), needed("pyarrow.parquet", source.name)
    try:
        with parquet.ParquetFile(file, buffer_size=1 << 20) as table:
            schema, reading = table.schema_arrow, source.reading
            names = [name for name in schema.names if _has_values(pyarrow, schema.field(name).type)]
            wanted = [name for name in ([reading.column] if reading.column else COLUMNS) if name in names]
            if not wanted:
                raise _no_column(reading, names)
            columns = [*wanted, *(name for name in (reading.url_column, reading.id_column) if name in names)]
            # Row by row: some bytes of a dictionary may stand for a large value in each row.
            rows = table.iter_batches(batch_size=1, columns=columns, use_threads=False)
            for number, row in enumerate(rows, start=1):
                record = {name: _value(values[0]) for name, values in zip(row.schema.names, row.columns, strict=True)}
                yield _of_record(source, number, record)
    except pyarrow.ArrowException as error:
        raise InputError(f"can't be read: {in_words(error)}", where=source.name) from None


def _has_values(pyarrow: Any, kind: Any) -> bool:
    """Whether a column has texts or numbers, no lists and the like."""
    held = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    tests = ("string", "large_string", "binary", "large_binary", "integer", "null")
    return any(getattr(pyarrow.types, f"is_{test}")(held) for test in tests)


def _value(scalar: Any) -> Any:
    """A value of a column, unless it is too large."""
    held = getattr(scalar, "value", None) if hasattr(scalar, "dictionary") else scalar
    if held is None or not held.is_valid:
        return None
    if hasattr(held, "as_buffer") and held.as_buffer().size > MOST_BYTES:
        return too_large(None)
    return held.as_py()
