"""A simulated market as the tables a firm would hold, and beside them the truth that no firm holds.

Methods for churn, uplift and customer value are tested on data whose answer nobody knows. Here it is known: why each
line ended, and what the same person would have done, with the same luck, had the plan not been there.
"""

from cxsim.analysis.export.exporting import export

__all__ = ["export"]
