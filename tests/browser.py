"""Opens Chromium, for the tests of pages and for the tools that picture and measure them."""

from __future__ import annotations

import shutil

from selenium import webdriver


def open_browser(width: int, height: int, *, trace: str = "") -> webdriver.Chrome:
    """Chromium without a window; `trace` names categories of its trace, which then are in its performance log."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if trace:
        options.add_experimental_option("perfLoggingPrefs", {"traceCategories": trace})
    options.binary_location = shutil.which("chromium") or ""
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    set_width(browser, width, height)
    return browser


def set_width(browser: webdriver.Chrome, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def set_scheme(browser: webdriver.Chrome, scheme: str) -> None:
    """`light` or `dark`, as the system would prefer it."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
