"""Protects BG/BB and Gamma-Gamma: published fits and forecasts, sums over what may happen, and futures that agree with formulas."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.futures import draw_purchases, draw_spending
from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.closed_forms.likelihood import fit_repeat_buying, fit_spending
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Histories
from experiments.forecasts.cohorts import data_file

# Donors of a public radio station who first gave in 1995: gifts in 1996-2001, year of the last one, how many donors
# (Fader, Hardie & Shang 2010, Marketing Science 29(6), 1086-1108, Table 1).
DONORS = (
    (6, 6, 1203), (5, 6, 728), (4, 6, 512), (3, 6, 357), (2, 6, 234), (1, 6, 129), (5, 5, 335), (4, 5, 284), (3, 5, 225),
    (2, 5, 173), (1, 5, 119), (4, 4, 240), (3, 4, 181), (2, 4, 155), (1, 4, 78), (3, 3, 322), (2, 3, 255), (1, 3, 129),
    (2, 2, 613), (1, 2, 277), (1, 1, 1091), (0, 0, 3464),
)  # fmt: skip


def histories(*columns: float, many: int = 1) -> Histories:
    return Histories(*(np.full(many, float(value)) for value in columns))


def donors() -> Histories:
    x, last, many = np.array(DONORS).T
    return Histories(np.repeat(x, many).astype(float), np.repeat(last, many).astype(float), np.full(many.sum(), 6.0))


def test_the_published_fit_of_the_donors_is_found():
    """Published: alpha 1.204, beta .750, gamma .657, delta 2.783, log-likelihood -33,225.6, of 11,104 donors."""
    assert len(donors()) == 11104
    fit = fit_repeat_buying(BgBb, donors())
    assert fit.values == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=0.001)
    assert fit.log_likelihood == pytest.approx(-33225.6, abs=0.05)


def test_published_forecasts_of_donors():
    """Gifts expected in the next five years: who gave every year, who gave twice and then not, who never gave again."""
    model = BgBb(1.204, 0.750, 0.657, 2.783)
    three = Histories(np.array([6.0, 2.0, 0.0]), np.array([6.0, 2.0, 0.0]), np.full(3, 6.0))
    assert model.expected_more(three, 5.0) == pytest.approx([3.75, 0.12, 0.07], abs=0.005)
    assert model.chance_alive(three)[0] == pytest.approx(0.93, abs=0.005)


def test_chances_of_all_histories_add_up():
    """Over all that may happen in four opportunities, chances are 1 and the repeats are those expected of new customers."""
    model, n = BgBb(0.8, 1.7, 0.6, 2.0), 4
    x, last = np.array(
        [
            (sum(each), max((at for at, bought in enumerate(each, 1) if bought), default=0))
            for each in product((0, 1), repeat=n)
        ]
    ).T
    chances = np.exp(model.log_likelihood(Histories(x.astype(float), last.astype(float), np.full(len(x), float(n)))))
    assert chances.sum() == pytest.approx(1.0)
    assert chances @ x == pytest.approx(model.expected_repeats(np.array([float(n)]))[0])


def test_forecasts_of_all_histories_average_to_the_expectation():
    model, n, ahead = BgBb(0.8, 1.7, 0.6, 2.0), 3, 5
    x, last = np.array(
        [
            (sum(each), max((at for at, bought in enumerate(each, 1) if bought), default=0))
            for each in product((0, 1), repeat=n)
        ]
    ).T
    seen = Histories(x.astype(float), last.astype(float), np.full(len(x), float(n)))
    later = np.exp(model.log_likelihood(seen)) @ model.expected_more(seen, float(ahead))
    until, then = model.expected_repeats(np.array([float(n), float(n + ahead)]))
    assert later == pytest.approx(then - until)


FUTURES = 60_000


@pytest.mark.parametrize(
    ("model", "history", "ahead"),
    [
        (BgNbd(0.243, 4.414, 0.793, 2.426), (3.0, 20.0, 39.0), 39.0),
        (BgNbd(0.243, 4.414, 0.793, 2.426), (0.0, 0.0, 39.0), 39.0),
        (ParetoNbd(0.553, 10.578, 0.606, 11.669), (3.0, 20.0, 39.0), 39.0),
        (BgBb(1.204, 0.75, 0.657, 2.783), (3.0, 4.0, 6.0), 5.0),
        (BgBb(1.204, 0.75, 0.657, 2.783), (0.0, 0.0, 6.0), 5.0),
    ],
    ids=lambda value: getattr(value, "NAME", None),
)
def test_futures_average_to_the_closed_form(model, history, ahead):
    """Monte Carlo error of 60,000 futures, four of its standard errors: a false alarm once in 16,000, and the seed is fixed."""
    drawn = draw_purchases(model, histories(*history, many=FUTURES), ahead, seed=1)
    expected = model.expected_more(histories(*history), ahead)[0]
    assert abs(drawn.mean() - expected) < 4.0 * drawn.std() / np.sqrt(FUTURES)
    assert (drawn >= 0).all() and (drawn == np.rint(drawn)).all()


def test_the_published_fit_of_amounts_is_found():
    """CDNOW's 946 customers with repeats: p 6.25, q 3.74, gamma 15.45 (Fader & Hardie 2013, note 025)."""
    try:
        table = pd.read_csv(data_file("cdnow_customers_summary_with_transactions.csv"))
    except FileNotFoundError as error:
        pytest.skip(str(error))
    table = table[table["x"] > 0]
    mean = table["zbar"].mean()
    fit = fit_spending(Spending(table["x"].to_numpy(float), table["zbar"].to_numpy(float) / mean))
    assert (fit.model.p, fit.model.q, fit.model.gamma * mean) == pytest.approx((6.25, 3.74, 15.45), abs=0.01)


def test_the_likelihood_of_an_average_is_the_integral_over_scales():
    p, q, gamma, x, average = 2.0, 3.5, 1.2, 3.0, 1.4

    def at(rate: float) -> float:
        of_average = stats.gamma.pdf(average, p * x, scale=1.0 / (rate * x))
        return float(of_average * stats.gamma.pdf(rate, q, scale=1.0 / gamma))

    expected = integrate.quad(at, 0.0, np.inf)[0]
    found = GammaGamma(p, q, gamma).log_likelihood(Spending(np.array([x]), np.array([average])))
    assert np.exp(found[0]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("purchases", [0.0, 4.0])
def test_drawn_amounts_average_to_what_is_expected(purchases):
    """Who is not known spends as all do; q of 6 so that the mean of the draws has a variance of its own."""
    model, many = GammaGamma(3.0, 6.0, 2.0), 60_000
    known = Spending(np.full(many, purchases), np.full(many, 2.0))
    drawn = draw_spending(model, known, np.full(many, 3.0), seed=1)
    expected = 3.0 * model.expected_amount(Spending(known.purchases[:1], known.average[:1]))[0]
    assert abs(drawn.mean() - expected) < 4.0 * drawn.std() / np.sqrt(many)
    if not purchases:
        assert expected == pytest.approx(3.0 * model.mean)
    assert not draw_spending(model, known, np.zeros(many), seed=1).any()
