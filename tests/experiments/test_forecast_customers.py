"""Protects what docs/customers.md says of CDNOW: the table equals its peers, and its intervals hold what customers did."""

import pytest

from experiments.forecasts import customers
from experiments.forecasts.cohorts import FILES, SPLIT_WEEK, cdnow, data_file
from experiments.forecasts.peers import all_peers
from experiments.forecasts.scores import individual_scores


@pytest.fixture(scope="module")
def sample():
    try:
        data_file(FILES["sample"])
    except FileNotFoundError as error:
        pytest.skip(str(error))
    rows = customers.purchases("sample")
    return rows, customers.forecasts(rows)


def test_the_table_forecasts_as_the_closed_forms_do(sample):
    """Read from a file by the calibration's reader, and from the experiment's own: the same customers, the same forecast."""
    rows, made = sample
    bought, _ = customers.truth(rows, made["BG/NBD"].table["customer_id"].astype(str))
    known, sealed = cdnow("sample").split(SPLIT_WEEK)
    peers = {peer.name: sealed.score(peer) for peer in all_peers(known, sealed.weeks)}
    for name, each in made.items():
        absolute, squared, correlation = individual_scores(each.table["purchases"].to_numpy(float), bought)
        assert (absolute, squared, correlation) == pytest.approx(
            (peers[name].absolute, peers[name].squared, peers[name].correlation), abs=2e-3
        )
        assert correlation == pytest.approx(customers.PUBLISHED[name], abs=2e-3)


def test_intervals_hold_real_customers(sample):
    """On data whose model nobody knows: at least 93% of 2,357 customers, as the page says."""
    rows, made = sample
    bought, spent = customers.truth(rows, made["BG/NBD"].table["customer_id"].astype(str))
    for each in made.values():
        for what, real in (("purchases", bought), ("value", spent)):
            held = (each.table[f"{what}_low"] <= real) & (real <= each.table[f"{what}_high"])
            assert held.mean() > 0.93
