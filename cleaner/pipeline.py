"""Composes the stages, read → detect → decide → normalise → Article, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cleaner.decide import decide
from cleaner.detect import detect, judge_together
from cleaner.errors import CleanerError
from cleaner.metadata import Metadata, as_article_fields, find_metadata
from cleaner.model import Article, Block, Document, Failure, Kind, Part, Removal, SourceKind, Verdict
from cleaner.normalise.paragraphs import body_parts
from cleaner.options import Options
from cleaner.read import read
from cleaner.spare import spared

if TYPE_CHECKING:
    from bs4 import Tag


class Cleaner:
    """Cleans many sources with the same options.

    >>> Cleaner(headings=False).clean("Share with others:\\n\\nThe rain had stopped by noon, and the river fell.").text
    'The rain had stopped by noon, and the river fell.'
    """

    def __init__(self, options: Options | None = None, **values: Any) -> None:
        self.options = replace(options, **values) if options is not None else Options.of(**values)

    def clean(self, source: str | bytes | Tag, *, url: str | None = None, kind: SourceKind | None = None) -> Article:
        """See `cleaner.clean`."""
        return self._clean(self._read(source, url, kind))

    def _read(self, source: str | bytes | Tag, url: str | None, kind: SourceKind | None) -> Document:
        return read(source, kind=kind, url=url, max_chars=self.options.max_chars)

    def _clean(self, document: Document) -> Article:
        verdicts = decide(document, detect(document, self.options))
        verdicts = spared(document.blocks, verdicts, self.options)
        return article_of(document, verdicts, self.options)

    def clean_batch(
        self, sources: Sequence[str | bytes], *, urls: Sequence[str | None] | None = None,
        kind: SourceKind | Sequence[SourceKind | None] | None = None,
    ) -> list[Article | Failure]:  # fmt: skip
        """An Article or a Failure for each source; a Failure's key is the number of the source, counted from 0. `kind`
        is that of all sources, or holds one for each. The answers are those of `clean`; short documents are judged many
        at a time, which is quicker."""
        count = len(sources)
        kinds = [kind] * count if kind is None or isinstance(kind, str) else kind
        given = list(zip(sources, urls or [None] * count, kinds, strict=True))
        answers: list[Article | Failure] = []
        for portion in _portions(sources):
            documents = [_or_failure(n, self._read, *given[n]) for n in portion]
            with suppress(CleanerError):  # which each meets again by itself
                judge_together([found for found in documents if isinstance(found, Document)], self.options)
            answers += [
                found if isinstance(found, Failure) else _or_failure(n, self._clean, found)
                for n, found in zip(portion, documents, strict=True)
            ]
        return answers

    def clean_many(self, sources: Iterable[str | bytes | Tag]) -> Iterator[Article | Failure]:
        """See `cleaner.clean_many`."""
        return (_or_failure(number, self.clean, source) for number, source in enumerate(sources))


AT_ONCE, CHARS_AT_ONCE = 64, 4_000_000
"""Sources of a batch, and their characters, from which no more are read before these are cleaned."""


def _portions(sources: Sequence[str | bytes]) -> Iterator[range]:
    """The numbers of the sources that are read at once."""
    start = size = 0
    for n, source in enumerate(sources):
        if n - start == AT_ONCE or size >= CHARS_AT_ONCE:
            yield range(start, n)
            start, size = n, 0
        size += len(source) if isinstance(source, (str, bytes)) else 0  # what is neither is refused on reading
    yield range(start, len(sources))


T = TypeVar("T")


def _or_failure(number: int, work: Callable[..., T], *given: Any) -> T | Failure:
    """What the work gives, or a Failure of the source with this number."""
    try:
        return work(*given)
    except CleanerError as error:
        return Failure(str(number), error)


def clean(
    source: str | bytes | Tag, *, url: str | None = None, kind: SourceKind | None = None, **options: Any
) -> Article:
    """A scraped article without its debris.

    `source` is the text or markup of one article page: `str`, `bytes`, or a BeautifulSoup `Tag`. `kind` is `"html"`,
    `"text"`, or None to tell from the source. `url` is where it came from; nothing is fetched. The other keywords are
    the fields of `Options`.

    Raises InputError (a CleanerError) for sources that are no text. An empty source gives an empty Article.

    >>> article = clean("Rain ends\\n\\nPrint Email Read Later\\n\\nROME -- The rain had stopped, and the river fell.")
    >>> article.headline, article.dateline.places, [(r.kind, r.text) for r in article.removed]
    ('Rain ends', ('ROME',), [('print_tools', 'Print Email Read Later')])
    """
    return Cleaner(**options).clean(source, url=url, kind=kind)


def clean_many(sources: Iterable[str | bytes | Tag], **options: Any) -> Iterator[Article | Failure]:
    """An Article or a Failure for each source, in order, one at a time; a bad source never stops the stream.

    A Failure's key is the number of the source, counted from 0.
    """
    return Cleaner(**options).clean_many(sources)


# --- verdicts → Article -------------------------------------------------------------------------------


def article_of(document: Document, verdicts: Sequence[Verdict], options: Options) -> Article:
    """The Article of a decided document."""
    body = body_parts(document, verdicts)
    metadata = find_metadata(document, verdicts, body, options.visited)
    body = tuple(_shown(body, metadata, options))
    removed = tuple(_removals(document.blocks, verdicts))
    return Article(
        source_kind=document.kind, body=body, paragraphs=_paragraphs(body, metadata, options), removed=removed,
        url=document.url or document.head.canonical, confidence=_confidence(document, verdicts),
        **as_article_fields(metadata))  # fmt: skip


def _removals(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Removal]:
    for block, verdict in zip(blocks, verdicts, strict=True):
        if not verdict.keep:
            yield _removal(block, verdict)
            continue
        for cut in verdict.cuts:
            text, span = block.text[cut.span.start : cut.span.end], block.source_span(cut.span)
            said = cut.evidence
            yield Removal(text, cut.kind, said.rule, said.detector, cut.score, said.why, span, block.index)


CHECKABLE = ("elements", "sites")
"""Detectors whose reasons people can check, unlike those of the learned one."""


def _removal(block: Block, verdict: Verdict) -> Removal:
    _, _, kind, confidence, evidence, _ = verdict
    text = f"{block.marker} {block.text}" if block.marker and block.span else block.text
    reason = evidence[0]
    if len(evidence) > 1:
        named = (item for item in evidence if item.kind == kind and item.score > 0.5)
        reason = next(named, None) or max(evidence, key=lambda item: item.score)
        if reason.detector == "learned":
            reason = next((item for item in evidence if item.detector in CHECKABLE), reason)
    return Removal(
        text, cast("Kind", kind), reason.rule, reason.detector, confidence, reason.why, block.span, block.index
    )


def _shown(body: Sequence[Part], metadata: Metadata, options: Options) -> Iterator[Part]:
    """The parts as the options want them: marked where they are left out of the text, the dateline stripped."""
    left_out = {"heading": not options.headings, "caption": not options.captions, "table": not options.tables}
    dateline = metadata.dateline.raw if metadata.dateline and options.dateline == "strip" else None
    for part in body:
        if dateline and part.role == "paragraph" and part.text.startswith(dateline):
            rest, dateline = part.text.removeprefix(dateline).lstrip(), None
            part = part._replace(text=rest) if rest else part._replace(in_text=False)
        yield part._replace(in_text=False) if left_out.get(part.role, False) else part


def _paragraphs(body: Sequence[Part], metadata: Metadata, options: Options) -> tuple[str, ...]:
    shown = [str(part) for part in body if part.in_text]
    dek = metadata.value("dek")
    return tuple([dek, *shown] if options.dek and dek else shown)


def _confidence(document: Document, verdicts: Sequence[Verdict]) -> float:
    """Mean confidence of the verdicts, each weighted by its characters."""
    sizes = [len(block.text) for block in document.blocks]
    total = sum(sizes)
    sure = sum([size * verdict.confidence for size, verdict in zip(sizes, verdicts, strict=True)])
    return round(sure / total, 4) if total else 1.0


__all__ = ["Cleaner", "article_of", "clean", "clean_many"]
