"""Protects every rule's value: a dozen people live the same lives, number by number, in plain Python."""

import numpy as np
import pytest
from scipy import stats

from cxsim.engine.event_log import run_with_log
from cxsim.engine.market.quantiles import beta_logit_quantile, gamma_log_quantile
from cxsim.engine.measures import Measure, Note, Trigger
from cxsim.engine.state import EVERYBODY, Cause
from golden.comparison import (
    TENURE_RELATIVE,
    different_brands,
    different_notes,
    different_people,
    notes_of,
)
from golden.life import golden_life
from golden.scenarios import VARIANTS, golden_scenario

SEEDS = (1, 2, 3)
ROOM = 10_000
NEVER_NAMED = {Cause.NONE}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_notes_records_and_tally(variant, seed, tmp_path):
    scenario = golden_scenario(variant, tmp_path)
    state = run_with_log(scenario, seed, 0, EVERYBODY, ROOM)
    market = golden_life(scenario, seed)
    relative = TENURE_RELATIVE if scenario.loyalty.tenure_shape != 1.0 else 0.0
    differences = [
        *different_notes(notes_of(state), market.notes, relative),
        *different_people(state, market),
        *different_brands(state, market),
    ]
    assert not differences, "\n".join(differences[:12])


def test_another_replication_and_a_large_seed(tmp_path):
    scenario = golden_scenario("repeat", tmp_path, "market.horizon_weeks=12")
    state = run_with_log(scenario, 2**40 + 7, 5, EVERYBODY, ROOM)
    market = golden_life(scenario, 2**40 + 7, 5)
    assert not different_brands(state, market)


def test_everything_happens_to_somebody(tmp_path):
    markets = [golden_life(golden_scenario(variant, tmp_path), seed) for variant in VARIANTS for seed in SEEDS]
    notes = [note for market in markets for note in market.notes]
    counted = {measure for market in markets for (_, _, measure), amount in market.tally.items() if amount > 0}
    causes = {note.numbers[1] for note in notes if note.what == Note.LINE_ENDS}
    causes |= {note.numbers[3] for note in notes if note.what in (Note.DOUBTS, Note.LEAVES)}
    triggers = {note.numbers[0] for note in notes if note.what == Note.NEED}
    assert set(Measure) - counted == set()
    assert set(Note) - {note.what for note in notes} == set()
    assert set(Cause) - causes == NEVER_NAMED
    assert set(Trigger) - triggers == set()


def test_the_interpolated_quantiles_are_the_exact_ones():
    u = np.array([1e-4, 0.02, 0.3, 0.5, 0.77, 0.99])
    gamma = np.exp(gamma_log_quantile(u, 1.2, 3.0))
    beta = 1.0 / (1.0 + np.exp(-beta_logit_quantile(u, 1.0, 2.0)))
    np.testing.assert_allclose(gamma, stats.gamma.ppf(u, 1.2, scale=1.0 / 3.0), rtol=1e-6)
    np.testing.assert_allclose(beta, stats.beta.ppf(u, 1.0, 2.0), rtol=1e-6)
