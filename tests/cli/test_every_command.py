"""Protects the command line: every command works."""

import json
import re

import jsonschema
import pandas as pd
import pytest
from typed import BASE, PLAN, SMALL

from cxsim import scenario_names


def test_a_plan_for_another_market_is_noticed(cxsim, tmp_path):
    other = tmp_path / "calibrated.toml"
    other.write_text('extends = "online-retailer"\nloyalty.leave_b = 5.0\nneed.rate_shape = 0.5\n')
    _, same, _ = cxsim("compare", BASE, PLAN, "-n", 1, *SMALL)
    assert "differs" not in same
    _, note, _ = cxsim("compare", other, PLAN, "-n", 1, *SMALL)
    assert "differs from 'calibrated' in need.rate_shape, loyalty.leave_b, from the first week" in note
    cxsim("new", tmp_path / "mine", "--market", other)
    _, own, _ = cxsim("compare", other, tmp_path / "mine.toml", "-n", 1, *SMALL)
    assert "differs" not in own


def test_list_names_every_market_plan_intervention_and_mechanism(cxsim):
    code, out, _ = cxsim("list")
    assert code == 0
    for name in (*scenario_names(), "smooth-checkout", "loyalty_programme"):
        assert f"  {name} " in out


def test_run_shows_every_figure_with_its_unit(cxsim):
    code, out, err = cxsim("run", BASE, "-n", 2, *SMALL)
    assert (code, err) == (0, "")
    assert out.startswith("Online retailer: 2 replications of 200 people, seed 1")
    assert re.search(r"^    loops +\d+.* \(people\)$", out, re.M)
    assert "nan" not in out


def test_run_compares_with_real_figures_where_there_are_any(cxsim):
    _, out, _ = cxsim("run", "online-retailer-rhythm", "-n", 1)
    assert "4,339 real" in out


def test_compare_gives_the_verdict_the_matrix_and_the_rescued_lines(cxsim):
    many = ("--set", "market.people=3000", "--set", "market.horizon_weeks=40")  # enough for both plans to move somebody
    code, out, err = cxsim("compare", BASE, PLAN, "plans/online-retailer-checkout", "-n", 2, *many)
    assert (code, err) == (0, "")
    assert len(re.findall(r"[\d,]+ \(.*?\) turn from lines into loops", out)) == 2
    assert out.count("The same people in base and plan") == out.count("Rescued lines") == 2
    assert "not a forecast" in out


def test_compare_says_none_when_no_line_was_rescued(cxsim):
    _, out, _ = cxsim("compare", BASE, BASE, "-n", 2, *SMALL)
    assert "Empty DataFrame" not in out
    assert re.search(r"used to end\n +none\n", out)


def test_compare_is_the_same_with_any_number_of_workers(cxsim):
    said = {cxsim("compare", BASE, PLAN, "-n", 3, "--workers", workers, "--json", *SMALL) for workers in (1, 3)}
    assert len(said) == 1


def test_follow_tells_one_life_or_two(cxsim):
    code, out, _ = cxsim("follow", 3, BASE, *SMALL)
    assert code == 0 and out.startswith("Person 3 in Online retailer\n")
    code, out, _ = cxsim("follow", 3, BASE, BASE, *SMALL)
    assert code == 0 and "does the same in" in out


def test_follow_stops_where_two_lives_part_unless_asked_to_go_on(cxsim):
    faster = ("--set", "need.rate_scale_weeks=0.1", "--set", "market.horizon_weeks=60")
    parted = next(
        person for person in range(50) if "Then they part" in cxsim("follow", person, BASE, PLAN, *SMALL, *faster)[1]
    )
    _, short, _ = cxsim("follow", parted, BASE, PLAN, *SMALL, *faster)
    _, whole, _ = cxsim("follow", parted, BASE, PLAN, "--whole-life", *SMALL, *faster)
    assert short.count("Then they part") == whole.count("Then they part") == 1
    assert len(whole.splitlines()) >= len(short.splitlines())
    assert "more moments" not in whole


def test_check_explain_and_assumptions(cxsim):
    code, out, _ = cxsim("check", PLAN)
    assert code == 0 and out.startswith("Online retailer: parcels on time: right.")
    code, out, _ = cxsim("explain", "support.quick_rate")
    assert code == 0 and out.startswith("support.quick_rate = ")
    code, out, _ = cxsim("assumptions", BASE)
    assert code == 0 and re.search(r"^\* loyalty.leave_b +6.4 .* fitted ", out, re.M)
    code, out, _ = cxsim("assumptions", BASE, "--only", "published")
    assert code == 0 and " assumed " not in out


RULE = """name = "Thanks"
extends = "restaurant"
[[intervention]]
name = "thanks"
when = {purchases = ">= 5"}
effect = [{parameter = "purchase.price", multiply = 0.95}]
[[intervention]]
name = "sorry"
when = {complained = true, last_score = "> 9"}
start_week = 100
effect = [{parameter = "use.quality", add = 0.01}]
"""


def test_whom_a_rule_means_is_said_before_and_after(cxsim, tmp_path):
    (tmp_path / "thanks.toml").write_text(RULE, encoding="utf-8")
    plan, small = str(tmp_path / "thanks.toml"), ("--set", "market.people=300")
    _, out, _ = cxsim("check", plan, *small)
    assert re.search(r"for purchases >= 5: [1-9]\d* people when week 0 begins", out)
    assert "for complained and last_score > 9: " in out
    _, out, _ = cxsim("compare", "restaurant", plan, "-n", "2", "-o", str(tmp_path / "out"), *small)
    assert re.search(r"'thanks' meant [1-9]\d* \(.* people, in [\d,]+ \(.* weeks of theirs", out)
    reach = pd.read_csv(tmp_path / "out" / "reach.csv")
    assert reach["rule"].tolist() == 2 * ["thanks", "sorry"] and (reach["people"] <= reach["person_weeks"]).all()
    _, out, _ = cxsim("report", str(tmp_path / "out"))
    _, out, _ = cxsim("explain", "when")
    assert "when.purchases" in out and "when.customer" in out


def test_schema_accepts_what_the_markets_are(cxsim, tmp_path):
    code, out, _ = cxsim("schema")
    schema = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"market": {"people": 5}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"market": {"peple": 5}}, schema)
    assert code == cxsim("schema", "-o", tmp_path / "s.json")[0] == 0
    assert (tmp_path / "s.json").read_text() == out


@pytest.mark.parametrize("name", ["my-plan", "my-plan.toml", "plan.v2", 'we\\ird "name"'])
def test_new_writes_a_plan_that_is_right(cxsim, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    code, out, _ = cxsim("new", name)
    written = name if name.endswith(".toml") else f"{name}.toml"
    assert code == 0 and written in out
    assert [path.name for path in tmp_path.iterdir()] == [written]
    assert cxsim("check", written)[0] == 0
    assert cxsim("compare", BASE, written, "-n", 1, *SMALL)[0] == 0


def test_new_refuses_to_overwrite(cxsim, tmp_path):
    (tmp_path / "mine.toml").write_text("mine")
    code, _, err = cxsim("new", tmp_path / "mine")
    assert code == 2 and "exists already" in err
    assert (tmp_path / "mine.toml").read_text() == "mine"


def test_new_can_extend_a_file(cxsim, tmp_path):
    market = tmp_path / "market.toml"
    market.write_text('name = "Mine"\n')
    assert cxsim("new", tmp_path / "plan", "--market", market)[0] == 0
    assert "Mine" not in (tmp_path / "plan.toml").read_text()
    assert cxsim("check", tmp_path / "plan.toml")[0] == 0


@pytest.mark.parametrize("command", ["run", "compare"])
def test_json_parses_and_holds_no_nan(cxsim, command):
    code, out, err = cxsim(command, BASE, *([PLAN] if command == "compare" else []), "-n", 1, "--json", *SMALL)
    assert (code, err) == (0, "")
    result = json.loads(out, parse_constant=lambda word: pytest.fail(word))
    assert result["replications"] == 1


def test_assumptions_as_json(cxsim):
    rows = json.loads(cxsim("assumptions", BASE, "--json")[1])
    assert len(rows) > 50
    keys = {"key", "value", "range", "unit", "evidence", "source", "set_here"}
    assert all(row.keys() == keys for row in rows)


def test_results_and_charts_are_written_to_the_folder(cxsim, tmp_path):
    out = tmp_path / "results" / "demo"
    code, said, _ = cxsim("compare", BASE, PLAN, "plans/online-retailer-checkout", "-n", 2, "-o", out, *SMALL)
    assert code == 0 and f"Written to {out}" in said
    charts = {f"{chart}-{number}.png" for chart in ("flow", "endings", "matrix", "money") for number in (1, 2)}
    assert {path.name for path in out.iterdir()} >= charts | {"summary.md", "manifest.json", "differences.csv"}
    code, _, _ = cxsim("run", "online-retailer-rhythm", "-n", 1, "--parquet", "-o", tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"flow.png", "rhythm.png", "figures.parquet"}
