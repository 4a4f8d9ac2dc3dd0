"""RSS and Atom: `clean_entry` takes an entry of feedparser, whose body may be markup, text or a summary.

import feedparser
from cleaner.integrations.feeds import clean_entry

articles = [clean_entry(entry) for entry in feedparser.parse("feed.xml").entries]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cleaner.model import Article, SourceKind
from cleaner.pipeline import clean


def clean_entry(entry: Mapping[str, Any], **options: Any) -> Article:
    """The Article of an entry: of its longest content, or of its summary. What the feed says of title and date is taken
    where the body says nothing."""
    bodies = [*entry.get("content", ()), *([entry["summary_detail"]] if entry.get("summary_detail") else ())]
    body = max(bodies, key=lambda body: len(body.get("value", "")), default={"value": entry.get("summary", "")})
    kind: SourceKind = "text" if body.get("type") == "text/plain" else "html"
    article = clean(str(body.get("value", "")), url=entry.get("link"), kind=kind, **options)
    published = entry.get("published_parsed")
    date = f"{published[0]:04}-{published[1]:02}-{published[2]:02}" if published else None
    return replace(article, headline=article.headline or entry.get("title"), published=article.published or date)
