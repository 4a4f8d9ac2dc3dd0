"""Scrapy: a real crawl of a site served from here, through the pipeline."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT

from cleaner import clean

pytest.importorskip("scrapy")
PAGE = """<html><head><title>Rain ends in {0}</title></head><body><nav><a href="/">Home</a></nav>
<h1>Rain ends in {0}</h1>
<p>The rain in {0} had stopped by noon, and the river began to fall in the afternoon.</p><p>Share this article</p>
<a href="/{1}.html">Next</a></body></html>"""
SPIDER = """
import dataclasses, json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

@dataclasses.dataclass
class Page:
    html: object
    url: str
    article: object = None

class Spider(scrapy.Spider):
    name = "rain"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        yield {"html": response.text, "url": response.url}
        yield Page(response.text, response.url)
        yield {"html": 7, "url": response.url}
        yield {"title": "no page at all"}
        yield from response.follow_all(css="body > a")

process = CrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
                          "FEEDS": {sys.argv[2]: {"format": "jsonlines"}}, **json.loads(sys.argv[3])})
crawler = process.create_crawler(Spider)
process.crawl(crawler)
process.start()
print(json.dumps({key: value for key, value in crawler.stats.get_stats().items() if key.startswith("cleaner/")}))
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Three pages, each with a link to the next."""
    for n, town in enumerate(("Rome", "Oslo", "Riga")):
        (tmp_path / f"{n}.html").write_text(PAGE.format(town, min(n + 1, 2)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/0.html"
    server.shutdown()
    server.server_close()


def crawl(site: str, folder: Path, **settings: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    target = folder / "items.jsonl"
    command = [sys.executable, "-c", SPIDER, site, str(target), json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in target.read_text().splitlines()], json.loads(done.stdout)


@pytest.mark.parametrize(
    "how",
    [
        {"ITEM_PIPELINES": {"cleaner.integrations.scrapy.CleanerPipeline": 300}},
        {"ADDONS": {"cleaner.integrations.scrapy.CleanerAddon": 300}},
    ],
)
def test_a_crawl_gives_items_with_their_articles(site: str, tmp_path: Path, how: dict[str, Any]) -> None:
    items, stats = crawl(site, tmp_path, **how)
    assert len(items) == 12
    articles = [item["article"] for item in items if item.get("article")]
    found = [article["headline"] for article in articles if "text" in article]
    assert sorted(found) == sorted(["Rain ends in Rome", "Rain ends in Oslo", "Rain ends in Riga"] * 2)
    first = next(item for item in items if item.get("url") == site)
    assert first["article"] == clean((tmp_path / "0.html").read_text(), url=site).to_dict()
    assert sum("error" in (item.get("article") or {}) for item in items) == 3
    assert (stats["cleaner/cleaned"], stats["cleaner/failed"]) == (6, 3)
    assert stats["cleaner/removed/share"] == 6


def test_what_fails_is_dropped_only_if_told(site: str, tmp_path: Path) -> None:
    items, stats = crawl(
        site, tmp_path, ITEM_PIPELINES={"cleaner.integrations.scrapy.CleanerPipeline": 300}, CLEANER_DROP_FAILED=True,
        CLEANER_TARGET="url", CLEANER_OPTIONS={"headings": False},
    )  # fmt: skip
    assert len(items) == 9
    assert stats["cleaner/failed"] == 3
    assert sum(isinstance(item.get("url"), dict) for item in items) == 6
