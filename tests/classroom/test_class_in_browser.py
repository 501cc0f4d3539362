"""Protects a lesson as it is lived: two phones, a projector and the teacher's page at once, one of them by keyboard alone,
and a server that is killed and started again in the middle. No page asks another host, and axe finds no serious fault.
"""

import os
import re
import subprocess
import sys
from urllib.parse import urlsplit

from classes import menu_file

PHONE, PROJECTOR, DESK = (360, 740), (1920, 1080), (1280, 900)
WALLS = ((960, 540), (1024, 768), (1280, 720), (1920, 1080))
LEAST = 0.03  # of the wall's height: the smallest letters that the last row reads
# The smallest letters on the page that are seen, and how far the page or its main part reaches beyond the wall.
SEEN = """() => {
  const letters = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && element.checkVisibility() && !element.closest(".aside, script"));
  const main = document.querySelector("main");
  const low = Math.max(0, ...letters.map((element) => element.getBoundingClientRect().bottom));
  return [Math.min(...letters.map((element) => parseFloat(getComputedStyle(element).fontSize))),
    Math.max(main.scrollHeight - main.clientHeight, low - innerHeight, ...[...document.images].map((image) => image.getBoundingClientRect().bottom - innerHeight))];
}"""


class Server:
    """`cxsim serve --class` in a process of its own."""

    def __init__(self, folder, port="0", *options):
        command = [sys.executable, "-m", "cxsim", "serve", "--class", "--port", port, "--workers", "1"]
        self.process = subprocess.Popen(
            [*command, "--file", str(folder / "class.sqlite"), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        said = ""
        while not (found := re.search(r"(http://\S+)/class/teacher#(\S+)", said)):
            line = self.process.stdout.readline()
            assert line, f"the server ended before it answered: {said}"
            said += line
        self.address, self.key = found[1], found[2]
        self.port = str(urlsplit(self.address).port)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Watched:
    """Pages that may ask one host only, and may not throw."""

    def __init__(self, browser):
        self.browser, self.outside, self.faults = browser, [], []

    def page(self, size, **options):
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "request",
            lambda request: urlsplit(request.url).hostname in ("127.0.0.1", None) or self.outside.append(request.url),
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page


def check(*pages):
    """Nothing is cut off at the side, and axe finds nothing serious."""
    from axe_core_python.sync_playwright import Axe

    for page in pages:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} pixels too wide"
        found = Axe().run(page)["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert not serious, [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious]


def check_wall(page):
    """On every usual projector the letters are large enough, and nothing lies below the fold."""
    for width, height in WALLS:
        page.set_viewport_size({"width": width, "height": height})
        for _ in range(200):  # until the page has heard of its new size, and hidden what has no room
            letters, beyond = page.evaluate(SEEN)
            if beyond <= 1:
                break
            page.wait_for_timeout(50)
        shown = page.locator("h2:visible").first.inner_text() if page.locator("h2:visible").count() else "the way in"
        assert letters >= LEAST * height, f"{shown}: letters of {letters} px on a wall of {height}"
        assert beyond <= 1, f"{shown}: {beyond} px below the fold at {width}x{height}"
    page.set_viewport_size({"width": PROJECTOR[0], "height": PROJECTOR[1]})


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector):
    """Reach an element with the Tab key alone."""
    for _ in range(60):
        press(page, "Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_lesson(chromium, tmp_path):
    market = str(menu_file(tmp_path))
    server = Server(tmp_path, "0", "--market", market, "--budget", "1000", "--rounds", "1", "--seed", "3")
    watched = Watched(chromium)
    try:
        teacher, projector = watched.page(DESK), watched.page(PROJECTOR, color_scheme="dark")
        teacher.goto(f"{server.address}/class/teacher#{server.key}")
        teacher.get_by_role("button", name="Start round 1").wait_for()
        assert "#" not in teacher.url  # the key is not left where a projector shows it
        projector.goto(f"{server.address}/class/screen")
        projector.get_by_text(server.address.removeprefix("http://"), exact=True).wait_for()

        ann, bob = watched.page(PHONE), watched.page(PHONE, color_scheme="dark")
        ann.goto(f"{server.address}/class")
        ann.get_by_label("Name of your team").fill("<i>Ann</i>")
        ann.get_by_role("button", name="Join").click()
        bob.goto(f"{server.address}/class")
        bob.get_by_role("button", name="Join").wait_for()
        check(teacher, projector, bob)
        tab_to(bob, "#name")
        bob.keyboard.type("Bob")
        press(bob, "Enter")
        bob.get_by_text("You are in.").wait_for()
        projector.get_by_text("Bob").wait_for()
        projector.get_by_text("<i>Ann</i>").wait_for()

        bob.locator("summary", has_text="Second phone").click()
        bob.get_by_role("button", name="Show the link").click()
        code = bob.locator(".letters").inner_text()
        second = watched.page(PHONE)
        second.goto(server.address)
        second.get_by_label("Code of your team").fill(code.lower())
        second.get_by_role("button", name="Come back in").click()
        second.get_by_text("You are in.").wait_for()
        check(bob, second)
        second.context.close()

        check_wall(projector)
        teacher.get_by_role("button", name="Show the market").click()
        projector.get_by_text("A small shop.").wait_for()
        check_wall(projector)
        teacher.get_by_role("button", name="Start round 1").click()
        for choice in ("Plain pages", "Short form", "Fewer faults"):
            ann.get_by_role("checkbox", name=choice).check()
        ann.get_by_text("EUR 200 over the budget").wait_for()
        assert ann.get_by_role("button", name="Commit this plan").is_disabled()
        ann.get_by_role("checkbox", name="Plain pages").uncheck()
        ann.get_by_role("button", name="Commit this plan").click()
        ann.get_by_text("Committed. You can change").wait_for()
        bob.get_by_role("checkbox", name="Kind desk").wait_for()
        tab_to(bob, "input[type=checkbox]")
        press(bob, "Space")
        tab_to(bob, "#commit")
        press(bob, "Enter")
        bob.get_by_text("Committed. You can change").wait_for()
        for page in (projector, teacher):  # the teacher would be asked whether to lock without the late ones
            page.get_by_text("2 of 2 teams have committed").wait_for()
        check(teacher, projector, ann, bob)
        assert "Short form" not in projector.content()
        check_wall(projector)

        teacher.get_by_role("button", name="Lock").click()
        ann.get_by_role("heading", name="Locked").wait_for()
        assert "Plain pages" in bob.content() and "Short form" not in bob.locator("#own-plan").inner_text()
        server.kill()
        bob.get_by_text("No connection to the class").wait_for()
        server = Server(
            tmp_path, server.port, "--market", market, "--budget", "1000"
        )  # the same command, up to a point
        teacher.get_by_role("button", name="Open").wait_for()  # the key of the earlier start opens nothing
        check(teacher, projector, ann)
        teacher.get_by_label("Key", exact=True).fill(server.key)
        teacher.get_by_role("button", name="Open").click()
        teacher.get_by_role("button", name="Show all plans, and predict").wait_for()
        assert not teacher.locator("#trouble").is_visible()  # "No connection" is over
        check_wall(projector)
        teacher.get_by_role("button", name="Show all plans, and predict").click()
        ann.get_by_text("Three taps; 3 to go.").wait_for()
        for tap in ("<i>Ann</i>", "EUR 0 to 500 more", "Yes, it is truly ahead"):
            ann.get_by_label(tap).check()
        ann.get_by_text("Your prediction is in.").wait_for()
        bob.get_by_text("Three taps; 3 to go.").wait_for()
        for group in ("leader", "gain", "luck"):
            tab_to(bob, f"input[name={group}]")
            press(bob, "Space")
        bob.get_by_text("Your prediction is in.").wait_for()
        projector.get_by_text("2 phones of 2 teams have predicted").wait_for()
        check_wall(projector)
        check(teacher, projector, ann, bob)
        teacher.locator("button:enabled", has_text="Reveal").click()
        projector.get_by_role("heading", name="What the class predicted").wait_for()
        assert projector.locator("#order li").count() == 0
        explained = False
        while True:
            now = teacher.locator("#on-the-wall").inner_text()
            check_wall(projector)
            if ann.get_by_role("heading", name=re.compile("^Why does .* lead")).is_visible() and not explained:
                check(projector, ann)
                ann.locator("input[name=reason]").first.check()
                ann.get_by_text("Your reason is in.").wait_for()
                explained = True
            on = teacher.get_by_role("button", name="Show ")
            if not on.count():
                break
            number = 1 + int(re.search(r"\((\d+) of", now)[1])
            on.click()
            teacher.locator("#on-the-wall", has_text=f"({number} of").wait_for()
            for page in (projector, ann):
                page.locator(f"body[data-number='{number}']").wait_for()
        assert explained
        projector.get_by_role("heading", name="Who was right?").wait_for()
        for page in (teacher, ann, bob):
            page.get_by_role("heading", name="Why did it come out so?").wait_for()
            assert page.locator("#lines tr").count() == 2
            page.locator("#lines").get_by_text("Short form, Fewer faults").wait_for()
        assert bob.locator("tr.own .name").inner_text() == "Bob"
        assert projector.locator("i").count() == 0  # a name is text
        ann.get_by_role("radio", name="Loops").check(force=True)
        ann.get_by_text("loops, more than doing nothing").wait_for()
        teacher.get_by_text("That was the last round.").wait_for()
        teacher.get_by_role("button", name="Back to").click()
        projector.locator("#right").wait_for(state="hidden")
        check(teacher, projector, ann, bob)
    finally:
        server.kill()
    assert not watched.outside
    assert not watched.faults
