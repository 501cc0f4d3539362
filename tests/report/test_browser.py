"""Protects the report as people meet it: on a phone, in the dark, on paper, without script or network, read aloud."""

import re

import pytest

from cxsim.interface.report.writing import board_on

A4 = 794  # width in CSS pixels
MARGINS = 2 * 57  # of 15 mm
LAID_OUT = {"phone": (360, "light"), "desk": (1100, "light"), "dark": (1100, "dark")}
KINDS = ("two plans", "run")
TOO_WIDE = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter(each => !each.closest("svg *") && !each.closest("details:not([open]) > :not(summary)"))
    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter(each => getComputedStyle(each.closest(".scroll") ?? each).overflowX !== "auto")
    .map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture
def opened(chromium, pages, tmp_path):
    """Open a report from disk; a request to anywhere else fails the test."""
    contexts, asked = [], []

    def open_(kind, width=1100, scheme="light", script=False):
        file = tmp_path / "report.html"
        file.write_text(pages[kind], encoding="utf-8")
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert all(url.startswith("file:") and url.endswith("report.html") for url in asked)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", LAID_OUT)
def test_nothing_is_wider_than_the_screen(opened, kind, layout):
    width, scheme = LAID_OUT[layout]
    page = opened(kind, width, scheme, script=True)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("kind, layout", [("comparison", "phone"), ("run", "dark")])
def test_no_fault_of_accessibility(opened, kind, layout):
    from axe_core_python.sync_playwright import Axe

    page = opened(kind, *LAID_OUT[layout], script=True)
    inside_pictures = {"exclude": [["svg[role=img] > *"]]}  # one image each, whose parts nobody reads
    found = Axe().run(page, inside_pictures)["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_says_what_it_shows(opened, kind):
    pictures = opened(kind).get_by_role("img").all()
    assert pictures
    for picture in pictures:
        assert len(picture.get_attribute("aria-label") or picture.locator("title").first.text_content()) > 20


def test_a_page_reads_without_script_and_its_contents_lead_to_its_parts(opened):
    page = opened("two plans")
    assert page.get_by_role("heading", level=1).inner_text() == "2 plans against base"
    page.get_by_role("link", name="How this was made").click()
    assert page.get_by_role("heading", name="How this was made").is_visible()
    assert page.get_by_text("intervention.better.cost.once").first.is_visible()


def test_on_paper_nothing_is_cut_and_details_that_matter_are_open(opened):
    page = opened("two plans", A4 - MARGINS, script=True)
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(
        "[...document.querySelectorAll('figure, tr')].every(each => getComputedStyle(each).breakInside === 'avoid')"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('thead')].every(each => getComputedStyle(each).display === 'table-header-group')"
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    printed = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}


# ---- the sheet for a board -------------------------------------------------------------------------------------------


def sheets(pdf):
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.fixture
def printed(chromium, tmp_path):
    """Print a page to A4 and say where its parts lie."""
    contexts = []

    def print_(html):
        file = tmp_path / "sheet.html"
        file.write_text(html, encoding="utf-8")
        context = chromium.new_context(viewport={"width": A4 - MARGINS, "height": 1000})
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        page.emulate_media(media="print")
        return page

    yield print_
    for context in contexts:
        context.close()


CUT = """() => { const sheet = document.querySelector(".board").getBoundingClientRect();
    return [...document.querySelectorAll(".board p, .board td, .board li, .board dd, .board figcaption, .board svg")]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().bottom > sheet.bottom + 1)
    .map(each => each.outerHTML.slice(0, 80)) }"""
PICTURE_HEIGHTS = '[...document.querySelectorAll(".board .four svg")].map(each => each.getBoundingClientRect().height)'


@pytest.mark.parametrize("kind", ["comparison", "two plans"])
def test_the_sheet_for_a_board_is_one_side_of_a4_with_nothing_cut(printed, folders, kind):
    page = printed(board_on(folders[kind]))
    assert page.evaluate(CUT) == []
    assert page.evaluate(TOO_WIDE) == []
    assert min(page.evaluate(PICTURE_HEIGHTS)) > 75  # two centimetres
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1


@pytest.mark.parametrize("kind", ["comparison", "two plans"])
def test_the_sheet_is_the_first_of_the_report_and_the_next_begins_behind_it(printed, pages, folders, kind):
    page = printed(pages[kind])
    top, bottom = page.evaluate(
        '(() => { const box = document.querySelector(".board").getBoundingClientRect(); return [box.top, box.bottom]; })()'
    )
    assert top < 5 and bottom - top < 265 / 25.4 * 96  # of A4 less its margins
    assert page.evaluate('getComputedStyle(document.querySelector(".board")).breakAfter') == "page"
    assert page.evaluate(CUT) == []
    assert sheets(page.pdf(prefer_css_page_size=True)) > 1


BESIDE = """() => { const [table, hangs] = [".board .two table", ".board .hangs"]
    .map(each => document.querySelector(each).getBoundingClientRect()); return [table.right, hangs.left, hangs.width] }"""


@pytest.mark.parametrize("revenue", ["1,326,340", "10,187,303"])
def test_long_sums_do_not_run_into_what_must_be_true(printed, folders, revenue):
    """Of a market with as much revenue as the restaurant, or business software, has."""
    html = board_on(folders["comparison"])
    row = re.search(r"<tr><th scope=\"row\">Revenue.*?</tr>", html, re.DOTALL)[0]
    longer = re.sub(r"(?<=[>+(\N{MINUS SIGN} ])[\d,.]*\d(?=<|\)| to )", revenue, row)
    assert longer.count(revenue) == 5
    page = printed(html.replace(row, longer))
    table, hangs, width = page.evaluate(BESIDE)
    assert table < hangs and width > 100
    assert page.evaluate(CUT) == []


def test_many_doubts_leave_the_sheet_whole(printed, folders):
    doubts = '<p class="careful"><strong>Careful:</strong> ' + "look for a cost that is missing; " * 8 + "</p>"
    html = re.sub(r'<p class="careful">', doubts + '<p class="careful">', board_on(folders["comparison"]), count=1)
    page = printed(html)
    assert page.evaluate(CUT) == []
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1


@pytest.mark.parametrize("layout", LAID_OUT)
def test_the_sheet_fits_every_screen(chromium, folders, tmp_path, layout):
    from axe_core_python.sync_playwright import Axe

    width, scheme = LAID_OUT[layout]
    file = tmp_path / "sheet.html"
    file.write_text(board_on(folders["comparison"]), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []
    page.get_by_role("link", name="What each word is").click()
    assert page.get_by_role("heading", name="Words").is_visible()
    found = Axe().run(page, {"exclude": [["svg[role=img] > *"]]})["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == []
    context.close()
