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

from selectolax.lexbor import LexborHTMLParser

from cleaner.fold import visible
from cleaner.model import Block, Document, Node, Role
from cleaner.read.decode import may_need_mending, mend
from cleaner.read.head import read_head
from cleaner.read.stream import complete_streams
from cleaner.read.tame import tame

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
_BREAKS = re.compile(r"[ \t\r\n\f]+")
_NO_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.I)
_HIDING_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_COMPLEX = frozenset("p div table ul ol blockquote h1 h2 h3 h4 br pre form".split())
"""What makes a table cell more than one value, so that its row isn't read as data."""


NEXT_TO_NOTHING, A_PAGE = 200, 1_000
"""Characters of text up to which a page shows next to nothing without scripts, and from which what it has for readers
without them is a page."""


def read_html(source: str, *, url: str | None = None) -> Document:
    """A page or fragment as a Document. Nothing that the page hides becomes text; no nesting is too deep. Of a page
    that its scripts would build, that is read which it shows to readers who have none (`<noscript>`)."""
    tame_source = tame(source)
    tree = LexborHTMLParser(tame_source)
    complete_streams(tree, source)
    head = read_head(tree)
    blocks, nodes = _walk(_markup(tree))
    if _size(blocks) < NEXT_TO_NOTHING and "<noscript" in source.lower():
        without_scripts = _walk(_markup(LexborHTMLParser(tame_source), scripts=False), scripts=False)
        if _size(without_scripts[0]) > A_PAGE:
            blocks, nodes = without_scripts
    return Document("html", source, tuple(blocks), nodes, head, url)


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


# --- markup -----------------------------------------------------------------------------------------

_TAKEN_OUT = "script, style, iframe, noembed, noframes, svg, template, xmp, plaintext"
"""Elements whose text the parser writes as it is, so that it may look like tags (HTML Standard, 13.3), and
the largest of those that are skipped."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_COMMENT_OR_TAG = re.compile(r"<!--.*?-->|<([^>]*)>|>", re.DOTALL)


def _markup(tree: LexborHTMLParser, *, scripts: bool = True) -> str:
    """The page as the parser repaired it, in which `<` and `>` stand around tags only. `<wbr>` stands where
    scripts, comments and such were, for they part the text around them. Changes the tree."""
    mark = tree.create_node("wbr")
    if tree.head is not None:
        tree.head.replace_with(mark)
    for node in tree.css(f"{_TAKEN_OUT}, noscript" if scripts else _TAKEN_OUT):
        if node.tag in ("xmp", "plaintext"):
            for child in list(node.iter(include_text=True)):
                if child.is_text_node:
                    child.replace_with(escape(child.text_content or "", quote=False))
        else:
            node.replace_with(mark)  # not `decompose`, for one may stand in another
    written = (tree.root.html if tree.root is not None else None) or ""
    markup = _COMMENT.sub("<wbr>", written)
    # `<a<b>` is an element of the name `a<b`, `<a b<!--c>` has an attribute; a comment may hold `-->`
    if markup.count("<") != markup.count(">") or "-->" in markup:
        markup = _COMMENT_OR_TAG.sub(_repaired, written)
    return markup


def _repaired(match: re.Match[str]) -> str:
    """A tag without `<` in its names; `<wbr>` for a comment; what is neither, escaped."""
    if match[0] == ">":
        return "&gt;"
    return "<wbr>" if match[1] is None else "<" + match[1].replace("<", "\ufffd") + ">"


# --- tags -------------------------------------------------------------------------------------------

_OPENS, _CLOSES, _BLOCK, _MAYBE_BLOCK, _ROLE, _HIDES = (1 << n for n in range(6))
"""What a tag does: it opens a node or closes one; it ends the block before it, or may do; it changes the role of what
follows; it hides all up to its end tag. 0 is for tags that do nothing. What has no content makes no node."""
_Tag = tuple[int, str, str, int | None]
"""What a tag does; its name, with the slash of an end tag; the node's words; for a list the number it begins with, for
a row of data 1."""
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_HAVE_ROLE = frozenset(["a", "li", "blockquote", "figcaption", "caption", "pre", "tr"]) | _HEADINGS | _LISTS
_TELLING = re.compile(r' (class|id|role|itemprop|style|hidden|aria-hidden|open|start)="([^"]*)"')
_ATTRIBUTE = re.compile(r' ([^\s/>][^\s/>=]*)="([^"]*)"')
_WORDS = ("class", "id", "role", "itemprop")


def _deeds() -> Iterator[tuple[str, int]]:
    for name in SKIPPED | BLOCK_TAGS | _PLAIN_INLINE | _VOID | _HAVE_ROLE:
        both = _ROLE if name in _HAVE_ROLE else 0
        if name in ("br", "td", "th"):
            both |= _MAYBE_BLOCK
        elif name in BLOCK_TAGS:
            both |= _BLOCK
        nothing = name in SKIPPED or name in _PLAIN_INLINE
        if name in _VOID:
            yield name, 0 if nothing else both
        else:
            yield name, _HIDES if name in SKIPPED else 0 if nothing else _OPENS | both
        yield f"/{name}", 0 if nothing or name in _VOID else _CLOSES | both


_DOES = dict(_deeds())


_WITHOUT_SCRIPTS: dict[str, _Tag] = {
    "noscript": (_OPENS | _BLOCK, "noscript", "", None), "/noscript": (_CLOSES | _BLOCK, "/noscript", "", None),
}  # fmt: skip


def _tag(written: str) -> _Tag:
    """A tag, from what stands between its angle brackets."""
    name, space, _ = written.partition(" ")
    does = _DOES.get(name)
    if does == 0 and name in _VOID:  # no node: its attributes say nothing
        return 0, name, "", None
    if does is None:
        does = 0 if name[:1] in ("?", "") else _CLOSES if name[0] == "/" else _OPENS
    found = _TELLING.findall(written) if space else None
    if not found:
        return _HIDES if name == "dialog" else does, name, "", 1 if name == "ol" else None
    if len(found) == 1 and name not in ("dialog", "ol"):  # most have a class only
        ((key, words),) = found
        if key in _WORDS and words[-1:] != "=":
            words = words.lower()
            return does, name, _unescaped(words) if "&" in words else words, None
    attributes = dict(found)
    if any(value[-1:] == "=" for _, value in found):  # perhaps from `title="no class=" id="a"`
        attributes = dict(_ATTRIBUTE.findall(written))
    if _hidden(name, attributes):
        does = 0 if name in _VOID else _HIDES
    words = " ".join([attributes[key] for key in _WORDS if attributes.get(key)]).lower()
    if "&" in words:
        words = _unescaped(words)
    return does, name, words, _number(attributes.get("start", "")) if name == "ol" else None


def _unescaped(text: str) -> str:
    """The characters that the parser writes as references; it writes all others as themselves."""
    text = text.replace("&nbsp;", "\xa0")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


_UNTIL_LOADED = "js_content"
"""Id of the body of WeChat's articles, whose `visibility` their own script sets for every reader as soon as it has
loaded. In pages that are saved without running it, it is hidden."""


def _hidden(name: str, attributes: dict[str, str]) -> bool:
    hiding = _HIDING_STYLE if attributes.get("id") != _UNTIL_LOADED else _NO_DISPLAY
    return (
        ("style" in attributes and hiding.search(_unescaped(attributes["style"])) is not None)
        or attributes.get("hidden", "until-found") != "until-found"
        or attributes.get("aria-hidden") == "true"
        or (name == "dialog" and "open" not in attributes)
    )


def _number(value: str) -> int:
    return int(value) if re.fullmatch(r"-?\d{1,6}", value) else 1


def _mark_data_rows(tags: list[_Tag]) -> None:
    """Tells the rows whose cells have one value each from those that lay out a page."""
    cells = 0
    rows: list[list[int]] = []  # open ones: where they begin, and whether they lay out
    for n, (_, name, _, _) in enumerate(tags):
        if name == "td":
            cells += 1
        elif name == "/td":
            cells -= 1
        elif name == "tr":
            rows.append([n, False])
        elif name == "/tr" and rows:
            start, complex_ = rows.pop()
            if complex_ and rows:
                rows[-1][1] = True
            if not complex_:
                tags[start] = (*tags[start][:3], 1)
        elif cells and rows and name in _COMPLEX:
            rows[-1][1] = True


# --- walk -------------------------------------------------------------------------------------------


def _walk(markup: str, *, scripts: bool = True) -> tuple[list[Block], tuple[Node, ...]]:
    """Blocks and nodes of what `_markup` wrote. One long loop over tags, each with the text after it: most of the time
    that reading takes is spent here, and calls would double it."""
    blocks: list[tuple[object, ...]] = []
    names: list[str] = []  # of the nodes, as are the next two
    words: list[str] = []
    parents: list[int] = []
    here = -1  # the innermost open node
    run: list[str] = []  # the text since the last boundary, of which the next four tell
    home = -1  # the innermost node that all of it stands in
    link_chars = 0
    gap = 1
    marker = ""
    roles: list[tuple[Role, int]] = [("paragraph", 0)]
    lists: list[int | None] = []  # the next number of each open list, None where it has bullets
    links = pre = rows = 0  # how many links, preformatted texts and rows of data are open
    link_ended = False  # a link, right before
    mends = may_need_mending(markup)

    parts = markup.replace(">", "<").split("<")
    written, texts = parts[1::2], parts[2::2]
    known = {tag: _tag(tag) for tag in set(written)}  # pages repeat their tags
    if not scripts:
        known |= {tag: _WITHOUT_SCRIPTS[name] for tag in known if (name := tag.partition(" ")[0]) in _WITHOUT_SCRIPTS}
    tags = [known[tag] for tag in written]
    if "/tr" in known:
        _mark_data_rows(tags)

    rest = zip(tags, texts, map(str.isspace, texts), strict=True)
    for (does, name, own_words, number), text, blank in rest:
        if does & _HIDES:
            text, blank = _after(name, rest)

        elif does:
            if does & (_BLOCK | _MAYBE_BLOCK):
                if does & _BLOCK or not (rows if name != "br" else pre or not run):
                    if run:
                        joined = "".join(run)
                        if mends:
                            spaced = joined if pre else _BREAKS.sub(" ", joined)  # no-break spaces tell of mojibake
                            joined = mended if visible(mended := mend(spaced)) else joined
                        joined = joined.strip("\r\n").rstrip() if pre else " ".join(joined.split())
                        if joined:
                            role, level = roles[-1]
                            blocks.append(
                                (len(blocks), joined, None, gap, role, level,
                                 marker if role == "list_item" else "", link_chars, home))  # fmt: skip
                            marker = ""
                        run = []
                        link_chars, link_ended = 0, False
                    gap = 0 if name == "br" else 1
                elif name != "br":
                    if run and does & _OPENS:
                        run.append(" | ")
                elif pre:
                    run.append("\n")
                else:
                    gap = min(1, gap + 1)

            if does & _CLOSES:
                here = parents[here]
                if does & _ROLE:
                    if name == "/a":
                        links -= 1
                        link_ended = True
                    elif name[1:] in _LISTS:
                        lists.pop()
                    elif name == "/tr":
                        rows -= roles.pop()[0] == "table" and rows > 0
                    else:
                        roles.pop()
                        if name == "/pre":
                            pre -= 1
                        elif name == "/li":
                            marker = ""
            elif does & _OPENS:
                parents.append(here)
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
                    elif name == "tr":
                        roles.append(("table", 0) if number else roles[-1])
                        rows += roles[-1][0] == "table"
                    elif name == "blockquote":
                        roles.append(("quote", 0))
                    elif name == "pre":
                        roles.append(("code", 0))
                        pre += 1
                    else:
                        roles.append(("caption", 0))

        if not blank and "&" in text:
            text = _unescaped(text)
            blank = text.isspace()
        if blank and not pre:
            if run:
                run.append(" ")
                link_ended = False
        elif text:
            if not run:
                home = here
            else:  # up to the innermost node around both; the numbers of nodes grow inwards
                other = here
                while home != other:
                    if home > other:
                        home = parents[home]
                    else:
                        other = parents[other]
            run.append(text)
            if links:
                link_chars += len(text.strip())
            link_ended = False
    nodes = zip(names, words, parents, strict=True)
    return list(map(partial(tuple.__new__, Block), blocks)), tuple(map(partial(tuple.__new__, Node), nodes))


def _after(name: str, rest: Iterator[tuple[_Tag, str, bool]]) -> tuple[str, bool]:
    """Moves past the end tag of an element that was just opened; the text behind it, and whether it is blank."""
    end, depth = f"/{name}", 1
    for (_, other, _, _), text, blank in rest:
        if other == end:
            depth -= 1
            if not depth:
                return text, blank
        elif other == name:
            depth += 1
    return "", False
