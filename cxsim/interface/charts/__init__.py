"""Pictures of runs and comparisons. Every function takes `ax=` and returns it; one colour means one thing everywhere."""

from cxsim.interface.charts.agreement import agreement
from cxsim.interface.charts.beliefs import beliefs
from cxsim.interface.charts.boxes import boxes
from cxsim.interface.charts.changed_flow import changed_flow
from cxsim.interface.charts.cohorts import cohorts
from cxsim.interface.charts.differences import differences
from cxsim.interface.charts.endings import endings
from cxsim.interface.charts.flow import flow
from cxsim.interface.charts.forest import forest
from cxsim.interface.charts.front import front
from cxsim.interface.charts.funnel import funnel
from cxsim.interface.charts.heat import heat
from cxsim.interface.charts.holdout import holdout
from cxsim.interface.charts.indices import indices, screening
from cxsim.interface.charts.journey_map import journey_map
from cxsim.interface.charts.loop_length import loop_length
from cxsim.interface.charts.matrix import matrix
from cxsim.interface.charts.members import members
from cxsim.interface.charts.money import money
from cxsim.interface.charts.referrals import referrals
from cxsim.interface.charts.regional import regional
from cxsim.interface.charts.retention import retention
from cxsim.interface.charts.rhythm import rhythm
from cxsim.interface.charts.ring import ring
from cxsim.interface.charts.scores import scores
from cxsim.interface.charts.survey import survey
from cxsim.interface.charts.tornado import tornado
from cxsim.interface.charts.waterfall import waterfall
from cxsim.interface.charts.worlds import worlds

__all__ = [
    "agreement",
    "beliefs",
    "boxes",
    "changed_flow",
    "cohorts",
    "differences",
    "endings",
    "flow",
    "forest",
    "front",
    "funnel",
    "heat",
    "holdout",
    "indices",
    "journey_map",
    "loop_length",
    "matrix",
    "members",
    "money",
    "referrals",
    "regional",
    "retention",
    "rhythm",
    "ring",
    "scores",
    "screening",
    "survey",
    "tornado",
    "waterfall",
    "worlds",
]
