"""Reads the case files of `fixtures/`: one file a case, made for people to read and write.

    kind: text                     text or html
    language: en
    title: What the case is about
    === input                      the source, to the next mark
    === kept                       the paragraphs of `Article.text`, blank lines between them
    === removed                    `kind | text` a line, in order; `share/navigation |` where both are right
    === metadata                   `field: value` a line; authors and places parted by `;`; `region` and `date` are the
                                   dateline's

Sections other than the input may be left out: then they are not checked. An empty `removed` says that nothing goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
SEED = next((ROOT / "seeds").glob("*.txt"))


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    language: str
    title: str
    source: str
    kept: tuple[str, ...] | None
    removed: tuple[tuple[tuple[str, ...], str], ...] | None
    """(kinds that are right, text) of each piece."""
    metadata: dict[str, str]
    xfail: str | None
    """Why the case is known to fail; None for cases that must pass."""

    @property
    def stays_whole(self) -> bool:
        return self.removed == ()


def load_cases() -> list[Case]:
    return [load_case(path) for path in sorted(FIXTURES.glob("*/*.txt"))]


def load_case(path: Path) -> Case:
    return parse_case(path.read_text("utf8"), str(path.relative_to(FIXTURES)).removesuffix(".txt"))


def parse_case(text: str, name: str) -> Case:
    head, *sections = re.split(r"^=== (\w+)\n", text, flags=re.M)
    fields = dict(re.findall(r"^(\w+): *(.*)$", head, flags=re.M))
    parts = dict(zip(sections[::2], sections[1::2], strict=True))
    unknown = parts.keys() - {"input", "kept", "removed", "metadata"}
    assert not unknown, f"{name}: unknown section {unknown}"
    return Case(
        name=name, kind=fields["kind"], language=fields["language"],
        title=fields["title"], source=parts["input"].removesuffix("\n"),
        kept=_paragraphs(parts["kept"]) if "kept" in parts else None,
        removed=_removed(parts["removed"], name) if "removed" in parts else None,
        metadata=dict(re.findall(r"^(\w+): *(.*)$", parts.get("metadata", ""), flags=re.M)),
        xfail=fields.get("xfail"),
    )  # fmt: skip


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(piece.strip("\n") for piece in re.split(r"\n\s*\n", text) if piece.strip())


def _removed(text: str, name: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    rows = []
    for line in filter(str.strip, text.splitlines()):
        kinds, mark, piece = line.partition(" | ")
        assert mark, f"{name}: no `kind | text` in {line!r}"
        rows.append((tuple(kinds.strip().split("/")), piece.strip()))
    return tuple(rows)


def as_gold(case: Case) -> dict[str, object]:
    """A case as a line of gold, to train on: `python tests/cases.py > cases.jsonl`."""
    title = case.metadata.get("headline")
    return {"id": case.name, case.kind: case.source, "lang": case.language, "title": title,
            "body": "\n".join(case.kept) if case.kept else None}  # fmt: skip


if __name__ == "__main__":
    import json

    for one in load_cases():
        print(json.dumps(as_gold(one), ensure_ascii=False))
