"""HTML → Document: one block for each visible run of text between block-level boundaries, in one walk."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from cleaner.model import Block, Document, Node, Role
from cleaner.read.decode import mend
from cleaner.read.head import read_head

SKIPPED = frozenset(
    "script style template noscript svg iframe object embed audio video canvas head title meta link noframes noembed "
    "datalist base param source track map area".split()
)
"""Elements whose content is not part of the visible text."""
BLOCK_TAGS = frozenset(
    "address article aside blockquote body button center caption dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre "
    "search section select summary table tbody td textarea tfoot th thead tr ul".split()
)
_PLAIN_INLINE = frozenset(["b", "i", "em", "strong", "u", "font", "s", "small", "sub", "sup", "mark", "wbr"])
_HIDING_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_COMPLEX_CELL = (
    "td p, td div, td table, td ul, td ol, td blockquote, td h1, td h2, td h3, td h4, td br, td pre, td form"
)
_TAGS = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_NO_DEPTH = frozenset(
    "p li dt dd tr td th option br img hr input meta link area base col embed source track wbr param".split()
)
"""Elements that close themselves or need no end tag: they don't nest."""
MAX_DEPTH = 512
"""Elements nested deeper are taken for their parent, as browsers do; their text stays."""
_MANY_TAGS = 4_000


def read_html(source: str, *, url: str | None = None) -> Document:
    """A page or fragment as a Document. Nothing that the page hides becomes text; no nesting is too deep."""
    tree = LexborHTMLParser(_flattened(source))
    head = read_head(tree)
    walk = _Walk()
    if tree.root is not None:
        walk.run(tree.root)
    return Document("html", source, tuple(walk.blocks), tuple(walk.nodes), head, url)


def _flattened(source: str) -> str:
    """The markup without the tags beyond MAX_DEPTH: the parser needs quadratic time for deep nesting."""
    if source.count("<") < _MANY_TAGS:
        return source
    depth, over, at = 0, 0, 0
    out: list[str] = []
    for match in _TAGS.finditer(source):
        tag = match[2].lower()
        if tag in _NO_DEPTH or match[3].endswith("/"):
            continue
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
    return "".join((*out, source[at:])) if out else source


class _Walk:
    """The state of one walk over a tree; `blocks` and `nodes` are its result."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.nodes: list[Node] = []
        self.stack: list[int] = []
        self.pieces: list[str] = []
        self.link_chars = 0
        self.links = 0
        self.link_ended = False
        self.pre = 0
        self.gap = 1
        self.home = -1
        self.home_depth = 0
        self.low = 0
        self.roles: list[tuple[Role, int]] = [("paragraph", 0)]
        self.lists: list[int | None] = []
        self.marker = ""
        self.rows = 0

    def run(self, root: Any) -> None:
        """Visit the tree in document order, without recursion."""
        pending: list[tuple[Any, str]] = [(root, "")]
        while pending:
            node, leaving = pending.pop()
            if leaving:
                self._leave(leaving)
                continue
            sibling = node.next
            if sibling is not None and node is not root:
                pending.append((sibling, ""))
            tag = node.tag
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag and tag[0] not in "-!" and tag not in SKIPPED:
                attributes = node.attributes
                if _hidden(tag, attributes):
                    continue
                self._enter(tag, attributes, node)
                pending.append((node, tag))
                child = node.first_child
                if child is not None:
                    pending.append((child, ""))
        self._flush()

    def _enter(self, tag: str, attributes: dict[str, str | None], node: Any) -> None:
        if tag == "br":
            self._line_break()
        elif tag in BLOCK_TAGS and not (self.rows and tag in ("td", "th")):
            self._flush()
            self.gap = 1
        elif tag in ("td", "th") and self.pieces:
            self.pieces.append(" | ")
        if tag not in _PLAIN_INLINE:
            words = " ".join(
                value.lower() for name in ("class", "id", "role", "itemprop") if (value := attributes.get(name))
            )
            self.nodes.append(Node(tag, words, self.stack[-1] if self.stack else -1))
            self.stack.append(len(self.nodes) - 1)
        self._enter_role(tag, attributes, node)

    def _enter_role(self, tag: str, attributes: dict[str, str | None], node: Any) -> None:
        if tag == "a":
            if self.link_ended and self.pieces and not self.pieces[-1][-1:].isspace():
                self.pieces.append(" ")
            self.links += 1
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.roles.append(("heading", int(tag[1])))
        elif tag in ("ul", "ol", "menu", "dir"):
            self.lists.append(_number(attributes.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self.roles.append(("list_item", max(1, len(self.lists))))
            self.marker = self._next_marker()
        elif tag == "blockquote":
            self.roles.append(("quote", 0))
        elif tag in ("figcaption", "caption"):
            self.roles.append(("caption", 0))
        elif tag == "pre":
            self.roles.append(("code", 0))
            self.pre += 1
        elif tag == "tr":
            self.roles.append(("table", 0) if node.css_first(_COMPLEX_CELL) is None else self.roles[-1])
            self.rows += self.roles[-1][0] == "table"

    def _next_marker(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "-"
        number = self.lists[-1]
        self.lists[-1] = number + 1
        return f"{number}."

    def _leave(self, tag: str) -> None:
        if tag in BLOCK_TAGS and not (self.rows and tag in ("td", "th")):
            self._flush()
            self.gap = 1
        if tag not in _PLAIN_INLINE:
            self.stack.pop()
            self.low = min(self.low, len(self.stack))
        if tag == "a":
            self.links -= 1
            self.link_ended = True
        elif tag in ("ul", "ol", "menu", "dir"):
            self.lists.pop()
        elif tag == "tr":
            self.rows -= self.roles.pop()[0] == "table" and self.rows > 0
        elif tag in ("li", "blockquote", "figcaption", "caption", "pre", "h1", "h2", "h3", "h4", "h5", "h6"):
            self.roles.pop()
            self.pre -= tag == "pre"
            self.marker = "" if tag == "li" else self.marker

    def _text(self, text: str) -> None:
        bare = text.strip()
        if not bare and not self.pre:
            if text and self.pieces:
                self.pieces.append(" ")
                self.link_ended = False
            return
        depth = len(self.stack)
        if not any(piece.strip() for piece in self.pieces[:1]):
            self.home, self.home_depth = (self.stack[-1] if self.stack else -1), depth
        else:
            lowest = min(self.low, depth)
            if lowest < self.home_depth:
                self.home, self.home_depth = (self.stack[lowest - 1] if lowest else -1), lowest
        self.low = depth
        self.link_ended = False
        if self.links:
            self.link_chars += len(bare)
        self.pieces.append(text)

    def _line_break(self) -> None:
        if self.pre:
            self.pieces.append("\n")
        elif any(piece.strip() for piece in self.pieces):
            self._flush()
            self.gap = 0
        else:
            self.gap = min(1, self.gap + 1)

    def _flush(self) -> None:
        joined = "".join(self.pieces)
        text = joined.strip("\r\n").rstrip() if self.pre else " ".join(joined.split())
        if text.strip():
            role, level = self.roles[-1]
            text = mend(text)
            self.blocks.append(
                Block(len(self.blocks), text, None, self.gap, role, level, self.marker if role == "list_item" else "",
                      self.link_chars, self.home))  # fmt: skip
            self.marker = ""
        self.pieces.clear()
        self.link_chars, self.link_ended = 0, False


def _hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    if not attributes:
        return tag == "dialog"
    if ("hidden" in attributes and attributes["hidden"] != "until-found") or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if style and _HIDING_STYLE.search(style):
        return True
    return tag == "dialog" and "open" not in attributes


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value) else 1
