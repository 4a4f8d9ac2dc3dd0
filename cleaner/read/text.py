"""Plain text → Document: one block a line, with its place in the source; Markdown marks are understood."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import count, repeat
from operator import add

from cleaner.fold import visible
from cleaner.model import Block, Document, Head, Role, Span
from cleaner.read.decode import may_need_mending, mend

_INDENT = re.compile(r"[\s\u200b\u200e\u200f\ufeff]*")
_UNSEEN_INDENT = "\u200b\u200e\u200f\ufeff"
_MAY_MARK = frozenset("#-*+•‣▪◦●■–・>0123456789|`~")
"""What a line with a mark begins with."""
_MARKED = re.compile(
    r"(?P<heading>\#{1,6})[ ]+(?=\S)"
    r"|(?P<item>[-*+•‣▪◦●■–](?=[ \t])|\d{1,3}[.)](?=[ \t]))[ \t]+(?=\S)|(?P<dot>・)(?=\S)"
    r"|(?P<quote>>)[ ]?(?=\S)"
)
_DATED = re.compile(r"\d{1,2}[.)]\s+\S+\s+(?:19|20)\d\d\b")
"""`3. Mai 2019` is no list item."""
_FENCES = ("```", "~~~")
_MD_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\([^()\s]{1,1000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?(?:\s\"[^\"]{0,200}\")?\)"
)


def read_text(source: str, *, url: str | None = None) -> Document:
    """A text as a Document whose blocks are its lines. Spans are offsets into `source`.

    >>> [(b.text, b.gap, b.span.start) for b in read_text("A head\\n\\nFirst line\\nsecond.").blocks]
    [('A head', 0, 0), ('First line', 1, 8), ('second.', 0, 19)]
    """
    texts, starts, gaps = _lines(source)
    spans = _spans(starts, map(add, starts, map(len, texts)))
    plain = (repeat("paragraph"), repeat(0), repeat(""), repeat(0), repeat(-1))
    blocks = list(map(partial(tuple.__new__, Block), zip(count(), texts, spans, gaps, *plain)))
    if may_need_mending(source) or "](" in source or "```" in source or "~~~" in source:
        marked: Iterable[int] = range(len(blocks))
    else:
        marked = [n for n, text in enumerate(texts) if text[0] in _MAY_MARK]
    in_code = False
    for n in marked:
        block = blocks[n]
        fence = block.text.startswith(_FENCES)
        blocks[n] = block._replace(role="code") if fence or in_code else _with_marks(block)
        in_code ^= fence
    return Document("text", source, tuple(_with_tables(blocks) if " | " in source else blocks), (), Head(), url)


def _spans(starts: Sequence[int], ends: Iterable[int]) -> list[Span]:
    """A Span for each start and end. A seventh of the time of as many calls, which would be half of that of reading."""
    spans = list(map(object.__new__, repeat(Span, len(starts))))
    deque(map(Span.start.__set__, spans, starts), 0)  # type: ignore[misc, attr-defined]  # a slot
    deque(map(Span.end.__set__, spans, ends), 0)  # type: ignore[misc, attr-defined]
    return spans


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


def _lines(source: str) -> tuple[list[str], list[int], list[int]]:
    """The text of every line with something visible on it, its offset, and the number of blank lines before."""
    texts: list[str] = []
    starts: list[int] = []
    gaps: list[int] = []
    at = 0
    gap = -1 if source[:1].splitlines() == [""] else 0  # a break that a text begins with ends no line
    for line in source.splitlines(keepends=True):
        text = line.strip()
        if not text or not ("!" <= text[0] <= "~" or visible(text)):
            gap += 1
        else:
            first = text[0]
            start = 0 if line[0] == first else line.index(first)
            if first in _UNSEEN_INDENT:
                start = _INDENT.match(line).end()  # type: ignore[union-attr]
                text = line[start:].rstrip()
            texts.append(text)
            starts.append(at + start)
            gaps.append(gap)
            gap = 0
        at += len(line)
    return texts, starts, gaps


def _with_marks(block: Block) -> Block:
    """The block with what stands before or in its text as marks: of headings, lists, quotes, tables and links."""
    text, marker, role, level = block.text, "", "paragraph", 0
    if text.startswith("|") and text.endswith("|") and text.count("|") > 2:
        role = "table"
    elif (mark := _MARKED.match(text)) and not _DATED.match(text):
        role, level = _role(mark)
        marker, text = mark[0].strip(), text[mark.end() :]
    mended = mend(text)
    if mended != text and not visible(mended):  # the traces of an invisible character: nothing would be left
        mended = text
    found = list(_MD_LINK.finditer(text)) if "](" in text else []
    links = sum(len(match[1]) for match in found)
    targets = sum(len(match[0]) - len(match[1]) for match in found)
    link_chars = round(links * len(text) / max(1, len(text) - targets)) if links else 0
    return Block(block.index, mended, block.span, block.gap, _as_role(role), level, marker, link_chars)


def _role(mark: re.Match[str]) -> tuple[str, int]:
    if mark["heading"]:
        return "heading", len(mark["heading"])
    return ("list_item", 1) if mark["item"] or mark["dot"] else ("quote", 0)


def _as_role(name: str) -> Role:
    return name  # type: ignore[return-value]
