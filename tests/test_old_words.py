"""What users wrote and typed before the rooms and their words goes on working: commands, options, keys, figures, names, what links of the page name.

Modules that moved and attributes that changed are in test_public_names.py, folders of results in test_old_folders.py, a link of then in
explorer/test_workshop_page.py.
"""

import tomllib
from pathlib import Path

import pytest

import cxsim
from cxsim.analysis.sweep import study
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.interface.cli import cxsim as command
from cxsim.interface.explorer.markets import SLIDERS
from cxsim.scenario import load_intervention_library, scenario_names, schema
from cxsim.scenario.register import all_entries

OLD = tomllib.loads(Path(__file__).with_name("old_words.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OLD["commands"])
def test_a_command_has_its_options(name):
    assert set(OLD["commands"][name]) <= {option for each in command.commands[name].params for option in each.opts}


@pytest.mark.parametrize("section", OLD["keys"])
def test_a_section_of_a_file_has_its_keys(section):
    fields = getattr(study, section, None) or getattr(schema, section)
    assert set(OLD["keys"][section]) <= {field.alias or name for name, field in fields.model_fields.items()}


@pytest.mark.parametrize(
    ("kind", "now"),
    [
        ("names", cxsim.__all__),
        ("figures", [figure.name for figure in FIGURES]),
        ("scenarios", scenario_names()),
        ("interventions", list(load_intervention_library())),
        ("sliders", list(SLIDERS)),
        ("parameters", list(all_entries())),
    ],
)
def test_what_had_a_name_has_it(kind, now):
    assert len(OLD[kind]) > 5 and set(OLD[kind]) <= set(now)
