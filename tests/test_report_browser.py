"""The report in a real browser: what a reader sees, reaches by keyboard, and is safe from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
if not (shutil.which("chromium") and shutil.which("chromedriver")):
    pytest.skip("no chromium and chromedriver", allow_module_level=True)

from browser import open_browser, set_scheme, set_width
from cases import SEED, load_cases
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from cleaner import clean
from cleaner.report import render_report

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

HOSTILE = """
<img src=x onerror="document.title='broken'"> wins <script>document.title='broken'</script> in court

Share with others:

The judge read javascript:document.title='broken' aloud twice before she sent everybody home for the evening.

قال المتحدث إن النهر انخفض بعد ظهر الثلاثاء، وإن الجسر سيفتح في الصباح قبل الموعد بيوم واحد.
"""


def rows(count: int | None = None) -> Iterator[dict[str, Any]]:
    """The seed, a page with all sorts of debris, a hostile text, a failure; then as many short ones as are wanted."""
    page = next(case for case in load_cases() if case.name == "en/whole-page.html")
    yield {"source": "seed.txt", **clean(SEED.read_bytes(), url="https://www.seed.example/a").to_dict()}
    yield {"source": "page.html", **clean(page.source, kind="html", url="https://page.example/").to_dict()}
    hostile = clean(HOSTILE, kind="text").to_dict()
    hostile["removed"][0] |= {"text": f"</script>{HOSTILE}", "why": HOSTILE, "rule": HOSTILE}
    yield {"source": "<b onclick=x>.txt", **hostile}
    yield {"source": "bad.bin", "error": "binary data, not text"}
    short = clean("Rain ends\n\nShare with others:\n\nThe rain had stopped by noon, and the river began to fall.")
    for number in range(4, count or 0):
        yield {"source": f"{number:04}.txt", **short.to_dict(), "headline": f"Rain ends, part {number}"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    browser = open_browser(1280, 900)
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("report") / "report.html")


def written(path: Path, count: int | None = None) -> str:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(render_report(rows(count), title="<i>Cleaned</i> & more"))
    return path.as_uri()


@pytest.fixture
def page(browser: Chrome, report: str) -> Chrome:
    browser.get("about:blank")
    set_width(browser, 1280, 900)
    set_scheme(browser, "light")
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(report)
    wait(browser, "#rows > div")
    return browser


def wait(browser: Chrome, selector: str) -> Any:
    return WebDriverWait(browser, 20).until(lambda b: next(iter(b.find_elements(By.CSS_SELECTOR, selector)), None))


def texts(browser: Chrome, selector: str) -> list[str]:
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)", selector
    )


def open_document(browser: Chrome, number: int) -> None:
    browser.execute_script("location.hash = arguments[0]", f"#/{number}")
    wait(browser, f'#reader[data-document="{number}"]:not([hidden])')


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def test_the_overview_counts_what_the_documents_hold(page: Chrome) -> None:
    figures = dict(zip(texts(page, "#figures dt"), texts(page, "#figures dd"), strict=True))
    assert figures["documents"] == "4"
    assert figures["failed"] == "1"
    assert figures["behind a wall or meter"] == "33%"
    assert "meter" in texts(page, ".chart th button")
    assert "seed.example" in texts(page, ".chart th button")
    assert texts(page, "#rows .what")[0].startswith("(no headline)failed: binary data")


def test_every_removal_is_struck_in_the_order_of_the_source_with_its_reason(page: Chrome) -> None:
    open_document(page, 0)
    article = next(rows())
    assert texts(page, ".cut del") == [item["text"] for item in article["removed"]]
    assert texts(page, ".cut .kind") == [item["kind"].replace("_", " ") for item in article["removed"]]
    assert texts(page, ".cut .why b") == [item["why"] for item in article["removed"]]
    assert texts(page, ".result .text") == article["paragraphs"]
    order = texts(page, ".source .flow > li")
    assert order[0] == article["headline"]
    assert order[1].startswith("shareShare with others:")
    assert order[3].startswith("BAGHDAD")


def test_the_reason_shows_on_hover_and_on_focus_and_escape_hides_it(page: Chrome) -> None:
    open_document(page, 0)
    cut = page.find_element(By.CSS_SELECTOR, ".cut")
    why = cut.find_element(By.CSS_SELECTOR, ".why")
    assert not why.is_displayed()
    ActionChains(page).move_to_element(cut).perform()
    assert why.is_displayed()
    assert "rule en.share.article, detector phrases, score 0.9" in why.text
    ActionChains(page).move_to_element(page.find_element(By.CSS_SELECTOR, ".document h2")).perform()
    assert not why.is_displayed()
    page.execute_script("arguments[0].focus()", cut)
    assert why.is_displayed()
    press(page, Keys.ARROW_DOWN)
    second = page.switch_to.active_element
    assert second.get_attribute("aria-describedby").endswith("why1")
    assert second.find_element(By.CSS_SELECTOR, ".why").is_displayed()
    press(page, Keys.ESCAPE)
    assert not second.find_element(By.CSS_SELECTOR, ".why").is_displayed()


def test_a_document_is_reached_and_left_by_keyboard_alone(page: Chrome) -> None:
    for _ in range(60):
        press(page, Keys.TAB)
        if page.switch_to.active_element.get_attribute("id") == "list":
            break
    press(page, Keys.HOME, Keys.ARROW_DOWN, Keys.ENTER)
    wait(page, "#reader:not([hidden]) .document")
    for _ in range(30):
        press(page, Keys.TAB)
        if "cut" in (page.switch_to.active_element.get_attribute("class") or ""):
            break
    assert page.switch_to.active_element.find_element(By.CSS_SELECTOR, ".why").is_displayed()
    page.back()
    wait(page, "#overview:not([hidden])")
    WebDriverWait(page, 5).until(lambda b: b.switch_to.active_element.get_attribute("id") == "list")


def test_search_finds_names_and_words_inside_documents(page: Chrome) -> None:
    box = page.find_element(By.NAME, "query")
    box.send_keys("Akashat")
    WebDriverWait(page, 10).until(lambda b: texts(b, "#matches") == ["1 of 4 documents"])
    assert "Syrian and Iraqi" in texts(page, "#rows .what")[0]
    box.clear()
    box.send_keys('"this area is')
    WebDriverWait(page, 10).until(lambda b: texts(b, "#matches") == ["1 of 4 documents"])
    box.clear()
    box.send_keys("page.html")
    WebDriverWait(page, 10).until(lambda b: texts(b, "#rows .what small") == ["page.html"])
    page.find_element(By.ID, "clear").click()
    assert texts(page, "#matches") == ["4 documents"]


def test_a_bar_shows_the_documents_behind_it(page: Chrome) -> None:
    next(b for b in page.find_elements(By.CSS_SELECTOR, ".chart button") if b.text == "meter").click()
    assert texts(page, "#rows .what small") == ["seed.txt"]
    page.find_element(By.ID, "clear").click()


def test_metadata_names_the_place_each_value_came_from(page: Chrome) -> None:
    open_document(page, 0)
    page.find_element(By.CSS_SELECTOR, ".metadata summary").click()
    rows = [row.text for row in page.find_elements(By.CSS_SELECTOR, ".metadata tbody tr")]
    assert "headline Syrian and Iraqi jihadists forge cross-border alliance line, characters" in rows[0]
    assert "metered, 2 left, limit reached" in rows[-1]


def test_switches_show_what_options_would_change(page: Chrome) -> None:
    open_document(page, 0)
    assert texts(page, ".result .text")[0].startswith("BAGHDAD -- The wounded")
    page.find_element(By.NAME, "dateline").click()
    assert texts(page, ".result .text")[0].startswith("The wounded")
    assert "−2 against the text as cleaned" in texts(page, ".effect")[0]
    page.find_element(By.NAME, "dateline").click()
    below = page.find_element(By.NAME, "below")
    page.execute_script(
        "arguments[0].value = 1; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", below
    )
    back = [item for item in next(rows())["removed"] if item["score"] < 1]
    assert texts(page, ".cut.back del") == [item["text"] for item in back]
    assert texts(page, ".result .returned .text") == [item["text"] for item in back]
    page.execute_script(
        "arguments[0].value = .5; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", below
    )
    assert texts(page, ".effect")[0].startswith("645 words (as cleaned)")


def background(browser: Chrome) -> float:
    colour = browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(",")))


def test_dark_mode_follows_the_system_and_the_switch(page: Chrome) -> None:
    assert background(page) > 600
    set_scheme(page, "dark")
    assert background(page) < 150
    page.find_element(By.CSS_SELECTOR, '[name="theme"][value="light"]').click()
    assert background(page) > 600


def test_nothing_in_a_document_runs_and_right_to_left_text_reads_so(page: Chrome) -> None:
    open_document(page, 2)
    assert page.title.endswith("– <i>Cleaned</i> & more")
    assert (
        page.find_elements(
            By.CSS_SELECTOR, "#reader img, #reader script, #reader i, #reader a[href^=java], [onclick], [onerror]"
        )
        == []
    )
    assert any("javascript:document.title='broken'" in text for text in texts(page, ".kept .text"))
    assert texts(page, "#name") == ["<b onclick=x>.txt"]
    arabic = next(item for item in page.find_elements(By.CSS_SELECTOR, ".result p") if "النهر" in item.text)
    assert page.execute_script("return getComputedStyle(arguments[0]).direction", arabic) == "rtl"


def test_the_page_asks_for_nothing_and_complains_of_nothing(page: Chrome) -> None:
    for number in range(4):
        open_document(page, number)
    page.find_element(By.LINK_TEXT, "All documents").click()
    wait(page, "#overview:not([hidden])")
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert asked
    assert all(address.startswith("file:///") and address.endswith("report.html") for address in asked), asked
    assert page.get_log("browser") == []


def test_five_thousand_documents_are_a_list_of_a_screenful(browser: Chrome, tmp_path: Path) -> None:
    browser.get(written(tmp_path / "many.html", 5000))
    wait(browser, "#rows > div")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#rows > div")) < 60
    browser.execute_script("document.getElementById('list').focus()")
    press(browser, Keys.END)
    last = wait(browser, '#rows [aria-posinset="5000"]')
    assert last.get_attribute("aria-setsize") == "5000"
    assert last.get_attribute("aria-selected") == "true"
    assert browser.find_element(By.ID, "list").get_attribute("aria-activedescendant") == last.get_attribute("id")
    headline = last.find_element(By.TAG_NAME, "b").text
    press(browser, Keys.ENTER)
    wait(browser, "#reader:not([hidden]) .document")
    assert texts(browser, ".document h2") == [headline]


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: npm install --prefix tests")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(page: Chrome, width: int, scheme: str) -> None:
    set_width(page, width, 900)
    set_scheme(page, scheme)
    for number in (None, 0, 1, 2):
        if number is not None:
            open_document(page, number)
            page.execute_script("document.querySelector('.metadata').open = true")
            page.execute_script("document.querySelector('.cut').focus()")
        page.execute_script(AXE.read_text("utf8"))
        found = page.execute_async_script("axe.run().then(arguments[0])")
        assert [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found["violations"]] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page: Chrome, width: int) -> None:
    set_width(page, width, 900)
    for number in (None, 0, 1, 2):
        if number is not None:
            open_document(page, number)
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
