"""What drives the outcome, when a plan fails, and what one may come to regret: analyses of many runs."""

from cxsim.sensitivity.advantage import advantages
from cxsim.sensitivity.break_even import BreakEven, break_even
from cxsim.sensitivity.discovery import Discovery, discover
from cxsim.sensitivity.factor import Factor, Outcome
from cxsim.sensitivity.morris import morris, morris_design, morris_from
from cxsim.sensitivity.one_at_a_time import OneAtATime, one_at_a_time
from cxsim.sensitivity.regional import regional
from cxsim.sensitivity.regret import Regret, regret
from cxsim.sensitivity.sobol import SobolIndices, sobol, sobol_design, sobol_from

__all__ = [
    "BreakEven",
    "Discovery",
    "Factor",
    "OneAtATime",
    "Outcome",
    "Regret",
    "SobolIndices",
    "advantages",
    "break_even",
    "discover",
    "morris",
    "morris_design",
    "morris_from",
    "one_at_a_time",
    "regional",
    "regret",
    "sobol",
    "sobol_design",
    "sobol_from",
]
