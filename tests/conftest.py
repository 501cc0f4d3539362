"""What all tests share: Hypothesis repeats its examples exactly, and charts draw into memory."""

import matplotlib
from hypothesis import HealthCheck, settings

matplotlib.use("Agg")

settings.register_profile(
    "same every time",
    derandomize=True,  # a failure on one machine is a failure on all
    database=None,
    deadline=None,  # the first example may compile a rule
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("same every time")
