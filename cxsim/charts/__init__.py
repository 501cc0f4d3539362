"""Pictures of runs and comparisons. Every function takes `ax=` and returns it; one colour means one thing everywhere."""

from cxsim.charts.agreement import agreement
from cxsim.charts.boxes import boxes
from cxsim.charts.differences import differences
from cxsim.charts.endings import endings
from cxsim.charts.flow import flow
from cxsim.charts.forest import forest
from cxsim.charts.front import front
from cxsim.charts.heat import heat
from cxsim.charts.holdout import holdout
from cxsim.charts.indices import indices, screening
from cxsim.charts.loop_length import loop_length
from cxsim.charts.matrix import matrix
from cxsim.charts.money import money
from cxsim.charts.referrals import referrals
from cxsim.charts.regional import regional
from cxsim.charts.retention import retention
from cxsim.charts.rhythm import rhythm
from cxsim.charts.ring import ring
from cxsim.charts.scores import scores
from cxsim.charts.tornado import tornado
from cxsim.charts.worlds import worlds

__all__ = [
    "agreement",
    "boxes",
    "differences",
    "endings",
    "flow",
    "forest",
    "front",
    "heat",
    "holdout",
    "indices",
    "loop_length",
    "matrix",
    "money",
    "referrals",
    "regional",
    "retention",
    "rhythm",
    "ring",
    "scores",
    "screening",
    "tornado",
    "worlds",
]
