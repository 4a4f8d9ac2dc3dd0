"""Reading: whatever the caller holds → Document."""

from __future__ import annotations

import sys
from typing import Any

from cleaner.errors import InputError
from cleaner.model import Document, SourceKind
from cleaner.read.decode import decode, without_surrogates
from cleaner.read.sniff import sniff
from cleaner.read.text import read_text


def read(source: Any, *, kind: SourceKind | None = None, url: str | None = None, max_chars: int) -> Document:
    """A source as a Document. Raises InputError for binary data, other types, and sources over `max_chars`."""
    text = _as_text(source)
    if text is None:
        raise InputError(f"can't read a {type(source).__name__}", todo="give str, bytes or a BeautifulSoup Tag")
    if len(text) > max_chars:
        raise InputError(f"{len(text):,} characters, over the limit of {max_chars:,}", todo="raise max_chars")
    if kind not in (None, "html", "text"):
        raise InputError(f"unknown kind {kind!r}", todo="use 'html', 'text' or None")
    if kind is None:
        kind = "html" if _is_soup(source) else sniff(text)
    if kind == "text":
        return read_text(text, url=url)
    from cleaner.read.html import read_html

    return read_html(text, url=url)


def _as_text(source: Any) -> str | None:
    if isinstance(source, str):
        return without_surrogates(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return decode(bytes(source))
    if _is_soup(source):
        from cleaner.read.soup import markup_of

        return without_surrogates(markup_of(source))
    return None


def _is_soup(source: Any) -> bool:
    bs4 = sys.modules.get("bs4")
    return bs4 is not None and isinstance(source, bs4.Tag)
