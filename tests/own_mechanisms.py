"""The mechanisms that tests live. The journey is compiled once for each set of them, half a minute of a core, and kept for
the whole suite as long as text and order stay the same: so there are two sets of the examples and two texts of a toll.
"""

from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples" / "mechanisms"
PRESENT_TERMS = ("points.py", "season.py", "pausing.py")  # lived once until base and plan part
ALL = ("points.py", "season.py", "price_answer.py", "pausing.py")


def naming(files: tuple[str, ...]) -> str:
    """The line of a scenario, or the override, that names these examples."""
    return "mechanisms = [" + ", ".join(f'"{EXAMPLES / name}"' for name in files) + "]"


def toll(fee: float = 0.0) -> str:
    """A mechanism that counts one and the fee of the first brand every week. Only fees of 0 and 3 are lived."""
    return f"""
from cxsim.mechanism import Mechanism, Section, parameter


class Toll(Mechanism):
    class Offer(Section):
        fee: float = parameter({fee}, "A fee.", "currency", 0, 100, "assumed", "None.")

    class Traits(Section):
        anger: float = parameter(0.0, "Logit of staying lost.", "logit", 0, 9, "assumed", "None.")

    counts = {{"tolls": "tolls paid"}}
    good = {{"tolls": 1}}

    @staticmethod
    def before_week(state):
        state.counted["tolls"][state.clock[0], 0] += {1 + int(fee)}
"""
