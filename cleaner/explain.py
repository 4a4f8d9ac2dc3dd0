"""Shows an Article in the terminal: kept text plain, removed text struck, each with its kind, rule and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cleaner.model import KINDS, Article, Kind, Part, Removal
from cleaner.output import in_order, inert

FIELDS = ("headline", "dek", "byline", "authors", "published", "updated", "agency", "section", "language", "site_name",
          "url")  # fmt: skip
WIDEST = 100
"""Columns that text is wrapped at in a wide terminal."""
BAR = 24
"""Columns of the longest bar of the summary."""
STYLES: dict[Kind, str] = {
    **dict.fromkeys(KINDS, "bright_black"),
    **dict.fromkeys(("meter", "subscribe", "sign_in"), "yellow"),
    **dict.fromkeys(("newsletter", "app_promotion", "advertisement"), "magenta"),
    **dict.fromkeys(("share", "comments", "print_tools"), "blue"),
    **dict.fromkeys(("navigation", "related"), "cyan"),
    **dict.fromkeys(("credit", "legal", "cookie", "byline_furniture"), "red"),
}


def explain(article: Article, console: Console | None = None) -> None:
    """Print metadata, then body and removals in the order of the source, then what was removed by kind.

    Text is wrapped in a terminal, and left in one line each where the output goes elsewhere.
    """
    console = console or Console(highlight=False)
    if console.is_terminal:
        console.width = min(console.width, WIDEST)
    console.print(_metadata(article), soft_wrap=not console.is_terminal)
    for item in in_order(article):
        console.print()
        for line, indent in _kept(item) if isinstance(item, Part) else _removed(item):
            if console.is_terminal:
                console.print(Padding(line, (0, 0, 0, indent)))
            else:
                console.print(Text(" " * indent).append_text(line), soft_wrap=True)
    console.print()
    if article.removed:
        console.print(_summary(article))
    console.print(
        f"{len(article.body)} parts kept, {len(article.removed)} removed, confidence {article.confidence:.2f}"
    )


def explanation(article: Article) -> dict[str, Any]:
    """The same as plain values: metadata with its origin, and `items` in the order of the source."""
    values = article.to_dict()
    metadata = {name: values[name] for name in (*FIELDS, "dateline", "access", "found", "confidence")}
    return {**metadata, "items": list(map(_values, in_order(article)))}


def _values(item: Part | Removal) -> dict[str, Any]:
    if isinstance(item, Part):
        return {"keep": True, "role": item.role, "text": str(item), "in_text": item.in_text,
                "confidence": round(item.confidence, 4), "blocks": list(item.blocks)}  # fmt: skip
    return {"keep": False, "kind": item.kind, "text": item.text, "rule": item.rule, "detector": item.detector,
            "score": round(item.score, 4), "why": item.why, "blocks": [item.block]}  # fmt: skip


def _metadata(article: Article) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    sources = {item.field: f"  ({item.source}, {item.confidence:.2f})" for item in article.found}
    for name in FIELDS:
        value = getattr(article, name)
        if value:
            shown = "; ".join(value) if isinstance(value, tuple) else str(value)
            table.add_row(name, Text(inert(shown)).append(sources.get(name, ""), style="dim"))
    if article.dateline:
        table.add_row("dateline", Text(inert(article.dateline.raw)).append(sources.get("dateline", ""), style="dim"))
    access = article.access
    details = [f"{access.remaining} left"] if access.remaining is not None else []
    details += ["limit reached"] if access.limit_reached else []
    details += ["text breaks off"] if access.truncated else []
    table.add_row("access", Text(", ".join([access.kind, *details])))
    return table


def _kept(part: Part) -> Iterator[tuple[Text, int]]:
    style = {"headline": "bold", "heading": "bold", "dek": "italic"}.get(part.role, "")
    text = Text(inert(str(part)), style=style)
    yield text if part.in_text else text.append("  (not in the text)", style="dim"), 2


def _removed(record: Removal) -> Iterator[tuple[Text, int]]:
    style = STYLES[record.kind]
    text = Text().append("- ", style=style).append(inert(" ".join(record.text.split())), style=f"strike {style}")
    yield text, 0
    reason = Text().append(record.kind, style=f"bold {style}")
    yield reason.append(inert(f" · {record.rule} · {record.score:.2f} · {record.why}"), style="dim"), 2


def _summary(article: Article) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    counts = Counter(record.kind for record in article.removed)
    most = max(counts.values())
    for kind, count in counts.most_common():
        table.add_row(str(count), kind, Text("▇" * max(1, round(BAR * count / most)), style=STYLES[kind]))
    return table
