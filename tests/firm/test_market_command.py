"""Protects `cxsim market` as people type it: questions, files, impossible figures answered in words, nothing half-written."""

import io
from pathlib import Path

import pytest

import cxsim as package
from cxsim.analysis.firm import founded, own_market
from cxsim.analysis.firm.nearest import READY, WORDS, market_like, nearest
from cxsim.interface.cli import market as command


@pytest.fixture(autouse=True)
def few_people(monkeypatch):
    """Whom the search lives with: enough for what is tested here."""
    monkeypatch.setattr(founded, "SEARCH_PEOPLE", (400, 400))


SMALL = 'like = "newspaper"\ncustomers = 300\nbilling = "year"\nprice = 120\nchurn = "20%"\n'
IMPOSSIBLE = {
    "churn = 140": "that is 140% of customers",
    'churn = "140%"': "that is 140% of customers",
    'churn = "140% a year"': "that is 140% of customers",
    "nps = 300": "nps: given '300'; allowed: -100 to 100",
    'share = "50%"\nrivals = {Herald = "40%", Bulletin = "30%"}': "sum to 120%",
    'billing = "month"\nprice = 10\ncustomers = 100\nrevenue = 50000': "customers x price x times a year is 100 x 10 x 12 = 12,000",
    'billing = "month"\nfailures = "1%"\ncontacts = 90': "something goes wrong only 12 times",
    "price = -3": "price: given '-3'",
    'price = "cheap"': "it is no number",
    "price = true": "it is no number",
    'billing = "moon"': "it takes one of week, month, quarter",
    "season = [1, 2, 3]": "twelve numbers, January first, not 3",
    "chrun = 3": "Did you mean 'churn'?",
    "": "there is no figure in it",
    'like = "shop"\nbilling = "month"': "billing: it is a figure of firms whose customers buy by contract",
    'like = "moon"\nprice = 3': "no such file or ready scenario",
    'name = "X"': "no figure was given",
    "price = [": "TOML",
}


@pytest.mark.parametrize(("text", "message"), IMPOSSIBLE.items())
def test_what_cannot_be_gets_one_clear_message_and_writes_nothing(cxsim, monkeypatch, tmp_path, text, message):
    monkeypatch.chdir(tmp_path)
    Path("figures.toml").write_text(text)
    code, _, error = cxsim("market", "figures.toml", "-o", "mine")
    assert (code, "Traceback" in error) == (2, False)
    assert message in error
    assert not Path("mine").exists()


def test_a_file_becomes_a_market_that_runs_and_is_made_again_from_its_own_figures(cxsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("figures.toml").write_text(SMALL)
    code, said, _ = cxsim("market", "figures.toml", "--draws", 2, "-o", "mine")
    assert code == 0
    assert "customers lost in a year" in said and "as yours" in said
    assert {path.name for path in Path("mine").iterdir()} == {
        "market.toml", "plausible.csv", "figures.csv", "figures.toml", "report.md", "manifest.json",
    }  # fmt: skip
    assert package.load("mine/market.toml").market.horizon_weeks == 208
    code, _, error = cxsim("market", "mine/figures.toml", "--draws", 3, "-o", "mine")
    assert code == 2 and "--overwrite" in error
    code, _, _ = cxsim("market", "mine/figures.toml", "--draws", 2, "-o", "again")
    for name in ("market.toml", "plausible.csv", "figures.csv"):
        assert Path("again", name).read_text() == Path("mine", name).read_text()


def test_a_table_of_two_columns_is_read_too(cxsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("figures.csv").write_text("figure;value\nlike;newspaper\nprice;120\nbilling;year\nchurn;140%\n")
    code, _, error = cxsim("market", "figures.csv", "-o", "mine")
    assert code == 2 and "figures.csv, line 5: churn: given '140%'" in error


def test_answers_are_piped_in_and_enter_is_i_do_not_know(cxsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    answers = ["Courier", "newspaper", "300", "yearly", "120", "", "20%"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    code, said, _ = cxsim("market", "--draws", 0, "-o", "mine")
    assert code == 0
    assert "what is left" in said or "usual:" in said
    assert "churn = 0.2" in Path("mine/figures.toml").read_text()
    assert "margin" not in Path("mine/figures.toml").read_text()


def test_without_a_word_for_it_the_market_is_chosen_by_what_is_said(monkeypatch, capsys):
    """And what cannot be asked of such a firm is not asked."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n300\n\n20\n\n8\n"))
    said = command._asked({})
    assert said == {"customers": 300.0, "price": 20.0, "purchases": 8.0}
    assert nearest(said) == "restaurant"
    printed = capsys.readouterr().out
    assert "life:" not in printed and "repeat:" in printed
    assert nearest({"billing": "quarter", "price": 2000.0}) == "b2b-software"
    assert nearest({"billing": "month", "price": 12.0}) == "subscription"
    assert nearest({"life": 8.0}) == "durable"


MEANT = {
    "gym": "gym", "Fitness": "gym", "telecom": "mobile-operator", "mobile": "mobile-operator", "bank": "bank", "hotel": "hotel",
    "delivery": "food-delivery", "restaurant": "restaurant", "club": "subscription", "shop": "online-retailer",
}  # fmt: skip


@pytest.mark.parametrize(("word", "market"), MEANT.items())
def test_a_word_means_the_market_of_its_trade(word, market):
    assert market_like(word) == market


def test_every_word_and_every_ready_market_is_one_that_ships():
    ready = {name for name in package.scenario_names() if "/" not in name}
    assert set(WORDS.values()) <= set(READY) <= ready


def test_by_its_figures_a_firm_is_near_the_market_of_its_trade():
    """Where people pay as much, as often: a stay of EUR 190 three times a year, a meal of EUR 27 once a week."""
    assert nearest({"purchases": 3.0, "price": 190.0}) == "hotel"
    assert nearest({"purchases": 40.0, "price": 27.0}) == "food-delivery"
    assert nearest({"billing": "month", "price": 40.0}) == "gym"


def test_money_that_mechanisms_hold_moves_with_the_price():
    """A hostel's free night and a small bank's nuisance of moving, a tenth of those of the ready markets."""
    hostel = founded.founded({"like": "hotel", "price": 19.0}, package.load("hotel")).scenario()
    there, here = (each.brand["Harbour House"].loyalty_programme for each in (package.load("hotel"), hostel))
    assert here.reward_cost == pytest.approx(there.reward_cost / 10)
    assert here.reward_value == pytest.approx(there.reward_value / 10)
    assert (here.points_needed, here.silver_from) == (there.points_needed, there.silver_from)
    small = founded.founded({"like": "bank", "price": 7.5}, package.load("bank")).scenario()
    assert small.brand["Civic"].switching_cost.money == pytest.approx(7.0)
    assert small.brand["Civic"].switching_cost.effort == package.load("bank").brand["Civic"].switching_cost.effort


def test_an_impossible_answer_piped_in_is_refused(cxsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("Courier\nnewspaper\n300\nyearly\n120\n\n140%\n"))
    code, _, error = cxsim("market", "-o", "mine")
    assert code == 2 and "that is 140% of customers" in error
    assert not Path("mine").exists()


def test_ctrl_c_writes_nothing(cxsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("figures.toml").write_text(SMALL)

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(own_market, "searched", stop)
    code, _, error = cxsim("market", "figures.toml", "-o", "mine")
    assert (code, "nothing was written" in error) == (130, True)
    assert [path.name for path in Path().iterdir()] == ["figures.toml"]
