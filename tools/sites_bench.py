"""Measures what a memory of sites gains: each page of gold is cleaned without one, and with one that was learned from
the other pages of its host.

    python tools/sites_bench.py GOLD... [--weights FILE] [--fold 0]

With --fold only hosts of that part are measured, for weights that were trained without it (`--without-fold`). A line
counts as known when it stands on one other page, since gold has few pages of a host.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cleaner import Cleaner
from cleaner.evaluate.gold import GoldPage, load_gold
from cleaner.evaluate.measure import Words, compare_words
from cleaner.host import host_of
from cleaner.read import read
from cleaner.sites import SiteMemory, learn
from cleaner.train.samples import domain_of, fold_of

ARTICLE = "article"


def main(golds: Sequence[Path], options: dict[str, Any], fold: int | None) -> None:
    by_host: dict[str, list[GoldPage]] = defaultdict(list)
    for gold in golds:
        for page in load_gold(gold):
            if page.url and page.body and (fold is None or fold_of(domain_of(page), 5) == fold):
                by_host[host_of(page.url)].append(page)
    several = {host: pages for host, pages in by_host.items() if host and len(pages) > 1}
    print(f"{sum(map(len, several.values()))} pages of {len(several)} hosts")
    found: dict[tuple[str, str, str], list[Words]] = defaultdict(list)
    for host, pages in several.items():
        documents = [read(page.read(), kind=page.kind, url=page.url, max_chars=10**8) for page in pages]
        for n, page in enumerate(pages):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "sites.db"
                learn(path, [(document, host) for other, document in enumerate(documents) if other != n])
                memory = Cleaner(sites=str(path), **options)
                text = "\n\n".join(block.text for block in documents[n].blocks)
                for name, cleaner in (("without", Cleaner(**options)), ("with", memory)):
                    for kind, source in (("html", documents[n].source), ("text", text)):
                        words = compare_words(cleaner.clean(source, url=page.url, kind=kind).text, page.body or "")  # type: ignore[arg-type]
                        found[kind, "all types", name].append(words)
                        if page.page_type == ARTICLE:
                            found[kind, ARTICLE, name].append(words)
    for (kind, types, name), each in sorted(found.items(), key=lambda item: (item[0][:2], item[0][2] == "with")):
        print(f"{kind}  {types:9}  {name:7}  {len(each):4} pages  {shown(each)}")


def shown(each: Sequence[Words]) -> str:
    """Means over pages."""

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    lost = mean([1 - words.recall for words in each])
    clean = mean([words.surplus <= 0.005 * words.gold for words in each])
    exact = mean([words.wrong <= 0.01 for words in each])
    f1 = mean([words.f1 for words in each])
    return f"F1 {f1:.4f}  right within 1% {exact:.1%}  without debris {clean:.1%}  lost {lost:.2%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("golds", nargs="+", type=Path)
    parser.add_argument("--weights")
    parser.add_argument("--fold", type=int)
    asked = parser.parse_args()
    SiteMemory.of = lambda self, host: frozenset(  # type: ignore[assignment]
        line for (line,) in self.base.execute("select line from lines where host = ?", (host,))
    )
    main(asked.golds, {"opinion": "never", **({"weights": asked.weights} if asked.weights else {})}, asked.fold)
