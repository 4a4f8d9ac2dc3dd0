"""Scrapy: an item pipeline that cleans the page or text that an item holds.

    ITEM_PIPELINES = {"cleaner.integrations.scrapy.CleanerPipeline": 300}

or, as an add-on (Scrapy 2.10),

    ADDONS = {"cleaner.integrations.scrapy.CleanerAddon": 300}

Settings, all optional:

| setting | default | |
|---|---|---|
| `CLEANER_FIELD` | `"html"` | the field with the markup or text |
| `CLEANER_URL_FIELD` | `"url"` | the field with where it came from |
| `CLEANER_KIND` | told from it | `"html"` or `"text"` |
| `CLEANER_TARGET` | `"article"` | the field that takes the article, as a dict |
| `CLEANER_OPTIONS` | `{}` | keywords of `cleaner.clean`, such as `{"headings": False}` |
| `CLEANER_DROP_FAILED` | `False` | whether an item that can't be cleaned is dropped |

Items are whatever itemadapter takes: dicts, Items, dataclasses, attrs and pydantic objects. Stats count
`cleaner/cleaned`, `cleaner/failed`, and `cleaner/removed/KIND`.
Pages are cleaned in the crawler's own process, at some dozens a second.
"""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from cleaner.errors import CleanerError
from cleaner.pipeline import Cleaner

PRIORITY = 300
"""Of the pipeline where the add-on switches it on."""


class CleanerPipeline:
    """Puts the article of each item into a field of its own."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.stats = crawler.stats
        self.field = settings.get("CLEANER_FIELD", "html")
        self.url_field = settings.get("CLEANER_URL_FIELD", "url")
        self.kind = settings.get("CLEANER_KIND")
        self.target = settings.get("CLEANER_TARGET", "article")
        self.drop_failed = settings.getbool("CLEANER_DROP_FAILED", False)
        self.cleaner = Cleaner(**settings.getdict("CLEANER_OPTIONS", {}))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanerPipeline:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        adapter = ItemAdapter(item)
        source, url = adapter.get(self.field), adapter.get(self.url_field)
        if source is None:
            return item
        try:
            if not isinstance(source, str | bytes):
                raise CleanerError(f"no text in {self.field}", todo="name the field with CLEANER_FIELD")
            article = self.cleaner.clean(source, url=url if isinstance(url, str) else None, kind=self.kind)
        except CleanerError as error:
            self.stats.inc_value("cleaner/failed")
            if self.drop_failed:
                raise DropItem(f"cleaner: {error}") from error
            adapter[self.target] = {"error": str(error)}
            return item
        self.stats.inc_value("cleaner/cleaned")
        for removal in article.removed:
            self.stats.inc_value(f"cleaner/removed/{removal.kind}")
        adapter[self.target] = article.to_dict()
        return item


class CleanerAddon:
    """Switches the pipeline on."""

    def update_settings(self, settings: BaseSettings) -> None:
        pipelines = settings.getdict("ITEM_PIPELINES")
        if CleanerPipeline not in pipelines and f"{__name__}.CleanerPipeline" not in pipelines:
            settings.set("ITEM_PIPELINES", {**pipelines, CleanerPipeline: PRIORITY}, "addon")
