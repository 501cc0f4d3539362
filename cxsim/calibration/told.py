"""Figures of experience that a firm may know beside its purchases, and the parameters they have something to say about."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxsim.calibration.data import read_scores
from cxsim.calibration.moments import (
    Moment,
    moment_of_contacts,
    moment_of_rating,
    moment_of_referrals,
    moments_of_recommendation,
    moments_of_satisfaction,
)


@dataclass(frozen=True)
class Told:
    """Figures, and short keys of the parameters that they help to tell."""

    moments: tuple[Moment, ...]
    about: tuple[str, ...]


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
        told.append(Told((moment_of_contacts(contact_rate),), ("support.contact_base",)))
    if referral_share is not None:
        told.append(Told((moment_of_referrals(referral_share),), ("telling.refer_base",)))
    if rating is not None:
        told.append(Told((moment_of_rating(rating),), ("telling.review_extremity", "telling.review_valence")))
    return told


def _of_scores(path: Path) -> Told:
    scores = read_scores(path)
    counts = scores.counts.astype(float)
    moments = moments_of_recommendation(counts) if scores.survey == "nps" else moments_of_satisfaction(counts)
    return Told(tuple(moments), ("use.quality", "use.quality_sd", "use.taste_sd", "listening.noise_sd"))
