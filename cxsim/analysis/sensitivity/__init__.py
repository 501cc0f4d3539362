"""What drives the outcome, when a plan fails, and what one may come to regret: analyses of many runs."""

from cxsim.analysis.sensitivity.advantage import advantages
from cxsim.analysis.sensitivity.break_even import BreakEven, break_even
from cxsim.analysis.sensitivity.discovery import Discovery, discover
from cxsim.analysis.sensitivity.factor import Factor, Outcome
from cxsim.analysis.sensitivity.morris import morris, morris_design, morris_from
from cxsim.analysis.sensitivity.one_at_a_time import OneAtATime, one_at_a_time
from cxsim.analysis.sensitivity.regional import regional
from cxsim.analysis.sensitivity.regret import Regret, regret
from cxsim.analysis.sensitivity.sobol import SobolIndices, sobol, sobol_design, sobol_from

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
