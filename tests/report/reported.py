"""Small markets to report on, whose words are as nasty as a scenario file allows."""

import json

from markets import EVERYTHING_HAPPENS, scenario_from

NASTY = "<script>alert(1)</script> & \"x\" 'y' $z^2$ {{ 7*7 }} </style> NA"
CURRENCY = '<b>&"'
PLAN = """
[[intervention]]
name = "better"
story = '''<iframe src="https://example.org/"></iframe>'''
source = '''<a href="javascript:alert(3)">a source</a>'''
effect = [{parameter = "use.quality", add = 0.2}]
cost = {once = 10.0, weekly = 1.0}
"""
OTHER = """
[[intervention]]
name = "worse"
effect = [{parameter = "use.quality", add = -0.2}]
cost = {weekly = 50.0}
"""


def market(name, more="", *overrides):
    """A market of this name and story, and with a source that is called so too."""
    words = f"name = {json.dumps(name)}\nstory = {json.dumps(f'<img src=x onerror=alert(2)> {name}')}\n"
    source = f'[evidence."use.memory"]\nevidence = "assumed"\nsource = {json.dumps(f"source {name}")}\n'
    small = ("market.people=150", "market.horizon_weeks=20", f"market.currency='{CURRENCY}'")
    return scenario_from(words + EVERYTHING_HAPPENS + source + more, *small, *overrides)
