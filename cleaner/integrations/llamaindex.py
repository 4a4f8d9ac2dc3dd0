"""LlamaIndex: `ArticleCleaner` is a transformation that cleans nodes; the article's metadata goes into theirs.

from llama_index.core.ingestion import IngestionPipeline
from cleaner.integrations.llamaindex import ArticleCleaner

nodes = IngestionPipeline(transformations=[ArticleCleaner(), ...]).run(documents=documents)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import BaseNode, TransformComponent

from cleaner.errors import CleanerError
from cleaner.pipeline import clean

KEPT = ("headline", "byline", "authors", "published", "updated", "language", "site_name")


class ArticleCleaner(TransformComponent):
    """Cleans nodes in their place, with the `Options` given. One that can't be cleaned stays, with `error`."""

    options: dict[str, Any] = {}  # noqa: RUF012  # a pydantic field

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        for node in nodes:
            try:
                article = clean(node.get_content(), url=node.metadata.get("url"), **self.options)
            except CleanerError as error:
                node.metadata["error"] = str(error)
                continue
            values = article.to_dict()
            node.metadata.update({name: values[name] for name in KEPT if values[name]})
            node.set_content(article.text)
        return nodes
