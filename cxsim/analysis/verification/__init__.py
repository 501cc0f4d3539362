"""The closed forms that the simulator contains, each with the scenario in which it must collapse to it.

A limit is a scenario file (`experiments/verification/NAME.toml`) and a description here: the formula, the reference,
what is measured in a run, and the bias that is known to remain. `verify` lives the scenario and compares.
"""

from cxsim.analysis.verification.abandonment import ABANDONMENT
from cxsim.analysis.verification.attrition import ATTRITION
from cxsim.analysis.verification.bass import BASS
from cxsim.analysis.verification.bg_bb import BG_BB
from cxsim.analysis.verification.bg_nbd import BG_NBD
from cxsim.analysis.verification.branching import BRANCHING
from cxsim.analysis.verification.contracts import BDW, SBG
from cxsim.analysis.verification.expectations import LEARNING, STATIONARY_VARIANCE
from cxsim.analysis.verification.gamma_gamma import GAMMA_GAMMA
from cxsim.analysis.verification.lifetime_value import CLV, SPREADSHEET
from cxsim.analysis.verification.limit import Check, Limit, Series, Verified, expected_false_alarms, verify
from cxsim.analysis.verification.logit import LOGIT
from cxsim.analysis.verification.loss_aversion import LOSS_AVERSION
from cxsim.analysis.verification.nbd import NBD
from cxsim.analysis.verification.pareto_nbd import PARETO_NBD
from cxsim.analysis.verification.product_life import PRODUCT_LIFE
from cxsim.analysis.verification.raised_again import RAISED_AGAIN
from cxsim.analysis.verification.season import SEASON

# In the order of the customer's story: needs, expectations, choice, use, support, loyalty, telling, money.
LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        BASS, NBD, PRODUCT_LIFE, SEASON, LEARNING, STATIONARY_VARIANCE, LOGIT, LOSS_AVERSION, ABANDONMENT, RAISED_AGAIN, BG_NBD, PARETO_NBD,
        BG_BB, SBG, BDW, ATTRITION, BRANCHING, GAMMA_GAMMA, SPREADSHEET, CLV,
    )
}  # fmt: skip

__all__ = ["LIMITS", "Check", "Limit", "Series", "Verified", "expected_false_alarms", "verify"]
