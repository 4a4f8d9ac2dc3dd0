"""Shows an Article in the terminal: kept text plain, removed text struck, each removal with kind, rule and score."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cleaner.model import Article, Part, Removal

FIELDS = ("headline", "dek", "byline", "authors", "published", "updated", "agency", "section", "language", "site_name")


def explain(article: Article, console: Console | None = None) -> None:
    """Print metadata, then body and removals in the order of the source."""
    console = console or Console(highlight=False)
    console.print(_metadata(article))
    for item in in_order(article):
        console.print(_kept(item) if isinstance(item, Part) else _removed(item), soft_wrap=True)
    console.print()
    for kind, records in groupby(sorted(article.removed, key=lambda r: r.kind), key=lambda r: r.kind):
        console.print(f"[dim]{len(list(records)):4}[/] {kind}")
    console.print(
        f"{len(article.body)} parts kept, {len(article.removed)} removed, confidence {article.confidence:.2f}"
    )


def in_order(article: Article) -> Iterator[Part | Removal]:
    """Body parts and removals as they stand in the source."""
    items: list[tuple[int, int, Part | Removal]] = []
    items += [(part.blocks[0] if part.blocks else 0, 0, part) for part in article.body]
    items += [(record.block, 1, record) for record in article.removed]
    yield from (item for _, _, item in sorted(items, key=lambda entry: entry[:2]))


def _metadata(article: Article) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    sources = {item.field: f"  ({item.source}, {item.confidence:.2f})" for item in article.found}
    for name in FIELDS:
        value = getattr(article, name)
        if value:
            shown = "; ".join(value) if isinstance(value, tuple) else str(value)
            table.add_row(name, Text(shown).append(sources.get(name, ""), style="dim"))
    if article.dateline:
        table.add_row("dateline", Text(article.dateline.raw))
    access = article.access
    details = [f"{access.remaining} left"] if access.remaining is not None else []
    details += ["limit reached"] if access.limit_reached else []
    table.add_row("access", Text(", ".join([access.kind, *details])))
    return table


def _kept(part: Part) -> Text:
    return Text(f"\n  {part}", style="bold" if part.role == "heading" else "")


def _removed(record: Removal) -> Text:
    text = Text("\n- ", style="red")
    text.append(" ".join(record.text.split()), style="strike red")
    return text.append(f"\n  {record.kind} · {record.rule} · {record.score:.2f} · {record.why}", style="dim")
