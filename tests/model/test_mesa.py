"""Protects the Mesa face: a LoyaltyModel does what Mesa's own tools expect, without a warning of ours.

Every warning is an error here (see pyproject.toml). Nothing is statistical.
"""

import inspect
import subprocess
import sys

import mesa
import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, scenario_from, state_of, total

from cxsim.engine.agents import Customer
from cxsim.engine.measures import Measure
from cxsim.engine.model import REPORTERS, LoyaltyModel
from cxsim.engine.outcomes.status import Status, count_statuses, outcomes
from cxsim.engine.state import Stage
from cxsim.scenario.checks import SET_AT_THE_START

SMALL = ["market.people=80", "market.horizon_weeks=12"]


@pytest.fixture
def market_file(tmp_path):
    file = tmp_path / "market.toml"
    file.write_text(
        EVERYTHING_HAPPENS.replace("people = 600", "people = 150").replace("horizon_weeks = 40", "horizon_weeks = 15")
    )
    return file


def model_of(**options):
    return LoyaltyModel(scenario_from(EVERYTHING_HAPPENS, *SMALL), **{"rng": 1} | options)


def test_it_is_a_mesa_model_of_mesa_agents():
    model = model_of(engine="agents")
    assert isinstance(model, mesa.Model)
    assert len(model.agents) == 80
    assert [customer.number for customer in model.agents] == list(range(80))
    assert all(isinstance(customer, mesa.Agent) and isinstance(customer.stage, Stage) for customer in model.agents)


@pytest.mark.parametrize("engine", ["compiled", "agents"])
def test_it_runs_until_its_horizon_and_then_rests(engine):
    model = model_of(engine=engine)
    weeks = 0
    while model.running:
        model.step()
        weeks += 1
    assert weeks == model.week == 12
    before = state_of(model)
    model.step()
    assert model.week == 12
    assert state_of(model) == before


def test_run_model_runs_to_the_end():
    model = model_of()
    model.run_model()
    assert model.week == 12
    assert not model.running


def test_agents_of_the_compiled_engine_can_be_looked_at():
    model = model_of()
    for _ in range(12):
        model.step()
    buyers = model.agents.select(lambda customer: customer.bond(0).purchases > 0)
    assert 0 < len(buyers) == (model.state.bonds["purchases"][:, 0] > 0).sum()
    assert set(model.agents.get("stage")) <= set(Stage)


def test_shuffled_activation_lives_the_same_lives():
    class Shuffled(LoyaltyModel):
        def step(self):
            self.agents.shuffle_do("step")
            super().step()

    scenario = scenario_from(EVERYTHING_HAPPENS, *SMALL)
    model = Shuffled(scenario, rng=1, engine="agents", collect=False)
    while model.running:
        model.step()
    assert state_of(model) == state_of(lived(scenario))


def test_the_customers_of_a_market_are_fixed():
    with pytest.raises(AttributeError, match="fixed for the run"):
        model_of().agents = []


def test_the_collector_holds_one_row_a_week_that_says_what_the_records_say():
    model = model_of()
    while model.running:
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(REPORTERS)
    assert len(frame) == 12
    assert frame["customers"].iloc[-1] == model.state.bonds["customer"][:, 0].sum() > 0
    bonds = model.state.bonds[:, 0]
    assert frame["loop_purchases"].iloc[-1] == bonds["loop_purchases"].sum() > 0
    assert frame["loops"].iloc[-1] == count_statuses(outcomes(model.state, 0))[Status.loop] > 0
    assert frame["lines"].iloc[-1] == (model.state.bonds["ended_stage"][:, 0] != Stage.OUTSIDE).sum() > 0
    assert frame["purchases"].sum() == total(model, Measure.purchases) > 0
    satisfaction = frame["satisfaction"].dropna()
    assert satisfaction.between(-1, 1.5).all()


def test_the_collected_frame_can_be_drawn():
    model = model_of()
    while model.running:
        model.step()
    axes = model.datacollector.get_model_vars_dataframe().plot(subplots=True)
    assert [axis.get_legend().get_texts()[0].get_text() for axis in axes] == list(REPORTERS)
    axes[0].figure.canvas.draw()


def test_nothing_is_collected_when_nobody_asks():
    model = model_of(collect=False)
    model.step()
    assert model.datacollector.get_model_vars_dataframe().empty


def batch(parameters, seeds):
    """`mesa.batch_run` with these seeds: an argument of its own since Mesa 3.5, a parameter before."""
    own_argument = "rng" in inspect.signature(mesa.batch_run).parameters
    options = {"rng": seeds} if own_argument else {}
    if not own_argument:
        parameters = {**parameters, "rng": seeds}
    return mesa.batch_run(
        LoyaltyModel, parameters=parameters, number_processes=1, data_collection_period=-1, display_progress=False, **options
    )  # fmt: skip


def test_batch_run_varies_parameters_by_their_full_keys(market_file):
    rows = batch({"scenario": str(market_file), "brand.focal.use.quality": [0.4, 0.9]}, seeds=[5])
    assert [row["brand.focal.use.quality"] for row in rows] == [0.4, 0.9]
    for row in rows:
        model = LoyaltyModel(market_file, rng=5, **{"brand.focal.use.quality": row["brand.focal.use.quality"]})
        model.run_model()
        alone = model.datacollector.get_model_vars_dataframe().iloc[-1]
        assert {name: row[name] for name in REPORTERS} == pytest.approx(dict(alone), nan_ok=True)
    assert rows[0]["satisfaction"] < rows[1]["satisfaction"]


def test_batch_run_varies_seeds_replications_engines_and_words(market_file):
    varied = {"need.kind": ["repeat", "contract"], "engine": ["compiled", "agents"], "replication": [0, 1]}
    rows = batch({"scenario": str(market_file), **varied}, seeds=[1, 2])
    results = {}
    for row in rows:
        key = (row["rng"], row["replication"], row["need.kind"])
        results.setdefault(key, []).append(tuple(row[name] for name in ("customers", "loops", "lines", "purchases")))
    assert len(results) == 8
    assert all(compiled == agents for compiled, agents in results.values())
    assert len({compiled for compiled, _ in results.values()}) == 8


def test_without_a_seed_every_model_has_its_own_and_tells_it():
    one, two = model_of(rng=None), model_of(rng=None)
    assert one.seed != two.seed
    assert state_of(model_of(rng=one.seed))["people"] == state_of(one)["people"]


def test_mesas_own_random_numbers_do_not_touch_lives():
    scenario = scenario_from(EVERYTHING_HAPPENS, *SMALL)

    class Gambler(LoyaltyModel):
        def step(self):
            self.random.random()
            self.rng.random(5)
            super().step()

    model = Gambler(scenario, rng=1, collect=False)
    while model.running:
        model.step()
    assert state_of(model) == state_of(lived(scenario))


# ---- customers of one's own ------------------------------------------------------------------------------------------


class Forgiving(Customer):
    """The example of the documentation."""

    def support(self):
        super().support()
        self.person.relief += 5.0  # what ten calls back would do


class NeverTells(Customer):
    def telling(self):
        self.person.stage = Stage.LOYALTY


def test_a_stage_overridden_in_plain_python_changes_the_outcome():
    scenario = scenario_from(EVERYTHING_HAPPENS, "market.people=300", "brand.focal.use.failure_rate=0.9")
    usual, forgiving = (lived(scenario, engine="agents", customer=kind) for kind in (Customer, Forgiving))
    assert total(forgiving, Measure.stays) > total(usual, Measure.stays)
    silent = lived(scenario, engine="agents", customer=NeverTells)
    talk = (Measure.messages_good, Measure.messages_bad, Measure.reviews, Measure.referrals)
    assert total(silent, *talk) == 0 < total(usual, *talk)


def test_a_customer_who_overrides_nothing_lives_the_usual_life():
    class Same(Customer):
        def use(self):
            super().use()

    scenario = scenario_from(EVERYTHING_HAPPENS, *SMALL)
    assert state_of(lived(scenario, engine="agents", customer=Same)) == state_of(lived(scenario))


def test_the_compiled_engine_refuses_a_customer_class_it_would_ignore():
    with pytest.raises(ValueError, match="needs engine='agents'"):
        model_of(engine="compiled", customer=Forgiving)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "fast"}, "'fast' is unknown; choose 'compiled' or 'agents'"),
        ({"rng": -1}, "seed -1 is outside"),
        ({"rng": 1.9}, "seed is 1.9; it must be a whole number"),
        ({"rng": True}, "seed is True; it must be a whole number"),
        ({"rng": np.random.default_rng(1)}, "seed is a Generator. Luck is keyed"),  # noqa: TID251
        ({"rng": np.random.SeedSequence(1)}, "seed is a SeedSequence. Luck is keyed"),  # noqa: TID251
        ({"seed": 42}, r"the seed is called rng, as in Mesa: LoyaltyModel\(..., rng=42\)"),
        ({"replication": 2**32}, "replication 4294967296 is outside"),
        ({"use.memory": 0.4}, "overrides need a scenario by name or file"),
    ],
)
def test_wrong_arguments_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        model_of(**options)


def test_an_unknown_override_is_named(market_file):
    with pytest.raises(ValueError, match="Did you mean 'quality'"):
        LoyaltyModel(market_file, **{"brand.focal.use.qualty": 0.8})


def test_numpy_values_are_taken_as_overrides(market_file):
    values = {"brand.focal.use.quality": np.float64(0.8), "market.people": np.int64(30), "need.at_entry": np.True_}
    model = LoyaltyModel(market_file, rng=np.int64(3), **values)
    assert (model.settings.brand["focal"].use.quality, model.settings.market.people, model.settings.need.at_entry) == (
        0.8,
        30,
        True,
    )


def test_what_people_were_drawn_from_cannot_be_written_in_mid_run():
    model = model_of()
    model.step()
    for key in SET_AT_THE_START:
        stage, name = key.split(".")
        for table in (model.state.traits, model.state.offers):
            if stage in table.dtype.names:
                with pytest.raises(ValueError, match=f"no field of name {name}"):
                    table[stage][name] = 1.0


@pytest.mark.parametrize("engine", ["compiled", "agents"])
def test_terms_written_in_mid_run_act_from_the_next_event_on(engine):
    class PriceWar(LoyaltyModel):
        def step(self):
            if self.week == 4:
                self.state.offers["purchase"]["price"] = 0.5
                self.state.traits["need"]["spontaneous_annual"] = 20.0
            super().step()

    usual, war = (kind(scenario_from(EVERYTHING_HAPPENS), rng=1, engine=engine) for kind in (LoyaltyModel, PriceWar))
    for model in (usual, war):
        for _ in range(8):
            model.step()
    before, after = slice(0, 4), slice(4, 8)
    same = usual.state.tally == war.state.tally
    assert same[before].all() and not same[after].all()


def test_models_and_customers_show_themselves_in_a_line():
    model = model_of(engine="agents")
    model.run_model()
    shown = repr(model)
    for part in ("week 12 of 12, 80 people", f"focal: {REPORTERS['customers'](model)} customers", "seed 1"):
        assert part in shown
    buyer = next(customer for customer in model.agents if customer.bond(0).purchases)
    assert f"{buyer.bond(0).purchases} of focal" in repr(buyer)
    assert max(len(repr(each)) for each in (model, *model.agents)) < 240


def test_importing_and_running_is_silent_with_every_warning_an_error(market_file):
    code = (
        "from cxsim.engine.model import LoyaltyModel\n"
        f"model = LoyaltyModel({str(market_file)!r}, engine='agents')\n"
        "while model.running: model.step()\n"
        "assert len(model.agents) == 150\n"
    )
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == ""
