"""Take the screenshots of the workshop page and of a class afresh: `python -m docs.make_screenshots`.

Needs the Chromium of the system, and for the class that port 8000 is free. What is shown is keyed luck, so only fonts make a
difference between machines.
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from docs.make_workshop import TEAMS

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PLAN = "#market=restaurant&on-time-delivery=high@4&smooth-checkout=typical@4&people=2000&weeks=104&n=20&seed=1"
COLOURS = 224  # of a picture: the files stay small
PHONE, DESK, PROJECTOR = (360, 740), (1280, 900), (1920, 1080)
PATIENCE = 180_000  # milliseconds until plans are lived, on a busy machine


def main() -> None:
    """Write docs/images/workshop*.png and docs/images/class*.png."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving("--port", "0") as said:
            address = next(word for word in said.split() if word.startswith("http"))
            for name, size, scheme, prepare in VIEWS:
                page = opened(browser, f"{address}/{PLAN}", size, scheme)
                page.wait_for_selector("html[data-ready]")
                prepare(page)
                save(page, name)
                page.close()
        with (
            tempfile.TemporaryDirectory() as folder,
            serving("--port", "8000", "--class", "--file", f"{folder}/class.sqlite") as said,
        ):
            a_class(browser, next(word for word in said.split() if "teacher#" in word))
        browser.close()


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """A server, and what it said once it answered."""
    command = [sys.executable, "-u", "-m", "cxsim", "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = ""
        for line in server.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        try:
            yield said
        finally:
            server.terminate()


def opened(browser: Browser, address: str, size: tuple[int, int], scheme: str = "light") -> Page:
    """A page on a screen of its own, which shares no cookie with others."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


def save(page: Page, name: str) -> None:
    """What is seen of a page now."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


# ---- the workshop page ----------------------------------------------------------------------------------------------


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
    page.wait_for_selector("#life .strip")
    page.locator("#person").evaluate("element => element.closest('.bar').previousElementSibling.scrollIntoView()")


VIEWS: tuple[tuple[str, tuple[int, int], str, Callable[[Page], None]], ...] = (
    ("workshop", (1280, 960), "light", _with_stage_open),
    ("workshop-projector", PROJECTOR, "dark", lambda page: _at_week(page, 104)),
    ("workshop-phone", PHONE, "light", _on_a_phone),
    ("workshop-life", DESK, "light", _one_life),
)


# ---- a class --------------------------------------------------------------------------------------------------------


def a_class(browser: Browser, teachers_link: str) -> None:
    """A round of the six teams of the kit, seen by the teacher, on the wall, and on the phone of one team."""
    school = teachers_link.partition("/class")[0] + "/class"
    teacher = opened(browser, teachers_link, DESK)
    wall = opened(browser, f"{school}/screen", PROJECTOR, "dark")
    phones = {team: opened(browser, school, PHONE) for team in TEAMS}
    for team, phone in phones.items():
        phone.get_by_label("Name of your team").fill(team)
        phone.get_by_role("button", name="Join", exact=True).click()
        phone.get_by_text("You are in.").wait_for()
    wall.get_by_text(team).wait_for()
    save(wall, "class-lobby")

    teacher.get_by_role("button", name="Start round 1").click()
    *early, last = phones
    for team, phone in phones.items():
        for choice in TEAMS[team]:
            phone.get_by_role("checkbox", name=choice).check()
        if team in early:
            phone.get_by_role("button", name="Commit this plan").click()
            phone.get_by_text("Committed. You can change").wait_for()
    shown = phones["Plate and door"]
    shown.get_by_role("checkbox", name="Honest menu").evaluate("box => box.closest('fieldset').scrollIntoView()")
    save(shown, "class-phone")
    for page in (teacher, wall):
        page.get_by_text(f"{len(early)} of {len(phones)} teams have committed").wait_for()
    save(teacher, "class-teacher")
    phones[last].get_by_role("button", name="Commit this plan").click()
    teacher.get_by_text(f"{len(phones)} of {len(phones)} teams have committed").wait_for()

    teacher.get_by_role("button", name="Lock").click()
    teacher.locator("button:enabled", has_text="Reveal").click()
    while (on := teacher.get_by_role("button", name="Show ")).count():
        step = on.inner_text().removeprefix("Show ")
        on.click()
        teacher.locator("#on-the-wall", has_text=step).wait_for()
        if step == "by how much":
            wall.locator("#board").wait_for()
            save(wall, "class-board")
    teacher.locator("#story-part").evaluate("element => element.scrollIntoView()")
    save(teacher, "class-debrief")
    shown.locator("#right").wait_for()
    shown.locator("#board").evaluate("element => element.scrollIntoView()")
    save(shown, "class-phone-board")
    for page in (teacher, wall, *phones.values()):
        page.close()


if __name__ == "__main__":
    main()
