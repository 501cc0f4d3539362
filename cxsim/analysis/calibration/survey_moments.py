"""Figures of experience that a firm may know beside its purchases, and the parameters they have something to say about."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxsim.analysis.calibration.moments import (
    FittedFigure,
    moment_of_contacts,
    moment_of_rating,
    moment_of_referrals,
    moments_of_recommendation,
    moments_of_satisfaction,
)
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
    """

    moments: tuple[FittedFigure, ...]
    about: tuple[str, ...]
    summary: tuple[str, ...]
    name: str
    given: str | float


def told_by(
    scores: Sequence[Path] = (),
    contact_rate: float | None = None,
    referral_share: float | None = None,
    rating: float | None = None,
) -> list[Told]:
    """Everything known beside the purchases.

    Args:
        scores: files of survey answers, on 0 to 10 (recommendation) or 1 to 5 (satisfaction).
        contact_rate: contacts with support per purchase, 0 to 1.
        referral_share: share of new customers who were referred, 0 to 1.
        rating: mean public rating, 1 to 5 stars.

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
    return told


def _plain(moment: FittedFigure, *about: str) -> Told:
    said = f"{moment.name}: {moment.observed:g}, as given; its standard error is taken to be {moment.error:.2g}"
    return Told((moment,), about, (said,), moment.name, moment.observed)


def _of_scores(path: Path) -> Told:
    """Answers say how good the product is felt to be, and by whom: who answers is not known, so it is left free too."""
    scores = read_scores(path)
    counts = scores.counts.astype(float)
    moments = moments_of_recommendation(counts) if scores.survey == "nps" else moments_of_satisfaction(counts)
    summary = [f"{path.name}: {scores.answers:,} answers", *scores.assumptions]
    if scores.unanswered:
        summary.append(f"{scores.unanswered:,} rows without a score are left out of {path.name}")
    return Told(tuple(moments), (*OF_THE_PRODUCT, *OF_WHO_ANSWERS), tuple(summary), path.name, scores.sha256)
