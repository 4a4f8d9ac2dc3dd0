"""The host of a URL: what tells one site from another."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str | None) -> str:
    """The host of a URL without `www.`; "" where there is none.

    >>> host_of("https://www.News.example/a"), host_of("nonsense")
    ('news.example', '')
    """
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:  # brackets that are no address
        return ""
