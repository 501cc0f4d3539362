"""Protects that a market of one's own gives every figure back that was given, or marks it; and that nothing leaves its range.

The luck of so few people is large: a figure counts as given back when the 95% interval of the model's touches the tolerance.
"""

import math

import pytest
from firms import FIRMS

import cxsim
from cxsim.analysis.firm import founded
from cxsim.analysis.firm import own_market as search
from cxsim.analysis.firm.agreement import NAMES
from cxsim.analysis.firm.own_market import own_market
from cxsim.analysis.firm.writing import market_text
from cxsim.scenario.register import find_entries

# What these firms' markets cannot do, so that the table says so: whoever makes one of them fit takes it out.
MARKED = {}


# Fewer than for a strategist, so that ten firms are cheap.
PEOPLE, LIVES = (1000, 5000), 5
PURCHASES = {"shop": 12_000, "gym": 20_000}  # of a year: people hardly ever buy, or every month
USUAL = 6000


def made(figures):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(founded, "SEARCH_PEOPLE", PEOPLE)
        patched.setattr(founded, "SEARCH_PURCHASES", PURCHASES.get(figures.get("like"), USUAL))
        patched.setattr(search, "SHOWN_LIVES", LIVES)
        return own_market(figures, draws=2)


@pytest.fixture(scope="module")
def markets():
    return {name: made(figures) for name, figures in FIRMS.items()}


@pytest.mark.parametrize("name", FIRMS)
def test_every_figure_given_comes_out_or_is_marked(markets, name):
    own, figures = markets[name], FIRMS[name]
    rows = {row.key: row for row in own.rows}
    held = [
        key
        for key in figures
        if key in NAMES and (key not in ("customers", "new", "revenue") or "customers" in figures)
    ]
    assert set(held) <= rows.keys()
    for key, row in rows.items():
        away = max(row.model.low - row.wanted, row.wanted - row.model.high, 0.0)
        near = away <= row.tolerance or abs(row.model.mean - row.wanted) <= row.tolerance
        assert row.fits == near, key
        assert row.fits == (not row.advice), key
    missed = {row.key for row in own.rows if row.given and not row.fits}
    assert missed <= MARKED.get(name, set()), [row.told() for row in own.rows if row.key in missed]


@pytest.mark.parametrize("name", FIRMS)
def test_the_file_is_the_market_and_says_of_every_value_what_backs_it(markets, name, tmp_path):
    own = markets[name]
    file = tmp_path / "market.toml"
    file.write_text(market_text(own), encoding="utf-8")
    read = cxsim.load(file)
    assert read.model_copy(update={"name": "", "story": ""}) == own.scenario.model_copy(
        update={"name": "", "story": "", "evidence": read.evidence}
    )
    given = {key for key, said in own.market.said.items() if said.how == "given"}
    assert all(read.evidence[key].evidence == "derived" for key in given)
    fitted = {key for key, backing in read.evidence.items() if backing.evidence == "fitted" and key in own.market.said}
    assert fitted == {key for key, said in own.market.said.items() if said.how == "found"}


@pytest.mark.parametrize("name", FIRMS)
def test_no_world_leaves_the_range_of_the_register(markets, name):
    worlds = markets[name].worlds
    for key in worlds.columns:
        entry = find_entries(key)[0]
        low, high = entry.plausible or (entry.low, entry.high)
        assert worlds[key].between(low - 1e-9, high + 1e-9).all(), key
        assert all(math.isfinite(value) for value in worlds[key]), key


def test_what_was_given_is_the_same_in_every_world(markets):
    own = markets["gym"]
    for key in ("brand.FitGym.use.failure_rate", "brand.FitGym.support.resolve_rate", "brand.FitGym.money.unit_cost"):
        assert key not in own.worlds.columns
    assert "brand.FitGym.use.late_rate" in own.worlds.columns
