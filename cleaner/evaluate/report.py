"""Runs systems over gold pages, one after the other, and reports their figures side by side, best first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from cleaner.errors import InputError
from cleaner.evaluate.gold import GoldPage
from cleaner.evaluate.measure import Figures, Score, score, sum_up
from cleaner.evaluate.systems import System, Task, markup_of, visible_text
from cleaner.evaluate.worker import Runner, SystemMissingError

OURS = "cleaner"


@dataclass(frozen=True, slots=True)
class Result:
    """One system over all pages."""

    system: str
    figures: Figures
    scores: tuple[Score, ...]
    """In the order of the pages."""


@dataclass(frozen=True, slots=True)
class Report:
    results: tuple[Result, ...]
    """Best word F1 first."""
    missing: tuple[InputError | SystemMissingError, ...]
    """Systems that could not be run and pages that could not be read, each with the reason."""

    def complaints(self) -> list[str]:
        """A line for everything that is missing and every page that a system failed on; none where all went well."""
        failed = [f"{result.system}: page {item.id}: {item.error}" for result in self.results for item in result.scores
                  if item.error]  # fmt: skip
        return [*map(str, self.missing), *failed]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: `systems`, best first, each with `figures` and `pages`; and what is `missing`."""
        return {
            "systems": [
                {"system": result.system, "figures": asdict(result.figures), "pages": list(map(asdict, result.scores))}
                for result in self.results
            ],
            "missing": [str(error) for error in self.missing],
        }


def evaluate(
    pages: Iterable[GoldPage],
    systems: Sequence[System],
    *,
    timeout: float = 30.0,
    text: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Report:
    """Measure systems on pages.

    `timeout` is in seconds for one page; `text` gives the visible text of each page instead of its markup. `advance`
    is called after each page of each system. Nothing that a page does to a system stops the run.
    """
    readable: list[tuple[GoldPage, Task]] = []
    missing: list[InputError | SystemMissingError] = []
    for page in pages:
        try:
            readable.append((page, task_of(page, text=text)))
        except InputError as error:
            missing.append(error)
    results = []
    for system in systems if readable else ():
        try:
            results.append(Result(system.name, *_measured(system, readable, timeout, advance)))
        except SystemMissingError as error:
            missing.append(error)
    results.sort(key=lambda result: -(result.figures.f1 or 0.0))
    return Report(tuple(results), tuple(missing))


def task_of(page: GoldPage, *, text: bool = False) -> Task:
    """What systems are told about a page. Raises InputError where it can't be read."""
    task = Task(page.read(), page.kind, page.url, page.language)
    if text and page.kind == "html":
        return replace(task, source=visible_text(markup_of(task)), kind="text")
    return task


def _measured(
    system: System, pages: Sequence[tuple[GoldPage, Task]], timeout: float, advance: Callable[[], None]
) -> tuple[Figures, tuple[Score, ...]]:
    scores = []
    with Runner(system, timeout=timeout, warm_up=pages[0][1]) as runner:
        for page, task in pages:
            scores.append(score(page, runner.run(task)))
            advance()
    return sum_up(scores), tuple(scores)


def worst(scores: Iterable[Score], count: int) -> list[Score]:
    """The pages with the lowest word F1, lowest first; the more wrong words the earlier. Flawless ones are left out."""
    counted = [(item.words.f1, -item.words.wrong, item.id, item) for item in scores if item.words and item.words.f1 < 1]
    return [item for *_, item in sorted(counted, key=lambda entry: entry[:3])[:count]]


def write_json(report: Report, stream: IO[str], **about: Any) -> None:
    """The report as one JSON object; `about` says what was measured."""
    json.dump({**about, **report.to_dict()}, stream, indent=1)  # in ASCII: ids may hold what UTF-8 can't write
    stream.write("\n")


# --- terminal ---------------------------------------------------------------------------------------

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("F1", "f1", ".3f"), ("P", "precision", ".3f"), ("R", "recall", ".3f"), ("median", "median_f1", ".3f"),
    ("≤1%", "within_1", ".1%"), ("≤5%", "within_5", ".1%"), ("lost", "lost", ".1%"), ("surplus", "surplus", ".1%"),
    ("title", "title", ".1%"), ("author", "author", ".1%"), ("date", "date", ".1%"),
    ("pages/s", "pages_per_second", ".1f"), ("p50 ms", "p50_ms", ".0f"), ("p99 ms", "p99_ms", ".0f"),
    ("failed", "failed", "d"), ("empty", "empty", "d"),
)  # fmt: skip
"""Heading, field of Figures, format."""
WIDTH = 5_000
"""Cells are never cut: terminals break long lines themselves."""


def show(report: Report, *, worst_pages: int = 0, console: Console | None = None) -> None:
    """Print the systems side by side, then the worst pages of the cleaner, or of the best system where it did not
    run."""
    if not report.results:
        return
    console = console or Console(highlight=False)
    console.width = WIDTH
    figures = report.results[0].figures
    console.print(f"{figures.pages} pages, {figures.bodies} with a body")
    console.print(_table(("system", *(heading for heading, _, _ in COLUMNS)), _rows(report.results)))
    result = next((item for item in report.results if item.system == OURS), report.results[0])
    if found := worst(result.scores, worst_pages):
        console.print(f"\nworst pages of {result.system}")
        console.print(_table(("page", "F1", "P", "R", "words", "lost", "surplus", "url"), _worst_rows(found)))


def _rows(results: Iterable[Result]) -> Iterator[list[str]]:
    for result in results:
        values = [(getattr(result.figures, field), form) for _, field, form in COLUMNS]
        yield [result.system, *("–" if value is None else format(value, form) for value, form in values)]


def _worst_rows(scores: Iterable[Score]) -> Iterator[list[str]]:
    for item in scores:
        if found := item.words:
            ratios = (f"{value:.3f}" for value in (found.f1, found.precision, found.recall))
            yield [item.id, *ratios, str(found.gold), str(found.lost), str(found.surplus), item.url or item.error or ""]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("system", "page", "url") else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    return table


def _plain(cell: str) -> str:
    """Without rich's markup and without control characters: ids and addresses are the reader's data."""
    from rich.markup import escape

    return escape("".join(char if char.isprintable() else "?" for char in cell))
