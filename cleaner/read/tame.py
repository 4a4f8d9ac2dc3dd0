"""Takes out of a page what makes parsers slow, before they see it: tags nested too deep, too many attributes of a tag.
Text never goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MAX_DEPTH = 512
"""Elements nested deeper are taken for their parent, as browsers do; their text stays."""
_MANY_TAGS = 4_000
_NO_DEPTH = frozenset(
    "p li dt dd tr td th option br hr img input meta link area base col embed source track wbr param".split()
)
"""Elements that close themselves or need no end tag: they don't nest."""
_NESTING = re.compile(rf"<(/?)(?!(?:{'|'.join(sorted(_NO_DEPTH))})(?![a-z0-9-]))[a-z][^<>]*+(?<!/)>", re.I | re.A)

MAX_ATTRIBUTES = 512
"""Of one tag; those after them are left out."""
_MANY_ATTRIBUTES = 20_000
"""In a page, from which one tag may have so many that the time tells."""
_LONG = 16_000
"""Characters of a tag of which the same is true."""
_TAG = re.compile(
    r"<(?:(?P<comment>!--)|(?P<name>[a-z][^\s/>]*+)(?P<attributes>(?:[^>=]|=\s*+(?:\"[^\"]*+\"|'[^']*+')?)*+))", re.I
)
_ATTRIBUTE = re.compile(r"[^\s/][^\s/=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"']\S*+)?)?")
_RAW = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
"""Elements in which tags are text."""


def tame(source: str) -> str:
    """The markup in which parsers need no quadratic time, as they do for either; without a `<!` at its very end, which
    lexbor takes for a comment that holds what stands before it."""
    return _with_few_attributes(_flattened(source)).removesuffix("<!")


def _flattened(source: str) -> str:
    """The markup without the tags beyond MAX_DEPTH."""
    tags = source.count("<")
    if tags < _MANY_TAGS or tags - source.count("</") < _MANY_TAGS or not _too_deep(_NESTING.findall(source)):
        return source
    depth, over, at = 0, 0, 0
    out: list[str] = []
    for match in _NESTING.finditer(source):
        if match[1]:
            if over:
                over -= 1
                out.append(source[at : match.start()])
                at = match.end()
            else:
                depth = max(0, depth - 1)
        elif depth < MAX_DEPTH:
            depth += 1
        else:
            over += 1
            out.append(source[at : match.start()])
            at = match.end()
    return "".join((*out, source[at:]))


def _too_deep(slashes: list[str]) -> bool:
    """Whether tags nest beyond MAX_DEPTH; a tag is given as its slash, or "" if it has none."""
    depth = 0
    for slash in slashes:
        if not slash:
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif depth:
            depth -= 1
    return False


def _with_few_attributes(source: str) -> str:
    """The markup with at most MAX_ATTRIBUTES in a tag."""
    if source.count("=") < _MANY_ATTRIBUTES and not any(_surplus(tag) for tag in _long_tags(source)):
        return source
    at, done, out = 0, 0, []
    while tag := _TAG.search(source, at):
        at = tag.end()
        if surplus := _surplus(tag):
            out.append(source[done:surplus])
            done = at
        closing = "-->" if tag["comment"] else f"</{name}" if (name := tag["name"].lower()) in _RAW else ""
        if closing:
            at = _found(source, closing, at)
    return "".join((*out, source[done:]))


def _long_tags(source: str) -> Iterator[re.Match[str]]:
    """Long tags in which no `<` stands."""
    half, empty = _LONG // 2, False
    for at in range(0, len(source), half):
        before, empty = empty, source.find("<", at, at + half) < 0
        if empty and not before and (tag := _TAG.match(source, source.rfind("<", 0, at))):
            yield tag


def _surplus(tag: re.Match[str]) -> int | None:
    """Where the attributes of a tag begin that are too many; None if none are."""
    start, end = tag.span("attributes")
    if end - start < _LONG:
        return None
    last = next(islice(_ATTRIBUTE.finditer(tag.string, start, end), MAX_ATTRIBUTES - 1, None), None)
    return last and last.end()


def _found(source: str, closing: str, at: int) -> int:
    """Where something ends; the end of the source if it never does."""
    match = re.compile(re.escape(closing), re.I).search(source, at)
    return match.end() if match else len(source)
