"""Cleans every page of a folder, and every text rendering of it, and checks that nothing raises and nothing vanishes.

    python tests/conservation.py FOLDER [FOLDER ...] [--jobs 2] [--limit N]

Pages are `*.html` and `*.html.gz`. The text renderings are BeautifulSoup's `get_text("\\n")`, inscriptis and html-text
(where they are installed), and the blocks of the page, one a paragraph and one a line. Exit status 1 where any failed.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from test_laws import assert_page_is_covered, assert_reasons, assert_text_is_covered

from cleaner import CleanerError, clean
from cleaner.read import read


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=int, default=0, help="only N pages, evenly spread")
    args = parser.parse_args()
    pages = sorted(
        path for folder in args.folders for path in folder.rglob("*.html*") if path.suffix in (".html", ".gz")
    )
    if args.limit:
        pages = pages[:: max(1, len(pages) // args.limit)]
    done: Counter[str] = Counter()
    failures = 0
    with ProcessPoolExecutor(args.jobs) as pool:
        for path, results in zip(pages, pool.map(check, pages, chunksize=4), strict=True):
            for name, complaint in results:
                done[name] += 1
                if complaint:
                    failures += 1
                    print(f"{path} ({name}): {complaint}")
    print(f"{len(pages)} pages; documents: {dict(done)}; failures: {failures}")
    return 1 if failures else 0


def check(path: Path) -> list[tuple[str, str]]:
    """(rendering, complaint or nothing) for each rendering of a page."""
    warnings.simplefilter("ignore")
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    results = []
    for name, kind, source in renderings(raw):
        try:
            assert_reasons(clean(source, kind=kind))
            (assert_text_is_covered if kind == "text" else assert_page_is_covered)(source)
            results.append((name, ""))
        except Exception as error:  # the point is to see them all
            results.append((name, f"{type(error).__name__}: {str(error)[:300]}"))
    return results


def renderings(raw: bytes) -> Iterator[tuple[str, str, str]]:
    try:
        document = read(raw, kind="html", max_chars=10**9)
    except CleanerError:
        return
    yield "page", "html", document.source
    lines = [block.text for block in document.blocks]
    yield "paragraphs", "text", "\n\n".join(lines)
    yield "lines", "text", "\n".join(lines)
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(document.source, "lxml")
    for tag in soup(["script", "style", "noscript", "template"]):
        tag.extract()
    yield "get_text", "text", soup.get_text("\n")
    if find_spec("inscriptis"):
        from inscriptis import get_text

        yield "inscriptis", "text", get_text(document.source)
    if find_spec("html_text"):
        from html_text import extract_text

        yield "html_text", "text", extract_text(document.source)


if __name__ == "__main__":
    sys.exit(main())
