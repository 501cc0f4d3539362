"""Protects the author of a scenario: whatever is wrong is refused with file, line, key, value and what is allowed.

Nothing but `ScenarioError` ever comes out of reading a scenario. Nothing here is statistical.
"""

import pickle
from pathlib import Path

import pytest
from markets import scenario_from

from cxsim.engine.market.start import state_at_start
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario, ScenarioError, load
from cxsim.scenario.errors import Problem
from cxsim.scenario.everyday_words import EVERYDAY, meant_by
from cxsim.scenario.register import all_entries
from cxsim.scenario.writing import scenario_text

PLAN = '[[intervention]]\nname = "a plan"\n'

# name: text, and what the message has to contain
WRONG = {
    "misspelt key": ("[brand.focal.use]\nquaility = 0.7\n", ["line 2", "brand.focal.use.quaility", "Did you mean 'quality'?"]),
    "misspelt section": ("[brand.focal.suport]\ncapacity = 3.0\n", ["line 1", "brand.focal.suport", "Did you mean 'support'?"]),
    "misspelt section at the top": ("[suport]\ncontact_base = 3.0\n", ["line 1", "suport", "Did you mean 'support'?"]),
    "key of the other side": ("[use]\nquality = 0.7\n", ["line 2", "use.quality", "[brand.NAME.use]"]),
    "trait given to a brand": ("[brand.focal.loyalty]\nexit = 0.7\n", ["line 1", "brand.focal.loyalty"]),
    "wrong type": ('[market]\npeople = "many"\n', ["line 2", "market.people", "'many'", "Allowed: 1 to"]),
    "true for a number": ("[market]\npeople = true\n", ["line 2", "market.people", "given True", "should be a number"]),
    "true for a size": (PLAN + 'effect = [{parameter = "use.quality", add = true}]\n', ["line 3", "add", "given True", "should be a number"]),
    "text for a number": ('[market]\npeople = "100"\n', ["line 2", "market.people", "given '100'", "should be a number, not text"]),
    "text for a size": (PLAN + 'effect = [{parameter = "use.quality", multiply = "5%"}]\n', ["line 3", "multiply", "given '5%'", "should be a number, not text", "5% as 0.05"]),
    "a list for a size": (PLAN + 'effect = [{parameter = "use.quality", multiply = [1, 2]}]\n', ["line 3", "multiply", "a number, or a range: { low"]),
    "half a range": (PLAN + 'effect = [{parameter = "use.quality", add = {low = 1}}]\n', ["line 3", "add.typical: is required", "add.high: is required"]),
    "below a story that looks like sections": ('story = """\n[market]\npeople = 5 \\\""" still\n"""\n[market]\npeople = 0\n', ["line 6", "market.people", "given 0"]),
    "below a list that goes on": ("market.entry_counts = [\n  1, # [use]\n  2\n]\nuse.memory = 3\n", ["line 5", "use.memory"]),
    "a comma in a name": (PLAN.replace("a plan", "a, b") + 'effect = [{parameter = "use.quality", add = 0.1}]\n', ["line 2", "given 'a, b'", "letters, digits, spaces"]),
    "a parameter without its stage": (PLAN + 'effect = [{parameter = "price", add = 1}]\n', ["line 3", "Did you mean 'purchase.price'?"]),
    "a number of 5,000 digits": ("[market]\npeople = " + "9" * 5000 + "\n", ["line 2", "more than 300 digits"]),
    "a key of 24,000 parts": ("a." * 24_000 + "a = 1\n", ["line 1", "more than 20 parts"]),
    "tables in tables in tables": ("\na = " + "{a = " * 5000 + "1" + "}" * 5000 + "\n", ["nested too deeply"]),
    "a section for a word": ("name = 3\n", ["line 1", "text in quotes"]),
    "a missing text's end": ('name = "a\n', ["line 1", "does not end on its line"]),
    "text for a switch": ('[need]\nat_entry = "yes"\n', ["line 2", "need.at_entry", "given 'yes'", "should be true or false"]),
    "too many brands": ("".join(f"[brand.b{number}]\n" for number in range(17)) + '[market]\nfocal = "b1"\n', ["brand", "more than 16"]),
    "more customers than people": (
        "[brand.focal]\npurchase.customers_at_start = 0.7\n[brand.rival]\npurchase.customers_at_start = 0.4\n",
        ["line 2", "customers_at_start", "sum to 1.1", "one brand at most"],
    ),
    "not a whole number": ("[market]\npeople = 10.5\n", ["line 2", "market.people", "10.5", "a whole number"]),
    "a word for a switch": ('[need]\nat_entry = "perhaps"\n', ["line 2", "need.at_entry", "'perhaps'"]),
    "above its range": ("[brand.focal.use]\n\n# good\nquality = 7\n", ["line 4", "brand.focal.use.quality", "given 7", "Allowed: 0 to 1.5"]),
    "below its range": ("purchase.ease = 1\n[brand]\nfocal = {purchase = {ease = -0.1}}\n", ["line 3", "brand.focal.purchase.ease", "-0.1", "0 to 1"]),
    "not a number": ("[use]\nmemory = nan\n", ["line 2", "use.memory", "nan", "0 to 1"]),
    "not a number where no limit is": ("[purchase]\noutside = nan\n", ["line 2", "purchase.outside", "nan"]),
    "unknown word": ('[need]\nkind = "rent"\n', ["line 2", "need.kind", "'rent'", "repeat, replacement, contract"]),
    "a number for a word": ("[need]\nkind = 1\n", ["line 2", "need.kind", "given 1", "repeat, replacement, contract"]),
    "not a table": ("market = 3\n", ["line 1", "market", "given 3"]),
    "name of a brand": ('[brand."what?"]\n', ["line 1", "what?"]),
    "no focal brand": ("[brand.ours]\n", ["market.focal", "'focal'", "Brands here: ours"]),
    "no brands": ("brand = {}\n", ["line 1", "brand"]),
    "shares": ("[segment.a]\nshare = 0.5\n[segment.b]\nshare = 0.4\n", ["line 4", "share", "0.9", "must sum to 1"]),
    "nobody enters": ("[market]\nentry_counts = [0, 0]\n", ["market", "entry_counts", "at least one person"]),
    "links without a file": ('[market.links]\nkind = "file"\n', ["market.links.edges", "required"]),
    "missing edge list": ('[market.links]\nkind = "file"\nedges = "no.csv"\n', ["line 3", "market.links.edges", "no.csv"]),
    "a name no file can have": ('[market.links]\nkind = "file"\nedges = "a\\u0000b"\n', ["line 3", "market.links.edges", "no file"]),
    "a name too long for a file": (f'[market.links]\nkind = "file"\nedges = "{"x" * 400}"\n', ["line 3", "market.links.edges", "no file"]),
    "syntax": ("[market\npeople = 3\n", ["TOML", "line 1"]),
    "a key twice": ("[market]\npeople = 3\npeople = 4\n", ["TOML", "line 3"]),
    "unknown parent": ('extends = "onlin-retailer"\n', ["onlin-retailer", "online-retailer"]),
    "parent of another type": ("extends = 3\n", ["extends", "given 3"]),
    "evidence for nothing": ('[evidence]\n"use.memry" = {evidence = "assumed", source = "me, today"}\n', ["line 2", "use.memry", "Did you mean 'use.memory'?"]),
    "evidence of no kind": ('[evidence]\n"use.memory" = {evidence = "sure", source = "me, today"}\n', ["line 2", "'sure'", "published"]),
    "unknown brand": (PLAN + 'brand = "foca"\neffect = [{parameter = "use.quality", add = 0.1}]\n', ["line 3", "intervention.brand", "'foca'", "Did you mean 'focal'?"]),
    "unknown segment": (PLAN + 'segment = "young"\neffect = [{parameter = "use.quality", add = 0.1}]\n', ["line 3", "intervention.segment", "'young'"]),
    "unknown parameter": (PLAN + 'effect = [{parameter = "use.qualty", add = 0.1}]\n', ["line 3", "use.qualty", "Did you mean 'use.quality'?"]),
    "parameter of no stage": (PLAN + 'effect = [{parameter = "market.people", add = 1}]\n', ["line 3", "market.people", "no such stage parameter"]),
    "two operations": (PLAN + 'effect = [{parameter = "use.quality", add = 0.1, set = 0.7}]\n', ["line 3", "exactly one of set, multiply, add"]),
    "no operation": (PLAN + 'effect = [{parameter = "use.quality"}]\n', ["line 3", "exactly one of set, multiply, add"]),
    "no effect": (PLAN + "effect = []\n", ["line 3", "effect"]),
    "effect missing": (PLAN, ["intervention.0.effect", "missing"]),
    "effect leaves its range": (PLAN + 'effect = [{parameter = "use.quality", add = 1.0}]\n', ["line 3", "use.quality", "1.7", "Allowed: 0 to 1.5", "'a plan'"]),
    "effect of no size": (PLAN + 'effect = [{parameter = "use.quality", add = nan}]\n', ["line 3", "use.quality", "nan"]),
    "effect beyond all numbers": (PLAN + 'effect = [{parameter = "use.quality", multiply = 1e300}, {parameter = "use.quality", multiply = 1e300}]\n', ["line 3", "use.quality", "inf"]),
    "whole number of no size": (PLAN + 'effect = [{parameter = "research.asks", set = nan}]\n', ["line 3", "research.asks"]),
    "drawn at the start": (PLAN + 'effect = [{parameter = "loyalty.leave_a", add = 0.1}]\n', ["line 3", "loyalty.leave_a", "drawn once at the start"]),
    "shared by all": (PLAN + 'coverage = 0.5\neffect = [{parameter = "support.capacity", set = 9}]\n', ["line 4", "support.capacity", "shared by all"]),
    "ends before it starts": (PLAN + 'start_week = 9\nend_week = 8\neffect = [{parameter = "use.quality", add = 0.1}]\n', ["line 4", "end_week", "before it starts"]),
    "name used twice": (2 * (PLAN + 'effect = [{parameter = "use.quality", add = 0.1}]\n'), ["line 5", "intervention.name", "used twice"]),
    "unknown in the library": ('[[intervention]]\nname = "a"\nuse = "more-agent"\n', ["line 3", "intervention.use", "more-agent", "Did you mean 'more-agents'?"]),
    "interventions that are none": ("intervention = 5\n", ["line 1", "intervention", "given 5"]),
    "typical beyond high": (PLAN + 'effect = [{parameter = "use.quality", add = {low = 0.1, typical = 0.3, high = 0.2}}]\n', ["line 3", "typical"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("new", "meant"),
    [("olive", "Olive"), ("Oliv", "Olive"), ("Bisto 21", "Bistro 21"), ("Wok And Go", "Wok and Go")],
)
def test_a_brand_that_is_added_is_no_slip_of_one_that_is_there(tmp_path, new, meant):
    (tmp_path / "plan.toml").write_text(f'extends = "restaurant"\n[brand."{new}".use]\nquality = 0.9\n')
    for asked in ((tmp_path / "plan.toml",), ("restaurant", {f"brand.{new}.use.quality": 0.9})):
        with pytest.raises(ScenarioError, match=f"there is no brand '{new}' yet") as refused:
            load(*asked)
        assert f"Did you mean '{meant}'?" in str(refused.value)
    with pytest.raises(ScenarioError, match=r"plan\.toml, line 2"):
        load(tmp_path / "plan.toml")


def test_a_new_brand_may_be_called_what_it_likes(tmp_path):
    for new in ("Bistro 22", "Harbour", "Mill"):
        (tmp_path / "plan.toml").write_text(f'extends = "restaurant"\n[brand."{new}".use]\nquality = 0.9\n')
        assert new in load(tmp_path / "plan.toml").brands
    together = scenario_from("[brand.focal]\n[brand.shop]\n[brand.shops]\n", folder=tmp_path)
    assert together.brands == ["focal", "shop", "shops"]


LINKS = '[market]\npeople = 5\n[market.links]\nkind = "file"\nedges = "table.csv"\n'
REAL = '[reference]\nweekly_repeat_purchases = "table.csv"\n'
NAMED = {  # what a file that a scenario names may hold: who names it, text, and what is said of it
    "a value in the first line": (LINKS, "0,True\n0,1\n", ["line 5", "table.csv, line 1: given '0,True'", "0 to 4"]),
    "no number in the first line": (LINKS, "0,nan\n0,1\n", ["line 5", "table.csv, line 1: given '0,nan'"]),
    "a value above its column": (LINKS, "None,true\n0,1\n", ["table.csv, line 1: given 'None,true'"]),
    "an empty list of links": (LINKS, "", ["line 5", "holds no links", "nobody would know anybody"]),
    "a heading alone": (LINKS, "from,to\n", ["holds no links"]),
    "somebody too many": (LINKS, "from,to\n0,1\n1,5\n", ["table.csv, line 3: given '1,5'", "0 to 4"]),
    "oneself": (LINKS, "1,1\n", ["table.csv, line 1: given '1,1'"]),
    "three people": (LINKS, "0,1\n0,1,2\n", ["table.csv, line 2: given '0,1,2'"]),
    "a person of 5,000 digits": (LINKS, f"0,{'1' * 5000}\n", ["table.csv, line 1: given '0,111"]),
    "no text": (LINKS, b"\xff\xfe0\x001\x00", ["it is no text", "UTF-8"]),
    "a reference that is no text": (REAL, b"\x7fELF\x90\x00", ["line 2", "it is no text"]),
    "other columns": (REAL, "week,repeats\n1,2\n", ["line 2", "the heading is 'week,repeats'", "actual_cumulative"]),
    "weeks from nought": (REAL, "week,actual_cumulative_repeat_purchases\n0,1\n", ["table.csv, line 2: given '0,1'"]),
    "a week twice": (REAL, "week,actual_cumulative_repeat_purchases\n1,1\n1,2\n", ["line 3: given '1,2'"]),
    "figures that fall": (REAL, "week,actual_cumulative_repeat_purchases\n1,3\n2,2\n", ["line 3: given '2,2'"]),
    "a decimal comma": (REAL, "week,actual_cumulative_repeat_purchases\n1,3,5\n", ["line 2: given '1,3,5'"]),
    "an underscore": (REAL, "week,actual_cumulative_repeat_purchases\n1,1_0\n", ["line 2: given '1,1_0'"]),
    "no figures": (REAL, "week,actual_cumulative_repeat_purchases\n", ["it holds no figures"]),
    "no file": (REAL, None, ["line 2", "there is no such file"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_a_file_that_a_scenario_names_is_checked_before_anything_is_lived(tmp_path, name):
    text, content, said = NAMED[name]
    if content is not None:
        (tmp_path / "table.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ScenarioError) as refused:
        scenario_from(text, folder=tmp_path)
    missing = [part for part in ("market.toml", *said) if part not in str(refused.value)]
    assert not missing, f"{missing} not in: {refused.value}"


def test_files_that_are_right_are_found_from_a_saved_scenario_too(tmp_path):
    (tmp_path / "table.csv").write_text("person,friend\n0,1\n\n1, 2\n")
    (tmp_path / "real.csv").write_text("week,actual_cumulative_repeat_purchases,note\n1,0,\n2,1.5,\n3,7,x\n")
    first = scenario_from(LINKS + REAL.replace("table", "real"), folder=tmp_path)
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "saved.toml").write_text(scenario_text(first))
    assert load(other / "saved.toml").reference.weekly_repeat_purchases == str(tmp_path / "real.csv")


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, said):
    with pytest.raises(ScenarioError) as refused:
        scenario_from(text, folder=tmp_path)
    message = str(refused.value)
    missing = [part for part in said if part not in message]
    assert not missing, f"{missing} not in: {message}"
    assert "market.toml" in message or "extends" in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("name = 'x'\n".encode("utf-16"), "line 1: file: cannot be read: the file is UTF-16"),
        (
            "# two\nname = 'Caf\u00e9'\n".encode("latin-1"),
            "line 2: file: cannot be read: a letter is not written in UTF-8",
        ),
        (b"#" * 4_000_001, "has 4,000,001 bytes"),
    ],
)
def test_a_file_in_another_encoding_or_without_end_is_refused_in_words(tmp_path, data, said):
    (tmp_path / "other.toml").write_bytes(data)
    with pytest.raises(ScenarioError) as refused:
        load(tmp_path / "other.toml")
    assert said in str(refused.value) and "codec" not in str(refused.value)


def test_files_that_extend_one_another_without_end_are_refused(tmp_path):
    for number in range(1500):
        (tmp_path / f"c{number}.toml").write_text(f'extends = "c{number + 1}.toml"\n')
    with pytest.raises(ScenarioError, match="more than 50 files extend one another"):
        load(tmp_path / "c0.toml")


def test_of_many_problems_some_are_shown_and_the_others_counted():
    with pytest.raises(ScenarioError) as refused:
        scenario_from("".join(f"k{number} = 1\n" for number in range(2400)))
    assert len(str(refused.value)) < 10_000
    assert str(refused.value).endswith("... and 2,380 more of the kind")


def test_every_problem_is_named_not_only_the_first():
    text = "[use]\nmemory = 3\n[brand.focal.use]\nquality = 7\nqualty = 1\n"
    with pytest.raises(ScenarioError) as refused:
        scenario_from(text)
    assert len(refused.value.problems) == 3


OVERRIDES = {
    "no value": ("brand.focal.use.quality", ["--set brand.focal.use.quality", "no key or no value"]),
    "no key": ("=3", ["--set =3", "no key or no value"]),
    "unknown key": ("brand.focal.use.qualty=0.7", ["--set brand.focal.use.qualty=0.7", "Did you mean 'quality'?"]),
    "out of range": ("brand.focal.use.quality=7", ["--set brand.focal.use.quality=7", "given 7", "0 to 1.5"]),
    "a word for a number": ("brand.focal.use.quality=good", ["--set brand.focal.use.quality=good", "'good'", "0 to 1.5"]),
    "empty value": ("brand.focal.use.quality=", ["--set brand.focal.use.quality=", "given ''"]),
    "into a list": ("intervention.0.coverage=0.5", ["--set intervention.0.coverage=0.5", "intervention"]),
    "into a number": ("market.people.more=3", ["--set market.people.more=3", "market.people"]),
    "a table for a number": ("market.people={a=3}", ["--set market.people={a=3}", "market.people"]),
    "empty parts": ("brand..use=3", ["--set brand..use=3"]),
}  # fmt: skip


@pytest.mark.parametrize(("override", "said"), OVERRIDES.values(), ids=OVERRIDES)
def test_a_wrong_override_is_named_as_it_was_given(override, said):
    text = "[market]\npeople = 3\n" + PLAN + 'effect = [{parameter = "use.quality", add = 0.1}]\n'
    with pytest.raises(ScenarioError) as refused:
        scenario_from(text, override)
    missing = [part for part in said if part not in str(refused.value)]
    assert not missing, f"{missing} not in: {refused.value}"


@pytest.mark.parametrize("given", [5, [5], [None], object()])
def test_values_that_are_none_are_refused_in_words(given):
    with pytest.raises(ScenarioError, match=r"overrides: given .*\n    Write \{"):
        load("restaurant", given)


def test_everyday_words_lead_to_parameters_that_are_there():
    for word, (said, keys) in EVERYDAY.items():
        assert said and set(keys) <= set(all_entries()), word
        assert all(key in meant_by(word.upper()) for key in keys)


@pytest.mark.parametrize("name", ["no-such-scenario", "no/such/file.toml", "", ".", "x" * 5000, "a\0b"])
def test_a_scenario_that_is_not_there(name):
    with pytest.raises(ScenarioError, match="no such file or ready scenario"):
        load(name)


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(tmp_path / "picture.toml")


def test_parents_that_go_round_in_a_circle(tmp_path):
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.toml").write_text(f'extends = "{parent}.toml"\n')
    with pytest.raises(ScenarioError, match="circle") as refused:
        load(tmp_path / "a.toml")
    assert all(f"{name}.toml" in str(refused.value) for name in "abc")


def test_a_fault_is_placed_in_the_file_that_holds_it(tmp_path):
    (tmp_path / "parent.toml").write_text("[market]\npeople = 30\n\n[use]\nmemory = 3.0\n")
    (tmp_path / "child.toml").write_text('extends = "parent.toml"\n[market]\nhorizon_weeks = 0\n')
    with pytest.raises(ScenarioError) as refused:
        load(tmp_path / "child.toml")
    places = {problem.key: problem.where for problem in refused.value.problems}
    assert places["use.memory"].endswith("parent.toml, line 5")
    assert places["market.horizon_weeks"].endswith("child.toml, line 3")


def test_a_childs_intervention_is_placed_in_the_child(tmp_path):
    good = PLAN + 'effect = [{parameter = "use.quality", add = 0.1}]\n'
    (tmp_path / "parent.toml").write_text(good)
    (tmp_path / "child.toml").write_text(
        'extends = "parent.toml"\n\n[[intervention]]\nname = "b"\ncoverage = 2.0\nstart_week = -1.0\n'
        'effect = [{parameter = "use.quality", add = 0.1}]\n'
    )
    with pytest.raises(ScenarioError) as refused:
        load(tmp_path / "child.toml")
    assert {problem.where.rpartition("/")[2] for problem in refused.value.problems} == {
        "child.toml, line 5",
        "child.toml, line 6",
    }


def test_a_parent_whose_interventions_are_none(tmp_path):
    (tmp_path / "parent.toml").write_text("intervention = 5\n")
    (tmp_path / "child.toml").write_text('extends = "parent.toml"\n')
    with pytest.raises(ScenarioError, match="intervention"):
        load(tmp_path / "child.toml")


EDGES = {
    "person out of range": ("0,1\n1,5\n", 2),
    "friend of oneself": ("0,1\n1,1\n", 2),
    "three columns": ("0,1\n1,2,3\n", 2),
    "a word": ("person,friend\n0,1\n1,Bob\n", 3),
    "negative": ("0,1\n-1,2\n", 2),
    "not whole": ("0,1\n1.5,2\n", 2),
}


@pytest.mark.parametrize(("text", "line"), EDGES.values(), ids=EDGES)
def test_a_wrong_line_of_an_edge_list_is_named(tmp_path, text, line):
    (tmp_path / "friends.csv").write_text(text)
    with pytest.raises(ScenarioError, match=rf"(?s)friends\.csv, line {line}.*0 to 4") as refused:
        LoyaltyModel(
            scenario_from('[market]\npeople = 5\nlinks = {kind = "file", edges = "friends.csv"}', folder=tmp_path)
        )
    assert text.splitlines()[line - 1] in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"0,1\n\xff\xfe,2\n", b"0,1\n1,\x002\n", b'0,1\n"1,2\n'], ids=["no text", "a zero byte", "open quote"]
)
def test_an_edge_list_that_is_no_table(tmp_path, content):
    (tmp_path / "friends.csv").write_bytes(content)
    with pytest.raises(ScenarioError, match=r"friends\.csv"):
        state_at_start(
            scenario_from('[market]\npeople = 5\nlinks = {kind = "file", edges = "friends.csv"}', folder=tmp_path), 1
        )


def test_every_shipped_file_is_a_scenario():
    from cxsim.scenario import scenario_names

    assert scenario_names()
    for name in scenario_names():
        assert isinstance(load(name), Scenario)
        assert Path(name).name == Path(name).name.lower()


def test_an_error_is_the_same_when_a_worker_has_sent_it():
    """Through a process pool an error travels pickled, and comes back with its words and its problems."""
    problems = [Problem("market.toml, line 3", "market.people", "given 0", "Allowed: 1 or more.")] * 25
    for error in (ScenarioError(problems[:1]), ScenarioError(problems, 7)):
        sent = pickle.loads(pickle.dumps(error))
        assert str(sent) == str(error) and sent.problems == error.problems
