"""Take the screenshots of the workshop page afresh: `python -m docs.make_screenshots`.

Needs the Chromium of the system. What the page shows is keyed luck, so only fonts make a difference between machines.
"""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PLAN = "#market=restaurant&on-time-delivery=high@4&smooth-checkout=typical@4&people=2000&weeks=104&n=20&seed=1"
COLOURS = 224  # of a picture: the files stay small


def main() -> None:
    """Write docs/images/workshop*.png."""
    command = [sys.executable, "-u", "-m", "cxsim", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        found = re.search(r"http://\S+\d", server.stdout.readline())
        assert found, "the server did not start"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            for name, size, scheme, prepare in VIEWS:
                page = browser.new_page(
                    viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
                )
                page.goto(f"{found[0]}/{PLAN}")
                page.wait_for_selector("html[data-ready]")
                prepare(page)
                _save(page.screenshot(), IMAGES / f"{name}.png")
                page.close()
        finally:
            browser.close()
            server.terminate()


def _at_week(page: Page, week: int) -> None:
    page.locator("#week").fill(str(week))
    page.locator("#week").blur()


def _with_stage_open(page: Page) -> None:
    page.click("#stage-use > summary")
    _at_week(page, 60)


def _on_a_phone(page: Page) -> None:
    _at_week(page, 104)
    page.locator("section[aria-labelledby='ring-heading']").evaluate("element => element.scrollIntoView()")


def _one_life(page: Page) -> None:
    page.select_option("#person", index=3)
    page.wait_for_selector("#life .life")
    page.locator("#person").evaluate("element => element.closest('.bar').previousElementSibling.scrollIntoView()")


VIEWS: tuple[tuple[str, tuple[int, int], str, Callable[[Page], None]], ...] = (
    ("workshop", (1280, 960), "light", _with_stage_open),
    ("workshop-projector", (1920, 1080), "dark", lambda page: _at_week(page, 104)),
    ("workshop-phone", (360, 740), "light", _on_a_phone),
    ("workshop-life", (1280, 900), "light", _one_life),
)


def _save(picture: bytes, file: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
