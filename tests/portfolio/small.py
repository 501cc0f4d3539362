"""A market small enough to try every plan of its menu many times, and backends for it."""

from cxsim.analysis.portfolio.menu import read_menu
from cxsim.analysis.workers.backends import Threads
from cxsim.scenario import load

MARKET = """
name = "Corner shop"
[market]
people = 60
horizon_weeks = 12
focal = "ours"
currency = "EUR"
[need]
at_entry = true
rate_scale_weeks = 2.0
[brand.ours]
use.failure_rate = 0.3
purchase.ease = 0.7
[brand.theirs]
use.quality = 0.7
"""
MENU = """
[[intervention]]
name = "repairs"
effect = [{parameter = "use.failure_rate", multiply = 0.2}]
cost = {once = 20.0}
start_week = [0, 6]

[[intervention]]
name = "till"
effect = [{parameter = "purchase.ease", add = {low = 0.05, typical = 0.15, high = 0.25}}]
size = [
    {name = "half", coverage = 0.5, cost = {once = 15.0, per_use = 0.1}},
    {name = "whole", cost = {once = 30.0, per_use = 0.1}},
]

[[intervention]]
name = "poster"
effect = [{parameter = "expectation.promise", add = 0.0}]
cost = {once = 5.0, weekly = 0.1}
"""


def written(folder, name, text):
    """The file with the text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def market_and_menu(folder, menu=MENU):
    """The market and a menu, read."""
    market = load(written(folder, "market.toml", MARKET))
    return market, read_menu(written(folder, "menu.toml", menu), market)


def one_thread():
    """A backend of one thread."""
    return Threads()
