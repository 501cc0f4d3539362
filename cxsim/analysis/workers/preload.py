"""Imported once by the fork server: every worker is born with the compiled rules in its memory."""

from cxsim.engine.simulate import simulate
from cxsim.scenario.schema import Market, Scenario

simulate(Scenario(market=Market(people=10, horizon_weeks=1)), seed=1, replication=0)
