"""LangChain: `ArticleTransformer` cleans the page content of documents; the article's metadata goes into theirs.

from cleaner.integrations.langchain import ArticleTransformer

documents = ArticleTransformer(headings=False).transform_documents(documents)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.documents import BaseDocumentTransformer, Document

from cleaner.errors import CleanerError
from cleaner.pipeline import Cleaner

KEPT = ("headline", "byline", "authors", "published", "updated", "language", "site_name")


class ArticleTransformer(BaseDocumentTransformer):
    """Cleans documents; the keywords are the fields of `Options`. One that can't be cleaned stays, with `error`."""

    def __init__(self, **options: Any) -> None:
        self.cleaner = Cleaner(**options)

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:
        return [self._cleaned(document) for document in documents]

    def _cleaned(self, document: Document) -> Document:
        source = document.metadata.get("source")
        url = source if isinstance(source, str) and source.startswith("http") else None
        try:
            article = self.cleaner.clean(document.page_content, url=url)
        except CleanerError as error:
            return Document(page_content=document.page_content, metadata={**document.metadata, "error": str(error)})
        values = article.to_dict()
        found = {name: values[name] for name in KEPT if values[name]}
        return Document(page_content=article.text, metadata={**document.metadata, **found})
