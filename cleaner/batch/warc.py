"""Web archives (WARC) → the pages in them, without the encodings that they were sent in."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from cleaner.batch.jobs import MOST_BYTES, Job, checked, needed
from cleaner.batch.reading import BROKEN, Source, in_words
from cleaner.batch.streams import packing, read_all, unpacked
from cleaner.errors import CleanerError, InputError
from cleaner.model import SourceKind


def documents_in_warc(source: Source, stream: IO[bytes]) -> Iterator[Job]:
    for page in warc_pages(stream, source.name):
        yield source.job(page.document, page.number, url=page.url, kind=page.kind)


class WarcPage(NamedTuple):
    """A page in a WARC."""

    number: int
    """Among the responses, resources and conversions, counted from 1."""
    url: str | None
    kind: SourceKind | None
    document: bytes | CleanerError


def warc_pages(stream: IO[bytes], where: str) -> Iterator[WarcPage]:
    """The HTML and plain text of a WARC (ISO 28500) stream, which may be compressed record by record: its responses,
    its resources, and its conversions, which are what a WET file has. Raises InputError where fastwarc is not
    installed, and OSError where the stream is broken."""
    warc, streams = needed("fastwarc.warc", where), needed("fastwarc.stream_io", where)
    wanted = warc.WarcRecordType.response | warc.WarcRecordType.resource | warc.WarcRecordType.conversion
    try:
        for number, record in enumerate(warc.ArchiveIterator(stream, record_types=wanted), start=1):
            said = (record.http_content_type if record.is_http else record.headers.get("Content-Type")) or ""
            if not _is_page(said.lower(), record):
                continue
            document = read_all(record.reader, where)
            if not said and isinstance(document, CleanerError):  # a redirection, most often
                continue
            if record.http_headers and isinstance(document, bytes):
                document = _decoded(document, record.http_headers, where)
            kind: SourceKind | None = ("text" if said.lower().startswith("text/plain") else "html") if said else None
            yield WarcPage(number, record.headers.get("WARC-Target-URI"), kind, document)
    except streams.FastWARCError as error:
        raise OSError(in_words(error)) from None


def _is_page(said: str, record: Any) -> bool:
    """Whether a record is HTML or text, by its type; a response without one may be."""
    return said.startswith(("text/html", "application/xhtml", "text/plain")) or (not said and record.is_http)


def _decoded(data: bytes, headers: Any, where: str) -> bytes | CleanerError:
    """The body of a response without its encodings; some archives name those that they have undone."""
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        data = _joined(data)
    packed = packing(data)
    try:
        match (headers.get("Content-Encoding") or "").strip().lower():
            case "gzip" | "x-gzip" | "zstd" if packed:
                return read_all(unpacked(io.BytesIO(data), packed, where), where)
            case "deflate" if not data.lstrip().startswith(b"<"):
                zlib_headed = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
                inflater = zlib.decompressobj(zlib.MAX_WBITS if zlib_headed else -zlib.MAX_WBITS)
                return checked(inflater.decompress(data, MOST_BYTES + 1), where)
    except CleanerError as error:
        return error
    except BROKEN as error:
        return InputError(f"can't be read: {in_words(error)}")
    return data


_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")


def _joined(data: bytes) -> bytes:
    """The chunks of a body; the body, where it is in none."""
    parts, at = list[bytes](), 0
    while (head := _CHUNK.match(data, at)) and (size := int(head[1], 16)):
        at = head.end() + size
        if data[at : at + 2] not in (b"\r\n", b""):
            break
        parts.append(data[head.end() : at])
        at += 2
    return b"".join(parts) or data
