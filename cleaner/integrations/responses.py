"""Responses of HTTP clients and browsers: `clean_response` takes what httpx, requests, aiohttp or Playwright give.

    import httpx
    from cleaner.integrations.responses import clean_response

    article = clean_response(httpx.get("https://news.example/rain"))

Nothing is fetched here; with Playwright it is `clean(page.content(), url=page.url)`, and in a Crawlee handler
`clean_response(await context.send_request(...))` or `clean(await context.page.content(), url=context.page.url)`.
"""

from __future__ import annotations

from typing import Any, Protocol

from cleaner.errors import InputError
from cleaner.model import Article, SourceKind
from cleaner.pipeline import clean


class Response(Protocol):
    """What httpx and requests have in common."""

    content: bytes
    url: Any
    headers: Any


def clean_response(response: Response, **options: Any) -> Article:
    """The Article of a response. Its bytes are decoded as the header says, and as its markup says where the header says
    nothing. Raises InputError for a response that is neither HTML nor text."""
    kind, _, parameters = str(response.headers.get("content-type") or "").lower().partition(";")
    kinds: dict[str, SourceKind | None] = {"": None, "text/html": "html", "application/xhtml+xml": "html",
                                           "text/plain": "text", "text/markdown": "text"}  # fmt: skip
    if kind.strip() not in kinds:
        raise InputError(f"content type {kind.strip()}", where=str(response.url), todo="give HTML or text")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")
    return clean(_decoded(response.content, charset), url=str(response.url), kind=kinds[kind.strip()], **options)


def _decoded(content: bytes, charset: str) -> str | bytes:
    """The text, where the header's charset is known and fits; else the bytes, which say themselves what they are."""
    try:
        return content.decode(charset) if charset else content
    except (LookupError, UnicodeDecodeError):
        return content
