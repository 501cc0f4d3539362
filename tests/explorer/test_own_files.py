"""A scenario file that a visitor brings is checked like every scenario, and reaches no other file of the server."""

import pytest

from cxsim.interface.explorer.loading import read_scenario
from cxsim.scenario import ScenarioError

MANY = "\n".join(f'[[intervention]]\nname = "n{number}"\nuse = "smooth-checkout"' for number in range(21))
BRANDS = "\n".join(f"brand.b{number}.use.quality = 0.7" for number in range(9))
PARTIAL = "\n".join(
    f'[[intervention]]\nname = "n{number}"\nuse = "clear-pages"\ncoverage = 0.5\nramp_weeks = 20\nlevel = "low"\neffect = [{{parameter = "use.quality", add = 0.001}}]'
    for number in range(16)
)


def test_a_file_may_extend_a_ready_scenario_by_name():
    scenario = read_scenario('name = "Mine"\nextends = "restaurant"\n[brand.Olive.use]\nlate_rate = 0.5\n')
    assert (scenario.name, scenario.brand["Olive"].use.late_rate, scenario.market.people) == ("Mine", 0.5, 6000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extends = '/etc/passwd'", "there is no ready scenario"),
        ("extends = '../../etc/hosts'", "there is no ready scenario"),
        ("extends = 'scenario.toml'", "there is no ready scenario"),
        ("extends = ['restaurant']", "there is no ready scenario"),
        ("market.links = {kind = 'file', edges = '/etc/passwd'}", "file of links"),
        ("market.links.edges = '/etc/passwd'", "file of links"),
        ("reference.weekly_repeat_purchases = '/etc/passwd'", "real figures"),
        ("name = ", "line 1: TOML: there is no value that can be read"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("brand.focal.use.late_rate = 7", r"your file, line 1: brand\.focal\.use\.late_rate: given 7"),
        ("brand.focal.use.lat_rate = 0.1", "Did you mean 'late_rate'"),
        ("market.people = 'all'", "should be a number, not text"),
        (MANY, "there are 21 of them"),
        (BRANDS, "there are 9 of them"),
        (PARTIAL, "too many kinds of people"),
    ],
)
def test_what_is_wrong_or_reaches_out_is_refused_in_words_that_name_no_place_of_the_server(
    text, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenario.toml").write_text("name = 'secret'")
    with pytest.raises(ScenarioError, match=words) as refused:
        read_scenario(text)
    assert "/tmp" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
