"""Protects what a teacher prints and reads: the kit shows the class that the command opens, and no word is missing."""

import re
from pathlib import Path

import pytest

from cxsim.interface.classroom import words as words_module
from cxsim.interface.classroom.briefing import MarketBriefing, briefing
from cxsim.interface.classroom.menu import load_menu
from cxsim.interface.classroom.rules import Rules, checked_choice, usual_budget
from cxsim.interface.classroom.startup import USUAL_MARKET
from cxsim.interface.classroom.words import listed, words
from docs.make_menus import TEAMS as MENUS
from docs.make_workshop import FOLDER, TEAMS
from experiments.pages import BEGIN, END

PACKAGE = Path(words_module.__file__).parent
BUILT = ("figure_", "unit_", "evidence_", "command_", "level_", "step_")  # keys put together in the pages


@pytest.fixture(scope="module")
def known():
    return briefing(MarketBriefing(market=USUAL_MARKET))


def test_the_printed_sheet_has_the_prices_of_the_class(known):
    sheet = (FOLDER / "decision-sheet.html").read_text(encoding="utf-8")
    rows = re.findall(r"<th scope='row'>([^<]+)</th><td>[^<]*</td><td class='number'>([\d,]+)</td>", sheet)
    assert {name: float(price.replace(",", "")) for name, price in rows} == known.prices
    assert f"EUR {usual_budget(known.prices):,.0f}" in sheet


@pytest.mark.parametrize("market", MENUS)
def test_the_other_markets_show_the_prices_and_the_budget_of_their_class(market):
    known = briefing(MarketBriefing(market=market))
    page = (FOLDER / f"{market}.md").read_text(encoding="utf-8")
    first = page.partition("| choice | stage | list price")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \| [a-z]+ \| ([\d,]+) \|", first, re.MULTILINE)
    assert {name: float(price.replace(",", "")) for name, price in rows} == known.prices
    rules = Rules(market=market, budget=usual_budget(known.prices), rounds=1, seed=1)
    assert f"budget {load_menu(market).base.market.currency} {rules.budget:,.0f}" in page
    for team, plan in MENUS[market].items():
        assert len(checked_choice(plan, load_menu(market), known.prices, rules)) == len(plan)
        assert f"| {team} | {', '.join(load_menu(market).in_order(plan))} |" in page


def test_the_plans_of_the_kit_are_within_the_rules(known):
    rules = Rules(market=USUAL_MARKET, budget=usual_budget(known.prices), rounds=1, seed=1)
    for plan in TEAMS.values():
        assert len(checked_choice(plan, load_menu(USUAL_MARKET), known.prices, rules)) == len(plan)
    sold = (FOLDER / "60-minutes.md").read_text(encoding="utf-8")
    assert all(f"| {team} |" in sold for team in TEAMS)


def test_every_page_of_the_kit_has_figures_and_no_machines_words():
    pages = [*FOLDER.glob("*.md"), *FOLDER.glob("*.html")]
    assert len(pages) == 5 + len(MENUS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        figures = text.partition(BEGIN)[2].partition(END)[0]
        assert len(figures) > 500 and "nan" not in text.split() and "None" not in figures, page


def used():
    """(group, key) of every word that Python, pages and scripts ask for by its whole name."""
    python = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("*.py"))
    pages = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("templates/*.html"))
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("static/*.js"))
    asked = set(re.findall(r'say\(\s*"(\w+)",\s*"([\w ]+)"', python)) | set(re.findall(r"words\.(\w+)\.(\w+)", pages))
    quoted = set(re.findall(r'say\(\s*"(\w+)"', scripts)) | {key for key in words()["page"] if f'"{key}"' in scripts}
    return {each for each in asked if each[0] != "debrief" or each[1] != "key"} | {("page", key) for key in quoted}


def test_every_word_asked_for_is_there_and_every_word_there_is_asked_for():
    there = {(group, key) for group, keys in words().items() for key in keys}
    assert used() <= there
    whole = {"refused", "board", "debrief", "page"}  # the others are looked up by what the model calls things
    chosen_by_sign = {("debrief", "complements"), ("debrief", "substitutes")}
    left = {each for each in there - used() - chosen_by_sign if each[0] in whole and not each[1].startswith(BUILT)}
    assert not left


def test_names_in_a_sentence():
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
