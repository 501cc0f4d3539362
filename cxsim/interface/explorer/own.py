"""A visitor's own market: the questions of `cxsim market` as a page, and the market that gives their figures back."""

from functools import lru_cache
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from cxsim.analysis.firm.nearest import market_like, need_of
from cxsim.analysis.firm.own_market import OwnMarket, own_market
from cxsim.analysis.firm.writing import figures_text, market_text
from cxsim.data.figures import ASKED, BY_KEY, Figures, Need, Value, contradiction, understood
from cxsim.interface.explorer.markets import market_names
from cxsim.interface.explorer.plan import MOST_TEXT
from cxsim.interface.explorer.worlds import as_text

LIKE: Final = (
    "shop", "restaurant", "hotel", "delivery", "subscription", "gym", "mobile", "bank", "software", "appliance",
)  # fmt: skip
DRAWS: Final = 30  # of what figures leave open; the command line draws more
MOST_SECONDS: Final = 240.0  # to find a market


class QuestionShown(BaseModel):
    """One figure that is asked for, and for which kinds of need."""

    key: str
    question: str
    usual: str
    needs: list[Need]


class Questions(BaseModel):
    """All that is asked, and of which kind the markets are that it may be like."""

    questions: list[QuestionShown]
    like: dict[str, Need]


@lru_cache(1)
def questions() -> Questions:
    """What the page asks; read once."""
    asked = [each for each in ASKED if each.main and each.key != "like"]
    kinds = {word: need for word in LIKE if (need := need_of({"like": word})) is not None}
    shown = [
        QuestionShown(key=each.key, question=each.question, usual=each.usual, needs=list(each.needs)) for each in asked
    ]
    return Questions(questions=shown, like=kinds)


class Answers(BaseModel):
    """What a visitor knows of their firm, as they wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: dict[str, str] = Field(max_length=len(ASKED))


class RowShown(BaseModel):
    """A figure of the visitor beside the model's; what to do about it if it is missed."""

    name: str
    yours: str
    model: str
    fits: bool
    advice: str


class Made(BaseModel):
    """The market that was found.

    Attributes:
        title: of it.
        ready: the ready market it was made from.
        rows: the visitor's figures beside the model's.
        file: the market as a scenario file.
        worlds: what the figures leave open, as a plan holds it; empty if too few worlds give the figures back.
        kept: how many worlds.
        tried: of how many draws.
        stands_for: customers of the firm for each person of the market.
        figures: the answers, as a file of `cxsim market`.
    """

    title: str
    ready: str
    rows: list[RowShown]
    file: str
    worlds: str
    kept: int
    tried: int
    stands_for: float
    figures: str


def checked(answers: Answers) -> Figures:
    """The figures, understood.

    Raises:
        ValueError: in words, if one cannot be, means nothing in such a market, or contradicts another.
    """
    found: dict[str, Value] = {}
    for key, given in answers.figures.items():
        if key not in BY_KEY:
            raise ValueError(f"{key[:40]}: nobody asked for that")
        if given.strip():
            found[key] = understood(BY_KEY[key], given[:200])
    like = market_like(str(found.get("like", "")))
    if like not in market_names():
        raise ValueError(f"like: choose what your market is most like: {', '.join(LIKE)}")
    need = need_of(found)
    odd = [key for key in found if need not in BY_KEY[key].needs]
    if odd:
        raise ValueError(f"{odd[0]}: means nothing in a market like {found['like']}. Leave it out.")
    if set(found) <= {"name", "like", "currency"}:
        raise ValueError("No figure was given. Give at least one; those that you do not know are left open.")
    if wrong := contradiction(found):
        raise ValueError(wrong)
    return found


def made(answers: Answers) -> Made:
    """The market that gives a visitor's figures back; it takes half a minute or more.

    Raises:
        ValueError: as `checked`; or if the market cannot be held by a link.
    """
    return _shown(own_market(checked(answers), draws=DRAWS))


def _shown(own: OwnMarket) -> Made:
    file = market_text(own)
    if len(file) > MOST_TEXT:
        raise ValueError("This market is too large for a link. Use cxsim market on your own machine.")
    return Made(
        title=own.scenario.name,
        ready=own.market.source.name,
        rows=[
            RowShown(name=name, yours=yours, model=model, fits=row.fits, advice=row.advice)
            for row in own.rows
            for name, yours, model, _ in [row.told()]
        ],
        file=file,
        worlds=as_text(own.worlds),
        kept=len(own.worlds),
        tried=own.tried,
        stands_for=own.stands_for,
        figures=figures_text(own.figures),
    )
