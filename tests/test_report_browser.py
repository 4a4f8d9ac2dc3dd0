"""The report in a real browser: what a reader sees, reaches by keyboard, and is safe from."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
if not (shutil.which("chromium") and shutil.which("chromedriver")):
    pytest.skip("no chromium and chromedriver", allow_module_level=True)

from browser import open_browser, set_scheme, set_width
from cases import ROOT, SEED, load_cases
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


def slide(browser: Chrome, value: float) -> None:
    browser.execute_script(
        "const s = document.querySelector('[name=below]'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input', {bubbles: true}))",
        value,
    )


def effect(browser: Chrome, start: str) -> None:
    """Wait for what is said of the choices."""
    WebDriverWait(browser, 5).until(lambda b: texts(b, ".effect")[0].startswith(start))


def shows(browser: Chrome, selector: str, expected: list[str]) -> None:
    WebDriverWait(browser, 10).until(lambda b: texts(b, selector) == expected)


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
    page.execute_script("arguments[0].blur()", second)
    ActionChains(page).move_to_element(cut).perform()
    assert why.is_displayed()
    press(page, Keys.ESCAPE)
    assert not why.is_displayed()


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
    shows(page, "#rows .key", ["page.html"])
    page.find_element(By.ID, "clear").click()
    assert texts(page, "#matches") == ["4 documents"]


def test_a_bar_shows_the_documents_behind_it(page: Chrome) -> None:
    next(b for b in page.find_elements(By.CSS_SELECTOR, ".chart button") if b.text == "meter").click()
    assert texts(page, "#rows .key") == ["seed.txt"]
    page.find_element(By.ID, "clear").click()


def test_documents_without_a_site_have_a_bar_and_a_site_without_removals_has_none(
    browser: Chrome, tmp_path: Path
) -> None:
    short = next(row for row in rows(5) if row["source"] == "0004.txt")
    sites = [{**short, "url": f"https://site{number}.example/"} for number in range(10)]
    nothing = {**short, "url": "https://nothing.example/", "removed": []}
    page = tmp_path / "sites.html"
    page.write_text("".join(render_report([short, short, *sites, nothing])), encoding="utf-8")
    browser.get(page.as_uri())
    wait(browser, "#rows > div")
    assert texts(browser, ".chart:last-child th button") == [
        "(no site)",
        *(f"site{n}.example" for n in range(7)),
        "3 others",
    ]
    assert texts(browser, ".chart:last-child .amount small")[:2] == ["2 documents", "1 document"]
    browser.find_element(By.CSS_SELECTOR, ".others button").click()
    assert browser.switch_to.active_element.text == "site7.example"
    assert len(texts(browser, ".chart:last-child th button")) == 11
    browser.find_element(By.CSS_SELECTOR, ".chart:last-child th button").click()
    assert texts(browser, "#matches") == ["2 of 13 documents"]


def test_the_name_of_a_row_says_what_its_figures_are(page: Chrome) -> None:
    names = [row.accessible_name for row in page.find_elements(By.CSS_SELECTOR, "#rows > div")]
    seed = next(name for name in names if "seed.txt" in name)
    assert re.search(r"seed\.txt seed\.example, metered ?, kept 645 ?, removed 60 ?, confidence 0\.\d\d$", seed)


def test_skipping_to_the_content_stays_in_the_document(page: Chrome) -> None:
    open_document(page, 0)
    page.execute_script("document.querySelector('.skip').focus()")
    press(page, Keys.ENTER)
    assert page.switch_to.active_element.get_attribute("id") == "main"
    assert page.find_element(By.ID, "reader").is_displayed()
    assert page.current_url.endswith("#/0")


def test_words_are_found_in_what_was_kept_and_in_what_was_removed(page: Chrome) -> None:
    page.find_element(By.NAME, "query").send_keys("Akashat")
    WebDriverWait(page, 10).until(lambda b: texts(b, "#matches") == ["1 of 4 documents"])
    open_document(page, 0)
    field = page.find_element(By.NAME, "find")
    assert field.get_attribute("value") == "Akashat"
    assert set(texts(page, ".source mark")) == set(texts(page, ".result mark")) == {"Akashat"}
    field.clear()
    field.send_keys("SHARE  with")
    shows(page, ".source mark", ["Share with"])
    assert texts(page, ".find output") == ["1 hit"]
    assert page.find_elements(By.CSS_SELECTOR, ".source del mark") and not texts(page, ".result mark")
    field.clear()
    field.send_keys("syria")
    WebDriverWait(page, 10).until(lambda b: len(texts(b, ".source mark")) > 5)
    count = len(texts(page, ".source mark"))
    for keys, place in [((Keys.ENTER,), 1), ((Keys.ENTER,), 2), ((Keys.SHIFT, Keys.ENTER), 1)]:
        field.send_keys(*keys)
        assert texts(page, ".find output") == [f"{place} of {count}"]
    here = page.find_element(By.CSS_SELECTOR, "mark.here")
    assert page.execute_script("return arguments[0].getBoundingClientRect().top < innerHeight", here)
    field.send_keys(Keys.SHIFT, Keys.ENTER)
    assert texts(page, ".find output") == [f"{count} of {count}"]
    field.clear()
    field.send_keys("(")
    WebDriverWait(page, 10).until(lambda b: "syria" not in [text.lower() for text in texts(b, "mark")])
    assert texts(page, ".result .text") == next(rows())["paragraphs"]


def test_a_hit_among_folded_removals_is_unfolded(browser: Chrome, tmp_path: Path) -> None:
    row = next(row for row in rows(5) if row["source"] == "0004.txt")
    cuts = [{**row["removed"][0], "text": f"Button {number}"} for number in range(20)]
    page = tmp_path / "folded.html"
    page.write_text("".join(render_report([{**row, "removed": cuts}])), encoding="utf-8")
    browser.get(f"{page.as_uri()}#/0")
    wait(browser, "#reader .document")
    browser.find_element(By.NAME, "find").send_keys("button 17", Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "mark.here").is_displayed()


def test_choices_of_one_document_are_not_those_of_the_next(page: Chrome) -> None:
    open_document(page, 0)
    page.find_element(By.NAME, "dateline").click()
    slide(page, 1)
    WebDriverWait(page, 5).until(lambda b: texts(b, ".cut.back del"))
    open_document(page, 1)
    assert page.find_element(By.NAME, "below").get_attribute("value") == "0.5"
    open_document(page, 0)
    effect(page, "645 words (as cleaned)")


def test_on_paper_are_all_rows_and_reasons_in_light_colours_and_after_it_all_is_as_before(
    browser: Chrome, tmp_path: Path
) -> None:
    browser.get("about:blank")
    set_width(browser, 390, 844)
    browser.get(written(tmp_path / "paper.html", 700))
    wait(browser, "#rows > div").click()
    wait(browser, "#reader .document, #document p")
    browser.execute_script("location.hash = '/'")
    wait(browser, "#overview:not([hidden])")
    browser.find_element(By.CSS_SELECTOR, '[name="theme"][value="dark"]').click()
    before = texts(browser, "#rows > div")
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert len(texts(browser, "#rows > div")) == 500
    assert texts(browser, "#more") == ["and 200 more"]
    assert browser.find_element(By.CSS_SELECTOR, "#rows > div:last-child .kept").is_displayed()
    assert background(browser) > 600
    tops = "return [...document.querySelectorAll('#rows > div')].map((row) => row.getBoundingClientRect().top)"
    assert browser.execute_script(tops) == sorted(browser.execute_script(tops))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Page.printToPDF", {})
    assert texts(browser, "#rows > div") == before
    assert not browser.find_element(By.ID, "more").is_displayed()

    open_document(browser, 1)
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    set_width(browser, 700, 990)
    assert all(why.is_displayed() for why in browser.find_elements(By.CSS_SELECTOR, ".source .why"))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 700
    assert browser.find_elements(By.CSS_SELECTOR, "details:not([open])") == []
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert browser.find_elements(By.CSS_SELECTOR, "details[open]") == []


def test_a_phone_shows_flags_site_and_what_the_confidence_is(page: Chrome) -> None:
    set_width(page, 390, 844)
    seed = next(row for row in page.find_elements(By.CSS_SELECTOR, "#rows > div") if "seed.txt" in row.text)
    assert re.search(r"metered, confidence 0\.\d\d, seed\.example, seed\.txt$", seed.text)


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
    slide(page, 1)
    back = [item for item in next(rows())["removed"] if item["score"] < 1]
    shows(page, ".cut.back del", [item["text"] for item in back])
    assert texts(page, ".result .returned .text") == [item["text"] for item in back]
    slide(page, 0.5)
    effect(page, "645 words (as cleaned)")


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


def test_five_thousand_documents_are_painted_at_once_and_scroll_smoothly(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("measure_report", ROOT / "tools" / "measure_report.py")
    assert spec and spec.loader
    measure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(measure)
    report = tmp_path / "many.html"
    with report.open("w", encoding="utf-8") as file:
        file.writelines(render_report(measure.many([*rows()][:3], 5000)))
    browser = open_browser(1280, 900, trace=measure.TRACE)
    try:
        paint, _ = measure.moments_of(browser, report.as_uri())
        times, dropped = measure.frames_of(browser)
    finally:
        browser.quit()
    assert paint < 2000
    assert len(times) > 300
    assert dropped + sum(time > 25 for time in times) <= 20  # of 400, on a machine that does other things too


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
