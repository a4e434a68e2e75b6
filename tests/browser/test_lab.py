"""JupyterLab in headless Chromium: each notebook by Run All, and the widgets of two by hand.

Skipped where Chromium or Playwright is not installed, and unless ``BROWSER_TESTS`` is set: a run
takes minutes. Screenshots are kept in ``out/browser``.
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

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "out" / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOTEBOOKS = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
MINUTES = 60_000  # milliseconds
ALL_RUN = """() => {
  const prompts = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")];
  const failed = document.querySelector("[data-mime-type='application/vnd.jupyter.error']");
  return failed || prompts.every((prompt) => /\\[\\d+\\]/.test(prompt.textContent));
}"""

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(
    not CHROMIUM or not os.environ.get("BROWSER_TESTS"),
    reason="needs Chromium, and BROWSER_TESTS set: `make test-browser`",
)


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
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
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
    page.wait_for_function(ALL_RUN, timeout=5 * MINUTES)
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
    assert page.left == []


def test_the_reader_filters_marks_and_tells_their_numbers(page, lab):
    run_all(page, lab, "02-voices.ipynb")
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
    all_marks = reader.locator("mark.oa-mark:not(.oa-off)").count()
    assert all_marks > 0
    reader.locator("mark.oa-mark:not(.oa-off)").first.click()
    playwright.expect(numbers).to_contain_text("weight")
    reader.locator("mark.oa-mark:not(.oa-off)").first.focus()
    page.keyboard.press("Enter")
    playwright.expect(numbers).to_contain_text("weight")
    reader.get_by_label("least weight of a mark").fill("1")
    assert reader.locator("mark.oa-mark:not(.oa-off)").count() <= all_marks
    reader.get_by_label("article beside it").select_option(index=2)
    playwright.expect(reader.locator(".oa-page")).to_have_count(2)
    reader.screenshot(path=SHOTS / "reader.png")


def test_choosing_an_outlet_shows_its_sentences(page, lab):
    run_all(page, lab, "04-loaded-language.ipynb")
    menu = page.locator(".oa-choose-outlet select")
    menu.scroll_into_view_if_needed()
    box = menu.locator("xpath=ancestor::div[contains(@class, 'widget-vbox')]")
    before = box.locator("table").inner_html()
    menu.select_option(index=menu.locator("option").count() - 1)
    playwright.expect(box.locator("table")).not_to_have_text(before, timeout=MINUTES)
    page.wait_for_timeout(1000)
    assert box.locator("table").inner_html() != before
    assert box.locator("img").get_attribute("alt")
    box.screenshot(path=SHOTS / "explore.png")
