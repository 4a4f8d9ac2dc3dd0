"""Feeds parts of the cleaner with mutated input, guided by coverage (atheris), and stops at what is neither an answer
nor a CleanerError. What it finds becomes a test.

    pip install atheris
    python tools/fuzz.py text -atheris_runs=1000000

Other targets are html, bytes, dateline, names, dates, rules, patterns and clean.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cleaner"]):
    from cleaner import clean
    from cleaner.detect.phrases import phrasebook
    from cleaner.errors import CleanerError
    from cleaner.fold import visible
    from cleaner.metadata.calendar import read_dates
    from cleaner.metadata.dateline import match_dateline
    from cleaner.metadata.names import read_names
    from cleaner.read import read
    from cleaner.read.html import read_html
    from cleaner.read.text import read_text
    from cleaner.rules.openings import demands, opening
    from cleaner.rules.parse import own_rules

ROOT = Path(__file__).parents[1]


def text(data: bytes) -> None:
    source = _text(data)
    document = read_text(source)
    assert visible("".join(block.marker + block.text for block in document.blocks)) is not None


def bytes_(data: bytes) -> None:
    read(data, max_chars=1_000_000)


def rules(data: bytes) -> None:
    phrasebook([own_rules(data, "fuzz.toml")])


def patterns(data: bytes) -> None:
    source = _text(data)
    demands(source, {"words": ["one", "two"]})
    opening(source)


def whole(data: bytes) -> None:
    article = clean(_text(data))
    article.to_json()
    article.to_markdown()


def _text(data: bytes) -> str:
    return data.decode("utf8", "surrogatepass" if data[:1] == b"\xed" else "replace")


TARGETS: dict[str, Callable[[bytes], object]] = {
    "text": text,
    "html": lambda data: read_html(_text(data)),
    "bytes": bytes_,
    "dateline": lambda data: match_dateline(_text(data)),
    "names": lambda data: read_names(_text(data)),
    "dates": lambda data: list(read_dates(_text(data))),
    "rules": rules,
    "patterns": patterns,
    "clean": whole,
}


LONGEST = {"dateline": 200, "names": 100, "dates": 120}
"""Bytes of an input, where it is a line."""


def main() -> None:
    name = sys.argv.pop(1)
    target = TARGETS[name]

    def one(data: bytes) -> None:
        with suppress(CleanerError, UnicodeDecodeError):
            target(data)

    corpus = Path(f"/tmp/cleaner-fuzz/{name}")
    corpus.mkdir(parents=True, exist_ok=True)
    known = {"rules": "cleaner/rules/*.toml", "html": "fixtures/*/*.html"}.get(name, "fixtures/*/*.txt")
    for number, path in enumerate(sorted(ROOT.glob(known))):
        lines = path.read_bytes().splitlines(keepends=True)
        (corpus / f"seed{number}").write_bytes(b"".join(lines[4:24])[:600])
    atheris.Setup([*sys.argv, str(corpus), f"-max_len={LONGEST.get(name, 600)}", "-timeout=20"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
