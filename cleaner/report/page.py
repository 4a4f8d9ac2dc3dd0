"""Puts the page together: a summary that is shown at once, and the documents, compressed, opened when asked for."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib import resources
from typing import Any

from cleaner.host import host_of
from cleaner.report.rows import Row, error_of, key_of, words_of

CHUNK = 400_000
"""Characters of JSON that are compressed together: few enough that opening a document takes milliseconds."""

TITLE = "Cleaned documents"


class ReportPage:
    """Takes documents one at a time and gives the page. Only summaries and compressed documents are held in memory."""

    def __init__(self, title: str = TITLE) -> None:
        self.title = title
        self._summaries: list[list[Any]] = []
        self._chunks: list[str] = []
        self._waiting: list[str] = []
        self._size = 0

    def add(self, row: Row) -> None:
        """Add `Article.to_dict()` with `source`, or a failure: `source` and `error`."""
        self._summaries.append([*summary_of(row), len(self._chunks), len(self._waiting)])
        text = _compact(row)
        self._waiting.append(text)
        self._size += len(text)
        if self._size > CHUNK:
            self._pack()

    def _pack(self) -> None:
        if self._waiting:
            self._chunks.append(_packed(f"[{','.join(self._waiting)}]"))
            self._waiting, self._size = [], 0

    def pieces(self) -> Iterator[str]:
        """The page, in pieces; nothing can be added after."""
        self._pack()
        script, style = _file("document.js") + _file("report.js"), _file("document.css") + _file("report.css")
        values = {
            "title": _escaped(self.title),
            "script": script,
            "script_hash": _hash(script),
            "style": style,
            "style_hash": _hash(style),
            "summary": _packed(_compact(self._summaries)),
        }
        head, tail = _file("report.html").split("{{chunks}}")
        yield _filled(head, values)
        for chunk in self._chunks:
            yield f'<script type="text/plain" class="chunk">{chunk}</script>\n'
        yield _filled(tail, values)


def render_report(rows: Iterable[Row], *, title: str = TITLE) -> Iterator[str]:
    """The page of these documents, in pieces."""
    page = ReportPage(title)
    for row in rows:
        page.add(row)
    return page.pieces()


def summary_of(row: Row) -> list[Any]:
    """What the overview needs of a document: key, headline, site, language, words kept, words removed, confidence,
    access, truncated, [removals, words] by kind, error."""
    if error := error_of(row):
        return [key_of(row), "", site_of(row), None, 0, 0, 0.0, "unknown", None, {}, error]
    count: Counter[str] = Counter(item["kind"] for item in row["removed"])
    size: Counter[str] = Counter()
    for item in row["removed"]:
        size[item["kind"]] += len(words_of(item["text"]))
    kept = sum(len(words_of(text)) for text in row["paragraphs"])
    access = row["access"]
    return [
        key_of(row), row.get("headline") or "", site_of(row), row.get("language"), kept, sum(size.values()),
        row["confidence"], access["kind"], access["truncated"], {kind: [count[kind], size[kind]] for kind in count}, "",
    ]  # fmt: skip


def site_of(row: Row) -> str:
    """The host of a document's URL without `www.`; else the name of its site; else nothing."""
    for address in (row.get("url"), row.get("source")):
        if host := host_of(str(address or "")):
            return host
    return str(row.get("site_name") or "")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _packed(text: str) -> str:
    """Deflated and base64: a fifth of the size of the JSON, and nothing in it can end a script element."""
    return b64encode(zlib.compress(text.encode("utf-8", "replace"), 6)).decode()


def _file(name: str) -> str:
    return (resources.files("cleaner.report") / name).read_text("utf8")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template)
