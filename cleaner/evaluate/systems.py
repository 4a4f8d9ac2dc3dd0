"""The systems that can be measured: the cleaner, its peers, and any function of the reader's own.

A factory imports its system inside itself and gives back a function `Task -> answer`; an answer is an Article or
another object with `text`, `headline`, `authors` and `published`, a mapping with `text`, `title`, `authors` and
`date`, the text alone, or None.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from cleaner.errors import InputError
from cleaner.model import SourceKind


@dataclass(frozen=True, slots=True)
class Task:
    """What a system is told about a page: never the gold, but for the language, which jusText has to be told."""

    source: str | bytes
    """`str` where the page is UTF-8."""
    kind: SourceKind = "html"
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system gave for a page. Where it failed, `error` says how and the rest is empty."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    ms: float = 0.0
    error: str | None = None


Extract = Callable[[Task], Any]


@dataclass(frozen=True, slots=True)
class System:
    name: str
    spec: str | None = None
    """`module:function` of the reader's own; None for a name in PEERS."""

    def load(self) -> Extract:
        """The function that does the work. Raises what importing it raises, and InputError where it is none."""
        return function_at(self.spec) if self.spec else PEERS[self.name]()


def parse_systems(text: str) -> tuple[System, ...]:
    """The systems of a list such as `cleaner,trafilatura,mine=my_module:clean`; `all` is every name in PEERS.

    Raises InputError for unknown names, names given twice, and where there is none.
    """
    found: dict[str, System] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        for system in map(System, PEERS) if item == "all" else [_parse_system(item)]:
            if system.name in found:
                raise InputError(f"the system {system.name!r} is named twice", todo="name each once")
            found[system.name] = system
    if not found:
        raise InputError("no system is named", todo=f"known are {', '.join(PEERS)}, all")
    return tuple(found.values())


def _parse_system(item: str) -> System:
    name, mark, spec = item.partition("=")
    if not mark and name not in PEERS:
        raise InputError(f"unknown system {name!r}", todo=f"known are {', '.join(PEERS)}, all; or NAME=module:function")
    module, colon, function = spec.partition(":")
    if mark and not (name and module and colon and function):
        raise InputError(f"can't read the system {item!r}", todo="write NAME=module:function")
    return System(name, spec or None)


def outcome_of(answer: Any, ms: float) -> Outcome:
    """Any answer that the module's first lines allow, as plain values. Raises TypeError for others."""
    if answer is None or isinstance(answer, str):
        return Outcome(text=answer or "", ms=ms)
    if isinstance(answer, Mapping):
        text, title, authors, date = (answer.get(key) for key in ("text", "title", "authors", "date"))
    elif hasattr(answer, "text"):
        text = answer.text
        title, authors, date = (getattr(answer, key, None) for key in ("headline", "authors", "published"))
    else:
        raise TypeError(f"a {type(answer).__name__} is no answer: give an Article, a dict or a str")
    return Outcome(
        text=str(text or ""), title=str(title) if title else None,
        authors=(authors,) if isinstance(authors, str) else tuple(str(name) for name in authors or () if name),
        date=_iso(date) if date else None, ms=ms,
    )  # fmt: skip


def _iso(date: Any) -> str:
    return str(date.isoformat()) if hasattr(date, "isoformat") else str(date)


# --- the cleaner, and functions of the reader's own --------------------------------------------------


def function_at(spec: str) -> Extract:
    """The function that `module:function` names, called as `cleaner.clean` is; the current folder is searched too."""
    module, _, name = spec.partition(":")
    sys.path.insert(0, "")
    function = getattr(importlib.import_module(module), name, None)
    if not callable(function):
        raise InputError(f"no function {name!r} in {module}", todo="write NAME=module:function")
    return lambda task: function(task.source, url=task.url, kind=task.kind)


def _cleaner() -> Extract:
    from cleaner.pipeline import Cleaner

    cleaner = Cleaner()
    return lambda task: cleaner.clean(task.source, url=task.url, kind=task.kind)


# --- peers ------------------------------------------------------------------------------------------


def markup_of(task: Task) -> str:
    """The page as decoded markup; a text as a paragraph for each line that is not blank."""
    from cleaner.read.decode import decode

    text = task.source if isinstance(task.source, str) else decode(task.source)
    if task.kind == "html":
        return text
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines() if line.strip())
    return f"<html><body>\n{lines}</body></html>"


def raw_of(task: Task) -> str | bytes:
    """The same for peers that decode pages themselves."""
    return task.source if task.kind == "html" else markup_of(task)


def visible_text(markup: str) -> str:
    """The visible text of a page or fragment: a line for each block, blank lines between those that stand apart."""
    from cleaner.read.html import read_html

    blocks = read_html(markup).blocks
    lines = (f"{block.marker} {block.text}" if block.marker else block.text for block in blocks)
    return "".join(("\n\n" if block.gap else "\n") + line for block, line in zip(blocks, lines, strict=True)).strip()


def _trafilatura(**options: Any) -> Extract:
    from trafilatura import bare_extraction

    def extract(task: Task) -> Any:
        document: Any = bare_extraction(
            raw_of(task), url=task.url, include_comments=False, with_metadata=True, **options
        )
        authors = document.author.split("; ") if document and document.author else ()
        return document and {"text": document.text, "title": document.title, "authors": authors, "date": document.date}

    return extract


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def extract(task: Task) -> Any:
        tree = HTMLTree.parse(markup_of(task))
        return {"text": extract_plain_text(tree, main_content=True), "title": tree.title}

    return extract


def _readability() -> Extract:
    from readability import Document

    def extract(task: Task) -> Any:
        document = Document(markup_of(task))
        title, author = document.short_title(), document.author()
        return {
            "text": visible_text(document.summary(html_partial=True)),
            "title": None if title == "[no-title]" else title,
            "authors": None if author == "[no-author]" else author,
        }

    return extract


def _newspaper() -> Extract:
    import newspaper

    def extract(task: Task) -> Any:  # fetch_images=False: it would ask the network for image sizes
        url = task.url or "http://example.invalid/"
        article = newspaper.article(url, input_html=markup_of(task), fetch_images=False)
        return {"text": article.text, "title": article.title, "authors": article.authors, "date": article.publish_date}

    return extract


def _justext() -> Extract:
    import justext

    lists = {code: justext.get_stoplist(name) for code, name in _JUSTEXT_LISTS.items()}
    every = frozenset().union(*map(justext.get_stoplist, justext.get_stoplists()))

    def extract(task: Task) -> str:
        stoplist = lists.get((task.language or "")[:2], every)
        return "\n".join(part.text for part in justext.justext(raw_of(task), stoplist) if not part.is_boilerplate)

    return extract


_JUSTEXT_LISTS = {
    "af": "Afrikaans", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ko": "Korean", "lt": "Lithuanian",
    "nb": "Norwegian_Bokmal", "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip
"""jusText's stop list for a language; it detects none itself, and gets all lists at once where it is unknown."""

PEERS: dict[str, Callable[[], Extract]] = {
    "cleaner": _cleaner,
    "trafilatura": _trafilatura,
    "trafilatura-recall": lambda: _trafilatura(favor_recall=True),
    "resiliparse": _resiliparse,
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
    "justext": _justext,
}
"""A factory for each known name; all but trafilatura's are named as their packages are."""
