"""Plain text → Document: one block a line, with its place in the source; Markdown marks are understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.fold import visible
from cleaner.model import Block, Document, Head, Role, Span
from cleaner.read.decode import mend

_LINE = re.compile(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INDENT = re.compile(r"[\s\u200b\u200e\u200f\ufeff]*")
_MARKED = re.compile(
    r"(?P<heading>\#{1,6})[ ]+(?=\S)"
    r"|(?P<item>[-*+•‣▪◦●■–](?=[ \t])|\d{1,3}[.)](?=[ \t]))[ \t]+(?=\S)|(?P<dot>・)(?=\S)"
    r"|(?P<quote>>)[ ]?(?=\S)"
)
_DATED = re.compile(r"\d{1,2}[.)]\s+\S+\s+(?:19|20)\d\d\b")
"""`3. Mai 2019` is no list item."""
_FENCE = re.compile(r"(```|~~~)")
_MD_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\([^()\s]{1,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?(?:\s\"[^\"]{0,200}\")?\)"
)


def read_text(source: str, *, url: str | None = None) -> Document:
    """A text as a Document whose blocks are its lines. Spans are offsets into `source`.

    >>> [(b.text, b.gap, b.span.start) for b in read_text("A head\\n\\nFirst line\\nsecond.").blocks]
    [('A head', 0, 0), ('First line', 1, 8), ('second.', 0, 19)]
    """
    blocks: list[Block] = []
    in_code = False
    for start, end, gap in _lines(source):
        if _FENCE.match(source, start):
            in_code = not in_code
            blocks.append(Block(len(blocks), source[start:end], Span(start, end), gap, "code"))
        elif in_code:
            blocks.append(Block(len(blocks), source[start:end], Span(start, end), gap, "code"))
        else:
            blocks.append(_block(len(blocks), source, start, end, gap))
    return Document("text", source, tuple(_with_tables(blocks)), (), Head(), url)


def _with_tables(blocks: list[Block]) -> list[Block]:
    """Rows of a table whose cells are parted by bars: neighbouring lines with the same number of bars, and figures."""
    bars = [block.text.count(" | ") if block.role == "paragraph" else 0 for block in blocks]
    result, start = list(blocks), 0
    for n in range(1, len(blocks) + 1):
        if n == len(blocks) or bars[n] != bars[start]:
            rows = blocks[start:n]
            if (
                bars[start]
                and len(rows) >= 2
                and sum(any(c.isdigit() for c in row.text) for row in rows) * 2 >= len(rows)
            ):
                result[start:n] = [row._replace(role="table") for row in rows]
            start = n
    return result


def _lines(source: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, blank lines before) of every line with something visible on it."""
    at, gap = 0, 0
    for match in _LINE.finditer(source):
        gap += max(0, len(_BREAK.findall(source, at, match.start())) - 1)
        at = match.end()
        start = _INDENT.match(source, match.start(), match.end()).end()  # type: ignore[union-attr]
        end = match.start() + len(match[0].rstrip())
        if start < end and visible(source[start:end]):
            yield start, end, gap
            gap = 0
        else:
            gap += 1


def _block(index: int, source: str, start: int, end: int, gap: int) -> Block:
    text, marker, role, level = source[start:end], "", "paragraph", 0
    if text.startswith("|") and text.endswith("|") and text.count("|") > 2:
        role = "table"
    elif (mark := _MARKED.match(text)) and not _DATED.match(text):
        role, level = _role(mark)
        marker, text = mark[0].strip(), text[mark.end() :]
    mended = mend(text)
    if not visible(mended):  # the traces of an invisible character: nothing would be left to account for them
        mended = text
    found = list(_MD_LINK.finditer(text)) if "](" in text else []
    links = sum(len(match[1]) for match in found)
    targets = sum(len(match[0]) - len(match[1]) for match in found)
    link_chars = round(links * len(text) / max(1, len(text) - targets)) if links else 0
    return Block(index, mended, Span(start, end), gap, _as_role(role), level, marker, link_chars)


def _role(mark: re.Match[str]) -> tuple[str, int]:
    if mark["heading"]:
        return "heading", len(mark["heading"])
    return ("list_item", 1) if mark["item"] or mark["dot"] else ("quote", 0)


def _as_role(name: str) -> Role:
    return name  # type: ignore[return-value]
