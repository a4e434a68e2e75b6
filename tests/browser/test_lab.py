"""JupyterLab in headless Chromium: each notebook by Run All, and the widgets of two by hand.

Skipped, with the reason, where Chromium or Playwright cannot be had, and unless ``BROWSER_TESTS``
is set: a run takes minutes. On the tables of ``make`` where there are any, else on the sample run
with word lists only. Screenshots are kept in ``out/browser``.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest

from analysis.figures.page_export import write_page

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "out" / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOTEBOOKS = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
BOX = "xpath=ancestor::div[contains(@class, 'widget-vbox')][1]"
MINUTES = 60_000  # milliseconds
ALL_RUN = """() => {
  const prompts = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")];
  const failed = document.querySelector("[data-mime-type='application/vnd.jupyter.error']");
  return failed || prompts.every((prompt) => /\\[\\d+\\]/.test(prompt.textContent));
}"""

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: `make test-browser`"
)
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(
        not os.environ.get("BROWSER_TESTS"), reason="takes minutes: `make test-browser` runs it"
    ),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Run the sample, put its notebooks beside it, and start JupyterLab on 127.0.0.1."""
    home = tmp_path_factory.mktemp("lab")
    SHOTS.mkdir(parents=True, exist_ok=True)
    # The tables of `make`, or those named; made here where there are none.
    finished = Path(os.environ.get("BROWSER_TABLES") or ROOT / "out" / "sample" / "tables")
    if finished.is_dir():
        shutil.copytree(finished, home / "out" / "sample" / "tables")
    else:
        command = [sys.executable, "-m", "analysis", "run", "data/sample/articles"]
        command += ["--lexicons-only", "--no-notebooks", "--out", str(home / "out" / "sample")]
        subprocess.run(command, cwd=ROOT, check=True, timeout=900, capture_output=True)
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    settings = home / "settings" / "@jupyterlab"
    write_settings(settings / "notebook-extension" / "tracker", {"windowingMode": "none"})
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    write_settings(settings / "apputils-extension" / "notification", quiet)
    port, token = free_port(), secrets.token_hex(8)
    places = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
            "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
            f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home}",
        ],
        cwd=home,
        env=os.environ | places | {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
                                   "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api?token={token}", server)
        yield home, address, token
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """One page; what it asks of another host than this machine is kept in ``page.left``."""
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.left = []
    opened.on("request", lambda request: note_request(opened, request.url))
    yield opened
    opened.close()


def note_request(page, url):
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:")):
        page.left.append(url)


def write_settings(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".jupyterlab-settings").write_text(json.dumps(values), encoding="utf-8")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, server, seconds=90):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, "JupyterLab stopped"
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not start")


def run_all(page, lab, name):
    """Open a notebook, Run All, wait until every cell has run, save; return it as saved."""
    home, address, token = lab
    page.goto(f"{address}/lab/tree/notebooks/{name}?reset&token={token}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=2 * MINUTES)
    status = page.locator("#jp-main-statusbar")
    playwright.expect(status).to_contain_text("Idle", timeout=2 * MINUTES)
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    page.wait_for_function(ALL_RUN, timeout=10 * MINUTES)
    page.screenshot(path=SHOTS / f"{Path(name).stem}.png")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(2000)
    return nbformat.read(home / "notebooks" / name, as_version=4)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_in_the_lab_without_an_error(page, lab, name):
    notebook = run_all(page, lab, name)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert [output for output in outputs if output.output_type == "error"] == []
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.get_by_text("Error displaying widget").count() == 0
    if name == "02-voices.ipynb":
        use_the_reader(page)
    if name == "04-loaded-language.ipynb":
        use_the_chart(page)
        open_the_marks(page, ["headline body", "positions"])
    if name == "06-frames.ipynb":
        open_the_marks(page, ["roles"])
    if name == "07-word-choice.ipynb":
        open_the_marks(page, ["labelling"])
    if name == "08-claims.ipynb":
        open_the_marks(page, [])
    assert page.left == []


def use_the_reader(page):
    """Choose an outlet, click a mark and press Enter on one, filter, and read two side by side."""
    tools = page.locator(".oa-tools")
    tools.scroll_into_view_if_needed()
    playwright.expect(tools).to_be_visible(timeout=MINUTES)
    reader = tools.locator("xpath=..")
    outlets = reader.get_by_label("outlet", exact=True)
    outlets.select_option(index=1)
    chosen = outlets.locator("option").nth(1).inner_text()
    playwright.expect(reader.locator(".oa-about").first).to_contain_text(chosen)
    outlets.select_option(index=0)
    numbers = reader.locator(".oa-numbers")
    marks = reader.locator("mark.oa-mark:not(.oa-off)")
    before = marks.count()
    assert before > 0
    marks.first.click()
    playwright.expect(numbers).to_contain_text("weight")
    reader.get_by_label("least weight of a mark").fill("0.5")
    playwright.expect(numbers).to_contain_text("marks shown")
    assert marks.count() < before
    reader.get_by_label("least weight of a mark").fill("0")
    marks.first.focus()
    page.keyboard.press("Enter")
    playwright.expect(numbers).to_contain_text("weight")
    beside = reader.get_by_label("article beside it")
    for place in range(1, beside.locator("option").count()):
        beside.select_option(index=place)
        if reader.locator("button.oa-note").count():
            break
    playwright.expect(reader.locator(".oa-page")).to_have_count(2)
    notes = reader.locator("button.oa-note")
    assert notes.count() >= 2 and notes.count() % 2 == 0  # one number on either side
    notes.first.click()
    playwright.expect(numbers).to_contain_text("both articles carry it")
    assert page.evaluate("document.activeElement.textContent") == notes.first.inner_text()
    measures = reader.get_by_label("measure", exact=True)
    if measures.locator("option").count() > 1:
        measures.select_option(value="all")
    tools.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "reader.png")


def use_the_chart(page):
    """Choose an outlet from the list, then another dot by mouse and by keyboard."""
    menu = page.locator(".oa-choose-outlet select")
    menu.scroll_into_view_if_needed()
    chart = menu.locator(BOX)
    sentences = chart.locator(".oa-sentences")
    playwright.expect(sentences).to_contain_text("behind it", timeout=MINUTES)
    last = menu.locator("option").last.inner_text()
    menu.select_option(index=menu.locator("option").count() - 1)
    playwright.expect(sentences).to_contain_text(last, timeout=MINUTES)
    dots = chart.locator(".oa-dot")
    first, second = (dots.nth(place).get_attribute("aria-label") for place in (0, 1))
    dots.first.click()
    playwright.expect(sentences).to_contain_text(first.split(",")[0], timeout=MINUTES)
    assert dots.first.get_attribute("aria-pressed") == "true"
    dots.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    playwright.expect(sentences).to_contain_text(second.split(",")[0], timeout=MINUTES)
    assert chart.locator(".oa-chart img").get_attribute("alt")
    page.screenshot(path=SHOTS / "dots.png")


def open_the_marks(page, names):
    """Click a mark of the figure that is open and of those named: each time its rows appear."""
    menu = page.locator(".oa-choose-figure select")
    nothing = page.get_by_text("The run has no rows for these figures.")
    playwright.expect(menu.or_(nothing)).to_be_attached(timeout=MINUTES)
    if menu.count() == 0:  # word lists alone draw no frames and no roles
        return
    menu.scroll_into_view_if_needed()
    box = menu.locator(BOX)
    picture = box.locator(".oa-chart img")
    for name in [None, *names]:
        playwright.expect(picture).to_be_visible(timeout=MINUTES)
        before = picture.get_attribute("alt")
        if name in menu.locator("option").all_inner_texts():
            menu.select_option(label=name)
            playwright.expect(picture).not_to_have_attribute("alt", before, timeout=MINUTES)
        elif name is not None:
            continue  # word lists alone draw fewer figures
        mark = box.locator(".oa-dot").last
        about = mark.get_attribute("aria-label")
        mark.click()
        sentences = box.locator(".oa-sentences")
        playwright.expect(sentences).to_contain_text(about, timeout=MINUTES)
        assert sentences.locator("tbody tr").count() > 0
        shot = f"marks-{name or menu.input_value()}.png".replace(" ", "-")
        page.screenshot(path=SHOTS / shot)


def test_a_notebook_as_a_page_shows_its_results_and_asks_no_other_machine(page, lab):
    home, _, _ = lab
    for name in NOTEBOOKS:
        file = write_page(home / "notebooks" / name, home / "pages")
        page.goto(file.as_uri())
        outputs = nbformat.read(home / "notebooks" / name, as_version=4)
        pictures = [
            output
            for cell in outputs.cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        assert page.locator(".jp-OutputArea-output img").count() >= len(pictures)
        broken = "image => image.complete && image.naturalWidth === 0"
        assert not any(image.evaluate(broken) for image in page.locator("img").all())
        page.screenshot(path=SHOTS / f"{Path(name).stem}-page.png", full_page=True)
    assert page.left == []
