"""Pictures of a report, at phone and desktop width, light and dark.

    python tools/picture_report.py report.html pictures/

Needs Chromium, its driver, and selenium. `--document 3` shows the fourth document of the file, not the overview.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

from selenium.webdriver.support.ui import WebDriverWait

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from browser import open_browser, set_scheme

WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--document", type=int)
    parser.add_argument("--focus", type=int, help="focus this removal, counted from 0")
    parser.add_argument("--name", default="report")
    parser.add_argument("--only", help="such as desktop-light")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for (width, size), theme in product(WIDTHS.items(), ("light", "dark")):
        if arguments.only and arguments.only != f"{width}-{theme}":
            continue
        browser = open_browser(*size)
        try:
            set_scheme(browser, theme)
            place = "" if arguments.document is None else f"#/{arguments.document}"
            browser.get(arguments.report.resolve().as_uri() + place)
            ready = ".document" if place else "#rows > div"
            WebDriverWait(browser, 20).until(
                lambda b, ready=ready: b.execute_script("return document.querySelector(arguments[0])", ready)
            )
            if arguments.focus is not None:
                browser.execute_script(
                    "document.querySelectorAll('.cut')[arguments[0]].focus({focusVisible: true})", arguments.focus
                )
            browser.save_screenshot(str(arguments.folder / f"{arguments.name}-{width}-{theme}.png"))
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
