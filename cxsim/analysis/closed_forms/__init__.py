"""Published models that the simulator collapses to: their formulas, likelihoods and forecasts, without simulation.

They serve three ends: the simulator is verified against them, calibration starts from them, and they are the peers its
forecasts are compared with. `lifetimes` and `btyd`, which offered the same, are no longer kept; `pymc-marketing` is,
but brings a probabilistic programming language along. The formulas below are a few lines each on SciPy.
"""
