"""datatrove: `ArticleCleaner` cleans `Document.text`; `HtmlCleaner` reads HTML from it and leaves the clean text.

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from cleaner.integrations.datatrove import ArticleCleaner

LocalPipelineExecutor([JsonlReader("pages"), ArticleCleaner(), JsonlWriter("articles")]).run()
"""

from __future__ import annotations

from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from cleaner.errors import CleanerError
from cleaner.model import SourceKind
from cleaner.pipeline import Cleaner


class ArticleCleaner(PipelineStep):
    """Puts the clean text in the place of each document's text, and the article's metadata into its metadata, under
    `metadata_key`. A document that can't be cleaned is dropped and counted, unless `keep_failed`."""

    type = "CLEANER"
    name = "cleaner"
    kind: SourceKind | None = None

    def __init__(self, *, metadata_key: str = "article", keep_failed: bool = False, **options: Any) -> None:
        super().__init__()
        self.metadata_key, self.keep_failed, self.options = metadata_key, keep_failed, options

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        cleaner = Cleaner(**self.options)
        for document in data:
            with self.track_time():
                kept = self._clean(cleaner, document)
            if kept:
                self.stat_update("forwarded")
                yield document

    def _clean(self, cleaner: Cleaner, document: Document) -> bool:
        """Clean a document in its place; whether it goes on."""
        self.stat_update("total")
        url = document.metadata.get("url")
        try:
            article = cleaner.clean(document.text, url=url if isinstance(url, str) else None, kind=self.kind)
        except CleanerError as error:
            self.stat_update("failed")
            document.metadata[self.metadata_key] = {"error": str(error)}
            return self.keep_failed
        row = article.to_dict()
        document.text = row.pop("text")
        document.metadata[self.metadata_key] = {name: row[name] for name in _KEPT}
        for item in article.removed:
            self.stat_update(f"removed_{item.kind}")
        return True


class HtmlCleaner(ArticleCleaner):
    """The same for documents whose text is the markup of a page."""

    type = "EXTRAC"
    name = "cleaner (HTML)"
    kind: SourceKind | None = "html"


_KEPT = ("headline", "dek", "byline", "authors", "dateline", "published", "updated", "agency", "section", "language",
         "site_name", "url", "image", "access", "confidence")  # fmt: skip
