"""Tells a page or a piece of markup from plain text that merely mentions a tag."""

from __future__ import annotations

import re

from cleaner.model import SourceKind

_LEADING = re.compile(r"\s+|<\?xml[^>]{0,200}>|<!--(?:(?!-->)[^\0]){0,20000}-->", re.I)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_TAGS = (
    "a|abbr|article|aside|b|blockquote|body|br|button|center|code|dd|details|div|dl|dt|em|figcaption|figure|font|footer|"
    "form|h[1-6]|head|header|hr|html|i|iframe|img|input|li|link|main|meta|nav|noscript|ol|option|p|pre|script|section|"
    "select|small|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|time|title|tr|u|ul|video"
)
_VALUE = r"(?:\"[^\"<]{0,2000}\"|'[^'<]{0,2000}'|[^\s>\"'<]{1,2000})"
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s+[a-z:@_-]{{1,40}}(?:={_VALUE})?){{0,30}}\s*/?>", re.I)
_STARTS = re.compile(rf"\s*<(?P<tag>{_TAGS})\b", re.I)
_LOOK_AT, _LOOK_LAST = 50_000, 2_000
"""Characters of the beginning and, beyond those, of the end that are looked at."""
MARKUP_SHARE = 0.08
"""Share of a fragment's characters that are tags; prose about HTML has less."""


def sniff(text: str) -> SourceKind:
    """`html` for a page or a fragment (as feeds carry it), else `text`.

    >>> sniff("<p>A first paragraph.</p> <p>And another one.</p>")
    'html'
    >>> sniff("A page needs a <p> tag, and browsers close it with </p> on their own.")
    'text'
    """
    if "<" not in text:
        return "text"
    at = 0
    while leading := _LEADING.match(text, at):
        at = leading.end()
    if _PAGE.match(text, at):
        return "html"
    start = text[at : at + _LOOK_AT].removeprefix("<![CDATA[") + text[max(at + _LOOK_AT, len(text) - _LOOK_LAST) :]
    tags = _TAG.findall(start)
    closings = [tag for tag in tags if tag.startswith("</")]
    opening = _STARTS.match(start)
    if opening:
        closed = any(tag.lower().startswith(f"</{opening['tag'].lower()}") for tag in closings)
        return "html" if closed or len(tags) > 1 or re.search(r"/?>\s*$", start) else "text"
    markup = sum(map(len, tags))
    return "html" if len(tags) >= 3 and markup >= MARKUP_SHARE * len(start.strip()) and _dressed(tags) else "text"


def _dressed(tags: list[str]) -> bool:
    """Whether tags carry quoted attributes or break lines, as written markup does."""
    return any("=" in tag or tag.lower().startswith(("<br", "</p", "</div", "</li")) for tag in tags)
