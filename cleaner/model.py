"""The frozen types that travel along the line: Document, Evidence, Verdict, Article.

Node, Block, Evidence, Verdict, Part and Removal are named tuples, since a page has hundreds of them: a frozen dataclass
takes four times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar, get_args

SourceKind = Literal["text", "html"]

Role = Literal["headline", "dek", "paragraph", "heading", "list_item", "quote", "caption", "table", "code"]
"""What a kept block is."""

Kind = Literal[
    "share", "subscribe", "meter", "sign_in", "newsletter", "navigation", "related", "advertisement",
    "comments", "cookie", "app_promotion", "print_tools", "credit", "legal", "byline_furniture",
    "duplicate", "other",
]  # fmt: skip
"""What a removed block was."""

AccessKind = Literal["open", "metered", "registration", "subscription", "unknown"]
"""`unknown` stands in older records only, of pages that no more than declare themselves not free."""
Truncation = Literal["break", "length", "wall"]
"""What says that a text is not all: it breaks off before a wall, it is far shorter than the page declares, or a wall
stands behind it."""

ROLES: tuple[Role, ...] = get_args(Role)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open character offsets, `text[start:end]`."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def shift(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)


class Node(NamedTuple):
    """An element of the page, in document order; text input has none."""

    tag: str
    words: str
    """Its class, id and role attributes, lower case, as written."""
    parent: int
    """Index of the parent node; -1 at the root."""


class Block(NamedTuple):
    """One visible run of text: a line of a text, the text of a block-level element of a page."""

    index: int  # type: ignore[assignment]  # takes the place of tuple.index
    text: str
    """As the source has it, outer space stripped; in HTML inner space is collapsed."""
    span: Span | None = None
    """Place in the source text; None for HTML."""
    gap: int = 1
    """Blank lines before it: 0 where it goes on right under the block before (a new line, a `<br>`)."""
    role: Role = "paragraph"
    """What the markup says it is."""
    level: int = 0
    """Heading level 1 to 6, or nesting depth of a list item; 0 elsewhere."""
    marker: str = ""
    """List bullet, number or heading mark that stands before the text."""
    link_chars: int = 0
    """Characters of `text` that are inside links."""
    node: int = -1
    """Index into `Document.nodes` of the element it stands in; -1 in text."""

    @property
    def link_share(self) -> float:
        return min(1.0, self.link_chars / len(self.text)) if self.text else 0.0

    def source_span(self, part: Span) -> Span | None:
        """Place in the source of a part of `text`; the whole block's where the text was mended on reading."""
        if self.span is None:
            return None
        start = self.span.end - len(self.text)
        exact = len(self.marker) + len(self.text) <= len(self.span)
        return part.shift(start) if exact else self.span


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says about itself."""

    title: str | None = None
    language: str | None = None
    canonical: str | None = None
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Values by lower-case `property`, `name` or `itemprop`."""
    json_ld: tuple[Mapping[str, Any], ...] = ()
    """Every JSON-LD object of the page, `@graph` flattened. Article bodies are replaced by their length."""
    author_links: frozenset[str] = frozenset()
    """The texts of links to pages about authors, shown or not: a line that is shown may be held against them."""

    def first(self, *names: str) -> str | None:
        """The first value of the first of these meta names that has one."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A source after reading."""

    kind: SourceKind
    source: str
    """The decoded text or markup."""
    blocks: tuple[Block, ...]
    nodes: tuple[Node, ...] = ()
    head: Head = Head()
    url: str | None = None
    derived: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What has been found out about it: by functions marked with `once`, and by judging it among others."""

    def ancestors(self, block: Block, limit: int = 32) -> Iterator[Node]:
        """The element a block stands in, its parent, and so on, at most `limit` of them."""
        at = block.node
        while at >= 0 and limit > 0:
            yield self.nodes[at]
            at, limit = self.nodes[at].parent, limit - 1

    def path(self, block: Block, limit: int = 32) -> str:
        """Tag path such as `html/body/article/p`, of the innermost `limit` elements."""
        return "/".join(reversed([node.tag for node in self.ancestors(block, limit)]))


T = TypeVar("T")


def once(work: Callable[[Document], T]) -> Callable[[Document], T]:
    """Makes a function of a document answer from `Document.derived` when it is asked again: its layout, for one, is
    asked for by every stage."""
    name = f"{work.__module__}.{work.__qualname__}"

    @wraps(work)
    def known(document: Document) -> T:
        if name not in document.derived:
            document.derived[name] = work(document)
        answer: T = document.derived[name]
        return answer

    return known


class Evidence(NamedTuple):
    """What a detector thinks of a block, or of a part of it."""

    block: int
    detector: str
    rule: str
    """Dotted, stable name, such as `en.meter.remaining`."""
    score: float
    """0 to 1: how surely this is debris. 0.5 says nothing, below speaks for keeping."""
    why: str
    kind: Kind | None = None
    """What it would be if it is debris."""
    role: Role | None = None
    """What it would be if it is kept."""
    part: Span | None = None
    """Offsets into the block's text; None for the whole block."""
    value: str | None = None
    """What the rule read out of it, such as a number of articles left."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a kept block that goes."""

    span: Span
    """Offsets into the block's text."""
    kind: Kind
    evidence: Evidence
    score: float


class Verdict(NamedTuple):
    """What becomes of a block."""

    block: int
    keep: bool
    role: Role | Kind
    """A Role where it is kept, a Kind where it is removed."""
    confidence: float
    """0.5 (a coin toss) to 1."""
    evidence: tuple[Evidence, ...] = ()
    """All that was known, strongest first."""
    cuts: tuple[Cut, ...] = ()


class Part(NamedTuple):
    """A piece of the body as it is given out: a paragraph, a heading, a list item."""

    text: str
    role: Role
    level: int = 0
    marker: str = ""
    blocks: tuple[int, ...] = ()
    """Indexes of the source's blocks it was made from."""
    spans: tuple[Span, ...] = ()
    """Places in the source text; empty for HTML."""
    confidence: float = 1.0
    in_text: bool = True
    """Whether `Article.text` has it; options leave out headings, captions and tables."""

    def __str__(self) -> str:
        space = "" if self.marker in ("", "・") else " "
        return f"{self.marker}{space}{self.text}"


class Removal(NamedTuple):
    """One record of the account: what was taken out and why."""

    text: str
    kind: Kind
    rule: str
    detector: str
    score: float
    why: str
    span: Span | None = None
    """Place in the source text; None for HTML."""
    block: int = 0
    """Index of the source's block."""


@dataclass(frozen=True, slots=True)
class Found:
    """A metadata value with its origin."""

    field: str
    value: str
    raw: str
    source: str
    """Where it was read: `json-ld`, `meta`, `title`, `h1`, `line`, `sentence`, `html-lang`, `words`."""
    confidence: float
    span: Span | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """The place, and at times agency and date, that a report opens with."""

    raw: str
    places: tuple[str, ...] = ()
    region: str | None = None
    agency: str | None = None
    date: str | None = None
    """`YYYY-MM-DD`, or `--MM-DD` where the dateline has no year (ISO 8601:2000)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What the page says about who may read it."""

    kind: AccessKind = "open"
    remaining: int | None = None
    """Free articles left, as a meter line says."""
    limit_reached: bool = False
    truncated: bool | None = None
    """True where the text visibly breaks off; None where nothing tells."""
    declared_free: bool | None = None
    """schema.org `isAccessibleForFree`, which publishers also set to false on pages that are whole. A page that says no
    more than this asks for a subscription."""
    nags: tuple[str, ...] = ()
    """The lines that ask the reader to pay, subscribe, register or sign in."""
    truncated_by: Truncation | None = None
    """What says that it is truncated."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be cleaned, as a value in a stream."""

    key: str
    error: Exception

    def __str__(self) -> str:
        return f"{self.key}: {self.error}"


SCHEMA_VERSION = "1.1"
"""Of `Article.to_dict()`; described in `article.schema.json`. A minor version adds keys, a major one changes them."""


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article with the account of what was taken out."""

    source_kind: SourceKind
    body: tuple[Part, ...] = ()
    """Every kept part in order, also those that options leave out of `text`."""
    paragraphs: tuple[str, ...] = ()
    """The parts that make up `text`, rendered: list items and headings with their marks."""
    headline: str | None = None
    dek: str | None = None
    byline: str | None = None
    """As written, such as `By Jane Doe, Example News`."""
    authors: tuple[str, ...] = ()
    dateline: Dateline | None = None
    published: str | None = None
    """ISO 8601 date, or date and time with the zone where one is given."""
    updated: str | None = None
    agency: str | None = None
    section: str | None = None
    language: str | None = None
    """BCP 47 primary language subtag, such as `en`."""
    site_name: str | None = None
    url: str | None = None
    image: str | None = None
    access: Access = Access()
    removed: tuple[Removal, ...] = ()
    found: tuple[Found, ...] = ()
    """Where each metadata value was read, with its raw text."""
    confidence: float = 1.0
    """0 to 1: how sure the decisions about the words of this document were."""

    @property
    def text(self) -> str:
        """The body only, paragraphs joined by a blank line."""
        return "\n\n".join(self.paragraphs)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, as `article.schema.json` describes them."""
        from cleaner.output import article_dict

        return article_dict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """One JSON object; on one line unless `indent` is given."""
        from cleaner.output import article_json

        return article_json(self, indent=indent)

    def _repr_html_(self) -> str:
        """What notebooks show: kept text plain, removed text struck, with kind and reason."""
        from cleaner.output import article_html

        return article_html(self)

    def to_markdown(self) -> str:
        """Headline, dek and body as CommonMark."""
        from cleaner.output import article_markdown

        return article_markdown(self)
