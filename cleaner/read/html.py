"""HTML → Document: one block for each visible run of text between block-level boundaries, in one walk.

The parser repairs the page and writes it out again, and the walk reads that markup: a visit of every node from Python
would take several times as long. What the parser writes is regular: each `<` begins a tag and each `>` ends one, every
element but the void ones is closed, in order, and attributes are `name="value"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html import escape
from itertools import chain
from operator import length_hint

from selectolax.lexbor import LexborHTMLParser

from cleaner.model import Block, Document, Node, Role
from cleaner.read.decode import may_need_mending, mend
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
"""Elements that say nothing about what stands in them: they make no node."""
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
"""Elements that the parser writes without an end tag (HTML Standard, 13.3, serializing fragments)."""
_HIDING_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_COMPLEX = frozenset("p div table ul ol blockquote h1 h2 h3 h4 br pre form".split())
"""What makes a table cell more than one value, so that its row isn't read as data."""
_NO_DEPTH = frozenset(
    "p li dt dd tr td th option br hr img input meta link area base col embed source track wbr param".split()
)
"""Elements that close themselves or need no end tag: they don't nest."""
_NESTING = re.compile(rf"<(/?)(?!(?:{'|'.join(sorted(_NO_DEPTH))})(?![a-z0-9-]))[a-z][^<>]*(?<!/)>", re.I | re.A)
MAX_DEPTH = 512
"""Elements nested deeper are taken for their parent, as browsers do; their text stays."""
_MANY_TAGS = 4_000


def read_html(source: str, *, url: str | None = None) -> Document:
    """A page or fragment as a Document. Nothing that the page hides becomes text; no nesting is too deep."""
    tree = LexborHTMLParser(_flattened(source))
    head = read_head(tree)
    blocks, nodes = _walk(_markup(tree))
    return Document("html", source, tuple(blocks), nodes, head, url)


def _flattened(source: str) -> str:
    """The markup without the tags beyond MAX_DEPTH: the parser needs quadratic time for deep nesting."""
    if source.count("<") < _MANY_TAGS or not _too_deep(_NESTING.findall(source)):
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


# --- markup -----------------------------------------------------------------------------------------

_UNESCAPED = "script, style, iframe, noembed, noframes, xmp, plaintext"
"""Elements whose text the parser writes as it is, so that it may look like tags (HTML Standard, 13.3)."""
_BREAK_MARK = "\0"
"""Stands for what was taken out; the parser lets none through."""
_NESTED_OPEN = re.compile(r"(<[^<>]*)((?:<[^<>]*)+)>")


def _markup(tree: LexborHTMLParser) -> str:
    """The page as the parser repaired it, in which `<` and `>` stand around tags only. `<!>` is where scripts, styles
    and comments were, for they part the text around them. Changes the tree."""
    for node in tree.css(_UNESCAPED):
        if node.tag in ("xmp", "plaintext"):
            for child in list(node.iter(include_text=True)):
                if child.is_text_node:
                    child.replace_with(escape(child.text_content or "", quote=False))
        else:
            node.replace_with(_BREAK_MARK)  # never `decompose`, for one may stand in another
    markup = (tree.root.html if tree.root is not None else None) or ""
    first, *rest = markup.replace(_BREAK_MARK, "<!>").split("<!--")
    markup = "<!>".join([first, *[part.partition("-->")[2] for part in rest if "-->" in part]])
    if markup.count("<") != markup.count(">"):  # `<a<b>` is an element of the name `a<b`
        markup = _NESTED_OPEN.sub(lambda match: match[1] + match[2].replace("<", "\ufffd") + ">", markup)
    return markup


# --- tags -------------------------------------------------------------------------------------------

_OPENS, _CLOSES, _LEAF, _BLOCK, _CELL, _ROLE, _HIDDEN = 1, 2, 4, 8, 16, 32, 64
"""What a tag does: it opens or closes a node, makes one without content, ends the block before it, is that of a table
cell, changes the role of what follows, hides all up to its end tag."""
_Tag = tuple[int, str, str, int | None]
"""What a tag does, its name, the node's words, the first number of an ordered list."""
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_HAVE_ROLE = frozenset(["a", "br", "li", "blockquote", "figcaption", "caption", "pre", "tr"]) | _HEADINGS | _LISTS
_ATTRIBUTE = re.compile(r' ([^\s/>][^\s/>=]*)="([^"]*)"')
_IGNORED: _Tag = (0, "", "", None)


def _tag(written: str) -> _Tag:
    """What a tag does, from what stands between its angle brackets."""
    if written[0] == "/":
        name = written[1:]
        if name in _PLAIN_INLINE or name in _VOID or name in SKIPPED:
            return _IGNORED
        return _CLOSES | _does(name), name, "", None
    name, _, rest = written.partition(" ")
    if name[0] in "!?":
        return _IGNORED
    attributes = dict(_ATTRIBUTE.findall(f" {rest}")) if rest else {}
    if "&" in rest:
        attributes = {key: _unescaped(value).replace("&quot;", '"') for key, value in attributes.items()}
    if name in SKIPPED or _hidden(name, attributes):
        return _IGNORED if name in _VOID else (_HIDDEN, name, "", None)
    if name in _PLAIN_INLINE:
        return _IGNORED
    words = " ".join([value.lower() for key in ("class", "id", "role", "itemprop") if (value := attributes.get(key))])
    number = _number(attributes.get("start")) if name == "ol" else None
    return (_LEAF if name in _VOID else _OPENS) | _does(name), name, words, number


def _does(name: str) -> int:
    return (
        (_BLOCK if name in BLOCK_TAGS or name == "br" else 0)
        | (_CELL if name in ("td", "th") else 0)
        | (_ROLE if name in _HAVE_ROLE else 0)
    )


def _unescaped(text: str) -> str:
    """The four characters that the parser writes as references in text; others it writes as themselves."""
    return text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _hidden(name: str, attributes: dict[str, str]) -> bool:
    if not attributes:
        return name == "dialog"
    if ("hidden" in attributes and attributes["hidden"] != "until-found") or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if style and _HIDING_STYLE.search(style):
        return True
    return name == "dialog" and "open" not in attributes


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value) else 1


# --- walk -------------------------------------------------------------------------------------------


def _walk(markup: str) -> tuple[list[Block], tuple[Node, ...]]:
    """Blocks and nodes of what `_markup` wrote. One long loop over tags, each with the text after it: most of the time
    that reading takes is spent here, and calls would double it."""
    blocks: list[Block] = []
    names: list[str] = []  # of the nodes, as are the next two
    words: list[str] = []
    parents: list[int] = []
    here = -1  # the innermost open node
    run: list[str] = []  # the text since the last boundary, and what is known of it:
    home = -1  # the innermost node that all of it stands in
    link_chars = 0
    gap = 1
    marker = ""
    links = 0  # how many links are open, as are the next two
    pre = 0
    rows = 0  # of data
    link_ended = False  # just before
    roles: list[tuple[Role, int]] = [("paragraph", 0)]
    lists: list[int | None] = []  # the next number of each open list, None where it has bullets
    mends = may_need_mending(markup)
    known: dict[str, _Tag] = {}  # pages repeat their tags
    pieces = markup.split("<")
    rest = iter(pieces)
    next(rest)
    for piece in rest:
        written, _, text = piece.partition(">")
        tag = known.get(written)
        if tag is None:
            tag = known[written] = _tag(written)
        does, name, own_words, number = tag

        if does & _HIDDEN:
            text = _after(name, rest)

        if does & _BLOCK:
            if does & _CELL and rows:
                if run and does & _OPENS:
                    run.append(" | ")
            elif name == "br" and (pre or not run):
                if pre:
                    run.append("\n")
                else:
                    gap = min(1, gap + 1)
            else:
                if run:
                    joined = "".join(run)
                    joined = joined.strip("\r\n").rstrip() if pre else " ".join(joined.split())
                    if joined:
                        role, level = roles[-1]
                        blocks.append(
                            Block(len(blocks), mend(joined) if mends else joined, None, gap, role, level,
                                  marker if role == "list_item" else "", link_chars, home))  # fmt: skip
                        marker = ""
                    run = []
                    link_chars, link_ended = 0, False
                gap = 0 if name == "br" else 1

        if does & (_OPENS | _LEAF):
            parents.append(here)
            if does & _OPENS:
                here = len(names)
            names.append(name)
            words.append(own_words)
            if does & _ROLE:
                if name == "a":
                    if link_ended and run and not run[-1][-1:].isspace():
                        run.append(" ")
                    links += 1
                elif name == "li":
                    roles.append(("list_item", max(1, len(lists))))
                    following = lists[-1] if lists else None
                    if following is None:
                        marker = "-"
                    else:
                        marker = f"{following}."
                        lists[-1] = following + 1
                elif name in _LISTS:
                    lists.append(number)
                elif name in _HEADINGS:
                    roles.append(("heading", int(name[1])))
                elif name == "blockquote":
                    roles.append(("quote", 0))
                elif name in ("figcaption", "caption"):
                    roles.append(("caption", 0))
                elif name == "pre":
                    roles.append(("code", 0))
                    pre += 1
                elif name == "tr":
                    complex_ = _is_complex_row(pieces, len(pieces) - length_hint(rest), _within("td", here, names, parents))
                    roles.append(roles[-1] if complex_ else ("table", 0))
                    rows += roles[-1][0] == "table"
        elif does & _CLOSES:
            here = parents[here]
            if does & _ROLE:
                if name == "a":
                    links -= 1
                    link_ended = True
                elif name in _LISTS:
                    lists.pop()
                elif name == "tr":
                    rows -= roles.pop()[0] == "table" and rows > 0
                else:
                    roles.pop()
                    if name == "pre":
                        pre -= 1
                    elif name == "li":
                        marker = ""

        if text:
            if "&" in text:
                text = _unescaped(text)
            if pre or not text.isspace():
                if not run:
                    home = here
                else:  # parents stand before their children, so that the lowest common one is found by going up
                    other = here
                    while home != other:
                        if home > other:
                            home = parents[home]
                        else:
                            other = parents[other]
                link_ended = False
                if links:
                    link_chars += len(text.strip())
                run.append(text)
            elif run:
                run.append(" ")
                link_ended = False
    new_node = partial(tuple.__new__, Node)
    return blocks, tuple(map(new_node, zip(names, words, parents, strict=True)))


def _after(name: str, rest: Iterator[str]) -> str:
    """Moves to the end tag of an element that was just opened; returns the text behind it."""
    opening, closing, depth = (f"{name} ", f"{name}>"), f"/{name}>", 1
    for piece in rest:
        if piece.startswith(closing):
            depth -= 1
            if not depth:
                return piece[len(closing) :]
        elif piece.startswith(opening):
            depth += 1
    return ""


def _within(name: str, node: int, names: list[str], parents: list[int]) -> bool:
    while node >= 0:
        if names[node] == name:
            return True
        node = parents[node]
    return False


def _is_complex_row(pieces: list[str], at: int, in_cell: bool) -> bool:
    """Whether a cell of the row that was opened before piece `at` holds more than one value; `in_cell` if the row
    itself stands in a cell."""
    cells, depth = int(in_cell), 1
    for n in range(at, len(pieces)):
        name = pieces[n].partition(">")[0].partition(" ")[0]
        if name == "td":
            cells += 1
        elif name == "/td":
            cells -= 1
        elif name == "tr":
            depth += 1
        elif name == "/tr":
            depth -= 1
            if not depth:
                return False
        elif cells and name in _COMPLEX:
            return True
    return False
