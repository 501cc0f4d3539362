"""Imported once by the fork server: every worker is born with the compiled rules in its memory."""

from cxsim.scenario.schema import Market, Scenario
from cxsim.study.lived import live

live(Scenario(market=Market(people=10, horizon_weeks=1)), seed=1, replication=0)
