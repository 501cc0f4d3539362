"""Figures of experience that a firm may know beside its purchases, and the parameters they have something to say about."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxsim.analysis.calibration.moments import (
    FittedFigure,
    moment_of_contacts,
    moment_of_failures,
    moment_of_lateness,
    moment_of_rating,
    moment_of_referrals,
    moments_of_recommendation,
    moments_of_satisfaction,
)
from cxsim.analysis.calibration.priors import Ranges, around_share
from cxsim.analysis.experiment.arms import Tried
from cxsim.data import read_scores

OF_THE_PRODUCT = ("use.quality", "use.quality_sd", "use.taste_sd")
OF_WHO_ANSWERS = ("listening.noise_sd", "listening.response_extremity", "listening.response_valence")


@dataclass(frozen=True)
class Told:
    """Figures of one kind.

    Attributes:
        moments: to be reproduced.
        about: short keys of the parameters that they help to tell.
        summary: what was given, read and left out, in words.
        name: of the file, or of the figure.
        given: sha256 of the file, or the figure: what another run needs to be the same.
        counted: where to look for parameters that these figures tell directly.
        needs_notes: whether what happens to everybody has to be noted to read them off a simulated market.
        tried: what some customers were given meanwhile, if the figures are of an experiment.
    """

    moments: tuple[FittedFigure, ...]
    about: tuple[str, ...]
    summary: tuple[str, ...]
    name: str
    given: str | float
    counted: Ranges = field(default_factory=dict)
    needs_notes: bool = False
    tried: Tried | None = None


Share = tuple[float, float | None]  # a share that is known, and its standard error if that is known too


def told_by(
    scores: Sequence[Path] = (),
    contact_rate: float | None = None,
    referral_share: float | None = None,
    rating: float | None = None,
    failure_rate: Share | None = None,
    late_rate: Share | None = None,
) -> list[Told]:
    """Everything known beside the purchases.

    Args:
        scores: files of survey answers, on 0 to 10 (recommendation) or 1 to 5 (satisfaction).
        contact_rate: contacts with support per purchase, 0 to 1.
        referral_share: share of new customers who were referred, 0 to 1.
        rating: mean public rating, 1 to 5 stars.
        failure_rate: share of uses in which something fails, reported or not, 0 to 1.
        late_rate: share of deliveries that come late, 0 to 1.

    Raises:
        DataError: if a file of scores cannot be read.
    """
    told = [_of_scores(path) for path in scores]
    if contact_rate is not None:
        told.append(_plain(moment_of_contacts(contact_rate), "support.contact_base"))
    if referral_share is not None:
        told.append(_plain(moment_of_referrals(referral_share), "telling.refer_base"))
    if rating is not None:
        told.append(_plain(moment_of_rating(rating), "telling.review_extremity", "telling.review_valence"))
    if failure_rate is not None:
        told.append(_counted(moment_of_failures(*failure_rate), "use.failure_rate", failure_rate))
    if late_rate is not None:
        told.append(_counted(moment_of_lateness(*late_rate), "use.late_rate", late_rate))
    return told


def _plain(moment: FittedFigure, *about: str) -> Told:
    said = f"{moment.name}: {moment.observed:g}, as given; its standard error is taken to be {moment.error:.2g}"
    return Told((moment,), about, (said,), moment.name, moment.observed)


def _counted(moment: FittedFigure, key: str, given: Share) -> Told:
    """A share that is a parameter of the firm: looked for where it was counted, wherever others have theirs."""
    told, (share, error) = _plain(moment, key), given
    if error is not None:
        told = replace(
            told,
            summary=(f"{moment.name}: {share:g}, standard error {error:g}, as given",),
            given=f"{share:g}+-{error:g}",
        )
    return replace(told, counted={key: around_share(share, moment.error)})


def _of_scores(path: Path) -> Told:
    """Answers say how good the product is felt to be, and by whom: who answers is not known, so it is left free too."""
    scores = read_scores(path)
    counts = scores.counts.astype(float)
    moments = moments_of_recommendation(counts) if scores.survey == "nps" else moments_of_satisfaction(counts)
    summary = [f"{path.name}: {scores.answers:,} answers", *scores.assumptions]
    if scores.unanswered:
        summary.append(f"{scores.unanswered:,} rows without a score are left out of {path.name}")
    return Told(tuple(moments), (*OF_THE_PRODUCT, *OF_WHO_ANSWERS), tuple(summary), path.name, scores.sha256)
