"""BeautifulSoup → markup, which then goes the way of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag


def markup_of(tag: Tag) -> str:
    """The markup of a soup or tag; a tag keeps the head of the page it was taken from. The tree is not changed."""
    root = tag
    while root.parent is not None:
        root = root.parent
    head = root.find("head") if root is not tag else None
    return f"{head}{tag}" if head is not None and tag.name not in ("html", "head") else str(tag)
