"""A mechanism that says something nobody would hear is refused, with the file, the line and the nearest name."""

import pickle

import pytest
from pydantic import ValidationError

from cxsim.engine.agents import Customer
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario, ScenarioError, load
from cxsim.scenario.mechanism import TAKEN, MechanismError, load_mechanism
from cxsim.scenario.schema import Segment
from cxsim.scenario.stages import Offer

HEAD = "from cxsim.mechanism import *\n"
RIGHT = """
class Toll(Mechanism):
    class Offer(Section):
        fee: float = parameter(0.0, "A fee.", "currency", 0, 100, "assumed", "None.")
    counts = {"tolls": "tolls paid"}
    @staticmethod
    def after_use(state, person):
        state.counted[state.clock[WEEK], state.people[person].target].tolls += 1
"""


def market(folder, mechanism=HEAD + RIGHT, rest="", name="toll.py"):
    (folder / name).write_text(mechanism)
    file = folder / "market.toml"
    file.write_text(f'extends = "restaurant"\nmechanisms = ["{name}"]\n{rest}\n')
    return file


WRONG = {
    "class Toll(Mechanism):\n    @staticmethod\n    def after_suport(state, person): ...": "Toll.after_suport: nothing in the engine is called so. Did you mean 'after_support'?",
    "class Toll(Mechanism):\n    @staticmethod\n    def after_use(state): ...": "Toll.after_use: takes (state, person)",
    "class Toll(Mechanism):\n    def after_use(state, person): ...": "Toll.after_use: a rule belongs to no object; write @staticmethod above it",
    "class Toll(Mechanism):\n    ofer = None": "Toll.ofer: nothing in the engine is called so",
    "class Toll(Mechanism):\n    class Person:\n        name: str": "Toll.Person.name: a field is a bool, an int or a float",
    "class Toll(Mechanism):\n    causes = {'after_use': 'x'}": "'after_use' ends no line; a cause belongs to choosing and staying",
    "class Toll(Mechanism):\n    counts = {'tolls': 'paid'}\n    good = {'tols': 1}": "Toll.good: 'tols' is given 1; it holds counts, each 1 or -1",
    "class Toll(Mechanism):\n    counts = {'tolls': 'paid'}\n    good = {'tolls': 2}": "Toll.good: 'tolls' is given 2",
    "class Toll(Mechanism):\n    held_by = 'held'": "Toll.held_by: 'held' is no bool of its Person",
    "class Toll(Mechanism):\n    @staticmethod\n    def wrong(offer): ...": "Toll.wrong: takes (offer, traits)",
    "class Toll(Mechanism):\n    @staticmethod\n    def leaving(state, person): ...": "Toll.leaving: takes (state, person, stage, cause, chance)",
    "class Use(Mechanism): ...": "'use' is a section of its own already; choose another name",
    "x = 1": "holds 0 subclasses of cxsim.Mechanism; a mechanism is one file, one class",
    "class A(Mechanism): ...\nclass B(Mechanism): ...": "holds 2 subclasses",
    "\n\n1/0": "line 4: ZeroDivisionError",
    "def (": "line 2: SyntaxError",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_named(tmp_path, text):
    with pytest.raises(ScenarioError) as refused:
        load(market(tmp_path, HEAD + text))
    said = str(refused.value)
    assert WRONG[text] in said
    assert "toll.py" in said and "market.toml, line 2" in said


def test_a_file_or_package_that_is_not_there(tmp_path):
    file = market(tmp_path)
    (tmp_path / "toll.py").unlink()
    with pytest.raises(ScenarioError, match=r"toll.py cannot be read"):
        load(file)
    with pytest.raises(MechanismError, match="no installed package brings a mechanism"):
        load_mechanism("tol")


def test_a_wrong_key_of_its_section_gets_the_nearest_and_a_wrong_value_its_range(tmp_path):
    with pytest.raises(ScenarioError, match=r"brand.Olive.toll.fe[\s\S]*Did you mean 'fee'"):
        load(market(tmp_path, rest="brand.Olive.toll.fe = 1.0"))
    with pytest.raises(ScenarioError, match=r"Allowed: 0 to 100 \(currency\)"):
        load(market(tmp_path, rest="brand.Olive.toll.fee = 200.0"))


def test_an_intervention_reaches_its_parameters_within_their_range(tmp_path):
    effect = '[[intervention]]\nname = "Toll"\nstart_week = 10\neffect = [{parameter = "toll.fee", add = %s}]'
    scenario = load(market(tmp_path, rest=effect % "5"))
    assert scenario.intervention[0].effect[0].parameter == "toll.fee"
    with pytest.raises(ScenarioError, match=r"takes toll.fee to 500"):
        load(market(tmp_path, rest=effect % "500"))
    with pytest.raises(ScenarioError, match="no such stage parameter"):
        load(market(tmp_path, rest=(effect % "5").replace("toll.fee", "toll.fe")))


def test_no_section_that_scenarios_have_can_be_taken():
    assert {*Scenario.model_fields, *Segment.model_fields, *Offer.model_fields} <= TAKEN


def test_two_that_share_a_name_are_refused(tmp_path):
    market(tmp_path)
    (tmp_path / "again.py").write_text(HEAD + RIGHT)
    file = tmp_path / "both.toml"
    file.write_text('extends = "restaurant"\nmechanisms = ["toll.py", "again.py"]\n')
    with pytest.raises(ScenarioError, match="both bring"):
        load(file)


def test_a_rule_that_cannot_be_compiled_is_named_with_its_line(tmp_path):
    rule = RIGHT.replace(".tolls += 1", ".tolls += len(str(person))")
    scenario = load(market(tmp_path, HEAD + rule, "market.people = 50"))
    with pytest.raises(MechanismError, match=r"toll.py, line 9: this rule cannot be compiled"):
        LoyaltyModel(scenario, rng=1).step()
    plain = LoyaltyModel(scenario, rng=1, engine="agents")
    for _ in range(30):
        plain.step()
    assert plain.state.counted["tolls"].sum() > 0


def test_pydantic_alone_reads_no_scenario_that_names_one(tmp_path):
    values = {"mechanisms": [str(tmp_path / "toll.py")]}
    market(tmp_path)
    with pytest.raises(ValidationError, match=r"only cxsim.load reads mechanisms"):
        Scenario.model_validate(values)


def test_a_scenario_with_mechanisms_travels_between_processes(tmp_path):
    scenario = load(market(tmp_path, rest="brand.Olive.toll.fee = 3.0"))
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario and again.brand["Olive"].toll.fee == 3.0


def test_a_method_of_a_customer_or_a_market_that_overrides_nothing_is_refused():
    with pytest.raises(TypeError, match=r"Mine.suport overrides nothing. Did you mean 'support'\?"):
        type("Mine", (Customer,), {"suport": lambda self: None})
    with pytest.raises(TypeError, match=r"Mine.stepp overrides nothing. Did you mean 'step'\?"):
        type("Mine", (LoyaltyModel,), {"stepp": lambda self: None})
    type("Mine", (Customer,), {"_suport": lambda self: None, "on_holiday": lambda self: False})
