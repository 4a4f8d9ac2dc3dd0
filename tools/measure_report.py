"""Measures a report of many documents in Chromium: size, first paint, and the frames of scrolling its list.

    python tools/measure_report.py CLEANED.jsonl --documents 5000

The documents of the file are repeated, with numbered sources and made-up sites, until there are enough. First paint and
first row are counted from the start of navigation, from `file://`. Scrolling goes 60 rows a second by the browser's own
gesture; a frame is late where more than 1.5 frame times (25 ms) went by before it was drawn, by Chromium's trace.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from picture_report import open_browser
from selenium.webdriver.support.ui import WebDriverWait

from cleaner.report import read_rows, render_report

ROWS_SHOWN = "return document.querySelectorAll('#rows > div').length"


def many(rows: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(islice(cycle(rows), count)):
        yield {**row, "source": f"pages/{number:05}.html", "url": f"https://site{number % 83}.example/{number}"}


def frame_times(browser: Any) -> list[float]:
    """Milliseconds between frames while the list is scrolled, as the page's own animation frames see them."""
    browser.execute_script("""
        window.frames_seen = [];
        const seen = (now) => { window.frames_seen.push(now); window.watching = requestAnimationFrame(seen); };
        document.getElementById("browse").scrollIntoView();
        requestAnimationFrame(seen);""")
    box = browser.execute_script("const b = document.getElementById('list').getBoundingClientRect();"
                                 "return [b.x + b.width / 2, b.y + b.height / 2]")  # fmt: skip
    gesture = {"x": box[0], "y": box[1], "yDistance": -20_000, "speed": 60 * 52, "gestureSourceType": "touch"}
    browser.execute_cdp_cmd("Input.synthesizeScrollGesture", {**gesture, "preventFling": True})
    seen = browser.execute_script("cancelAnimationFrame(window.watching); return window.frames_seen")
    return [later - earlier for earlier, later in zip(seen, seen[1:], strict=False)]


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
        print(f"{arguments.documents} documents, {raw / 1e6:.1f} MB of JSON: a page of {page.stat().st_size / 1e6:.1f} MB"
              f" in {took:.1f} s")  # fmt: skip
        browser = open_browser(1280, 900)
        try:
            paints, first_rows = [], []
            for _ in range(5):
                browser.get("about:blank")
                browser.get(page.as_uri())
                WebDriverWait(browser, 30).until(lambda b: b.execute_script(ROWS_SHOWN))
                paints.append(browser.execute_script("return performance.getEntriesByName('first-contentful-paint')[0].startTime"))
                first_rows.append(browser.execute_script("return performance.getEntriesByName('rows')[0].startTime"))
            print(f"first paint {statistics.median(paints):.0f} ms, first rows {statistics.median(first_rows):.0f} ms"
                  f" (medians of 5; slowest {max(paints):.0f} and {max(first_rows):.0f})")  # fmt: skip
            times = frame_times(browser)
            late = sum(one > 25 for one in times)
            print(f"scrolling: {len(times)} frames, median {statistics.median(times):.1f} ms, late {late}"
                  f", longest {max(times):.0f} ms, {1000 * len(times) / sum(times):.1f} frames a second;"
                  f" rows on the page {browser.execute_script(ROWS_SHOWN)}")  # fmt: skip
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
