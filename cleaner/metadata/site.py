"""Site name, section and lead image, as the page declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.host import host_of
from cleaner.metadata.byline import plain_key
from cleaner.model import Document, Found

_FIELDS = (
    ("site_name", ("og:site_name", "application-name")),
    ("section", ("article:section", "section", "parsely-section", "cxenseparse:section")),
    (
        "image",
        ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "thumbnailurl"),
    ),
)


def find_site(document: Document) -> Iterator[Found]:
    """The declared values, JSON-LD standing in where no meta element has one."""
    for field, names in _FIELDS:
        if value := document.head.first(*names):
            yield Found(field, value, value, "meta", 0.9)
        elif value := _from_json_ld(document, field):
            yield Found(field, value, value, "json-ld", 0.9)


_SITES = ("WebSite", "Organization", "NewsMediaOrganization")


def site_keys(document: Document) -> frozenset[str]:
    """The names of the site, as letters and digits only: as declared, of its publisher, and of its host."""
    head = document.head
    names = [name for field in ("og:site_name", "application-name", "publisher", "dc.publisher", "copyright")
             for name in head.meta.get(field, ())]  # fmt: skip
    names += [name for item in head.json_ld if (name := _text(item.get("publisher"), "name"))]
    names += [name for item in head.json_ld
              if item.get("@type") in _SITES and isinstance(name := item.get("name"), str)]  # fmt: skip
    host = host_of(document.url) or host_of(head.canonical)
    labels = host.split(".")
    names += [host, *labels[:-1], ".".join(labels[-2:])]
    return frozenset(key for name in names if len(key := plain_key(name)) > 1)


def _from_json_ld(document: Document, field: str) -> str | None:
    key = {"site_name": "publisher", "section": "articleSection", "image": "image"}[field]
    for item in document.head.json_ld:
        if value := _text(item.get(key), "name" if field == "site_name" else "url"):
            return value
    return None


def _text(value: Any, key: str) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get(key)
    return value.strip() or None if isinstance(value, str) else None
