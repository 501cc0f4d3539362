"""The closed forms that the simulator contains, each with the scenario in which it must collapse to it.

A limit is a scenario file (`experiments/verification/NAME.toml`) and a description here: the formula, the reference,
what is measured in a run, and the bias that is known to remain. `verify` lives the scenario and compares.
"""

from cxsim.verification.bass import BASS
from cxsim.verification.bg_nbd import BG_NBD
from cxsim.verification.branching import BRANCHING
from cxsim.verification.contracts import BDW, SBG
from cxsim.verification.expectations import LEARNING, STATIONARY_VARIANCE
from cxsim.verification.lifetime_value import CLV, SPREADSHEET
from cxsim.verification.limit import Check, Limit, Series, Verified, expected_false_alarms, verify
from cxsim.verification.logit import LOGIT
from cxsim.verification.loss_aversion import LOSS_AVERSION
from cxsim.verification.nbd import NBD
from cxsim.verification.pareto_nbd import PARETO_NBD
from cxsim.verification.product_life import PRODUCT_LIFE

# In the order of the customer's story: needs, expectations, choice, use, loyalty, telling, money.
LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        BASS, NBD, PRODUCT_LIFE, LEARNING, STATIONARY_VARIANCE, LOGIT, LOSS_AVERSION, BG_NBD, PARETO_NBD, SBG, BDW,
        BRANCHING, SPREADSHEET, CLV,
    )
}  # fmt: skip

__all__ = ["LIMITS", "Check", "Limit", "Series", "Verified", "expected_false_alarms", "verify"]
