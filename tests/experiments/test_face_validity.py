"""Protects the effects of problems: repurchase differs by outcome as much as the page says it should, in every ready market.

Of 6,000 people in two replications; a cell is judged only where its standard error is at most a tenth of the published
distance, and gets three of them beyond the band: with some twenty cells a false alarm about once in forty changes of luck.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

import cxsim
from cxsim.engine.journey.support import recovery_offset
from cxsim.engine.state import Outcome
from experiments.face_validity import OUTCOMES, Episodes, bought_again, emergent, episodes
from experiments.prices import MARKETS

BAND = (0.4, 0.8)


@pytest.fixture(scope="module", params=MARKETS)
def lived(request):
    return episodes(cxsim.load(request.param, {"market.people": min(6000, cxsim.load(request.param).market.people)}))


def test_problems_cost_repurchase_two_to_four_fifths_of_what_is_published(lived):
    judged = 0
    for outcome in OUTCOMES:
        for minor in (True, False):
            found = emergent(lived, outcome, minor)
            if found is None or found.error > 0.1 * abs(found.published):
                continue
            slack = 3.0 * found.error / abs(found.published)
            assert BAND[0] - slack < found.of_published < BAND[1] + slack, (outcome.name, minor, found)
            judged += 1
    assert judged >= 1


def test_worse_ends_are_followed_by_fewer_purchases(lived):
    """Silent or unresolved below resolved, and all below no problem: by three standard errors, or not told apart."""
    shares = [bought_again(lived, np.isin(lived.outcome, which)) for which in ((1, 2), (3, 4), (Outcome.NO_FAILURE,))]
    for worse, better in pairwise(shares):
        assert worse.share < better.share + 3.0 * math.hypot(worse.error, better.error)
    assert shares[0].share < shares[2].share - 3.0 * math.hypot(shares[0].error, shares[2].error)


def test_the_measures_on_made_up_episodes():
    """Four hundred people of two kinds, two episodes each: shares, errors by person, and the published distance at their severities."""
    silent, none = int(Outcome.SILENT), int(Outcome.NO_FAILURE)
    lived = Episodes(
        person=np.repeat(np.arange(400), 2),
        again=np.tile([True, False, True, True], 200),
        outcome=np.tile([silent, silent, none, none], 200),
        severity=np.tile([0.2, 0.2, 0.0, 0.0], 200),
        late=np.zeros(800, bool),
        satisfaction=np.zeros(800),
    )
    lived.again[2:80:4] = False  # 20 of the 200 without a problem miss once
    hurt = bought_again(lived, lived.outcome == silent)
    assert (hurt.n, hurt.share, hurt.error) == (400, 0.5, 0.0)  # each of them once again and once not: no spread
    unhurt = bought_again(lived, lived.outcome == none)
    assert unhurt.share == pytest.approx(380 / 400)
    share = 380 / 400
    by_person = 20 * (1 - 2 * share) ** 2 + 180 * (2 * (1 - share)) ** 2
    assert unhurt.error == pytest.approx(math.sqrt(by_person) / 400)
    found = emergent(lived, Outcome.SILENT, minor=True)
    assert (
        found.published
        == pytest.approx(recovery_offset(silent, 0.2))
        == pytest.approx(math.log(0.37 / 0.63) - math.log(19))
    )
    assert found.apart == pytest.approx(-math.log(19))
