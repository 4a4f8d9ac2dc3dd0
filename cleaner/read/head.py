"""What a page says about itself: title, meta elements, JSON-LD, `<time>` elements, links to authors."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cleaner.model import Head
from cleaner.read.decode import mend

BODY_KEYS = ("articleBody", "text", "reviewBody")
"""JSON-LD keys that may hold text which the page hides: only its length is kept."""
_LONE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Escapes of half a surrogate pair, which no encoding can write."""
MOST_OBJECTS = 2_000


_AUTHOR_LINKS = 'a[rel~="author"], a[href*="/author/"], a[href*="/authors/"]'


def read_head(tree: LexborHTMLParser) -> Head:
    """The Head of a parsed page."""
    title = tree.css_first("head > title") or tree.css_first("title")
    language = tree.root.attributes if tree.root is not None else {}
    canonical = tree.css_first('link[rel="canonical"]')
    found = tree.css(
        f'meta[content], meta[value], time[datetime], script[type="application/ld+json"], {_AUTHOR_LINKS}'
    )  # one pass over the page
    return Head(
        title=_tidy(title.text()) if title else None,
        language=_tidy(language.get("lang") or language.get("xml:lang")),
        canonical=canonical.attributes.get("href") if canonical else None,
        meta=MappingProxyType(_meta(found)),
        json_ld=tuple(_json_ld(found)),
        author_links=frozenset(_author_links(found)),
    )


def _tidy(text: str | None) -> str | None:
    return " ".join(mend(text).split()) or None if text else None


def _meta(found: list[LexborNode]) -> dict[str, tuple[str, ...]]:
    values: dict[str, list[str]] = {}
    for node in found:
        if node.tag != "meta":
            continue
        attributes = node.attributes
        if content := _tidy(attributes.get("content") or attributes.get("value")):  # `value` is a common mistake
            for key in ("property", "name", "itemprop", "http-equiv"):
                if name := attributes.get(key):
                    values.setdefault(name.strip().lower(), []).append(content)
    for node in found:
        if node.tag == "time" and (when := _tidy(node.attributes.get("datetime"))):
            values.setdefault("time", []).append(when)
    return {name: tuple(dict.fromkeys(several)) for name, several in values.items()}


MOST_OF_LINKS = 50_000
"""Characters of links to authors that are read: links that stand in each other hold the same text again and again."""


def _author_links(found: list[LexborNode]) -> Iterator[str]:
    left = MOST_OF_LINKS
    for node in found:
        if node.tag == "a" and left > 0:
            text = node.text()
            left -= len(text)
            if name := _tidy(text):
                yield name


def _json_ld(found: list[LexborNode]) -> Iterator[Mapping[str, Any]]:
    for script in found:
        if script.tag != "script":
            continue
        try:
            data = json.loads(_without_lone(script.text() or "null"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _objects(data)


def _without_lone(text: str) -> str:
    return _LONE.sub(r"\\ufffd", text) if "\\ud" in text or "\\uD" in text else text


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """Every object, `@graph` and lists flattened, bodies replaced by their length."""
    queue, seen = deque([data]), 0
    while queue and seen < MOST_OBJECTS:
        item = queue.popleft()
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            seen += 1
            queue.extend(
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(item.get(key), (dict, list))
            )
            yield MappingProxyType({key: _without_body(key, value) for key, value in item.items()})


def _without_body(key: str, value: Any) -> Any:
    return len(value) if key in BODY_KEYS and isinstance(value, str) else value
