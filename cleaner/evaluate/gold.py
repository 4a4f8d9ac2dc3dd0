"""Reads gold: pages whose body, and metadata where known, somebody has written down.

Three layouts are known, told apart by what lies at the path:

- a folder with `gold.jsonl`, one object a line with `id, url, lang, title, authors, date, body, page_type` (null or
  left out where unknown; `"body_partial": true` makes the body unknown), and the pages as `pages/ID.html`,
  `pages/ID.html.gz`, `pages/ID.txt` or `pages/ID.txt.gz`;
- a folder as in the Web Content Extraction Benchmark (WCXB): `ground-truth/ID.json` and `html/ID.html[.gz]`;
- one `.jsonl` (or `.jsonl.gz`) file whose lines hold the page itself too, as `html` or `text`; only `body` has to be
  there besides, and a line without an `id` is named by its number. A line may hold `blocks` in place of both: the
  text nodes of a page in order, each as `[tag path, text, 1 or 0]`, 1 where it is content.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cleaner.errors import InputError
from cleaner.model import SourceKind

DEFAULT_TYPE = "article"
"""Page type of gold that names none."""

_LAYOUTS = "give a folder with gold.jsonl and pages/, one with ground-truth/ and html/, or a .jsonl file"
_SUFFIXES: dict[SourceKind, tuple[str, ...]] = {"html": (".html", ".html.gz"), "text": (".txt", ".txt.gz")}


@dataclass(frozen=True, slots=True)
class GoldPage:
    """One page with what is known to be right about it; None where that is unknown."""

    id: str
    source: Path | str
    """A file, read when asked for, or the text or markup itself."""
    kind: SourceKind = "html"
    url: str | None = None
    language: str | None = None
    title: str | None = None
    authors: tuple[str, ...] | None = None
    """Empty where the page is known to name nobody."""
    date: str | None = None
    """As the gold has it; ISO 8601 is best."""
    body: str | None = None
    page_type: str = DEFAULT_TYPE

    def read(self) -> str | bytes:
        """The page: `str` where it is UTF-8, else its bytes. Raises InputError where it can't be read."""
        if isinstance(self.source, str):
            return self.source
        data = _read_bytes(self.source)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data


def load_gold(path: Path, page_type: str | None = None, limit: int = 0) -> list[GoldPage]:
    """The pages at a path in one of the layouts above, sorted by id; the sources stay on disk.

    `page_type` takes only pages of that type, None all. `limit` takes that many, spread evenly over the sorted pages;
    0 takes all. Raises InputError (what, where, what to do) for a path without gold, a line or file that is wrong, a
    page that is not there, an id given twice, and where no page is left.
    """
    pages = sorted(_pages_at(path), key=lambda page: page.id)
    for page, after in pairwise(pages):
        if page.id == after.id:
            raise InputError(f"two pages have the id {page.id!r}", where=str(path), todo="give each its own")
    found = [page for page in pages if page_type in (None, page.page_type)]
    if not pages:
        raise InputError("no pages in the gold", where=str(path), todo=_LAYOUTS)
    if not found:
        types = ", ".join(sorted({page.page_type for page in pages}))
        raise InputError(f"no pages of type {page_type!r}", where=str(path), todo=f"there are {types}")
    if 0 < limit < len(found):
        return [found[number * len(found) // limit] for number in range(limit)]
    return found


# --- layouts ----------------------------------------------------------------------------------------


def _pages_at(path: Path) -> Iterator[GoldPage]:
    if _is_file(path / "gold.jsonl"):
        return _folder_pages(path)
    if _is_file(path):
        return _inline_pages(path)
    if _is_folder(path / "ground-truth"):
        return _wcxb_pages(path)
    what = "no gold in this folder" if _is_folder(path) else "no such file or folder"
    raise InputError(what, where=str(path), todo=_LAYOUTS)


def _folder_pages(folder: Path) -> Iterator[GoldPage]:
    for where, _, row in _rows(folder / "gold.jsonl"):
        name = _id(row, where)
        kind, source = _page_file(folder / "pages", name, where)
        yield _page(row, where, name=name, source=source, kind=kind)


def _inline_pages(path: Path) -> Iterator[GoldPage]:
    for where, number, row in _rows(path):
        row = _from_blocks(row, where) if "blocks" in row else row
        kinds: list[SourceKind] = [kind for kind in ("html", "text") if row.get(kind) is not None]
        if len(kinds) != 1:
            both = "both html and text" if kinds else "neither html nor text"
            raise InputError(f"{both} in this line", where=where, todo="a line holds one page, as html or as text")
        if "body" not in row:
            raise InputError("no body in this line", where=where, todo="write the clean text as body, or null")
        name = _id(row, where) if row.get("id") is not None else f"{number:06}"
        source = _string(row, kinds[0], where) or ""
        yield _page(row, where, name=name, source=source, kind=kinds[0])


def _from_blocks(row: dict[str, Any], where: str) -> dict[str, Any]:
    """A row of labelled text nodes as one with a text, a line for each, and its body."""
    try:
        lines = [(" ".join(text.split()), bool(content)) for _, text, content in row["blocks"]]
    except (TypeError, ValueError, AttributeError):
        raise InputError("blocks is wrong", where=where, todo="write [[tag path, text, 1 or 0], ...]") from None
    text = "\n".join(line for line, _ in lines)
    return {**row, "text": text, "body": "\n".join(line for line, content in lines if content)}


def _page(row: dict[str, Any], where: str, *, name: str, source: Path | str, kind: SourceKind) -> GoldPage:
    authors = row.get("authors")
    if isinstance(authors, str):
        authors = [authors]
    if authors is not None and not (isinstance(authors, list) and all(isinstance(item, str) for item in authors)):
        raise InputError("authors is no list of names", where=where, todo='write ["Jane Doe"], or null')
    return GoldPage(
        id=name, source=source, kind=kind, url=_string(row, "url", where), language=_string(row, "lang", where),
        title=_string(row, "title", where) or None, authors=None if authors is None else tuple(authors),
        date=_string(row, "date", where) or None,
        body=None if row.get("body_partial") else _string(row, "body", where),
        page_type=_string(row, "page_type", where) or DEFAULT_TYPE,
    )  # fmt: skip


def _wcxb_pages(folder: Path) -> Iterator[GoldPage]:
    for path in sorted((folder / "ground-truth").glob("*.json")):
        where = str(path)
        data = _object(_read_text(path), where)
        gold = data.get("ground_truth")
        if not isinstance(gold, dict):
            raise InputError("no ground_truth in this file", where=where, todo="see the files of WCXB")
        _, source = _page_file(folder / "html", path.stem, where, kinds=("html",))
        author = _string(gold, "author", where)
        yield GoldPage(
            id=path.stem, source=source, url=_string(data, "url", where), language=_string(data, "lang", where),
            title=_string(gold, "title", where) or None, authors=(author,) if author else (),
            date=_string(gold, "publish_date", where) or None, body=_string(gold, "main_content", where) or "",
            page_type=_wcxb_type(data),
        )  # fmt: skip


def _wcxb_type(data: dict[str, Any]) -> str:
    at: Any = data
    for key in ("_internal", "page_type", "primary"):
        at = at.get(key) if isinstance(at, dict) else None
    name = at if isinstance(at, str) and at else DEFAULT_TYPE
    return "collection" if name == "category" else name  # WCXB has both names for one type


# --- files and fields -------------------------------------------------------------------------------


def _page_file(
    folder: Path, name: str, where: str, kinds: tuple[SourceKind, ...] = ("html", "text")
) -> tuple[SourceKind, Path]:
    """Kind and path of the page of this id. Raises InputError where there is none."""
    names = [(kind, name + suffix) for kind in kinds for suffix in _SUFFIXES[kind]]
    for kind, file in names:
        if _is_file(folder / file):
            return kind, folder / file
    wanted = " or ".join(file for _, file in names)
    raise InputError(f"no page {name!r}", where=where, todo=f"put {wanted} into {folder}")


def _rows(path: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """(place, line number, object) of every line that is not blank. A line ends at a newline only: JSON may hold
    other separators raw."""
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield where, number, _object(line, where)


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}", where=where, todo="one object a line, or a file") from None
    if not isinstance(value, dict):
        raise InputError("no JSON object", where=where, todo='write {"id": ..., "body": ...}')
    return value


def _id(row: dict[str, Any], where: str) -> str:
    value = row.get("id")
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value):
        raise InputError("no id in this line", where=where, todo="write the id of the page, a string or a number")
    return str(value)


def _string(row: dict[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{key} is no string", where=where, todo="write a string, or null where it is unknown")
    return value


def _read_text(path: Path) -> str:
    try:
        return _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"no UTF-8 at byte {error.start}", where=str(path), todo="save it as UTF-8") from None


def _read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked where its name ends in `.gz`. Raises InputError."""
    read: Callable[[Path], bytes] = _unpacked if path.suffix == ".gz" else Path.read_bytes
    try:
        return read(path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"a damaged gzip file: {error}", where=str(path), todo="pack it again") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _unpacked(path: Path) -> bytes:
    with gzip.open(path, "rb") as file:
        return file.read()
