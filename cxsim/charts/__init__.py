"""Pictures of runs and comparisons. Every function takes `ax=` and returns it; one colour means one thing everywhere."""

from cxsim.charts.agreement import agreement
from cxsim.charts.boxes import boxes
from cxsim.charts.differences import differences
from cxsim.charts.flow import flow
from cxsim.charts.holdout import holdout
from cxsim.charts.matrix import matrix
from cxsim.charts.rhythm import rhythm
from cxsim.charts.tornado import tornado

__all__ = ["agreement", "boxes", "differences", "flow", "holdout", "matrix", "rhythm", "tornado"]
