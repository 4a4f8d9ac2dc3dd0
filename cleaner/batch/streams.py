"""Bytes as streams: decompressed as they are read, as UTF-8, and never more than a document may have."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
from collections.abc import Iterator
from typing import IO, Any, cast

from cleaner.batch.jobs import MOST_BYTES, checked, needed, too_large
from cleaner.errors import CleanerError

PIECE = 1 << 16
_MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\0": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}


def packing(head: bytes) -> str:
    """The suffix that tells how what begins so is compressed; "" where it is not."""
    return next((packed for magic, packed in _MAGIC.items() if head.startswith(magic)), "")


def unpacked(stream: IO[bytes], packed: str, where: str) -> IO[bytes]:
    """A stream, decompressed as it is read. Raises InputError where what decompresses it is not installed."""
    match packed:
        case ".gz" | ".tgz":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
        case ".bz2" | ".tbz2":
            return cast("IO[bytes]", bz2.BZ2File(stream))
        case ".xz" | ".txz":
            return cast("IO[bytes]", lzma.LZMAFile(stream))
        case ".zst":
            return _buffered(_unpacked_zst(stream, needed("zstandard", where)))
    return stream


def _unpacked_zst(stream: IO[bytes], zstandard: Any) -> Iterator[bytes]:
    """The pieces of all frames of a Zstandard stream. Its own reader takes one that is cut off for a whole one."""
    unpacker, frame = zstandard.ZstdDecompressor(), None
    try:
        while data := stream.read(512):  # little, for it may become thirty thousand times as much
            while data:
                frame = frame or unpacker.decompressobj()
                yield frame.decompress(data)
                data = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from None
    if frame:
        raise EOFError("it ends in the middle of a frame")


def as_utf8(stream: IO[bytes]) -> IO[bytes]:
    """A stream of text as UTF-8 without a byte order mark: UTF-16 is read where a mark tells of it."""
    text = peekable(stream)
    head = text.peek(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _buffered(_recoded(text))
    if head.startswith(codecs.BOM_UTF8):
        text.read(len(codecs.BOM_UTF8))
    return text


def _recoded(stream: IO[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for piece in _pieces(stream):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def read_all(stream: IO[bytes], name: str) -> bytes | CleanerError:
    """What a stream holds, up to MOST_BYTES: more is a bomb."""
    data = bytearray()
    while piece := stream.read(1 << 20):
        data += piece
        if len(data) > MOST_BYTES:
            return too_large(name)
    try:
        return checked(bytes(data), name)
    except CleanerError as error:
        return error


def next_line(stream: IO[bytes]) -> bytes:
    """The next line of a stream; b"" at its end. Of one that is longer than MOST_BYTES so many bytes and one more."""
    line = stream.readline(MOST_BYTES + 1)
    more = line
    while len(line) > MOST_BYTES and more and not more.endswith(b"\n"):
        more = stream.readline(1 << 20)
    return line


def peekable(stream: IO[bytes]) -> io.BufferedReader:
    return _buffered(_pieces(stream))


def _buffered(pieces: Iterator[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Pieces(pieces), PIECE)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(PIECE), b"")


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.left, self.at = pieces, memoryview(b""), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.left:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.left = memoryview(piece)
        count = min(len(buffer), len(self.left))
        buffer[:count], self.left = self.left[:count], self.left[count:]
        self.at += count
        return count

    def tell(self) -> int:  # fastwarc asks
        return self.at
