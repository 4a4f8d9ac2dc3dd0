"""The HTTP service: articles come back, and what is too much, too long or nothing is refused and not fatal."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT

from cleaner import CleanerError, clean, clean_async

TEXT = "Rain ends\n\nShare with others:\n\nThe rain had stopped by noon, and the river began to fall in the afternoon."
PAGE = "<h1>Rain ends</h1><p>The rain had stopped by noon, and the river began to fall.</p><nav>Home</nav>"


# --- asynchronous -----------------------------------------------------------------------------------


def test_many_can_be_cleaned_from_one_event_loop() -> None:
    async def all_of_them() -> list[str | None]:
        articles = await asyncio.gather(*(clean_async(TEXT.replace("noon", f"{n} o'clock")) for n in range(6)))
        assert articles[0] == clean(TEXT.replace("noon", "0 o'clock"))
        return [article.headline for article in articles]

    assert asyncio.run(all_of_them()) == ["Rain ends"] * 6


def test_asynchronous_cleaning_raises_what_cleaning_raises() -> None:
    with pytest.raises(CleanerError, match="binary data"):
        asyncio.run(clean_async(b"\x00\x01\x02\x03"))
    with pytest.raises(CleanerError, match="unknown option"):
        asyncio.run(clean_async(TEXT, colour="red"))


# --- filter -----------------------------------------------------------------------------------------


def filtered(stdin: str, *arguments: str) -> tuple[list[dict[str, object]], int]:
    command = [sys.executable, "-m", "cleaner", "filter", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def test_lines_go_on_in_order_with_their_articles() -> None:
    lines = [{"id": 1, "body": TEXT}, {"id": 2, "body": PAGE, "url": "https://a.example/b"}]
    rows, code = filtered("\n".join(map(json.dumps, lines)), "--column", "body")
    assert code == 0
    assert rows == [
        {**lines[0], "article": clean(TEXT).to_dict()},
        {**lines[1], "article": clean(PAGE, url="https://a.example/b").to_dict()},
    ]


def test_a_bad_line_goes_on_with_its_error() -> None:
    good = json.dumps({"text": TEXT})
    rows, code = filtered("\n".join([good, "{", "[1]", '{"title": "x"}', "[" * 100_000, good]))
    assert code == 1
    assert ["article" in row for row in rows] == [True, False, False, False, False, True]
    assert [row.get("line") for row in rows] == [None, 2, 3, 4, 5, None]
    assert str(rows[3]["error"]) == "no text in text"
    assert rows[3]["title"] == "x"


def test_each_line_is_answered_at_once_and_a_signal_ends_between_two() -> None:
    command = [sys.executable, "-m", "cleaner", "filter"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin and process.stdout
    for _ in range(2):
        process.stdin.write(json.dumps({"text": TEXT}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["article"]["headline"] == "Rain ends"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert process.stdout.read() == b""
    process.stdin.close()
    process.stdout.close()


def test_a_reader_that_goes_ends_it_quietly() -> None:
    lines = json.dumps({"text": TEXT}) + "\\n"
    script = f"for n in 1 2 3 4 5; do printf '{lines}'; done | {sys.executable} -m cleaner filter | head -n 1 | wc -l"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


# --- service ----------------------------------------------------------------------------------------


@contextmanager
def serving(**settings: Any) -> Iterator[Any]:
    """A client of a service with one worker."""
    pytest.importorskip("starlette")
    pytest.importorskip("prometheus_client")
    testclient = pytest.importorskip("starlette.testclient")
    from cleaner.serve.app import Settings, create_app

    with testclient.TestClient(create_app(Settings(jobs=1, **settings))) as client:
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[object]:
    with serving(max_bytes=100_000, max_requests=2) as client:
        yield client


def test_documents_come_back_as_articles(client: object) -> None:
    for content in ({"json": {"text": TEXT}}, {"content": TEXT, "headers": {"content-type": "text/plain"}}):
        answer = client.post("/clean", **content)  # type: ignore[attr-defined]
        assert (answer.status_code, answer.json()) == (200, clean(TEXT).to_dict())
    page = {"content": PAGE, "headers": {"content-type": "text/html; charset=utf-8"}}
    answer = client.post("/clean?url=https://a.example/b", **page)  # type: ignore[attr-defined]
    assert answer.json() == clean(PAGE, url="https://a.example/b", kind="html").to_dict()
    answer = client.post("/clean", json={"html": PAGE, "options": {"headings": False}})  # type: ignore[attr-defined]
    assert answer.json() == clean(PAGE, kind="html", headings=False).to_dict()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"json": []}, 400),
        ({"json": {"title": "x"}}, 400),
        ({"json": {"html": "x", "text": "x"}}, 400),
        ({"json": {"text": TEXT, "url": 7}}, 400),
        ({"json": {"text": TEXT, "options": {"weights": "/etc/passwd"}}}, 400),
        ({"json": {"text": TEXT, "options": {"sites": "/etc/passwd"}}}, 400),
        ({"json": {"text": TEXT, "options": {"rules": ["/etc/passwd"]}}}, 400),
        ({"json": {"text": TEXT, "options": {"now": "yesterday"}}}, 400),
        ({"json": {"text": TEXT, "options": {"headings": "yes"}}}, 400),
        ({"json": {"text": TEXT, "options": {"dateline": "drop"}}}, 400),
        ({"content": b"x" * 100_001, "headers": {"content-type": "text/plain"}}, 413),
        ({"content": b"x", "headers": {"content-type": "image/png"}}, 415),
        ({"content": b"\x00\x01\x02\x03" * 9, "headers": {"content-type": "text/plain"}}, 422),
    ],
)
def test_what_can_not_be_cleaned_is_refused(client: object, request_: dict[str, object], status: int) -> None:
    answer = client.post("/clean", **request_)  # type: ignore[attr-defined]
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_batch_is_answered_line_by_line(client: object) -> None:
    lines = [{"id": n, "text": TEXT.replace("noon", f"{n}")} for n in range(12)]
    body = "\n".join([*map(json.dumps, lines), "{", "x" * 100_001, json.dumps({"id": "last", "text": TEXT})])
    answer = client.post("/clean/batch", content=body)  # type: ignore[attr-defined]
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row.get("id") for row in rows] == [*range(12), None, None, "last"]
    assert [row.get("status") for row in rows[12:14]] == [400, 413]
    assert rows[3]["text"] == clean(lines[3]["text"]).text


def test_it_tells_how_it_is(client: object) -> None:
    assert client.get("/healthz").json()["status"] == "ok"  # type: ignore[attr-defined]
    client.post("/clean", json={"text": TEXT})  # type: ignore[attr-defined]
    metrics = client.get("/metrics").text  # type: ignore[attr-defined]
    assert 'cleaner_documents_total{result="cleaned"}' in metrics
    described = client.get("/openapi.json").json()  # type: ignore[attr-defined]
    assert set(described["paths"]) == {"/clean", "/clean/batch", "/healthz", "/metrics"}


def test_more_requests_than_it_takes_are_sent_away() -> None:
    with serving(max_requests=0) as client:
        answer = client.post("/clean", json={"text": TEXT})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_a_document_that_takes_too_long_is_504_and_the_service_goes_on() -> None:
    with serving(timeout=0.001) as client:
        assert [client.post("/clean", json={"text": TEXT * 2_000}).status_code for _ in range(2)] == [504, 504]
        assert client.get("/healthz").status_code == 200


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a service that runs as a process."""
    httpx = pytest.importorskip("httpx")
    pytest.importorskip("uvicorn")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cleaner", "serve", "--port", str(port), "-j", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("the service does not come up")
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def test_the_command_serves(address: str) -> None:
    import httpx

    answer = httpx.post(f"{address}/clean", json={"text": TEXT}, timeout=60)
    assert answer.json()["headline"] == "Rain ends"
    lines = "".join(json.dumps({"id": n, "text": TEXT}) + "\n" for n in range(20))
    answer = httpx.post(f"{address}/clean/batch", content=lines, timeout=60)
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == list(range(20))


# --- playground -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("selenium")
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("no chromium and chromedriver")
    from browser import open_browser

    browser = open_browser(1280, 900)
    yield browser
    browser.quit()


@pytest.fixture
def playground(browser: Any, address: str) -> Any:
    browser.get(address)
    browser.get_log("browser"), browser.get_log("performance")
    return browser


def says(browser: Any, words: str) -> None:
    """Wait for the playground's status."""
    from selenium.webdriver.support.ui import WebDriverWait

    status = browser.find_element("id", "status")
    WebDriverWait(browser, 30).until(lambda _: words in status.text)


DROP = """
const [bytes, place] = arguments, transfer = new DataTransfer();
transfer.items.add(new File([new Uint8Array(bytes)], "page.html"));
return !document.querySelector(place).dispatchEvent(
  new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));"""


@pytest.mark.browser
def test_the_playground_cleans_as_one_types_and_runs_nothing(playground: Any, address: str) -> None:
    hostile = f"{TEXT}\n\n<img src=x onerror=\"document.title='broken'\"> <script>document.title='broken'</script>"
    playground.get(address)
    playground.find_element("id", "source").send_keys(hostile)
    says(playground, "removed")
    article = playground.find_element("id", "article").text
    assert "Rain ends" in article
    assert "Share with others:" in article
    assert "onerror" in article
    assert playground.title == "cleaner: playground"
    assert [entry for entry in playground.get_log("browser") if entry["level"] == "SEVERE"] == []
    called = [json.loads(entry["message"])["message"] for entry in playground.get_log("performance")]
    urls = {call["params"]["request"]["url"] for call in called if call["method"] == "Network.requestWillBeSent"}
    assert urls
    assert all(url.startswith(address) for url in urls)


@pytest.mark.browser
def test_what_is_opened_stays_while_one_types_and_nothing_stands_beside_a_refusal(playground: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    source = playground.find_element("id", "source")
    source.send_keys(TEXT)
    says(playground, "removed")
    playground.find_element("css selector", ".metadata summary").click()
    playground.execute_script("document.getElementById('article').firstChild.id = 'old'")
    source.send_keys(" It rose again.")
    WebDriverWait(playground, 30).until(lambda b: not b.find_elements("id", "old"))
    assert playground.find_element("css selector", ".metadata").get_attribute("open")
    playground.execute_script(
        "arguments[0].value = 'x'.repeat(10_000_001); arguments[0].dispatchEvent(new Event('input'))", source
    )
    says(playground, "larger than 10000000 bytes")
    assert playground.find_element("id", "article").text == ""


@pytest.mark.browser
@pytest.mark.parametrize("place", ["#source", "header p"])
@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("utf-8", ""),
        ("utf-16", ""),
        ("iso-8859-1", "iso-8859-1"),
        ("cp1252", ""),
        ("cp1252", "none-such"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_a_file_dropped_anywhere_is_read_in_its_charset(
    playground: Any, place: str, charset: str, declared: str
) -> None:
    word = "река" if charset == "koi8-r" else "Ärger"
    page = f"<meta charset='{declared}'>" * bool(declared) + PAGE.replace("Rain", word)
    assert playground.execute_script(DROP, list(page.encode(charset)), place)
    says(playground, "kept")
    assert word in playground.find_element("id", "source").get_attribute("value")
    assert f"{word} ends" in playground.find_element("id", "article").text


@pytest.mark.browser
def test_a_dropped_text_goes_where_the_browser_puts_it(playground: Any) -> None:
    script = """
const transfer = new DataTransfer();
transfer.setData("text/plain", "rain");
return document.querySelector("#source").dispatchEvent(
  new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));"""
    assert playground.execute_script(script)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_playground(playground: Any, width: int, scheme: str) -> None:
    from browser import set_scheme, set_width

    axe = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("no axe-core: npm install --prefix tests")
    set_width(playground, width, 900)
    set_scheme(playground, scheme)
    playground.find_element("id", "source").send_keys(TEXT)
    says(playground, "removed")
    assert playground.execute_script("return document.documentElement.scrollWidth") <= width
    playground.execute_script(axe.read_text("utf8"))
    found = playground.execute_async_script("axe.run().then(arguments[0])")
    assert [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found["violations"]] == []


def test_it_does_as_its_description_says(address: str) -> None:
    pytest.importorskip("schemathesis")
    command = [
        "schemathesis", "run", f"{address}/openapi.json", "--max-examples", "15", "--suppress-health-check", "all",
        "--no-color",
    ]  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}
    environment["PYTHONPATH"] = str(ROOT / "tests")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout[-3_000:]
    assert "Selected: 4/4" in done.stdout
