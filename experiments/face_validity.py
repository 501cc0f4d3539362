"""What people do after what happened to them, measured in simulated lives as the sources measured it in real ones.

Every episode of use is followed to the next occasion on which its brand could be bought again. Bought again is: the
next purchase is of the same brand. Not bought again is: a rival's, nothing, or the category left. Episodes whose next
occasion lies behind the horizon are left out.

    python -m experiments.face_validity [--write]     (about three minutes)
"""

import math
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

import cxsim
from cxsim.analysis.phrases import DASH
from cxsim.engine.event_log import run_with_log
from cxsim.engine.journey.support import REPURCHASE_MAJOR, REPURCHASE_MINOR, recovery_offset
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY, Outcome
from cxsim.scenario import Scenario
from cxsim.scenario.smaller import of_people
from experiments.pages import asked_to_write, tables_abreast, write_figures
from experiments.prices import MARKETS

PEOPLE = 6000
REPLICATIONS = 2
Z = 1.96
PAGE = Path(__file__).parents[1] / "docs" / "face-validity.md"
OUTCOMES = {
    Outcome.SILENT: "silent",
    Outcome.UNRESOLVED: "unresolved",
    Outcome.RESOLVED: "resolved",
    Outcome.QUICK: "quickly",
}
MINOR_UP_TO = 0.5  # severity
SATISFACTION_BANDS = (0.3, 0.5, 0.7, 0.9)
ENDS = (Note.BUYS, Note.LEAVES, Note.NO_PURCHASE)


class Episodes(NamedTuple):
    """Episodes with the focal brand whose next occasion was seen, one entry each.

    Attributes:
        person: who (a replication adds its own numbers).
        again: whether the same brand was bought next.
        outcome: an `Outcome`.
        severity: of the failure, 0 to 1; 0 if nothing failed.
        late: whether delivery was late.
        satisfaction: with the episode, before support; around 0 to 1.
    """

    person: NDArray[np.int64]
    again: NDArray[np.bool_]
    outcome: NDArray[np.int64]
    severity: NDArray[np.float64]
    late: NDArray[np.bool_]
    satisfaction: NDArray[np.float64]


class Share(NamedTuple):
    """A share who bought again: of how many episodes, and its standard error, people being the independent ones."""

    n: int
    share: float
    error: float

    @property
    def logit(self) -> float:
        """Logit of the share; infinite at 0 and 1."""
        return float(logit(self.share))

    @property
    def logit_error(self) -> float:
        """Standard error of the logit, by the delta method."""
        return self.error / (self.share * (1.0 - self.share)) if 0.0 < self.share < 1.0 else math.inf


def watched(market: str) -> Scenario:
    """So many of its people; where it has fewer, more of them, with desks in proportion."""
    scenario = cxsim.load(market)
    if scenario.market.people < PEOPLE:
        return of_people(scenario, PEOPLE)
    return cxsim.load(market, {"market.people": PEOPLE})


def episodes(scenario: Scenario, replications: int = REPLICATIONS) -> Episodes:
    """All episodes with the first brand of a market, lived once for each replication."""
    parts = [_episodes(scenario, replication) for replication in range(replications)]
    apart = [part._replace(person=part.person + place * scenario.market.people) for place, part in enumerate(parts)]
    return Episodes(*(np.concatenate(columns) for columns in zip(*apart, strict=True)))


def _episodes(scenario: Scenario, replication: int) -> Episodes:
    log = run_with_log(scenario, 0, replication, EVERYBODY, 40 * scenario.market.people).log
    log = log[np.argsort(log["person"], kind="stable")]  # a life is noted in order
    what, person = log["what"], log["person"]
    uses = np.flatnonzero((what == Note.USES) & (log["brand"] == 0))
    following = _next_of_same_person(np.isin(what, ENDS), person)[uses]
    seen = following >= 0
    uses, following = uses[seen], following[seen]
    bought = _last_of_same_person(what == Note.BUYS, person)[uses]
    failed, supported = (_within(what == note, uses, following) for note in (Note.FAILS, Note.SUPPORT))
    delivery = next(iter(scenario.brand.values())).use
    waited = log["at"][uses] - log["at"][bought]
    return Episodes(
        person[uses].astype(np.int64),
        (what[following] == Note.BUYS) & (log["brand"][following] == 0),
        np.where(supported >= 0, log["a"][supported], Outcome.NO_FAILURE).astype(np.int64),
        np.where(failed >= 0, log["a"][failed], 0.0),
        (waited > delivery.delivery_weeks + 0.5 * delivery.late_weeks) & (delivery.late_weeks > 0.0),
        log["d"][uses],
    )


def _next_of_same_person(mark: NDArray[np.bool_], person: NDArray[np.int32]) -> NDArray[np.int64]:
    """For each place the next later marked one of the same person, else -1."""
    return len(mark) - 1 - _last_of_same_person(mark[::-1], person[::-1], missing=len(mark))[::-1]


def _last_of_same_person(mark: NDArray[np.bool_], person: NDArray[np.int32], missing: int = -1) -> NDArray[np.int64]:
    """For each place the last earlier marked one of the same person, else `missing`."""
    places = np.where(mark, np.arange(len(mark)), -1)
    last = np.concatenate([[-1], np.maximum.accumulate(places)[:-1]])
    same = (last >= 0) & (person[last] == person)
    return np.where(same, last, missing)


def _within(mark: NDArray[np.bool_], first: NDArray[np.int64], behind: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first marked place after each `first` and before its `behind`, else -1."""
    marked = np.append(np.flatnonzero(mark), len(mark))
    found = marked[np.searchsorted(marked, first)]
    return np.where(found < behind, found, -1)


def bought_again(lived: Episodes, which: NDArray[np.bool_]) -> Share:
    """The share of the chosen episodes after which the brand was bought again."""
    again, person = lived.again[which], lived.person[which]
    if not len(again):
        return Share(0, math.nan, math.nan)
    share = float(again.mean())
    by_person = np.bincount(person, weights=again - share)
    return Share(len(again), share, float(np.sqrt((by_person**2).sum())) / len(again))


def told(share: Share) -> str:
    """A share with its 95% interval, and of how many."""
    if not share.n:
        return DASH
    return f"{100 * share.share:.0f}% (&plusmn;{100 * Z * share.error:.0f}, n={share.n:,})"


def logit_apart(share: Share, best: Share) -> str:
    """How far a share lies from another on the logit scale, with its 95% interval."""
    if not share.n or not math.isfinite(share.logit) or not math.isfinite(best.logit):
        return DASH
    return f"{share.logit - best.logit:+.1f} (&plusmn;{Z * math.hypot(share.logit_error, best.logit_error):.1f})"


class Emergent(NamedTuple):
    """What a kind of problem does to buying again, beside what is published for problems as severe.

    Attributes:
        share: who bought again.
        apart: logit of that share less the logit of those without a problem.
        error: standard error of `apart`.
        published: mean published distance at the severities of these episodes; negative, 0 at best.
    """

    share: Share
    apart: float
    error: float
    published: float

    @property
    def of_published(self) -> float:
        """The distance as a share of the published one."""
        return self.apart / self.published


def emergent(lived: Episodes, outcome: Outcome, minor: bool) -> Emergent | None:
    """One kind of problem; None where too few met it for its 95% interval to be narrower than the published distance."""
    which = (lived.outcome == outcome) & ((lived.severity < MINOR_UP_TO) == minor)
    share, unhurt = bought_again(lived, which), bought_again(lived, lived.outcome == Outcome.NO_FAILURE)
    if not share.n or not math.isfinite(share.logit):
        return None
    published = float(
        np.mean([recovery_offset(outcome.value, severity) for severity in lived.severity[which].tolist()])
    )
    error = math.hypot(share.logit_error, unhurt.logit_error)
    if 2.0 * Z * error > abs(published):
        return None
    return Emergent(share, share.logit - unhurt.logit, error, published)


def by_outcome(markets: dict[str, Episodes]) -> str:
    """Buying again by what became of a problem, beside the shares of TARP, as logits from the best case."""
    unhurt = {name: bought_again(lived, lived.outcome == Outcome.NO_FAILURE) for name, lived in markets.items()}
    rows = [["no problem", DASH, *(told(share) for share in unhurt.values())]]
    for kind, published in (("minor", REPURCHASE_MINOR), ("major", REPURCHASE_MAJOR)):
        for place, (outcome, word) in enumerate(OUTCOMES.items()):
            found = [emergent(lived, outcome, kind == "minor") for lived in markets.values()]
            cells = ["too few" if each is None else _with_published(each) for each in found]
            apart = logit(published[place]) - logit(REPURCHASE_MINOR[-1])
            rows.append([f"{kind}, {word}", f"{100 * published[place]:.0f}%: {apart:+.1f}", *cells])
    return tables_abreast(["problem", "TARP (intentions)", *markets], rows, before=2)


def _with_published(found: Emergent) -> str:
    half = Z * found.error / abs(found.published)
    return f"{told(found.share)}: {found.apart:+.1f} ({found.of_published:.2f} &plusmn;{half:.2f} of it)"


def by_lateness(markets: dict[str, Episodes]) -> str:
    """Buying again and satisfaction after a late delivery."""
    rows: list[list[str]] = [["on time"], ["late"], ["logit apart"], ["satisfaction apart, in stars (Olist: -2.1)"]]
    for lived in markets.values():
        late, on_time = bought_again(lived, lived.late), bought_again(lived, ~lived.late)
        stars = (
            4.0 * (lived.satisfaction[lived.late].mean() - lived.satisfaction[~lived.late].mean())
            if late.n
            else math.nan
        )
        for row, cell in zip(
            rows,
            [told(on_time), told(late), logit_apart(late, on_time), f"{stars:+.1f}" if late.n else DASH],
            strict=True,
        ):
            row.append(cell)
    return tables_abreast(["delivery", *markets], rows)


def by_satisfaction(markets: dict[str, Episodes]) -> str:
    """Buying again by satisfaction with the episode, and their correlation."""
    bands = [-math.inf, *SATISFACTION_BANDS, math.inf]
    rows = []
    for low, high in pairwise(bands):
        name = (
            f"below {high:g}"
            if low == -math.inf
            else f"{low:g} and more"
            if high == math.inf
            else f"{low:g} to {high:g}"
        )
        rows.append(
            [
                name,
                *(
                    told(bought_again(lived, (lived.satisfaction >= low) & (lived.satisfaction < high)))
                    for lived in markets.values()
                ),
            ]
        )
    rows.append(
        ["correlation", *(f"{np.corrcoef(lived.satisfaction, lived.again)[0, 1]:.2f}" for lived in markets.values())]
    )
    return tables_abreast(["satisfaction", *markets], rows)


def figures(markets: dict[str, Episodes]) -> str:
    """The tables of the page."""
    return "\n\n".join(
        [
            "**By what became of a problem**",
            by_outcome(markets),
            "**By lateness**",
            by_lateness(markets),
            "**By satisfaction**",
            by_satisfaction(markets),
        ]
    )


def main() -> None:
    """Print the figures, and write them with `--write`."""
    write = asked_to_write(__doc__)
    lived = {name: episodes(watched(name)) for name in MARKETS}
    print(figures(lived))
    if write:
        write_figures(PAGE, figures(lived))


if __name__ == "__main__":
    main()
