"""People can use the page: choose, run, read the verdict, follow a life, share a link; by keyboard, on a phone, in the dark."""

import re
import tomllib
import zipfile

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

SMALL = "people=300&weeks=52&n=2&seed=1"
PLAN = f"#market=restaurant&on-time-delivery=high@4&smooth-checkout=typical@8&{SMALL}"
expect.set_options(timeout=120_000)  # others may be using the machine
SERIOUS = ("serious", "critical")


def ran(page):
    """Press Run and wait for the verdict."""
    page.click("#run")
    expect(page.locator("#status")).to_have_text("The result is there.")
    return page.inner_text("#verdict-heading")


def settings(page):
    """Small enough for tests."""
    page.click("summary:has-text('How it is computed')")
    for name, value in {"people": 300, "weeks": 52, "replications": 2}.items():
        page.fill(f"#{name}", str(value))


def test_a_visitor_chooses_runs_and_reads_what_comes_of_it(visit):
    page = visit(f"#market=restaurant&{SMALL}")
    assert page.inner_text("#verdict-heading") == "Restaurant, as it is"
    assert page.is_hidden("#money-card")
    page.click("#stage-use > summary")
    page.check("label:has-text('Deliver on time') input")
    page.select_option("[aria-label='How strongly: Deliver on time']", "high")
    assert page.inner_text("#status").startswith("The plan has changed")
    assert ran(page).startswith('"Your plan" ')
    assert page.inner_text("#count-use") == "1 chosen"
    assert page.locator(".luck .number").count() == 3
    assert page.locator("#flow svg.flow").count() == 1
    assert page.locator(".ends tbody tr").count() > 5
    assert page.locator("#money canvas").count() == 1
    assert re.search(r"After 52 weeks, in EUR: \S[\d,]+ \(", page.inner_text("#money-said"))
    page.select_option("#market", "durable")
    assert "You are" in page.inner_text("#market-brand")
    expect(page.locator("#summary")).to_have_text("0 chosen, 0 sliders moved")


def test_a_visitor_who_comes_while_rules_are_compiled_sees_how_far_that_is(visit):
    page = visit(f"#market=restaurant&{SMALL}")
    seconds = iter((12, 13, None))
    page.route("**/api/ready", lambda asked: asked.fulfill(json={"since": next(seconds)}))
    page.reload(wait_until="commit")
    expect(page.locator("#status")).to_contain_text("gets ready: 12 s")
    expect(page.locator("#status")).to_contain_text("gets ready: 13 s")
    expect(page.locator("#status")).to_have_text("The result is there.")


def test_a_server_that_is_gone_before_it_was_ready_is_said_to_be(visit):
    page = visit(f"#market=restaurant&{SMALL}")
    page.route("**/api/ready", lambda asked: asked.abort())
    page.reload(wait_until="commit")
    expect(page.locator("#error")).to_have_text("The server does not answer. Is it still running?")
    assert all("ERR_FAILED" in fault for fault in visit.faults)
    visit.faults.clear()


def test_a_slider_is_a_question_and_says_so(visit):
    page = visit(f"#market=restaurant&{SMALL}")
    page.click("#stage-use > summary")
    slider = page.locator("[id='slider-use.late_rate']")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "11 %"
    assert ran(page).startswith('"Your plan" ')
    assert page.is_visible("#free")
    assert "use.late_rate=0.11" in page.url
    page.click("button:has-text('Back to 14 %')")
    assert page.inner_text("#summary") == "0 chosen, 0 sliders moved"
    assert "whether" not in page.inner_text("#error")


def test_a_shared_link_reproduces_the_plan_and_its_result_and_the_back_button_goes_back(visit):
    first = visit(PLAN)
    said = first.inner_text("#verdict-heading")
    assert said.startswith('"Your plan" ')
    first.click("#clear")
    settings(first)
    assert ran(first) == "Restaurant, as it is"
    other = visit(first.evaluate("location.hash"))
    assert other.inner_text("#verdict-heading") == "Restaurant, as it is"
    first.go_back()
    expect(first.locator("#verdict-heading")).to_have_text(said)
    assert first.inner_text("#summary") == "2 chosen, 0 sliders moved"
    second = visit(PLAN)
    assert second.inner_text("#verdict-heading") == said
    assert second.inner_text("#lines") == visit(PLAN).inner_text("#lines")


def test_the_ring_plays_pauses_and_can_be_scrubbed_and_a_click_on_a_dot_tells_a_life(visit):
    page = visit(PLAN)
    assert page.inner_text("#play") == "Pause"
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    page.locator("#week").fill("52")
    assert page.inner_text("#week-said") == "week 52 of 52"
    colours = page.evaluate("""() => {
        const canvas = document.getElementById("ring-plan"), pen = canvas.getContext("2d");
        const seen = new Set(), data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add([data[i], data[i + 1], data[i + 2]].join());
        return seen.size; }""")
    assert colours > 5
    page.locator("#week").fill("52")
    box = page.locator("#ring-base").bounding_box()
    for step in range(40):  # somewhere under the purchase stage a line has ended
        page.mouse.click(box["x"] + box["width"] * (0.35 + 0.0075 * step), box["y"] + box["width"] * 0.86)
        if page.input_value("#person"):
            break
    page.wait_for_selector("#life ol")
    assert re.match(r"Person \d+", page.inner_text("#life h4"))
    assert "week" in page.inner_text("#life h5 >> nth=0")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1024, 768), (1366, 768), (1920, 1080)])
def test_where_a_life_parts_is_seen_without_scrolling(visit, width, height):
    page = visit(PLAN, width=width, height=height, reduced_motion="reduce")
    page.select_option("#person", index=1)
    page.wait_for_selector(".strip li.differs")
    assert "rescued" in page.locator("#person optgroup").first.get_attribute("label").lower()
    panels = page.locator(".strip li")
    assert panels.count() == 12
    base, plan = page.locator(".strip section").all()
    assert "in the end: a line" in base.inner_text()
    assert "in the end: a loop" in plan.inner_text()
    for panel in panels.all():
        box = panel.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_who_wants_no_motion_gets_the_picture_at_the_end(visit):
    page = visit(PLAN, reduced_motion="reduce")
    assert page.inner_text("#play") == "Play again"
    assert page.inner_text("#week-said") == "week 52 of 52"
    described = page.get_attribute("#ring-plan", "aria-label")
    assert re.match(r"With your plan, at the end of 52 weeks: \d+ \(.*\) loops and \d+ \(.*\) lines\.", described)


def test_the_ring_says_what_the_verdict_says_and_shows_who_was_rescued_and_who_was_lost(visit):
    page = visit(PLAN, reduced_motion="reduce")
    loops, lines = (page.locator(".luck .number").nth(row).inner_text().split(" ·")[0] for row in (0, 1))
    described = page.get_attribute("#ring-plan", "aria-label")
    assert f" ({loops}) loops" in described
    assert f" ({lines}) lines" in described
    assert re.search(r"rescued: [\d.]+ \(", page.inner_text("#legend"))
    painted = """() => { const canvas = document.getElementById("ring-base"), pen = canvas.getContext("2d");
        const dark = (r, g, b) => r === 0 && g === 116 && b === 85; // --loop-text, of halos; 40% from the edge are words
        const wide = canvas.width, data = pen.getImageData(0, 0, wide, canvas.height).data;
        let halo = 0, all = 0;
        for (let i = 0; i < data.length; i += 4) {
            const x = (i / 4) % wide, y = Math.floor(i / 4 / wide);
            if (Math.hypot(x - wide / 2, y - wide / 2) < 0.22 * wide) continue;
            if (data[i + 3]) all++;
            if (dark(data[i], data[i + 1], data[i + 2])) halo++;
        }
        return { halo, all }; }"""
    everybody = page.evaluate(painted)
    assert everybody["halo"] > 0
    page.check("label:has-text('only who ends differently')")
    only = page.evaluate(painted)
    assert only["all"] < everybody["all"]
    assert only["halo"] >= everybody["halo"]
    page.locator("#week").fill("0")
    assert page.evaluate(painted)["halo"] == 0


def test_everything_works_by_keyboard_alone(visit):
    """From the market to a life in base and plan, without a mouse."""
    page = visit(f"#market=restaurant&{SMALL}", reduced_motion="reduce")

    def tab_to(selector, most=120):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    tab_to("#market")
    tab_to("#stage-purchase > summary")
    page.keyboard.press("Enter")
    tab_to("#stage-purchase input[type=checkbox]")
    page.keyboard.press("Space")
    tab_to("#run")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-heading")).to_contain_text('"Your plan" ')
    expect(page.locator("#result")).to_be_focused()
    tab_to("#week")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#week-said") == "week 51 of 52"
    tab_to("#person")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#life h4")
    assert re.match(r"Person \d+", page.inner_text("#life h4"))


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 1024), (1920, 1080)])
def test_nothing_runs_out_of_the_screen(visit, width, height):
    page = visit(PLAN, width=width, height=height, reduced_motion="reduce")
    for stage in ("expectation", "research", "purchase", "use", "support"):
        page.click(f"#stage-{stage} > summary")
    page.select_option("#person", index=1)
    page.wait_for_selector("#life .strip")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    low = "[...document.querySelectorAll('button, select, .stage > summary')].filter(e => e.offsetHeight && e.offsetHeight < 24).length"
    assert page.evaluate(low) == 0


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1920, 1200)])
def test_a_projector_shows_both_rings_whole(visit, width, height):
    page = visit(PLAN, width=width, height=height, reduced_motion="reduce")
    for ring in page.locator(".rings canvas").all():
        box = ring.bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] <= height - 10


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800), (1920, 1080)])
def test_run_can_be_pressed_without_scrolling(visit, width, height):
    page = visit(PLAN, width=width, height=height, reduced_motion="reduce")
    page.evaluate("document.getElementById('stage-use').open = true")
    box = page.locator("#run").bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] <= height


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_serious_fault_of_accessibility(visit, scheme, width):
    page = visit(PLAN, width=width, color_scheme=scheme, reduced_motion="reduce")
    for opened in ("#stage-use > summary", "#stage-use .why > summary >> nth=0", "summary:has-text('All figures')"):
        page.click(opened)
    page.select_option("#person", index=1)
    page.wait_for_selector("#life h4")
    found = Axe().run(page)["violations"]
    faults = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]][:3])
        for fault in found
        if fault["impact"] in SERIOUS
    ]
    assert faults == []


def test_dark_and_light_are_remembered(visit):
    page = visit(PLAN, color_scheme="light", reduced_motion="reduce")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_files_are_taken_home_and_brought_back(visit, tmp_path):
    page = visit(PLAN, reduced_motion="reduce")
    said = page.inner_text("#verdict-heading")
    for label, name in (("Plan (TOML)", "plan.toml"), ("Market (TOML)", "market.toml"), ("Tables (zip)", "results.zip"),
                        ("Report (HTML)", "report.html")):  # fmt: skip
        with page.expect_download() as coming:
            page.click(f"button:has-text('{label}')")
        assert coming.value.suggested_filename == name
        coming.value.save_as(tmp_path / name)
    assert "differences.csv" in zipfile.ZipFile(tmp_path / "results.zip").namelist()
    assert len(tomllib.loads((tmp_path / "plan.toml").read_text())["intervention"]) == 2
    assert "<html" in (tmp_path / "report.html").read_text()
    page.click("summary:has-text('A scenario file')")
    page.set_input_files("#file", tmp_path / "plan.toml")
    expect(page.locator("#file-plan-list li")).to_have_text(
        ["Deliver on time: from week 4 on", "A smoother checkout: from week 8 on"]
    )
    assert page.inner_text("#market option:checked") == "Your file: Restaurant: your plan"
    assert page.inner_text("#summary").startswith("2 in your file, 0 chosen")
    settings(page)
    assert ran(page) == said
    shared = visit(page.evaluate("location.hash"), reduced_motion="reduce")
    assert shared.inner_text("#verdict-heading") == said
    assert "A smoother checkout" in shared.text_content("#file-plan-list")


def test_a_file_without_a_plan_is_shown_as_a_market(visit):
    page = visit(f"#market=restaurant&{SMALL}")
    page.click("summary:has-text('A scenario file')")
    market = b'name = "Corner"\nextends = "gym"\nmarket.people = 200\nmarket.horizon_weeks = 20\n'
    page.set_input_files("#file", {"name": "corner.toml", "mimeType": "text/plain", "buffer": market})
    expect(page.locator("#file-plan-said")).to_contain_text("Your file is a market, Corner")
    expect(page.locator("#verdict-heading")).to_have_text("Corner, as it is")


def test_who_comes_without_a_plan_sees_one_that_does_something(visit):
    page = visit(reduced_motion="reduce")
    assert page.inner_text("#verdict-heading").startswith('"Your plan" ')
    assert page.is_visible("#example")
    assert page.inner_text("#summary").startswith("2 chosen")
    page.click("#clear")
    settings(page)
    assert ran(page) == "Restaurant, as it is"
    assert page.is_hidden("#example")
    assert page.is_hidden("#ring-plan")


def test_a_market_offers_what_can_act_in_it_and_a_link_with_something_else_says_why_it_cannot(visit):
    page = visit(f"#market=restaurant&more-staff=typical@4&{SMALL}")
    page.click("#stage-support > summary")
    offered = page.inner_text("#stages")
    assert "Call back the unhappy" in offered
    assert "A pause instead of cancelling" not in offered
    assert "support.agents stays as it is" in offered
    page.select_option("#market", "gym")
    expect(page.locator("#stages")).to_contain_text("A pause instead of cancelling")


def test_a_market_with_a_start_has_days(visit):
    page = visit("#market=gym&fewer-failures=high@8&people=300&weeks=60&n=2&seed=1", reduced_motion="reduce")
    assert page.inner_text("#week-said") == "2028-02-28, week 60 of 60"
    page.click("#stage-use > summary")
    assert "2027-03-01" in page.inner_text("#stage-use .set >> visible=true")
    page.fill("[aria-label='Weeks until it starts: Fewer failures']", "0")
    assert "2027-01-04" in page.inner_text("#stage-use .set >> visible=true")
    page.select_option("#person", index=1)
    page.wait_for_selector(".strip h5")
    assert re.search(r"202[78]-\d\d-\d\d", page.inner_text(".strip h5 >> nth=0"))


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1366, 768)])
def test_what_is_wrong_is_said_where_it_is_seen(visit, width, height):
    page = visit(PLAN, width=width, height=height, reduced_motion="reduce")
    page.locator("#take").scroll_into_view_if_needed()
    page.route("**/api/report.html", lambda asked: asked.fulfill(status=422, json={"error": "No report today."}))
    page.click("button:has-text('Report (HTML)')")
    expect(page.locator("#error")).to_have_text("No report today.")
    box = page.locator("#error").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#understood")
    assert page.is_hidden("#error")
    visit.faults.clear()  # the browser notes each refusal


def test_a_file_that_is_made_says_so_until_it_is_there(visit):
    page = visit(PLAN, reduced_motion="reduce")
    waiting = []
    page.route("**/api/plan.toml", lambda asked: waiting.append(asked))
    page.click("button:has-text('Plan (TOML)')")
    expect(page.locator("#take-said")).to_contain_text("Making plan.toml")
    assert page.is_disabled("button:has-text('Report (HTML)')")
    with page.expect_download():
        waiting[0].continue_()
    expect(page.locator("#take-said")).to_contain_text("plan.toml is there")
    assert page.is_enabled("button:has-text('Report (HTML)')")


def test_what_a_link_says_and_nobody_knows_is_named_and_not_run(visit):
    wrong = [
        "on-time-delivry=high@4",
        "smooth-checkout=huge@8",
        "quick-support=low@soon",
        "peple=300",
        "n=two",
        "use.quality=",
    ]
    page = visit(f"#market=restaurant&on-time-delivery=high@4&{SMALL}&{'&'.join(wrong)}")
    said = page.inner_text("#error")
    assert all(f"{part.rstrip('=')}" in said for part in wrong)
    assert "on-time-delivery" not in said
    assert page.is_hidden("#answer")
    assert page.inner_text("#summary").startswith("1 chosen")
    assert ran(page).startswith('"Your plan" ')
    assert page.is_hidden("#error")
    page.evaluate(f"location.hash = '#market=durable&{SMALL}&peple=300'")
    expect(page.locator("#error")).to_contain_text("peple=300")
    assert page.inner_text("#status").startswith("The plan has changed")


def test_a_wrong_file_is_refused_in_words(visit, tmp_path):
    page = visit(f"#market=restaurant&{SMALL}")
    (tmp_path / "wrong.toml").write_text("extends = '/etc/passwd'")
    page.click("summary:has-text('A scenario file')")
    page.set_input_files("#file", tmp_path / "wrong.toml")
    page.wait_for_selector("#error:visible")
    assert "there is no ready scenario of that name" in page.inner_text("#error")
    assert [fault for fault in visit.faults if "422" not in fault] == []  # the browser notes each refusal
    visit.faults.clear()


def test_a_link_that_makes_no_sense_is_refused_in_words(visit):
    page = visit("#market=restaurant&people=99999999")
    assert "10000" in page.inner_text("#error")
    visit.faults.clear()


def test_a_name_with_markup_is_just_a_name(visit, tmp_path):
    page = visit(f"#market=restaurant&{SMALL}")
    evil = 'name = "<img src=x onerror=alert(1)>"\nstory = "<script>alert(2)</script>"\nextends = "restaurant"\n'
    (tmp_path / "evil.toml").write_text(evil)
    page.click("summary:has-text('A scenario file')")
    page.set_input_files("#file", tmp_path / "evil.toml")
    expect(page.locator("#verdict-heading")).to_contain_text("<img src=x")
    assert page.locator("img, main script").count() == 0
