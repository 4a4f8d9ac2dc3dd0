"""Article → JSON (as `article.schema.json` says), Markdown, and HTML for notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from html import escape as markup
from itertools import groupby
from typing import Any

from cleaner.model import SCHEMA_VERSION, Article, Part, Removal, Span

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def inert(text: str) -> str:
    r"""Text as a terminal may be shown it: no control characters that would steer the terminal.

    >>> inert("a title\x1b[2J")
    'a title�[2J'
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def article_dict(article: Article) -> dict[str, Any]:
    """Plain values: what `Article.to_dict` gives."""
    return {
        "schema_version": SCHEMA_VERSION,
        "source_kind": article.source_kind,
        "headline": article.headline,
        "dek": article.dek,
        "byline": article.byline,
        "authors": list(article.authors),
        "dateline": {**asdict(article.dateline), "places": list(article.dateline.places)} if article.dateline else None,
        "published": article.published,
        "updated": article.updated,
        "agency": article.agency,
        "section": article.section,
        "language": article.language,
        "site_name": article.site_name,
        "url": article.url,
        "image": article.image,
        "access": {**asdict(article.access), "nags": list(article.access.nags)},
        "text": article.text,
        "paragraphs": list(article.paragraphs),
        "body": [
            {"text": part.text, "role": part.role, "level": part.level, "marker": part.marker,
             "spans": [_pair(span) for span in part.spans], "in_text": part.in_text,
             "confidence": round(part.confidence, 4), "blocks": list(part.blocks)}
            for part in article.body
        ],
        "removed": [removal_dict(item) for item in article.removed],
        "found": [
            {"field": item.field, "value": item.value, "raw": item.raw, "source": item.source,
             "confidence": round(item.confidence, 4), "span": _pair(item.span), "block": item.block}
            for item in article.found
        ],
        "confidence": article.confidence,
    }  # fmt: skip


def removal_dict(item: Removal) -> dict[str, Any]:
    """Plain values of what was removed."""
    return {"text": item.text, "kind": item.kind, "rule": item.rule, "detector": item.detector,
            "score": round(item.score, 4), "why": item.why, "span": _pair(item.span), "block": item.block}  # fmt: skip


def json_line(value: object) -> bytes:
    """A value as a line of JSON; lone surrogates become question marks."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace") + b"\n"


def _pair(span: Span | None) -> list[int] | None:
    return [span.start, span.end] if span else None


def article_json(article: Article, *, indent: int | None = None) -> str:
    return json.dumps(article_dict(article), ensure_ascii=False, indent=indent)


def article_markdown(article: Article) -> str:
    """Headline as `#`, dek in italics, the parts of the body that are in `text` with their Markdown marks."""
    lines: list[str] = []
    if article.headline:
        lines.append(f"# {escape(article.headline)}")
    if article.dek:
        lines.append(f"*{escape(article.dek)}*")
    shown = [part for part in article.body if part.in_text]
    for role, group in groupby(shown, key=lambda part: part.role):
        parts = list(group)
        if role == "table":
            lines.append(_table(parts))
        elif role == "list_item":
            lines.append("\n".join(_markdown(part, already=article.source_kind == "text") for part in parts))
        else:
            lines += [_markdown(part, already=article.source_kind == "text") for part in parts]
    return "\n\n".join(lines) + "\n" if lines else ""


def _markdown(part: Part, *, already: bool) -> str:
    text = part.text if already else escape(part.text)
    match part.role:
        case "heading":
            return f"{'#' * max(2, min(6, part.level or 2))} {text}"
        case "list_item":
            marker = part.marker if re.fullmatch(r"\d+[.)]", part.marker) else "-"
            return f"{'  ' * max(0, part.level - 1)}{marker} {text}"
        case "quote":
            return "> " + text.replace("\n", "\n> ")
        case "code":
            return part.text if part.text.startswith(("```", "~~~")) else f"```\n{part.text}\n```"
        case _:
            return text.replace("\n", "  \n")


def _table(rows: list[Part]) -> str:
    cells = [[cell.strip() for cell in row.text.strip("| ").split("|")] for row in rows]
    cells = [row for row in cells if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    width = max(map(len, cells), default=0)
    drawn = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    return "\n".join([*drawn[:1], "|" + " --- |" * width, *drawn[1:]])


_SPECIAL = re.compile(r"([\\`*_\[\]<>])|^(#{1,6}|[-+]|\d+[.)])(?=\s)", re.M)


def escape(text: str) -> str:
    r"""Text with CommonMark's special characters escaped.

    >>> print(escape("2 * 3 [sic]"))
    2 \* 3 \[sic\]
    """
    return _SPECIAL.sub(lambda m: f"\\{m[0]}" if m[1] or not m[0][:1].isdigit() else f"{m[0][:-1]}\\{m[0][-1]}", text)


def article_html(article: Article) -> str:
    """The article with what was removed, in the order of the source, as a fragment of HTML; all text is escaped."""
    rows = [f"<h3>{markup(article.headline)}</h3>"] if article.headline else []
    for item in in_order(article):
        if isinstance(item, Part):
            rows.append(f'<p dir="auto">{markup(str(item))}</p>')
        else:
            told = markup(f"{item.kind}: {item.why} ({item.rule}, {item.score:.2f})", quote=True)
            struck = f"<small>{markup(item.kind)}</small> <s>{markup(item.text)}</s>"
            rows.append(f'<p dir="auto" title="{told}">{struck}</p>')
    kept, removed = len(article.paragraphs), len(article.removed)
    rows.append(f"<p><small>{kept} paragraphs kept, {removed} pieces removed, access {article.access.kind}</small></p>")
    return "\n".join(rows)


def in_order(article: Article) -> Iterator[Part | Removal]:
    """Kept parts and removals as they stand in the source, headline and dek among them."""
    items: list[tuple[int, int, Part | Removal]] = []
    items += [(part.blocks[0] if part.blocks else 0, _start(part), part) for part in article.body]
    items += [(record.block, record.span.start if record.span else 1, record) for record in article.removed]
    taken = {block for block, _, _ in items}
    for value in article.found:
        if value.field in ("headline", "dek") and value.block is not None and value.block not in taken:
            taken.add(value.block)
            items.append((value.block, 0, Part(value.raw, value.field, blocks=(value.block,))))  # type: ignore[arg-type]
    yield from (item for _, _, item in sorted(items, key=lambda entry: entry[:2]))


def _start(part: Part) -> int:
    return part.spans[0].start if part.spans else 0
