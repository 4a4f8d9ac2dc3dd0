"""Measures a report of many documents in Chromium: size, first paint, and the frames of scrolling its list.

    python tools/measure_report.py CLEANED.jsonl --documents 5000

The documents of the file are repeated, with numbered sources and made-up sites, until there are enough. First paint
and first rows are counted from the start of navigation, from `file://`. The list scrolls by a row a frame, so that
every frame has a row to make; the steps of a gesture come at a pace of their own, and leave frames out on any page.
Frames are those of Chromium's trace, and one is late where more than 25 ms (1.5 frame times) went by before it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium.webdriver.support.ui import WebDriverWait

from cleaner.report import read_rows, render_report

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from browser import open_browser

FRAMES = 400
TRACE = "disabled-by-default-devtools.timeline.frame,devtools.timeline.frame"
SCROLL = """
const [frames, done] = arguments, list = document.getElementById("list");
let left = frames;
(function step() { list.scrollTop += 52; if (left--) requestAnimationFrame(step); else done(); })();"""
MOMENT = "return performance.getEntriesByName(arguments[0])[0]?.startTime"
ROWS_SHOWN = "return document.querySelectorAll('#rows > div').length"


def many(rows: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(islice(cycle(rows), count)):
        yield {**row, "source": f"pages/{number:05}.html", "url": f"https://site{number % 83}.example/{number}"}


def moments_of(browser: Any, address: str) -> tuple[float, float]:
    """Open the report, and give the milliseconds to its first paint and to its first rows."""
    browser.get("about:blank")
    browser.get(address)
    WebDriverWait(browser, 30).until(lambda b: b.execute_script(ROWS_SHOWN))
    paint = WebDriverWait(browser, 30).until(
        lambda b: b.execute_script(MOMENT, "first-contentful-paint")
    )  # the browser notes it after the rows
    return paint, browser.execute_script(MOMENT, "rows")


def frames_of(browser: Any) -> tuple[list[float], int]:
    """Scroll the list, and give the milliseconds between the frames drawn meanwhile and how many were dropped, both as
    Chromium's trace has them."""
    browser.execute_script('document.getElementById("browse").scrollIntoView()')
    time.sleep(1)
    browser.get_log("performance")
    browser.execute_async_script(SCROLL, FRAMES)
    log: list[dict[str, str]] = []
    for _ in range(4):  # reading asks for what was traced, which comes with one of the next readings
        log += browser.get_log("performance")
    events = [json.loads(entry["message"])["message"] for entry in log]
    trace = [event["params"] for event in events if event["method"] == "Tracing.dataCollected"]
    drawn = sorted(event["ts"] / 1000 for event in trace if event["name"] == "DrawFrame")[-FRAMES:]
    dropped = sum(event["name"] == "DroppedFrame" for event in trace)
    return [later - earlier for earlier, later in pairwise(drawn)], dropped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cleaned", type=Path)
    parser.add_argument("--documents", type=int, default=5000)
    arguments = parser.parse_args()
    with arguments.cleaned.open(encoding="utf-8") as lines, TemporaryDirectory() as folder:
        rows = list(read_rows(lines, str(arguments.cleaned)))
        page = Path(folder) / "report.html"
        start = time.perf_counter()
        with page.open("w", encoding="utf-8") as file:
            file.writelines(render_report(many(rows, arguments.documents)))
        took = time.perf_counter() - start
        raw = sum(len(json.dumps(row, ensure_ascii=False).encode()) for row in many(rows, arguments.documents))
        size = page.stat().st_size / 1e6
        print(f"{arguments.documents} documents, {raw / 1e6:.1f} MB of JSON: a page of {size:.1f} MB"
              f" in {took:.1f} s")  # fmt: skip
        browser = open_browser(1280, 900, trace=TRACE)
        try:
            paints, first_rows = zip(*(moments_of(browser, page.as_uri()) for _ in range(5)), strict=True)
            print(f"first paint {statistics.median(paints):.0f} ms, first rows {statistics.median(first_rows):.0f} ms"
                  f" (medians of 5; slowest {max(paints):.0f} and {max(first_rows):.0f})")  # fmt: skip
            times, dropped = frames_of(browser)
            late = sum(one > 25 for one in times)
            rate = 1000 * len(times) / sum(times)
            print(f"scrolling: {len(times)} frames, median {statistics.median(times):.1f} ms, late {late},"
                  f" dropped {dropped}, longest {max(times):.0f} ms, {rate:.1f} frames a second;"
                  f" rows on the page {browser.execute_script(ROWS_SHOWN)}")  # fmt: skip
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
